"""Wrong layers and softmaxes, and wrong scalars of automatic differentiation."""

import numpy as np

from tests.exercises.declared_problems import PROBLEMS
from tests.exercises.wrong_answers.register import wrong

Value = PROBLEMS["Value"].solve

# Value


@wrong("Value", "calls itself too deeply, or without end", "long")
class CallsItself(Value):
    def order(self):
        order, seen = [], set()

        def visit(number):
            if number not in seen:
                seen.add(number)
                for earlier, _ in number.slopes:
                    visit(earlier)
                order.append(number)

        visit(self)
        return order


@wrong("Value", "is not callable", "operations")
class NoQuotientOfPlainNumbers(Value):
    __rtruediv__ = None


@wrong("Value", "is not callable", "operations")
class NoNumbersOnTheLeft(Value):
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = None


@wrong("Value", "has no attribute 'data'", "operations")
class NoNumbersAtAll(Value):
    def number(self, other):
        return other


@wrong("Value", "is not callable", "operations")
class NoFunctions(Value):
    log = tanh = relu = None


@wrong(
    "Value",
    "every gradient is 0. With which derivative does the backward pass begin",
    "value reuse operations long",
)
class ReturnsTheGradient(Value):
    def backward(self):
        before = [(n, n.grad) for n in self.order()]
        super().backward()
        grads = [n.grad for n in self.order()]
        for n, g in before:
            n.grad = g
        return grads


@wrong("Value", "the number stands inside an array", "shape operations")
class PartsOfAnArray(Value):
    def __init__(self, data):
        super().__init__(np.array([data]).ravel())
        self.grad = np.zeros(1)


@wrong("Value", "grad is 0 for c and d, and right for the others", "reuse")
class LettersAlone(Value):
    def backward(self):
        super().backward()
        for number in self.order():
            if number.slopes:
                number.grad = 0.0


@wrong("Value", ("grad is wrong for", "grad differs"), "operations")
class QuotientSquaredAbove(Value):
    def __truediv__(self, other):
        other = self.number(other)
        slope = -(self.data**2) / other.data
        return self.made(self.data / other.data, (self, 1 / other.data), (other, slope))


@wrong("Value", "keeps the gradient of one use alone", "reuse")
class LastUseAlone(Value):
    def order(self):
        return list({id(n): n for n in super().order() if n.slopes}.values())

    def backward(self):
        self.grad, done = 1.0, set()
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                if earlier not in done:
                    earlier.grad += slope * number.grad
                done.add(earlier)


@wrong("Value", "exponent below 0", "operations")
class RefusesNegativePowers(Value):
    def __pow__(self, n):
        if n < 0:
            raise ValueError("exponent below 0")
        return super().__pow__(n)


@wrong("Value", "data", "operations long")
class WholeExponents(Value):
    def __pow__(self, n):
        return super().__pow__(int(n))


@wrong("Value", "grad", "operations")
class PowersWithoutTheirExponent(Value):
    def __pow__(self, n):
        return self.made(self.data**n, (self, self.data ** (n - 1)))


@wrong("Value", "a + a counts as one a", "reuse")
class RemembersInADict(Value):
    def made(self, data, *slopes):
        return super().made(data, *dict(slopes).items())


@wrong("Value", "backward sets every grad to 0 first", "reuse")
class BeginsAtZero(Value):
    def backward(self):
        for number in self.order():
            number.grad = 0.0
        self.grad = 1.0
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                earlier.grad = earlier.grad + slope * number.grad


# affine_backward


@wrong("affine_backward", "dW has shape (D, H), expected (H, D)", "shape")
def weights_transposed(dy, x, W):
    return dy @ W, x.T @ dy, dy.sum(axis=0)


@wrong("affine_backward", "db has shape (1, H), expected (H,)", "shape")
def bias_as_a_row(dy, x, W):
    return dy @ W, dy.T @ x, dy.sum(axis=0, keepdims=True)


@wrong("affine_backward", "another order: expected dx, then dW, then db", "shape")
def another_order(dy, x, W):
    return dy.T @ x, dy.sum(axis=0), dy @ W


@wrong("affine_backward", "returns two values, expected three values", "shape weights")
def bias_left_out(dy, x, W):
    return dy @ W, dy.T @ x


@wrong("affine_backward", "are of the wrong sign", "weights")
def signs_turned(dy, x, W):
    return -dy @ W, -dy.T @ x, -dy.sum(axis=0)


@wrong("affine_backward", "the function changes its caller's x", "inputs-unchanged")
def dx_in_the_place_of_x(dy, x, W):
    dW = dy.T @ x
    x[:] = dy @ W
    return x, dW, dy.sum(axis=0)


@wrong("affine_backward", "dx differs", "value")
def x_in_dx(dy, x, W):
    return dy @ W * x, dy.T @ x, dy.sum(axis=0)


@wrong("affine_backward", "dW differs", "weights")
def outputs_instead_of_inputs(dy, x, W):
    return dy @ W, dy.T @ x * W, dy.sum(axis=0)


@wrong("affine_backward", "dx is H times too small", "value")
def mean_over_the_outputs(dy, x, W):
    return dy @ W / len(W), dy.T @ x, dy.sum(axis=0)


# softmax_vjp


@wrong("softmax_vjp", "as many as C times C numbers are held", "large")
def jacobian_row_by_row_in_a_list(g, z):
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    J = [(-a * p).tolist() for a in p.tolist()]
    for j, a in enumerate(p.tolist()):
        J[j][j] += a
    return np.array([g @ row for row in J])


@wrong("softmax_vjp", "the function changes its caller's g", "inputs-unchanged")
def g_changed(g, z):
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    g -= g @ p
    return p * g


@wrong("softmax_vjp", "only one number is left", "shape value large inputs-unchanged")
def weighted_mean_alone(g, z):
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    return g @ p


@wrong(
    "softmax_vjp",
    "every entry meets every other",
    "shape value large inputs-unchanged",
)
def nothing_summed(g, z):
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    return p * (g[:, None] - p)


@wrong("softmax_vjp", "is a list, expected an array", "shape")
def a_list(g, z):
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    return (p * (g - g @ p)).tolist()


@wrong(
    "softmax_vjp", ("dz differs", "dz rises and falls"), "value large shape inputs-unchanged"
)
def probabilities_squared(g, z):
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    return p * g - p**2 * (g @ p)


@wrong("softmax_vjp", "what is exp(1000), and what is exp(-1000)?", "large")
def shifted_by_the_largest_size_again(g, z):
    e = np.exp(z - np.abs(z).max())
    p = e / e.sum()
    return p * (g - g @ p)
