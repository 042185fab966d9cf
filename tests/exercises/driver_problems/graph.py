"""A problem whose answer is a class: operators, state, a long chain."""

import numpy as np
from nngrader.engine import problem


def evaluate(Value, expression, numbers, times=1):
    leaves = {name: Value(x) for name, x in numbers.items()}
    y, code = leaves["a"], compile(expression, "expression", "eval")
    for _ in range(times):
        y = eval(code, {"__builtins__": {}}, leaves | {"y": y})
    y.backward()
    return y.data, [leaf.grad for leaf in leaves.values()]


value = problem(
    "Value",
    driver=evaluate,
    lists=True,
    returns={"data": "value", "grad": "gradient"},
    points={"shape": 1, "value": 5, "gradient": 8, "numbers": 3, "chain": 3},
)


@value.reference
class Value:
    """A number that remembers how it was made; `backward()` fills in every `grad`."""

    def __init__(self, data, parents=(), rule=None):
        self.data, self.grad, self.parents, self.rule = float(data), 0.0, parents, rule

    def _of(self, other):
        return other if isinstance(other, Value) else type(self)(other)

    def _made(self, data, parents, rule):
        return type(self)(data, parents, rule)

    def __add__(self, other):
        other = self._of(other)
        return self._made(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        a, b = self, self._of(other)
        return self._made(a.data * b.data, (a, b), lambda g: (g * b.data, g * a.data))

    def __pow__(self, n):
        return self._made(self.data**n, (self,), lambda g: (g * n * self.data ** (n - 1),))

    def tanh(self):
        t = np.tanh(self.data)
        return self._made(t, (self,), lambda g: (g * (1 - t * t),))

    def __rmul__(self, other):
        return self * other

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + -1 * self._of(other)

    def __rsub__(self, other):
        return -1 * self + other

    def __truediv__(self, other):
        return self * self._of(other) ** -1

    def __rtruediv__(self, other):
        return other * self**-1

    def order(self):
        order, visited, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif id(node) not in visited:
                visited.add(id(node))
                stack += [(node, True), *((p, False) for p in node.parents)]
        return order[::-1]

    def backward(self):
        self.grad = 1.0
        for node in self.order():
            for parent, g in zip(
                node.parents, (node.rule and node.rule(node.grad)) or (), strict=True
            ):
                parent.grad += g


value.example("a * b + a", {"a": 2.0, "b": 3.0}, 1)


@value.case("value", visible=2)
def mixed(rng):
    """An expression in which letters come twice."""
    a, b, c = rng.uniform(0.5, 1.5, size=3)
    shapes = ("(a * b + a / c) * (b - c ** 3).tanh()", "(a / c - b ** 3) * (a * c + b).tanh()")
    return shapes[int(rng.integers(2))], {"a": float(a), "b": float(b), "c": float(c)}, 1


@value.case("numbers")
def plain_numbers(rng):
    """Plain numbers on the left and on the right."""
    return "2 - a * 3 + 1 / (a + 4)", {"a": float(rng.uniform(0.5, 1.5))}, 1


@value.case("chain", hidden=1)
def long_chain(rng):
    """A chain of 2,000 steps, twice as deep as Python's limit of nested calls."""
    return "y + b", {"a": float(rng.normal()), "b": float(rng.uniform(0.1, 1))}, 2_000


@value.alternative
class WithSlots(Value):
    __slots__ = ()


@value.alternative
class AddsOutOfPlace(Value):
    def backward(self):
        self.grad = 1.0
        for node in self.order():
            gradients = node.rule(node.grad) if node.rule else ()
            for parent, g in zip(node.parents, gradients, strict=True):
                parent.grad = parent.grad + g


@value.mistake("what happens to a grad when a letter comes twice?", loses="gradient chain")
class Overwrites(Value):
    def backward(self):
        self.grad = 1.0
        for node in self.order():
            for p, g in zip(
                node.parents, node.rule(node.grad) if node.rule else (), strict=True
            ):
                p.grad = g


@value.mistake("what is the derivative of tanh?", loses="gradient")
class TanhWithoutSquare(Value):
    def tanh(self):
        t = np.tanh(self.data)
        return self._made(t, (self,), lambda g: (g * (1 - t),))


@value.mistake("which number is subtracted from which in 2 - a?", loses="numbers")
class TurnedRound(Value):
    def __rsub__(self, other):
        return self - other


@value.mistake("how deep may Python's calls be nested?", loses="chain")
class Recursive(Value):
    def order(self):
        order, visited = [], set()

        def visit(node):
            if id(node) not in visited:
                visited.add(id(node))
                for p in node.parents:
                    visit(p)
                order.append(node)

        visit(self)
        return order[::-1]


@value.mistake("does a ** 3 multiply, or take a power?", loses="value gradient")
class TimesForPower(Value):
    def __pow__(self, n):
        return self * n if n > 0 else super().__pow__(n)
