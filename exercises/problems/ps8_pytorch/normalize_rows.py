"""NormalizeRows: an autograd.Function with a handwritten gradient that we differentiate again.

The second derivative depends on the saved values. If you save the factor that forward computed,
autograd treats it as a constant, although the first gradient is correct. An error in backward
prevents only the gradients, so the forward pass still gets its points. The tensors share memory
with the arrays of the case, so the engine sees whether one of them was changed.
"""

import numpy as np
import torch
from nngrader.engine import Failed, problem

from .common import DIGITS, TORCH


def applied(Function, x, weight, eps, dy, v):
    import torch

    if not isinstance(Function, type) or not issubclass(Function, torch.autograd.Function):
        Function()
        raise TypeError("your class should be a subclass of torch.autograd.Function")
    tensors = [torch.from_numpy(a).requires_grad_() for a in (x, weight)]
    upstream = torch.from_numpy(dy)
    returned = []

    class Seen(Function):
        @staticmethod
        def backward(ctx, dy):
            returned[:] = results = Function.backward(ctx, dy)
            return results

    y = Seen.apply(*tensors, eps)
    if type(y) is not torch.Tensor or y.shape != x.shape:
        raise TypeError("forward should return one tensor with the shape of x")
    try:
        gradients = torch.autograd.grad(y, tensors, upstream, create_graph=True)
    except Exception as e:
        if "incorrect number of gradients" in str(e):
            e = ValueError(
                "your `backward` returns too few or too many gradients. How many arguments "
                "does `forward` have after ctx, and which of them gets None?"
            )
        elif "invalid gradient" in str(e):
            e = ValueError(
                "your `backward` returns a gradient whose shape isn't the shape of its "
                "argument. In which order should it return the gradients?"
            )
        return y.detach().numpy(), *[Failed(e, "`backward`")] * 3
    try:
        again = torch.autograd.grad(
            (gradients[0] * torch.tensor(v)).sum(), tensors[0], materialize_grads=True
        )[0].numpy()
    except Exception:
        again = np.zeros(x.shape)  # a constant for autograd: its derivative is 0
    # autograd would add up gradients with more axes than their arguments
    gradients = [
        g if r.ndim == g.ndim else r for g, r in zip(gradients, returned, strict=False)
    ]
    return y.detach().numpy(), *(g.detach().numpy() for g in gradients), again


normalized = problem(
    "NormalizeRows",
    driver=applied,
    rtol=DIGITS,
    uses=TORCH,
    returns={"y": "value", "dx": "gradient", "dweight": "gradient", "ddx": "second"},
    steps={
        "value": "`forward`",
        "gradient": "`backward`",
        "second": "the derivative of `backward`, which autograd computes",
    },
    points={
        "shape": (1, "`float64` tensors of the correct shapes for `y` and both gradients"),
        "value": (3, "step 1: `y`"),
        "gradient": (
            7,
            "step 2: the gradients with respect to `x` and `weight`, half for each",
        ),
        "second": (2, "step 3: the second derivative, which autograd computes from `backward`"),
        "inputs-unchanged": (1, "your class doesn't change `x`, `weight` or `dy`"),
    },
)


@normalized.reference
class NormalizeRows(torch.autograd.Function):
    """Divide each row by the root of its mean square, then multiply it by a weight.

    r_n = 1 / sqrt(mean of x_n^2 over its D entries + eps),   y_nd = weight_d r_n x_nd

    Call it as NormalizeRows.apply(x, weight, eps), where x (N, D) and weight (D,) are tensors
    and eps is a float.
    """

    @staticmethod
    def forward(ctx, x, weight, eps):
        """Return y, a tensor of shape (N, D), and save in ctx what backward needs."""
        ctx.save_for_backward(x, weight)
        ctx.eps = eps
        return weight * x / torch.sqrt((x**2).mean(1, keepdim=True) + eps)

    @staticmethod
    def backward(ctx, dy):
        """Return the gradients of x, (N, D), and weight, (D,), and None for eps."""
        x, weight = ctx.saved_tensors
        r = 1 / torch.sqrt((x**2).mean(1, keepdim=True) + ctx.eps)
        g = dy * weight
        dx = r * g - r**3 * x * (g * x).mean(1, keepdim=True)
        return dx, (dy * r * x).sum(0), None


ROWS = np.array([[2.0, 2.0, 4.0], [1.0, -2.0, 2.0]])
UPSTREAM = np.array([[1.0, 2.0, 1.0], [1.0, 0.0, 2.0]])
normalized.example(ROWS, np.array([3.0, 6.0, 9.0]), 1.0, UPSTREAM, np.eye(2, 3))


@normalized.case("value", visible=2)
def random_rows(rng, N, D):
    """Random rows, with an eps that is large enough to matter."""
    x, dy, v = rng.normal(size=(3, N, D)) + np.array([0.4, 0.3, 0.2])[:, None, None]
    return x, rng.uniform(0.5, 2.0, size=D), float(rng.uniform(0.3, 0.6)), dy, v


def r_of(x, eps):
    """Return the factor of each row, as a column."""
    return (x.square().mean(dim=1, keepdim=True) + eps).rsqrt()


@normalized.alternative
class WithSetup(torch.autograd.Function):
    """In the newer style, where forward has no ctx."""

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
    """Loops over the rows, and eps saved as a tensor."""

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


SQUARE = "(x**2).mean(1, keepdim=True)"
ROOT, ROOT_AGAIN = f"torch.sqrt({SQUARE} + eps)", f"torch.sqrt({SQUARE} + ctx.eps)"


def rooted(new):
    """Return the edits that replace the root in `forward` and in `backward`."""
    return {ROOT: new, ROOT_AGAIN: new.replace("eps", "ctx.eps")}


normalized.known["shape gradient"] = {
    "Your `dweight` has a separate row for each sample. How should you combine the gradients "
    "of all rows that use the same weight?": {
        "NotSummed": {"(dy * r * x).sum(0)": "dy * r * x"}
    }
}
normalized.known["value gradient second"] = {
    "Your rows are divided by the square root of the sum of squares. What does the formula for "
    "r compute from the squares before it takes the square root?": {
        "SumOfSquares": rooted("torch.sqrt((x**2).sum(1, keepdim=True) + eps)")
        | {"(g * x).mean": "(g * x).sum"},
        "SumOfSquaresInTheFactor": rooted("torch.sqrt((x**2).sum(1, keepdim=True) + eps)"),
    },
    "You divide each row by its standard deviation. Which step in the computation of a "
    "variance doesn't appear in the formula for r?": {
        "RootOfTheVariance": rooted("torch.sqrt(x.var(1, correction=0, keepdim=True) + eps)")
    },
    "Your code adds `eps` after it takes the square root. Where does `eps` appear in the "
    "formula for "
    "r?": {"EpsBesideTheRoot": rooted("((x**2).mean(1, keepdim=True).sqrt() + eps)")},
    "Your result doesn't depend on `eps`. Where does `eps` appear in the formula for r?": {
        "NoEps": {" + eps": "", " + ctx.eps": ""}
    },
    "Your code takes the mean over the samples, down each column. Which entries does the "
    "formula for r average?": {
        "DownTheColumns": rooted("torch.sqrt((x**2).mean(0, keepdim=True) + eps)")
        | {"(g * x).mean(1": "(g * x).mean(0"},
        "DownTheColumnsInTheFactor": rooted("torch.sqrt((x**2).mean(0, keepdim=True) + eps)"),
    },
    "Your code divides the sum of squares by N, the number of rows. How many entries does "
    "the formula for r take the mean of?": {
        "DividedByTheRows": rooted("torch.sqrt((x**2).sum(1, keepdim=True) / len(x) + eps)"),
        "DividedByTheRowsTwice": rooted(
            "torch.sqrt((x**2).sum(1, keepdim=True) / len(x) + eps)"
        )
        | {"(g * x).mean(1, keepdim=True)": "(g * x).sum(1, keepdim=True) / len(x)"},
    },
    "Your code takes the mean over all entries of `x`. Which entries does the formula for r "
    "average?": {
        "MeanOfEverything": rooted("torch.sqrt((x**2).mean() + eps)"),
        "MeanOfEverythingTwice": rooted("torch.sqrt((x**2).mean() + eps)")
        | {"(g * x).mean(1, keepdim=True)": "(g * x).mean()"},
    },
    "Your rows are divided by their mean square, without the square root. What power is the "
    "mean square raised to in the formula for "
    "r?": {"RootForgotten": rooted("((x**2).mean(1, keepdim=True) + eps)")},
    "You divide each row by its standard deviation with divisor D - 1. What does the "
    "formula for r compute instead of a variance?": {
        "RootOfTheSampleVariance": rooted("torch.sqrt(x.var(1, keepdim=True) + eps)")
    },
}
normalized.known["gradient second"] = {
    "Your `dx` treats r as a constant. Which entries of `y` change when a single entry of `x` "
    "changes?": {"FactorIsConstant": {" - r**3 * x * (g * x).mean(1, keepdim=True)": ""}},
    "The second part of your `dx`, which comes from r, is D times too large. What is the "
    "derivative of a mean with respect to one of its "
    "entries?": {"SumInTheGradient": {"(g * x).mean": "(g * x).sum"}},
    "In your `dx`, you add the part that comes from r. Does r increase or decrease when the "
    "entries of a row get larger?": {"AddedInTheGradient": {"r * g - r": "r * g + r"}},
    "The second part of your `dx` contains the wrong power of r. If r = s^(-1/2), what is the "
    "derivative of r with respect to s, and how do you write it in terms of "
    "r?": {"SquareInTheGradient": {"r**3": "r**2"}},
    "Your `dx` doesn't depend on `weight`. Which factors does the formula for `y` multiply `x` "
    "by?": {"NoWeightInTheGradient": {"dy * weight": "dy"}},
    "Your gradients don't depend on `dy`: they are the gradients of the sum of `y`. Where "
    "should `backward` use "
    "`dy`?": {"NoUpstream": {".saved_tensors": ".saved_tensors; dy = torch.ones_like(dy)"}},
    "Your `backward` computes r without `eps`. Is it the same r as in `forward`?": {
        "NoEpsInTheGradient": {" + ctx.eps": ""}
    },
    "The mean in the second part of your `dx` is over all rows. Which entries does one r "
    "depend "
    "on?": {"BatchMeanInTheGradient": {"(g * x).mean(1, keepdim=True)": "(g * x).mean()"}},
    "The mean in the second part of your `dx` contains `dy` without `weight`. How does the "
    "problem statement define g?": {"MeanWithoutWeight": {"(g * x).mean": "(dy * x).mean"}},
    "The first part of your `dx` uses `dy` without multiplying it by `weight`. How does "
    "the problem statement define g?": {"FirstPartWithoutWeight": {"r * g - r": "r * dy - r"}},
    "The first part of your `dx` is g itself. What would `dx` be if r were a constant?": {
        "FirstPartWithoutR": {"r * g - r": "g - r"}
    },
    "The second part of your `dx` is the same in all entries of a row. Which factor of the "
    "formula differs from entry to entry?": {"FactorXForgotten": {"r**3 * x *": "r**3 *"}},
}
normalized.known["gradient"] = {
    "Your `dweight` is a mean over the rows. How should you combine the gradients if every row "
    "uses the same weight?": {"MeanOverRows": {"(dy * r * x).sum": "(dy * r * x).mean"}},
    "You compute `dweight` from `x` itself. What does the formula for `y` multiply `weight` "
    "by?": {"WeightOfX": {"dy * r * x": "dy * x"}},
    "Your `dweight` has an extra factor of `weight`. What is the derivative of `y` with "
    "respect to `weight`?": {"WeightTwice": {"(dy * r * x).sum": "(g * r * x).sum"}},
}
normalized.known["value"] = {
    "Your code adds `eps` after it takes the square root. Where does `eps` appear in the "
    "formula for r?": {
        "EpsBesideTheFirstRoot": {ROOT: "((x**2).mean(1, keepdim=True).sqrt() + eps)"}
    },
    "Your `y` is divided by the standard deviation of each row. Which mean does the formula "
    "for r contain, and does it subtract anything from `x`?": {
        "FirstRootOfTheVariance": {
            ROOT: "torch.sqrt(x.var(1, correction=0, keepdim=True) + eps)"
        },
        "FirstRootOfTheSampleVariance": {ROOT: "torch.sqrt(x.var(1, keepdim=True) + eps)"},
    },
    "Your code subtracts the mean of each row. Does the formula for r or for `y` subtract "
    "anything?": {
        "RowMeanSubtracted": {"return weight": "x = x - x.mean(1, keepdim=True); return weight"}
    },
    "Your `y` isn't multiplied by `weight`. Which factors does the formula for `y` contain?": {
        "NoWeight": {"weight * x /": "x /"}
    },
    "Your code adds `eps` more than once before it takes the square root. How many times does "
    "`eps` appear in the formula for "
    "r?": {"EpsTwice": {"keepdim=True) + eps": "keepdim=True) + 2 * eps"}},
}
normalized.known["second"] = {
    "Your gradients are correct, but autograd differentiates them as if one value in "
    "`backward` were a constant. Which value depends on `x`, but comes from `forward` or from "
    "a detached tensor?": {
        "FactorOfForward": {
            f"1 / {ROOT_AGAIN}": "ctx.r",
            "ctx.eps = eps": f"ctx.r = 1 / {ROOT}",
        }
    },
    "To autograd, your gradient seems not to depend on `x`, so its derivative is 0. Does "
    "`backward` detach a tensor, convert it to an array, use `no_grad`, or use a value that "
    "`forward` computed?": {
        "Detached": {"dx, (dy * r * x).sum(0)": "dx.detach(), (dy * r * x).sum(0).detach()"}
    },
}
