"""Value: numbers that remember how they were made, and hand their gradient back."""

import numpy as np
from nngrader.engine import Steps, problem

from .common import DIGITS, ELSEWHERE

POWERS = 10_000


def evaluate(Value, program, numbers, n):
    import gc

    letters = "abcdefgh"
    code = compile(program, "<program>", "exec")

    def run(n):
        here = {}
        for letter, number in zip(letters, numbers, strict=False):
            here[letter] = Value(float(number))
            if not hasattr(type(here[letter]), "backward"):
                raise TypeError(
                    "Value(2.0) is expected to give an object with a method backward"
                )
        exec(code, {"__builtins__": {}, "range": range, "n": n}, here)
        return here

    def steps(n):
        y, counter = run(n)["y"], Steps()
        with counter:
            y.backward()
        return counter.steps

    collects = gc.isenabled()
    gc.disable()  # nothing of a long chain is garbage: looking for it takes half of the time
    try:
        here = run(n)
        here["y"].backward()
    finally:
        if collects:
            gc.enable()
    grads = [here[letter].grad for letter in letters if letter in here]
    if 0 < n < 100 and steps(n) > 16 * steps(n // 2):  # every way by itself: known by this sign
        grads = [-1.0 - g if isinstance(g, float) else g for g in grads]
    return here["y"].data, grads


value = problem(
    "Value",
    rtol=DIGITS,
    driver=evaluate,
    lists=True,
    returns={"data": "value", "grad": "value"},
    entries={"numbers": "abcdefgh", "grad": "abcdefgh"},
    steps={
        "value": "+ and *, with each number used once",
        "reuse": "numbers and results that are used more than once",
        "operations": "the other operations, and plain numbers",
    },
    points={
        "shape": (1, "`data` and `grad` are numbers"),
        "value": (4, "step 1: `data` and `grad`, half each"),
        "reuse": (
            13,
            "step 2: `grad`; half where a letter is used twice, half where results are",
        ),
        "operations": (
            5,
            "step 3: `data` and `grad`, a fifth each: `-` `/` `**`; the four functions; "
            "`relu` at 0 and below; plain numbers on the right; on the left",
        ),
        "long": (
            1,
            "extra: 10,000 powers in a row, `y = y ** 0.9999`; twelve times `y = y * b + y`, "
            "where 4,096 paths lead back and `backward` may not walk each by itself",
        ),
    },
    forbidden={"all": ELSEWHERE},
)


@value.reference
class Value:
    """A number that remembers from which numbers it was made, and how.

    Value(2.0) has data = 2.0, a float, and grad = 0.0.
    + - * / of two numbers, one of which may be a plain number on either side, ** with a plain
    number as exponent, and exp() log() tanh() relu() return a new Value.
    """

    def __init__(self, data):
        """Keep data and grad, and room for what the number is made from."""
        self.data, self.grad, self.slopes = data, 0.0, ()

    def __add__(self, other):
        """Return the sum as a new Value that knows its parents and local derivatives."""
        other = self.number(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        """Return the product in the same way."""
        other = self.number(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def backward(self):
        """Set grad to 1; add to the grad of all behind the derivative of self by them."""
        self.grad = 1.0
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                earlier.grad += slope * number.grad

    def made(self, data, *slopes):
        result = type(self)(data)
        result.slopes = slopes
        return result

    def number(self, other):
        return other if isinstance(other, Value) else type(self)(other)

    def __sub__(self, other):
        other = self.number(other)
        return self.made(self.data - other.data, (self, 1.0), (other, -1.0))

    def __truediv__(self, other):
        other = self.number(other)
        y = self.data / other.data
        return self.made(y, (self, 1 / other.data), (other, -y / other.data))

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return self.number(other) - self

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self.number(other) / self

    def __pow__(self, n):
        return self.made(self.data**n, (self, n * self.data ** (n - 1)))

    def exp(self):
        y = np.exp(self.data)
        return self.made(y, (self, y))

    def log(self):
        return self.made(np.log(self.data), (self, 1 / self.data))

    def tanh(self):
        y = np.tanh(self.data)
        return self.made(y, (self, 1 - y**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, float(self.data > 0)))

    def order(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            number, done = stack.pop()
            if done:
                order.append(number)
            elif number not in seen:
                seen.add(number)
                stack.append((number, True))
                for earlier, _ in number.slopes:
                    stack.append((earlier, False))
        return order


value.example("c = a * b; y = c * a + c", np.array([2.0, 3.0]), 0)

# Every program of a set holds what a wrong answer may lack, so that no draw lets it pass: a
# power of each sort in ALL_FOUR, a + a, a * a and a gradient that was there before in AGAIN.
EACH_ONCE = (
    "y = (a + b * c) * d + e",
    "y = a + b * (c + d * e)",
    "y = (a * b + c) * d + e",
)
TWICE = ("y = (a * a + a) * b", "y = (a + a * a) * b", "y = b * (a * a + a)")
AGAIN = (  # a short way beside a long one, on either side: no order is right by luck
    ("a.grad = 4.0; c = a + a; d = c * c; y = (c + d * b) * (c * b + d) + a", "b"),
    ("a.grad = 4.0; c = a + a; d = b * b; y = (c + c * d) * (d * a + c) + b", "a"),
    ("a.grad = 4.0; c = a * a; d = c + c; y = (c + d * b) * (d + c * a) + b", "b"),
)
ALL_FOUR = (  # a sum outside: a turned difference turns no sign of the whole
    "y = (a - b ** 3) * c ** -2 / d + e ** 0.5",
    "y = a ** 3 / (b - c ** 0.5) + d ** -2 * e",
    "y = (a ** -2 - b ** 3) * c / d + e ** 0.5",
    "y = (a * b ** 3 - c ** -2) / d + e ** 0.5",
)
FUNCTIONS = (
    "y = a.exp() * b.log() - (c.tanh() + e.relu()) * d.relu()",
    "y = (a.exp() - d.relu()) * (c.tanh() + e.relu()) * b.log()",
    "y = a.exp() * ((c.tanh() + e.relu()) * b.log() - d.relu())",
)


@value.case("value", visible=2)
def each_once(rng):
    """Letters, each used once, with + and *."""
    program = EACH_ONCE[int(rng.integers(len(EACH_ONCE)))]
    return program, rng.uniform(0.5, 2.0, size=5), 0


@value.case("reuse", parts="grad")
def one_letter_twice(rng):
    """A letter that is used twice."""
    return TWICE[int(rng.integers(len(TWICE)))], rng.uniform(0.5, 2.0, size=2), 0


@value.case("reuse", parts="grad")
def used_again(rng):
    """Letters and results that are used several times, some of equal value."""
    program, one = AGAIN[int(rng.integers(len(AGAIN)))]
    numbers = rng.uniform(0.5, 2.0, size=2)
    numbers["ab".index(one)] = 1.0  # then a product is equal to its other factor, and not it
    return program, numbers, 0


@value.case("operations")
def minus_quotient_power(rng):
    """Letters, each used once, with - / **."""
    program = ALL_FOUR[int(rng.integers(len(ALL_FOUR)))]
    return program, rng.uniform(0.5, 2.0, size=5), 0


@value.case("operations")
def four_functions(rng):
    """Letters, each used once, with exp, log, tanh and relu, on both sides of 0."""
    numbers = rng.uniform(0.5, 1.5, size=5) * np.array([1, 1, 1, 1, -1])
    numbers[1] += 1
    numbers[3] = 0.5 + 0.4 * (numbers[3] - 0.5)  # relu of a number below 1, on every draw
    return FUNCTIONS[int(rng.integers(len(FUNCTIONS)))], numbers, 0


@value.case("operations", hidden=1)
def relu_at_zero(rng):
    """The relu of exactly 0, and of numbers below."""
    numbers = rng.uniform(0.5, 2.0, size=4) * np.array([0, -1, -1, 1])
    return "y = a.relu() - b.relu() + c.relu() + d", numbers, 0


@value.case("operations")
def number_on_the_right(rng):
    """Plain numbers on the right of + - * /."""
    return "y = ((a + 2) * 3 - 4) / 5", rng.uniform(0.5, 2.0, size=1), 0


@value.case("operations")
def number_on_the_left(rng):
    """Plain numbers on the left of + - * /."""
    return "y = 2 / a * (3 - 4 * (5 + b))", rng.uniform(0.5, 2.0, size=2), 0


@value.case("long", hidden=1)
def long_chain(rng):
    """A chain of 10,000 powers."""
    return (
        "y = a\nfor _ in range(n):\n    y = y ** 0.9999",
        rng.uniform(0.5, 2.0, size=1),
        POWERS,
    )


@value.case("long", hidden=1, shown=False)
def many_paths(rng):
    """Twelve steps that each use the last result twice, so that 4,096 ways lead back."""
    return "y = a\nfor _ in range(n):\n    y = y * b + y", rng.uniform(0.5, 1.0, size=2), 12


@value.alternative
class InOrderOfBirth(Value):
    """Sorts by a running number that each one gets when it is made."""

    born = 0

    def __init__(self, data):
        super().__init__(data)
        InOrderOfBirth.born += 1
        self.birth = InOrderOfBirth.born

    def order(self):
        found, left = {self.birth: self}, [self]
        for number in left:
            for earlier, _ in number.slopes:
                if earlier.birth not in found:
                    found[earlier.birth] = earlier
                    left.append(earlier)
        return [found[birth] for birth in sorted(found)]


@value.alternative
class ByRules(Value):
    """Keeps a function for the way back, as most write it."""

    def made(self, data, *slopes):
        result = super().made(data, *slopes)

        def rule():
            for earlier, slope in slopes:
                earlier.grad = earlier.grad + slope * result.grad

        result.rule = rule
        return result

    def backward(self):
        self.grad = 1.0
        for number in self.order()[::-1]:
            if number.slopes:
                number.rule()


@value.alternative
class InWaves(Value):
    """Waits until all that was made of a number has handed its gradient back."""

    def backward(self):
        waiting = dict.fromkeys(self.order(), 0)
        for number in waiting:
            for earlier, _ in number.slopes:
                waiting[earlier] += 1
        self.grad, ready = 1.0, [self]
        for number in ready:
            for earlier, slope in number.slopes:
                earlier.grad += slope * number.grad
                waiting[earlier] -= 1
                ready += [earlier] * (waiting[earlier] == 0)


@value.alternative
class OfPowersAndProducts(Value):
    """Makes differences and quotients of sums, products and powers."""

    def __sub__(self, other):
        return self + -1 * self.number(other)

    def __rsub__(self, other):
        return -1 * self + other

    def __truediv__(self, other):
        return self * self.number(other) ** -1

    def __rtruediv__(self, other):
        return self**-1 * other


@value.mistake(
    "a number that is used twice keeps the gradient of one use alone. What should happen to "
    "grad when a second one comes?",
    loses="reuse long",
    where="one_letter_twice used_again many_paths",
)
class Overwrites(Value):
    def backward(self):
        self.grad = 1.0
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                earlier.grad = slope * number.grad


@value.mistake(
    "a number that is used twice keeps the gradient of one use alone. What should happen to "
    "grad when a second one comes?",
    loses="reuse",
    where="used_again",
)
class OverwritesTheOtherWayRound(Value):
    """Goes to the left one of two numbers first, so that another gradient is the last."""

    def order(self):
        order, seen, stack = [], {self}, [(self, iter(self.slopes))]
        while stack:
            _, left = stack[-1]
            earlier = next((e for e, _ in left if e not in seen), None)
            if earlier is None:
                order.append(stack.pop()[0])
            else:
                seen.add(earlier)
                stack.append((earlier, iter(earlier.slopes)))
        return order

    def backward(self):
        self.grad = 1.0
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                earlier.grad = slope * number.grad


@value.mistake(
    "a number that is used twice keeps the gradient of one use alone. What should happen to "
    "grad when a second one comes?",
    loses="reuse long",
    where="one_letter_twice used_again many_paths",
)
class KeepsTheFirst(Value):
    def backward(self):
        self.grad = 1.0
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                earlier.grad = earlier.grad or slope * number.grad


@value.mistake(
    "two numbers of equal value are taken for one. By what does backward know a number that it "
    "has met before?",
    loses="reuse operations",
    where="used_again four_functions",
)
class EqualIsTheSame(Value):
    def order(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            number, done = stack.pop()
            if done:
                order.append(number)
            elif number.data not in seen:
                seen.add(number.data)
                stack.append((number, True))
                for earlier, _ in number.slopes:
                    stack.append((earlier, False))
        return order


@value.mistake(
    "a + b is written into a itself. Which number should hold the sum?",
    loses="reuse",
    where="used_again",
)
class AddsIntoItself(Value):
    def __add__(self, other):
        other = self.number(other)
        self.data += other.data
        self.slopes = (*self.slopes, (other, 1.0))
        return self


@value.mistake(
    "backward sets every grad to 0 first. What was there before, and what does the text say is "
    "done with it?",
    loses="reuse",
    where="used_again",
)
class SetsToZero(Value):
    def backward(self):
        for number in self.order():
            number.grad = 0.0
        super().backward()


@value.mistake(
    "a + a counts as one a. How often does a stand among the numbers that the sum was made "
    "from?",
    loses="reuse",
)
class KeepsASet(Value):
    def backward(self):
        self.grad = 1.0
        for number in reversed(self.order()):
            for earlier, slope in dict(number.slopes).items():
                earlier.grad += slope * number.grad


@value.mistake(
    "a number hands its gradient on before everything that was made from it has added its own. "
    "In which order must they come?",
    loses="reuse long",
    where="used_again many_paths",
)
class TooEarly(Value):
    def order(self):
        order, seen, stack = [], set(), [self]
        while stack:
            number = stack.pop()
            if number not in seen:
                seen.add(number)
                order.append(number)
                stack.extend(earlier for earlier, _ in number.slopes)
        return order[::-1]


@value.mistake(
    "a number hands its gradient on before everything that was made from it has added its own. "
    "In which order must they come?",
    loses="reuse",
    where="used_again",
)
class TooEarlyTheOtherWayRound(Value):
    """Appends a number before it visits its parents, the left one first."""

    def order(self):
        order, seen, stack = [], set(), [self]
        while stack:
            number = stack.pop()
            if number not in seen:
                seen.add(number)
                order.append(number)
                stack.extend(earlier for earlier, _ in reversed(number.slopes))
        return order[::-1]


@value.mistake(
    "each number hands on as soon as one way has led to it, and once alone. What of that which "
    "a longer way brings to it afterwards?",
    loses="reuse",
    where="used_again",
)
class OnceAtDiscovery(Value):
    def backward(self):
        self.grad, reached, done = 1.0, [self], {self}
        for number in reached:
            for earlier, slope in number.slopes:
                earlier.grad += slope * number.grad
                if earlier not in done:
                    done.add(earlier)
                    reached.append(earlier)


@value.mistake(
    "each time that a number is reached it hands on all of its grad, also what it has handed "
    "on before. When is its grad complete?",
    loses="reuse long",
    where="used_again many_paths",
)
class HandsOnTwice(Value):
    def backward(self):
        self.grad, reached = 1.0, [self]
        for number in reached:
            for earlier, slope in number.slopes:
                earlier.grad += slope * number.grad
                reached.append(earlier)


@value.mistake(
    "each time that a number is reached it hands on all of its grad, also what it has handed "
    "on before. When is its grad complete?",
    loses="reuse long",
    where="used_again many_paths",
)
class HandsOnTwiceByRules(Value):
    """Hands on to all its parents, then lets the first of them do so, and all behind it."""

    def backward(self):
        self.grad, stack = 1.0, [self]
        while stack:
            number = stack.pop()
            for earlier, slope in number.slopes:
                earlier.grad += slope * number.grad
            stack.extend(earlier for earlier, _ in reversed(number.slopes))


@value.mistake(
    "each time that a number is reached it hands on all of its grad, also what it has handed "
    "on before. When is its grad complete?",
    loses="reuse long",
    where="used_again many_paths",
)
class HandsOnTwiceInDepth(Value):
    def backward(self):
        self.grad, ways = 1.0, [iter(self.slopes)]
        given = [self]
        while ways:
            step = next(ways[-1], None)
            if step is None:
                ways.pop()
                given.pop()
            else:
                earlier, slope = step
                earlier.grad += slope * given[-1].grad
                ways.append(iter(earlier.slopes))
                given.append(earlier)


@value.mistake(
    "every path back is walked by itself, and where a result is used twice their number "
    "doubles. When could you pass on the gradients of all of them at once?",
    loses="long",
    where="many_paths",
)
class WalksEveryWay(Value):
    def backward(self):
        reached = [(self, 1.0)]
        for number, gradient in reached:
            number.grad += gradient
            reached.extend((e, gradient * slope) for e, slope in number.slopes)


@value.mistake(
    "every gradient is 0. With which derivative does the backward pass begin at y, and does "
    "anything hand it on to the numbers that y was made from?",
    loses="value reuse operations long",
    once=False,
)
class NeverBegins(Value):
    def backward(self):
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                earlier.grad += slope * number.grad


@value.mistake(
    "the backward pass begins with the value of y. What is the derivative of y with "
    "respect to y?",
    loses="value",
)
class BeginsWithItsValue(Value):
    def backward(self):
        self.grad = self.data
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                earlier.grad += slope * number.grad


@value.mistake(
    "each number gets the local derivative alone. By which gradient, that of the result, is it "
    "multiplied?",
    loses="value reuse",
)
class UpstreamForgotten(Value):
    def backward(self):
        self.grad = 1.0
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                earlier.grad += slope


@value.mistake(
    "in a product each factor gets the local derivative alone. By which gradient, that of the "
    "result, is it multiplied?",
    loses="value reuse",
)
class UpstreamForgottenInProducts(Value):
    def __mul__(self, other):
        result = super().__mul__(other)
        result.alone = True
        return result

    def backward(self):
        self.grad = 1.0
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                earlier.grad += slope * (1.0 if hasattr(number, "alone") else number.grad)


@value.mistake(
    "data is a whole number: what stands behind the point is lost. What does int do with 0.9?",
    loses="value reuse operations long",
    once=False,
)
class WholeNumbers(Value):
    def __init__(self, data):
        super().__init__(np.trunc(np.float64(data)))


@value.mistake(
    "only the numbers from which y was made directly get a gradient that is right. With which "
    "number does the backward pass begin: with y, or with the letters?",
    loses="value reuse",
)
class OrderNotReversed(Value):
    def backward(self):
        self.grad = 1.0
        for number in self.order():
            for earlier, slope in number.slopes:
                earlier.grad += slope * number.grad


@value.mistake(
    "of the two numbers that a result was made from, only the first gets a gradient. Over how "
    "many of them does your loop run?",
    loses="value reuse",
)
class FirstParentAlone(Value):
    def backward(self):
        self.grad = 1.0
        for number in reversed(self.order()):
            for earlier, slope in number.slopes[:1]:
                earlier.grad += slope * number.grad


@value.mistake(
    "of the two numbers that a result was made from, each gets half of the gradient. By which "
    "gradient, that of the result, is the local derivative multiplied?",
    loses="value reuse",
)
class GradientSharedOut(Value):
    def backward(self):
        self.grad = 1.0
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                earlier.grad += slope * number.grad / len(number.slopes)


@value.mistake(
    "in a product each factor gets its own value as derivative. By how much does a * b "
    "grow when a grows by 1?",
    loses="value",
)
class FactorsNotExchanged(Value):
    def __mul__(self, other):
        other = self.number(other)
        return self.made(self.data * other.data, (self, self.data), (other, other.data))


@value.mistake(
    "the gradient above goes to both factors as it is. By how much does a * b grow when a "
    "grows by 1?",
    loses="value",
)
class ProductLikeSum(Value):
    def __mul__(self, other):
        other = self.number(other)
        return self.made(self.data * other.data, (self, 1.0), (other, 1.0))


@value.mistake(
    "a sum hands on the local derivatives of a product. By how much does a + b grow when a "
    "grows by 1?",
    loses="value",
)
class SumLikeProduct(Value):
    def __add__(self, other):
        other = self.number(other)
        return self.made(self.data + other.data, (self, other.data), (other, self.data))


@value.mistake(
    "a sum shares its gradient out between the two numbers. By how much does a + b grow when a "
    "grows by 1?",
    loses="value",
)
class SumOfHalves(Value):
    def __add__(self, other):
        other = self.number(other)
        return self.made(self.data + other.data, (self, 0.5), (other, 0.5))


@value.mistake(
    "in a sum each number gets its own value as derivative. By how much does a + b grow when a "
    "grows by 1?",
    loses="value",
)
class SumOfItsOwnValues(Value):
    def __add__(self, other):
        other = self.number(other)
        return self.made(self.data + other.data, (self, self.data), (other, other.data))


@value.mistake(
    "what happens to a - b when b grows?",
    loses="operations",
    where="minus_quotient_power",
)
class MinusForgotten(Value):
    def __sub__(self, other):
        other = self.number(other)
        return self.made(self.data - other.data, (self, 1.0), (other, 1.0))


@value.mistake(
    "does a / b grow or fall when b grows?",
    loses="operations",
    where="minus_quotient_power",
)
class QuotientGrows(Value):
    def __truediv__(self, other):
        other = self.number(other)
        y = self.data / other.data
        return self.made(y, (self, 1 / other.data), (other, y / other.data))


@value.mistake(
    "the derivative of a / b with respect to b has the wrong size. Which power of b "
    "stands in its denominator?",
    loses="operations",
    where="minus_quotient_power",
)
class QuotientWithoutSquare(Value):
    def __truediv__(self, other):
        other = self.number(other)
        y = self.data / other.data
        return self.made(y, (self, 1 / other.data), (other, -y))


@value.mistake(
    "in a quotient the two local derivatives have changed places. What is the derivative of "
    "a / b with respect to a?",
    loses="operations",
    where="minus_quotient_power",
)
class QuotientExchanged(Value):
    def __truediv__(self, other):
        other = self.number(other)
        y = self.data / other.data
        return self.made(y, (self, -y / other.data), (other, 1 / other.data))


@value.mistake(
    "a quotient is cut to a whole number. Which of / and // keeps what stands behind the "
    "point?",
    loses="operations",
    where="minus_quotient_power",
)
class QuotientCut(Value):
    def __truediv__(self, other):
        other = self.number(other)
        slope = -self.data / other.data**2
        return self.made(self.data // other.data, (self, 1 / other.data), (other, slope))


@value.mistake(
    "in the derivative of a ** n a factor is missing. What is the derivative of a ** 2 with "
    "respect to a?",
    loses="operations long",
    where="minus_quotient_power long_chain",
)
class PowerWithoutFactor(Value):
    def __pow__(self, n):
        return self.made(self.data**n, (self, self.data ** (n - 1)))


@value.mistake(
    "the derivative of a ** n has the wrong exponent. What is the derivative of a ** 2 with "
    "respect to a?",
    loses="operations long",
    where="minus_quotient_power long_chain",
)
class PowerNotLowered(Value):
    def __pow__(self, n):
        return self.made(self.data**n, (self, n * self.data**n))


@value.mistake(
    "in the derivative of a ** n a factor is missing. What is the derivative of a ** 2 with "
    "respect to a?",
    loses="operations long",
    where="minus_quotient_power number_on_the_left",
)
class PowerWithoutFactorInQuotients(OfPowersAndProducts):
    """Makes quotients of powers, so that they are wrong by the same mistake."""

    __pow__ = PowerWithoutFactor.__pow__


@value.mistake(
    "the derivative of a ** n has the wrong exponent. What is the derivative of a ** 2 with "
    "respect to a?",
    loses="operations long",
    where="minus_quotient_power number_on_the_left",
)
class PowerNotLoweredInQuotients(OfPowersAndProducts):
    """Makes quotients of powers, so that they are wrong by the same mistake."""

    __pow__ = PowerNotLowered.__pow__


@value.mistake(
    "a ** k is made of k factors here. What comes out for k = 0.5, and what for k = -2?",
    loses="operations long",
    where="minus_quotient_power long_chain",
)
class PowerOfWholeNumbers(Value):
    def __pow__(self, n):
        result = self
        for _ in range(int(n) - 1):
            result = result * self
        return result


@value.mistake(
    "exp is differentiated like a power. In exp(a), what grows: the base or the exponent?",
    loses="operations",
    where="four_functions",
)
class ExpLikePower(Value):
    def exp(self):
        return self.made(np.exp(self.data), (self, self.data * np.exp(self.data - 1)))


@value.mistake(
    "the logarithm is to base 10 here. Of which base does the text speak, by its name log and "
    "as the inverse of exp?",
    loses="operations",
    where="four_functions",
)
class LogToBaseTen(Value):
    def log(self):
        return self.made(np.log10(self.data), (self, 1 / (self.data * np.log(10))))


@value.mistake(
    "the logarithm is to base 10 here. Of which base does the text speak, by its name log and "
    "as the inverse of exp?",
    loses="operations",
    where="four_functions",
)
class LogToBaseTenInData(Value):
    def log(self):
        return self.made(np.log10(self.data), (self, 1 / self.data))


@value.mistake(
    "the derivative of log is its input here. One divided by what should it be?",
    loses="operations",
    where="four_functions",
)
class LogOfTheInput(Value):
    def log(self):
        return self.made(np.log(self.data), (self, self.data))


@value.mistake(
    "the derivative of log is one divided by the result here. One divided by what should "
    "it be?",
    loses="operations",
    where="four_functions",
)
class LogOfTheResult(Value):
    def log(self):
        y = np.log(self.data)
        return self.made(y, (self, 1 / y))


@value.mistake(
    "log takes its own value for its derivative, as exp does. Of which function of a is log(a) "
    "the integral?",
    loses="operations",
    where="four_functions",
)
class LogValueForSlope(Value):
    def log(self):
        y = np.log(self.data)
        return self.made(y, (self, y))


@value.mistake(
    "the derivative of tanh is 1 minus tanh here. What is squared in it?",
    loses="operations",
    where="four_functions",
)
class TanhWithoutSquare(Value):
    def tanh(self):
        y = np.tanh(self.data)
        return self.made(y, (self, 1 - y))


@value.mistake(
    "the derivative of tanh is 1 minus a square. The square of what: of the input, or of the "
    "output?",
    loses="operations",
    where="four_functions",
)
class TanhOfTheInput(Value):
    def tanh(self):
        return self.made(np.tanh(self.data), (self, 1 - self.data**2))


@value.mistake(
    "the derivative of tanh is 1 plus a square here, so it is largest far from 0. Where is "
    "tanh steepest?",
    loses="operations",
    where="four_functions",
)
class TanhPlusSquare(Value):
    def tanh(self):
        y = np.tanh(self.data)
        return self.made(y, (self, 1 + y**2))


@value.mistake(
    "tanh has the derivative of the sigmoid here, y (1 - y). Between which two values does "
    "tanh lie?",
    loses="operations",
    where="four_functions",
)
class TanhLikeSigmoid(Value):
    def tanh(self):
        y = np.tanh(self.data)
        return self.made(y, (self, y * (1 - y)))


class OneAlone(Value):
    """Forgets the upstream gradient in one of its functions."""

    def backward(self):
        self.grad = 1.0
        for number in reversed(self.order()):
            for earlier, slope in number.slopes:
                earlier.grad += slope * (1.0 if hasattr(number, "alone") else number.grad)


FORGOTTEN = (
    "{} hands its local derivative back alone. By which gradient, that of the result, is it "
    "multiplied?"
)


@value.mistake(FORGOTTEN.format("exp"), loses="operations", where="four_functions")
class UpstreamForgottenInExp(OneAlone):
    def exp(self):
        result = super().exp()
        result.alone = True
        return result


@value.mistake(FORGOTTEN.format("log"), loses="operations", where="four_functions")
class UpstreamForgottenInLog(OneAlone):
    def log(self):
        result = super().log()
        result.alone = True
        return result


@value.mistake(FORGOTTEN.format("tanh"), loses="operations", where="four_functions")
class UpstreamForgottenInTanh(OneAlone):
    def tanh(self):
        result = super().tanh()
        result.alone = True
        return result


@value.mistake(FORGOTTEN.format("relu"), loses="operations", where="four_functions")
class UpstreamForgottenInRelu(OneAlone):
    def relu(self):
        result = super().relu()
        result.alone = True
        return result


@value.mistake(
    "relu passes its gradient on whatever the input was. Where is max(0, a) flat?",
    loses="operations",
    where="four_functions relu_at_zero",
)
class ReluAlwaysOpen(Value):
    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0))


@value.mistake(
    "below 0 relu lets a small part through. What is max(0, a) there?",
    loses="operations",
    where="four_functions relu_at_zero",
)
class ReluLeaks(Value):
    def relu(self):
        slope = 1.0 if self.data > 0 else 0.01
        return self.made(slope * self.data, (self, slope))


@value.mistake(
    "below 0 the derivative of relu is small here, and not 0. Where is max(0, a) flat?",
    loses="operations",
    where="four_functions relu_at_zero",
)
class ReluLeaksBackwards(Value):
    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.01))


@value.mistake(
    "at exactly 0 relu passes the gradient on. Which derivative does the text give it there?",
    loses="operations",
    where="relu_at_zero",
)
class ReluOpenAtZero(Value):
    def relu(self):
        return self.made(max(self.data, 0.0), (self, float(self.data >= 0)))


@value.mistake(
    "relu takes its own value for its derivative. What is the derivative of max(0, a) above 0?",
    loses="operations",
    where="four_functions",
)
class ReluValueForSlope(Value):
    def relu(self):
        y = max(self.data, 0.0)
        return self.made(y, (self, y))


@value.mistake(
    "relu asks here whether the gradient is positive. Whose sign did it look at on the way "
    "forwards?",
    loses="operations",
    where="four_functions relu_at_zero",
)
class ReluOfTheGradient(Value):
    def relu(self):
        result = self.made(max(self.data, 0.0), (self, 1.0))
        result.cut = True
        return result

    def backward(self):
        self.grad = 1.0
        for number in reversed(self.order()):
            gradient = max(number.grad, 0.0) if hasattr(number, "cut") else number.grad
            for earlier, slope in number.slopes:
                earlier.grad += slope * gradient


@value.mistake(
    "with a number on the left the difference is turned round. Which is subtracted from which "
    "in 3 - a?",
    loses="operations",
    where="number_on_the_left",
)
class LeftDifferenceTurned(Value):
    def __rsub__(self, other):
        return self - other


@value.mistake(
    "with a number on the left the quotient is turned round. Which is divided by which in "
    "2 / a?",
    loses="operations",
    where="number_on_the_left",
)
class LeftQuotientTurned(Value):
    def __rtruediv__(self, other):
        return self / other
