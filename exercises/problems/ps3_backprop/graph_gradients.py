"""graph_gradients: backpropagation by hand through a graph with numbers, judged gate by gate.

The numbers stand in the notebook and are the same for everybody, in the check and in the
grading. What is judged is each step by itself: whether a gradient follows from the student's
own gradients further up, or is right in itself. So one slip costs one step, and its hint names
the gate where it happened.
The measure finds the slopes of the gates by differences, and what is compared is how far a step
is off; the release holds neither the gradients nor the rules by which they are found.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE


def as_typed(by_student, inputs):
    gradients = by_student()
    if not isinstance(gradients, dict):
        return gradients, None
    numbers, asked = [], ("d", "t", "z", "v", "h", "a", "b", "w", "x")
    for name in asked:
        number = dict.get(gradients, name)
        if isinstance(number, str | bytes | bool) or np.ndim(number) != 0:
            return np.zeros(0), name
        try:  # a Fraction is a number, too
            numbers.append(float(number))
        except (TypeError, ValueError):
            return np.zeros(0), name
    return np.array(numbers), len(asked)


def gate_by_gate(args, typed, many):
    asked = ("d", "t", "z", "v", "h", "a", "b", "w", "x")
    if not args["inputs"]:  # the example is another graph
        return tuple(np.zeros(2) for _ in asked)
    if typed is None or typed.shape != (9,) or many is None:
        raise ValueError(
            "expected a dict with a number for each of d, t, z, v, h, a, b, w and x. Which "
            "name is missing, or has no number?"
        )
    if not np.isfinite(typed).all():
        raise ValueError("each of the nine is a finite number. Which one is not?")
    values = dict(args["inputs"])
    gates = {
        "a": lambda w, x, b: w * x + b,
        "h": lambda a: max(a, 0.0),
        "z": lambda v, h: v * h,
        "d": lambda z, x, t: z + x - t,
        "L": lambda d: d**2,
    }
    for name, gate in gates.items():
        read = gate.__code__.co_varnames
        values[name] = gate(*(values[n] for n in read))
    if np.allclose(typed, [values[name] for name in asked]):
        raise ValueError(
            "these are the values on the way forward. What does each say about L: by how much "
            "does L grow if the node grows by 1?"
        )
    closed = not typed[[5, 6, 7]].any()  # a, b and w: as if nothing came through the ReLU
    if len(set(typed.tolist())) < 3 or np.count_nonzero(typed) < (6 if closed else 7):
        raise ValueError(
            "the nine gradients are more than one or two numbers, and not so many are 0. Which "
            "have you not worked out yet?"
        )
    found = dict(zip(asked, typed.tolist(), strict=True)) | {"L": 1.0}

    def slope(gate, by):
        read, ends = gate.__code__.co_varnames, []
        for step in (0.001, -0.001):
            ends.append(gate(*(values[n] + step * (n == by) for n in read)))
        return (ends[0] - ends[1]) / 0.002

    off, true = [], {"L": 1.0}
    for name in asked:
        read = {n: g for n, g in gates.items() if name in g.__code__.co_varnames}
        steps = [(found[n], slope(gate, name)) for n, gate in read.items()]
        follows = sum(above * s for above, s in steps)
        true[name] = sum(true[n] * slope(gate, name) for n, gate in read.items())
        share = round((found[name] - follows) / (abs(steps[0][0]) or 1.0), 4) + 0.0
        if abs(found[name] - true[name]) < 0.0001:  # right in spite of a slip further up
            share = 0.0
        off.append([share, float(share != 0)])  # so that no multiple looks like another
    return tuple(off)


graph = problem(
    "graph_gradients",
    driver=as_typed,
    measure=gate_by_gate,
    observed=("what graph_gradients() gives", "names"),
    returns={
        "d": "value",
        "t": "value",
        "z": "value",
        "v": "products",
        "h": "products",
        "a": "value",
        "b": "value",
        "w": "products",
        "x": "paths",
    },
    wrong={
        "d": "L is the square of d. What is the derivative of a square, and at which number?",
        "t": "d = z + x - t. If t grows by 1, what becomes of d, and then of L?",
        "z": "z is added to others. If it grows by 1, by how much does the sum grow?",
        "v": "z = v h. If v grows by 1, by how much does z grow?",
        "h": "z = v h. If h grows by 1, by how much does z grow?",
        "a": "h = max(0, a). If a grows by 1, by how much does h grow?",
        "b": "b is added to p. If it grows by 1, by how much does the sum grow?",
        "w": "w is multiplied by x, and the product added to b. If w grows by 1, by how much "
        "does a grow?",
        "x": "two paths lead from x to L. What is the gradient along each of them?",
    },
    points={
        "shape": (0.5, "a dict of nine numbers with these names"),
        "value": (2, "`d`, `t`, `z`, `a` and `b`: squares, sums, a difference, a ReLU"),
        "products": (2, "`v`, `h` and `w`, which are multiplied"),
        "paths": (1.5, "`x`, which goes to two places"),
    },
    forbidden={"all": ELSEWHERE},
)


@graph.reference
def graph_gradients():
    """The gradient of L with respect to nine nodes of the graph above, worked out by hand.

    Returns a dict with the names d, t, z, v, h, a, b, w and x, and a number for each.
    """
    return {
        "d": -5,
        "t": 5,
        "z": -5,
        "v": -25,
        "h": -2.5,
        "a": -2.5,
        "b": -2.5,
        "w": -10,
        "x": -12.5,
    }


graph.example({})

INPUTS = {"x": 4.0, "w": 3.0, "b": -7.0, "v": 0.5, "t": 9.0}


@graph.case("value", hidden=1)
def the_graph(rng):
    """The graph of the notebook."""
    return INPUTS


def backwards(
    square=lambda d: 2 * d,
    minus=lambda up: -up,
    plus=lambda up, other: up,
    times=lambda up, mine, other: up * other,
    relu=lambda up, h: up,
    meet=lambda one, other: one + other,
):
    """Return all nine gradients, by rules of which some may be wrong."""
    x, w, b, v, t = INPUTS.values()
    h = p = w * x + b
    d = v * h + x - t
    g = {"d": square(d)}
    g["t"], g["z"], through = minus(g["d"]), plus(g["d"], x), plus(g["d"], v * h)
    g["v"], g["h"] = times(g["z"], v, h), times(g["z"], h, v)
    g["a"] = relu(g["h"], h)
    g["b"], gp = plus(g["a"], p - b), plus(g["a"], b)
    g["w"] = times(gp, w, x)
    g["x"] = meet(times(gp, x, w), through)
    return g


@graph.alternative
def step_by_step():
    return backwards()


@graph.alternative
def by_moving_each_node():
    def L(**moved):
        n = INPUTS | moved
        n.setdefault("a", n["w"] * n["x"] + n["b"])
        n.setdefault("h", max(0.0, n["a"]))
        n.setdefault("z", n["v"] * n["h"])
        n.setdefault("d", n["z"] + n["x"] - n["t"])
        return n["d"] ** 2

    now = INPUTS | {"a": 5, "h": 5, "z": 2.5, "d": -2.5}
    return {k: (L(**{k: u + 0.01}) - L(**{k: u - 0.01})) / 0.02 for k, u in now.items()}


@graph.alternative
def as_numbers_of_numpy():
    upstream = np.float64(2 * -2.5)
    answer = dict.fromkeys("dz", upstream) | {"t": -upstream, "v": upstream * 5}
    answer |= dict.fromkeys("hab", upstream * np.float32(0.5))
    return answer | {"w": answer["a"] * 4, "x": answer["a"] * 3 + upstream}


@graph.mistake(
    "L = d * d, so d stands there twice. How fast does a square grow?", loses="value"
)
def square_without_its_two():
    return backwards(square=lambda d: d)


@graph.mistake(
    "d and all that follows from it has the sign turned. If d grew by a little, would L grow "
    "or shrink?",
    loses="value",
)
def turned_round():
    return backwards(square=lambda d: -2 * d)


@graph.mistake(
    "this is the square itself, not its derivative. How is d ** 2 differentiated?",
    loses="value",
)
def value_for_slope():
    return backwards(square=lambda d: d * d)


@graph.mistake("t is subtracted. If it grows, does d grow?", loses="value")
def minus_forgotten():
    return backwards(minus=lambda up: up)


@graph.mistake(
    "at a sum the upstream gradient was multiplied by the other number. Does the sum grow "
    "faster when the other number is large?",
    loses="value products paths",
)
def sum_like_a_product():
    return backwards(plus=lambda up, other: up * other)


@graph.mistake(
    "at a product the upstream gradient was multiplied by the node's own value. Which "
    "number decides how fast a product grows with this one?",
    loses="products paths",
)
def product_not_switched():
    return backwards(times=lambda up, mine, other: up * mine)


@graph.mistake(
    "this is the derivative of one product alone. Which upstream gradient is it multiplied by?",
    loses="products paths",
)
def upstream_forgotten():
    return backwards(times=lambda up, mine, other: other)


@graph.mistake(
    "at a product the upstream gradient was passed on unchanged. How fast does v h grow "
    "with v?",
    loses="products paths",
)
def product_like_a_sum():
    return backwards(times=lambda up, mine, other: up)


@graph.mistake(
    "the upstream gradient was added to the other number. What does the chain rule do "
    "with the two?",
    loses="products paths",
)
def product_added():
    return backwards(times=lambda up, mine, other: up + other)


@graph.mistake(
    "at max(0, a) the upstream gradient was multiplied by its value. What is its "
    "derivative where a is above 0?",
    loses="value",
)
def relu_by_its_value():
    return backwards(relu=lambda up, h: up * h)


@graph.mistake("max(0, a) passed no gradient on. Is a above 0 here, or below?", loses="value")
def gate_closed():
    return backwards(relu=lambda up, h: 0.0)


@graph.mistake(
    "this is the derivative of max(0, a) alone. Which upstream gradient is it multiplied by?",
    loses="value",
)
def relu_without_upstream():
    return backwards(relu=lambda up, h: 1)


@graph.mistake(
    "only the gradient through the product is here. Where else does x enter?", loses="paths"
)
def one_path_lost():
    return backwards(meet=lambda one, other: one)


@graph.mistake(
    "only the gradient through the last sum is here. Where else does x enter?", loses="paths"
)
def other_path_lost():
    return backwards(meet=lambda one, other: other)


@graph.mistake(
    "the gradients of two paths were multiplied. If x grows by a little, both paths change L: "
    "by how much together?",
    loses="paths",
)
def paths_multiplied():
    return backwards(meet=lambda one, other: one * other)
