"""Value: numbers that store how they were computed, and pass their gradient back."""

import numpy as np
from nngrader.engine import Steps, problem

from .common import DIGITS, ELSEWHERE


def evaluate(Value, program, numbers, n):
    letters = "abcdefgh"
    code = compile(program, "<program>", "exec")

    def run(n):
        here = {a: Value(float(x)) for a, x in zip(letters, numbers, strict=False)}
        if not all(hasattr(type(number), "backward") for number in here.values()):
            raise TypeError("Value(2.0) should return an object with a method backward")
        exec(code, {"__builtins__": {}, "range": range, "n": n}, here)
        return here

    def steps(n):
        y, counter = run(n)["y"], Steps()
        with counter:
            y.backward()
        return counter.steps

    here = run(n)
    here["y"].backward()
    grads = [here[letter].grad for letter in letters if letter in here]
    # an answer that walks along every path gets no correct gradient
    if n and steps(n) > 16 * steps(n // 2):
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
        "shape": (1, "numbers as `data` and `grad`"),
        "value": (4, "step 1: `data` and `grad`, half each"),
        "reuse": (
            13,
            "step 2: `grad`, half for inputs and half for results that are used twice",
        ),
        "operations": (
            5,
            "step 3: `data` and `grad`, a fifth of the points for each of these: `-`, `/` "
            "and `**`; the four functions; `relu` at 0 and below; plain numbers on the "
            "right; plain numbers on the left",
        ),
        "long": (
            1,
            "twelve times `y = y * b + y`, with 4,096 paths that `backward` must not follow "
            "separately",
        ),
    },
    forbidden={"all": ELSEWHERE},
)


@value.reference
class Value:
    """A number that stores which numbers it was computed from, and how.

    Value(2.0) has data = 2.0, a float, and grad = 0.0.
    You can combine two Values, or a Value and a plain number in either order, with + - * and /.
    In a ** k, the exponent k is a plain number. All of these operations, and the methods exp(),
    log(), tanh() and relu(), return a new Value.
    """

    def __init__(self, data):
        """Store data and grad, and make room for the parents and local derivatives."""
        self.data, self.grad, self.slopes = data, 0.0, ()

    def __add__(self, other):
        """Return the sum as a new Value that stores its parents and local derivatives."""
        other = self.number(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        """Return the product in the same way."""
        other = self.number(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def backward(self):
        """Set grad to 1, and add d(self)/d(number) to the grad of each earlier number."""
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
        order, visited, stack = [], set(), [(self, False)]
        while stack:
            number, done = stack.pop()
            if done:
                order.append(number)
            elif number not in visited:
                visited.add(number)
                stack.append((number, True))
                for earlier, _ in number.slopes:
                    stack.append((earlier, False))
        return order


value.example("c = a * b; y = c * a + c", np.array([2.0, 3.0]), 0)

# Each program of a set contains everything that an answer may get wrong, so each draw shows
# every mistake: every kind of power in ALL_FOUR; a + a, a * a and an earlier gradient in AGAIN.
EACH_ONCE = ("y = (a + b * c) * d + e", "y = a + b * (c + d * e)", "y = (a * b + c) * d + e")
TWICE = ("y = (a * a + a) * b", "y = (a + a * a) * b", "y = b * (a * a + a)")
AGAIN = (  # a short and a long path, on either side: no order is correct by chance
    ("a.grad = 4.0; c = a + a; d = c * c; y = (c + d * b) * (c * b + d) + a", "b"),
    ("a.grad = 4.0; c = a + a; d = b * b; y = (c + c * d) * (d * a + c) + b", "a"),
    ("a.grad = 4.0; c = a * a; d = c + c; y = (c + d * b) * (d + c * a) + b", "b"),
)
ALL_FOUR = (  # with an outer sum: a swapped difference doesn't flip the total sign
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
    """Variables with + and *, each used once."""
    program = EACH_ONCE[int(rng.integers(len(EACH_ONCE)))]
    return program, rng.uniform(0.5, 2.0, size=5), 0


@value.case("reuse", parts="grad")
def one_letter_twice(rng):
    """An input that is used twice."""
    return TWICE[int(rng.integers(len(TWICE)))], rng.uniform(0.5, 2.0, size=2), 0


@value.case("reuse", parts="grad")
def used_again(rng):
    """Inputs and results that are used several times, some with equal values."""
    program, one = AGAIN[int(rng.integers(len(AGAIN)))]
    numbers = rng.uniform(0.5, 2.0, size=2)
    numbers["ab".index(one)] = 1.0  # a product equals its other factor, but isn't this object
    return program, numbers, 0


@value.case("operations")
def minus_quotient_power(rng):
    """Variables with - / and **, each used once."""
    program = ALL_FOUR[int(rng.integers(len(ALL_FOUR)))]
    return program, rng.uniform(0.5, 2.0, size=5), 0


@value.case("operations")
def four_functions(rng):
    """Variables with exp, log, tanh and relu, each used once, on both sides of 0."""
    numbers = rng.uniform(0.5, 1.5, size=5) * np.array([1, 1, 1, 1, -1])
    numbers[1] += 1
    numbers[3] = 0.5 + 0.4 * (numbers[3] - 0.5)  # every draw has a relu of a number below 1
    return FUNCTIONS[int(rng.integers(len(FUNCTIONS)))], numbers, 0


@value.case("operations", hidden=1)
def relu_at_zero(rng):
    """The relu of exactly 0 and of negative numbers."""
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


@value.case("long", hidden=1, shown=False)
def many_paths(rng):
    """Twelve steps that each use the previous result twice, which gives 4,096 paths."""
    return "y = a\nfor _ in range(n):\n    y = y * b + y", rng.uniform(0.5, 1.0, size=2), 12


@value.alternative
class OfPowersAndProducts(Value):
    """Computes differences and quotients from sums, products and powers."""

    def __sub__(self, other):
        return self + -1 * self.number(other)

    def __rsub__(self, other):
        return -1 * self + other

    def __truediv__(self, other):
        return self * self.number(other) ** -1

    def __rtruediv__(self, other):
        return self**-1 * other


@value.alternative
class ByRules(Value):
    """Stores a function for the backward pass, as most students write it."""

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
    """Waits until every number that uses a number has passed its gradient back."""

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


OVERWRITES = (
    "When a number is used twice, your `grad` contains the gradient of only one use. What "
    "should happen to `grad` when the second gradient arrives?"
)
TOO_EARLY = (
    "Your `backward` passes a number's gradient on before all contributions to it have "
    "arrived. Which order prevents this?"
)
EARLY = {
    "stack.append((number, True))": "order.append(number)",
    "return order": "return order[::-1]",
}
REVERSED = {"for earlier, _ in number.slopes": "for earlier, _ in reversed(number.slopes)"}
PASSED = {"slope * number.grad": 'slope * getattr(number, "passed", number.grad)'}
PRODUCT = "(self, other.data), (other, self.data)"
SUM = "(self, 1.0), (other, 1.0)"
value.known(where="one_letter_twice used_again many_paths")["reuse long"] = {
    OVERWRITES: {"Overwrites": {"grad += slope": "grad = slope"}}
}

value.known(where="used_again")["reuse"] = {
    OVERWRITES: {"OverwritesTheOtherWayRound": {"grad += slope": "grad = slope"} | REVERSED},
    TOO_EARLY: {"TooEarlyTheOtherWayRound": EARLY | REVERSED},
    "Your `a + b` changes `a` itself. Which object should contain the sum?": {
        "AddsIntoItself": {
            "return self.made(self.data + other.data": "self.slopes += ((other, 1.0),)\n"
            "        self.data += other.data; return self\n"
            "        return self.made(self.data + other.data"
        }
    },
    "Your `backward` sets every `grad` to 0 first. What should happen to a `grad` that "
    "already had a value, according to the problem statement?": {
        "SetsToZero": {
            "        self.grad": "        for n in self.order(): n.grad = 0\n        self.grad"
        }
    },
    "In your `backward`, each number passes its gradient on only once, as soon as the first "
    "path reaches it. What happens to a gradient that arrives later, along a longer "
    "path?": {"OnceAtDiscovery": {"stack.pop()": "stack.pop(0)"} | EARLY},
}
value.known(where="used_again many_paths")["reuse long"] = {
    TOO_EARLY: {"TooEarly": EARLY},
    "Whenever a path reaches a number, your code passes on the number's whole `grad`, "
    "including gradients that it has already passed on. When is the `grad` of a number "
    "complete?": {
        "HandsOnTwiceByRules": {
            "for number in reversed(self.order()):\n": "stack = [self]\n"
            "        while stack:\n"
            "            number = stack.pop()\n"
            "            stack += [earlier for earlier, _ in reversed(number.slopes)]\n"
        }
    },
}
value.known["value"] = {
    "Your backward pass starts with the value of y. What is the derivative of y with respect "
    "to y?": {"BeginsWithItsValue": {"self.grad = 1.0": "self.grad = self.data"}},
    "In your product, each factor gets its own value as its derivative. How much does `a * b` "
    "increase when `a` increases by "
    "1?": {"FactorsNotExchanged": {PRODUCT: "(self, self.data), (other, other.data)"}},
    "Your product passes the upstream gradient to both factors unchanged. How much does `a * "
    "b` increase when `a` increases by 1?": {"ProductLikeSum": {PRODUCT: SUM}},
    "Your sum stores the local derivatives of a product. How much does `a + b` increase when "
    "`a` increases by 1?": {"SumLikeProduct": {SUM: PRODUCT}},
}
value.known["value reuse"] = {
    "Your code adds only the local derivative to each `grad`. What should you multiply it by "
    "first?": {"UpstreamForgotten": {"slope * number.grad": "slope"}},
    "In your product, each factor receives only the local derivative. What should you multiply "
    "it by?": {
        "UpstreamForgottenInProducts": {
            "return self.made(self.data * other": "y = self.made(self.data * other",
            "(other, self.data))": "(other, self.data)); y.passed = 1.0; return y",
        }
        | PASSED
    },
    "Your backward pass gives correct gradients only to the direct parents of y. Should it "
    "start from y, or from one of the "
    "inputs?": {"OrderNotReversed": {"reversed(self.order())": "self.order()"}},
}
value.known(where="minus_quotient_power")["operations"] = {
    "For `a - b`, your gradient with respect to `b` has the wrong sign. Does `a - b` "
    "increase or decrease when `b` increases?": {
        "MinusForgotten": {"(other, -1.0)": "(other, 1.0)"}
    },
    "For `a / b`, your gradient with respect to `b` has the wrong sign. If both are "
    "positive, does `a / b` increase or decrease when `b` increases?": {
        "QuotientGrows": {"-y / other.data": "y / other.data"}
    },
    "Your derivative of `a / b` with respect to `b` has the wrong magnitude. Which power of "
    "`b` should the denominator contain?": {"QuotientWithoutSquare": {"-y / other.data": "-y"}},
}
value.known(where="minus_quotient_power")["operations"] = {
    "Your derivative of `a ** k` is missing a factor. What is the derivative of `a ** 2` with "
    "respect to `a`?": {"PowerWithoutFactor": {"n * self.data": "self.data"}},
    "Your derivative of `a ** k` has the wrong exponent. What is the derivative of `a ** 2` "
    "with respect to `a`?": {"PowerNotLowered": {"(n - 1)": "n"}},
}
value.known(where="four_functions")["operations"] = {
    "Your derivative of `exp` follows the rule for powers. In exp(a), is `a` the base or the "
    "exponent?": {"ExpLikePower": {"(self, y)": "(self, self.data * np.exp(self.data - 1))"}},
    "Your `log` is the logarithm to base 10. Which base makes `log` the inverse of `exp`?": {
        "LogToBaseTenInData": {"np.log": "np.log10"}
    },
    "Your derivative of `log` is the input itself. Does the graph of ln a get steeper or "
    "flatter when `a` increases?": {"LogOfTheInput": {"1 / self.data": "self.data"}},
    "Your derivative of `tanh` is 1 minus tanh. Which power of tanh does the formula "
    "contain?": {"TanhWithoutSquare": {"1 - y**2": "1 - y"}},
    "Your derivative of `tanh` is 1 minus the square of the input. Does the formula contain "
    "the square of the input or of the "
    "output?": {"TanhOfTheInput": {"1 - y**2": "1 - self.data**2"}},
    "Your derivative of `tanh` is y (1 - y), which is the derivative of the sigmoid. Which "
    "derivative of tanh does the problem statement give?": {
        "TanhLikeSigmoid": {"1 - y**2": "y * (1 - y)"}
    },
}
value.known(where="number_on_the_left")["operations"] = {
    "Your code swaps the two sides of a difference when a plain number is on the left. Which "
    "number is subtracted in "
    "`3 - a`?": {"LeftDifferenceTurned": {"self.number(other) - self": "self - other"}},
    "Your code swaps the operands of a division when the left one is a plain number. Which "
    "number is the denominator in "
    "`2 / a`?": {"LeftQuotientTurned": {"self.number(other) / self": "self / other"}},
}

value.known(where="used_again four_functions")["reuse operations"] = {
    "Your `backward` treats two numbers with the same value as one number. How does it "
    "recognise a number that it has already visited?": {
        "EqualIsTheSame": {"number not ": "number.data not ", "add(number)": "add(number.data)"}
    }
}
value.known["reuse"] = {
    "Your code treats `a + a` as a single `a`. How many times does `a` appear among the "
    "parents of the "
    "sum?": {"KeepsASet": {"slope in number.slopes": "slope in dict(number.slopes).items()"}}
}


@value.mistake(
    "Whenever a path reaches a number, your code passes on the number's whole `grad`, "
    "including gradients that it has already passed on. When is the `grad` of a number "
    "complete?",
    loses="reuse long",
    where="used_again many_paths",
)
class HandsOnTwiceInDepth(Value):
    def backward(self):
        self.grad, ways = 1.0, [(self, iter(self.slopes))]
        while ways:
            number, rest = ways[-1]
            earlier, slope = next(rest, (None, 0.0))
            if earlier is None:
                ways.pop()
            else:
                earlier.grad += slope * number.grad
                ways.append((earlier, iter(earlier.slopes)))


@value.mistake(
    "Your `backward` follows every path separately, and the number of paths doubles whenever "
    "a result is used twice. How long must a number wait before it can pass on the sum of all "
    "its gradients at once?",
    loses="long",
    where="many_paths",
)
class WalksEveryWay(Value):
    def backward(self):
        reached = [(self, 1.0)]
        for number, gradient in reached:
            number.grad += gradient
            reached.extend((e, gradient * slope) for e, slope in number.slopes)


value.known(once=False)["value reuse operations long"] = {
    "Your gradients are all 0. What derivative does the backward pass start with at y, and "
    "does y pass it on to its parents?": {"NeverBegins": {"        self.grad = 1.0\n": ""}}
}


for wrong, member, loses, where in (  # quotients as powers and products are wrong too
    ("PowerWithoutFactor", "__pow__", "operations", "minus_quotient_power number_on_the_left"),
    ("PowerNotLowered", "__pow__", "operations", "minus_quotient_power number_on_the_left"),
    (
        "FactorsNotExchanged",
        "__mul__",
        "value operations",
        "each_once minus_quotient_power four_functions number_on_the_right number_on_the_left",
    ),
):
    mistake = value.mistakes[wrong]
    members = {member: getattr(mistake.solve, member)}
    value.mistake(mistake.hint, loses=loses, where=where)(
        type(f"{wrong}InQuotients", (OfPowersAndProducts,), members)
    )


for function, made in {
    "exp": "self.made(y, (self, y))",
    "log": "self.made(np.log(self.data), (self, 1 / self.data))",
    "tanh": "self.made(y, (self, 1 - y**2))",
    "relu": "self.made(max(self.data, 0.0), (self, float(self.data > 0)))",
}.items():
    value.mistake(
        f"Your `{function}` passes back only its local derivative. What should you multiply it "
        "by?",
        loses="operations",
        where="four_functions",
        name=f"UpstreamForgottenIn{function.title()}",
        edit=[(f"return {made}", f"y = {made}; y.passed = 1.0; return y"), *PASSED.items()],
    )

value.known(where="four_functions relu_at_zero")["operations"] = {
    "Your `relu` passes the gradient on for every input. For which inputs is max(0, a) flat?": {
        "ReluAlwaysOpen": {"float(self.data > 0)": "1.0"}
    }
}
value.known(where="four_functions")["operations"] = {
    "Your derivative of `log` is 1 divided by the logarithm. What is the derivative of ln a?": {
        "LogOfItsResult": {"1 / self.data))": "1 / np.log(self.data)))"}
    },
    "Your `relu` uses its own output as its derivative. What is the slope of max(0, a) if a is "
    "positive?": {"ReluTimesItself": {"float(self.data > 0)": "max(self.data, 0.0)"}},
}
value.known(where="minus_quotient_power")["operations"] = {
    "Your derivative of `a ** n` is `n * a ** n - 1`. Which operation does Python do first in "
    "`a ** n - 1`?": {"PowerBeforeMinus": {"self.data ** (n - 1)": "self.data**n - 1"}}
}
value.known(where="relu_at_zero")["operations"] = {
    "Your `relu` passes the gradient on when the input is exactly 0. Which value does the "
    "problem statement give for the derivative there?": {
        "ReluOpenAtZero": {"self.data > 0": "self.data >= 0"}
    }
}
