"""NormalizeRows: an autograd.Function with a gradient written by hand, differentiable again.

The second derivative shows what was saved: who keeps the factor that forward computed has a
number there that autograd takes for a constant, and the gradient is right nevertheless. Where
backward fails, the gradients are given as -1, and the forward pass keeps its points. The
tensors lie on the memory of the case's arrays, where the engine sees whether one was changed.
"""

import numpy as np
import torch
from nngrader.engine import problem

from .common import DIGITS, TORCH


def applied(Function, x, weight, eps, dy, v):
    import torch

    if not isinstance(Function, type) or not issubclass(Function, torch.autograd.Function):
        Function()
        raise TypeError("the class is expected to be a torch.autograd.Function")
    tensors = [torch.from_numpy(a).requires_grad_() for a in (x, weight)]
    upstream = torch.from_numpy(dy)
    y = Function.apply(*tensors, eps)
    if type(y) is not torch.Tensor or y.shape != x.shape:
        raise TypeError("forward is expected to return one tensor, as large as x")
    try:
        found = torch.autograd.grad(y, tensors, upstream, create_graph=True)
    except Exception:
        return y.detach().numpy(), *(np.full(a.shape, -1.0) for a in (x, weight, x))
    try:
        again = torch.autograd.grad(
            (found[0] * torch.tensor(v)).sum(), tensors[0], materialize_grads=True
        )[0].numpy()
    except Exception:
        again = np.zeros(x.shape)  # a number to autograd: its derivative is 0
    return y.detach().numpy(), *(g.detach().numpy() for g in found), again


normalized = problem(
    "NormalizeRows",
    driver=applied,
    rtol=DIGITS,
    uses=TORCH,
    returns={"y": "value", "dx": "gradient", "dweight": "gradient", "ddx": "second"},
    steps={
        "value": "`forward`",
        "gradient": "`backward`",
        "second": "`backward`, differentiated by autograd once more",
    },
    points={
        "shape": (1, "`y` and both gradients are tensors of `float64` in the right shape"),
        "value": (3, "step 1: `y`"),
        "gradient": (7, "step 2: the gradients with respect to `x` and `weight`, half each"),
        "second": (2, "step 3: the second derivative, which autograd makes of `backward`"),
        "inputs-unchanged": (1, "`x`, `weight` and `dy` stay as they are"),
    },
)


@normalized.reference
class NormalizeRows(torch.autograd.Function):
    """Rows divided by the root of their mean square, then multiplied by a weight.

    r_n = 1 / sqrt(mean of x_n^2 over its D entries + eps),   y_nd = weight_d r_n x_nd
    NormalizeRows.apply(x, weight, eps) with x (N, D) and weight (D,) tensors, eps a float.
    """

    @staticmethod
    def forward(ctx, x, weight, eps):
        """Return y, a tensor (N, D), and keep in ctx what backward needs."""
        ctx.save_for_backward(x, weight)
        ctx.eps = eps
        return weight * x / torch.sqrt((x**2).mean(1, keepdim=True) + eps)

    @staticmethod
    def backward(ctx, dy):
        """Return the gradients of x, (N, D), and of weight, (D,), and None for eps."""
        x, weight = ctx.saved_tensors
        r = 1 / torch.sqrt((x**2).mean(1, keepdim=True) + ctx.eps)
        g = dy * weight
        dx = r * g - r**3 * x * (g * x).mean(1, keepdim=True)
        return dx, (dy * r * x).sum(0), None


normalized.example(
    np.array([[1.0, 7.0], [3.0, -3.0]]),
    np.array([5.0, 10.0]),
    0.0,
    np.array([[1.0, 2.0], [1.0, 0.0]]),
    np.array([[1.0, 0.0], [0.0, 1.0]]),
)


@normalized.case("value", visible=2)
def random_rows(rng, N, D):
    """Random numbers, and an eps that counts."""
    x, dy, v = rng.normal(size=(3, N, D)) + np.array([0.4, 0.3, 0.2])[:, None, None]
    return x, rng.uniform(0.5, 2.0, size=D), float(rng.uniform(0.3, 0.6)), dy, v


def r_of(x, eps):
    """Return the factor of each row, as a column."""
    return (x.square().mean(dim=1, keepdim=True) + eps).rsqrt()


@normalized.alternative
class WithSetup(torch.autograd.Function):
    """In the newer style, in which forward has no ctx."""

    @staticmethod
    def forward(x, weight, eps):
        return x * r_of(x, eps) * weight

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, weight, ctx.eps = inputs
        ctx.save_for_backward(x, weight)

    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        r, D = r_of(x, ctx.eps), x.shape[1]
        J = torch.eye(D, dtype=x.dtype) * r[:, :, None]
        J = J - r[:, :, None] ** 3 * torch.einsum("ni,nj->nij", x, x) / D
        dx = torch.einsum("ni,nij->nj", dy * weight, J)
        return dx, torch.einsum("nd,nd->d", dy, x * r), None


@normalized.alternative
class RowByRow(torch.autograd.Function):
    """With loops over rows, and eps kept as a tensor."""

    @staticmethod
    def forward(ctx, x, weight, eps):
        ctx.save_for_backward(x, weight, torch.tensor(eps, dtype=x.dtype))
        return torch.stack([weight * v / (v @ v / len(v) + eps) ** 0.5 for v in x])

    @staticmethod
    def backward(ctx, dy):
        x, weight, eps = ctx.saved_tensors
        rows, dweight = [], torch.zeros_like(weight)
        for v, d in zip(x, dy, strict=True):
            root = (v @ v / len(v) + eps) ** 0.5
            hat, g = v / root, d * weight
            rows.append((g - hat * (g @ hat) / len(v)) / root)
            dweight = dweight + d * hat
        return torch.stack(rows), dweight, None


class Variant(NormalizeRows):
    """The reference in parts, of which mistakes replace one."""

    @staticmethod
    def factor(x, eps):
        return r_of(x, eps)

    @staticmethod
    def gradients(x, weight, r, dy):
        g = dy * weight
        return r * g - r**3 * x * (g * x).mean(1, keepdim=True), (dy * r * x).sum(0)

    @classmethod
    def apply(cls, *args):
        class Function(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, weight, eps):
                ctx.save_for_backward(x, weight)
                ctx.eps = eps
                return x * cls.factor(x, eps) * weight

            @staticmethod
            def backward(ctx, dy):
                x, weight = ctx.saved_tensors
                return *cls.gradients(x, weight, cls.factor(x, ctx.eps), dy), None

        return Function.apply(*args)


@normalized.mistake(
    "the squares of a row are added up here. What is taken of them under the root?",
    loses="value gradient second",
)
class SumOfSquares(Variant):
    @staticmethod
    def factor(x, eps):
        return (x.square().sum(1, keepdim=True) + eps).rsqrt()

    @staticmethod
    def gradients(x, weight, r, dy):
        g = dy * weight
        return r * g - r**3 * x * (g * x).sum(1, keepdim=True), (dy * r * x).sum(0)


@normalized.mistake(
    "the rows are divided by the root of their variance. Which step of a variance is left out "
    "in the formula of r?",
    loses="value gradient second",
)
class RootOfTheVariance(Variant):
    @staticmethod
    def factor(x, eps):
        return (x.var(1, keepdim=True, correction=0) + eps).rsqrt()


@normalized.mistake(
    "eps is added to the root, and not under it. Where does it stand in the formula of r?",
    loses="value gradient second",
)
class EpsBesideTheRoot(Variant):
    @staticmethod
    def factor(x, eps):
        return 1 / (x.square().mean(1, keepdim=True).sqrt() + eps)


@normalized.mistake(
    "eps does nothing here. Where does it stand in the formula of r?",
    loses="value gradient second",
)
class NoEps(Variant):
    @staticmethod
    def factor(x, eps):
        return x.square().mean(1, keepdim=True).rsqrt()


@normalized.mistake(
    "the mean is taken over the samples, down the columns. Over which entries does the mean of "
    "a row run?",
    loses="value gradient second",
)
class DownTheColumns(Variant):
    @staticmethod
    def factor(x, eps):
        return (x.square().mean(0, keepdim=True) + eps).rsqrt()

    @staticmethod
    def gradients(x, weight, r, dy):
        g = dy * weight
        return r * g - r**3 * x * (g * x).mean(0, keepdim=True), (dy * r * x).sum(0)


@normalized.mistake(
    "r is treated as a constant. What else of y changes when an entry of x does?",
    loses="gradient second",
)
class FactorIsConstant(Variant):
    @staticmethod
    def gradients(x, weight, r, dy):
        return r * dy * weight, (dy * r * x).sum(0)


@normalized.mistake(
    "what the gradient of x loses through r has the wrong size: it is D times too large. Under "
    "the root stands a mean. What is its derivative with respect to one entry?",
    loses="gradient second",
)
class SumInTheGradient(Variant):
    @staticmethod
    def gradients(x, weight, r, dy):
        g = dy * weight
        return r * g - r**3 * x * (g * x).sum(1, keepdim=True), (dy * r * x).sum(0)


@normalized.mistake(
    "what comes through r is added to the gradient of x. Does r grow or fall when the entries "
    "of a row grow?",
    loses="gradient second",
)
class AddedInTheGradient(Variant):
    @staticmethod
    def gradients(x, weight, r, dy):
        g = dy * weight
        return r * g + r**3 * x * (g * x).mean(1, keepdim=True), (dy * r * x).sum(0)


@normalized.mistake(
    "the power of r in the gradient of x is wrong. What is the derivative of s^(-1/2), and "
    "what is it in terms of r?",
    loses="gradient second",
)
class SquareInTheGradient(Variant):
    @staticmethod
    def gradients(x, weight, r, dy):
        g = dy * weight
        return r * g - r**2 * x * (g * x).mean(1, keepdim=True), (dy * r * x).sum(0)


@normalized.mistake(
    "the gradient of x does not know weight. By what is dy multiplied on its way to x?",
    loses="gradient second",
)
class NoWeightInTheGradient(Variant):
    @staticmethod
    def gradients(x, weight, r, dy):
        return r * dy - r**3 * x * (dy * x).mean(1, keepdim=True), (dy * r * x).sum(0)


@normalized.mistake(
    "the gradients are those of the sum of y, whatever arrives in dy. Where does backward use "
    "dy?",
    loses="gradient second",
)
class NoUpstream(Variant):
    @staticmethod
    def gradients(x, weight, r, dy):
        return Variant.gradients(x, weight, r, torch.ones_like(dy))


@normalized.mistake(
    "the gradient of weight is a mean over the rows. What does a weight that stands in every "
    "row collect from them?",
    loses="gradient",
)
class MeanOverRows(Variant):
    @staticmethod
    def gradients(x, weight, r, dy):
        return Variant.gradients(x, weight, r, dy)[0], (dy * r * x).mean(0)


@normalized.mistake(
    "the gradient of weight is made of x itself. By what is weight multiplied in y?",
    loses="gradient",
)
class WeightOfX(Variant):
    @staticmethod
    def gradients(x, weight, r, dy):
        return Variant.gradients(x, weight, r, dy)[0], (dy * x).sum(0)


@normalized.mistake(
    "autograd cannot take the gradients that come from backward, and they count as -1. Does "
    "it return one value for each argument of forward after ctx, None for eps included, has "
    "each gradient the shape of its argument, and which error comes of "
    "NormalizeRows.apply(x, weight, eps).sum().backward() in a cell of yours?",
    loses="gradient second",
)
class TwoGradients(NormalizeRows):
    @staticmethod
    def backward(ctx, dy):
        return NormalizeRows.backward(ctx, dy)[:2]


@normalized.mistake(
    "the gradients are right, but their derivative is not: something in backward is a number "
    "for autograd that depends on x. What did forward compute, and was autograd watching?",
    loses="second",
)
class FactorOfForward(NormalizeRows):
    @staticmethod
    def forward(ctx, x, weight, eps):
        ctx.save_for_backward(x, weight)
        ctx.r = r_of(x, eps)
        return x * ctx.r * weight

    @staticmethod
    def backward(ctx, dy):
        return *Variant.gradients(*ctx.saved_tensors, ctx.r, dy), None


@normalized.mistake(
    "for autograd the gradient does not depend on x, so its derivative is 0. Which tensors of "
    "backward are detached, turned into arrays or computed in forward, where autograd does not "
    "watch?",
    loses="second",
)
class Detached(NormalizeRows):
    @staticmethod
    def backward(ctx, dy):
        dx, dweight, _ = NormalizeRows.backward(ctx, dy)
        return dx.detach(), dweight.detach(), None
