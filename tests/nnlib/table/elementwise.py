"""Cases of ops/elementwise.py and ops/promotion.py."""

import numpy as np

from tests.nnlib.harness import (
    Bad,
    Case,
    fraction,
    index,
    integers,
    no_kink,
    normal,
    positive,
    truths,
)

INDEX = np.array([[0, 2, 1, 0], [3, 3, 0, 4], [1, 0, 2, 2]])
SHAPES = {"": (3, 5), "0-d": (), "empty": (0, 3), "size 1": (1, 1)}


def between(rng, shape):
    """Return random numbers away from whole numbers."""
    return rng.integers(-3, 3, shape) + rng.uniform(0.1, 0.9, shape)


def call(name):
    """Return the call of an operation by its name."""
    return lambda L, *inputs: getattr(L, name)(*inputs)


SMOOTH = {
    normal: "atan cos cosh erf exp expm1 neg positive sigmoid sin sinh square tanh",
    positive: "lgamma log log10 log1p log2 reciprocal rsqrt sqrt",
    fraction: "acos asin erfinv tan",
    no_kink: "abs relu",
}
SHIFTS = "bitwise_left_shift", "bitwise_right_shift"
STEPS = "ceil floor round sign trunc".split()
PAIRS = "add atan2 div logaddexp maximum minimum mul sub xlogy".split()
TRUTHS = "eq ge gt isclose le logical_and logical_or lt ne".split()
BITS = "bitwise_and bitwise_or bitwise_xor".split()
TESTS = "isfinite isinf isnan logical_not".split()

CASES = [
    Case(name, call(name), (shape,), draw, note)
    for draw, names in SMOOTH.items()
    for name in names.split()
    for note, shape in SHAPES.items()
]
CASES += [
    Case(name, call(name), ((3, 5),), between, second=True if name == "frac" else None)
    for name in STEPS
]
CASES += [
    Case(name, call(name), shapes, positive, note)
    for name in PAIRS
    for note, shapes in {
        "row": ((3, 5), (5,)),
        "column and 3 axes": ((3, 1), (2, 1, 5)),
        "0-d": ((), (3, 1)),
        "empty": ((0, 3), (1, 3)),
    }.items()
]
CASES += [
    Case(
        "addcdiv",
        lambda L, x, a, b: L.addcdiv(x, a, b, value=2),
        ((3, 5), (5,), (3, 1)),
        positive,
    ),
    Case("addcmul", lambda L, x, a, b: L.addcmul(x, a, b, value=2), ((3, 5), (5,), (3, 1))),
    Case("clamp", lambda L, x: L.clamp(x, -1.0, 1.0), ((3, 5),), no_kink),
    Case("clamp_max", lambda L, x: L.clamp_max(x, 1.0), ((3, 5),), no_kink),
    Case("clamp_min", lambda L, x: L.clamp_min(x, -1.0), ((3, 5),), no_kink),
    Case(
        "div",
        lambda L, a, b: L.div(a, b, rounding_mode="floor"),
        ((3, 5), (5,)),
        note="floor",
        second=None,
    ),
    Case("lerp", lambda L, a, b, w: L.lerp(a, b, w), ((3, 5), (5,), (3, 1))),
    Case("masked_fill", lambda L, x: L.masked_fill(x, index(L, INDEX > 1), 2.5), ((3, 4),)),
    Case("masked_fill", lambda L, x, v: L.masked_fill(x, index(L, INDEX > 1), v), ((4,), ())),
    Case("digamma", call("digamma"), ((3, 5),), between, second=False),
    Case("lgamma", lambda L, x: L.lgamma(x), ((3, 5),), between, "negative"),
    Case("logit", lambda L, x: L.logit(x * 0.4 + 0.5), ((3, 5),), fraction),
    Case("logit", lambda L, x: L.logit(x * 0.4 + 0.5, 0.3), ((3, 5),), fraction, "eps"),
    Case("nan_to_num", lambda L, x: L.nan_to_num(x, 1.0, 2.0, 3.0), ((3, 5),)),
    Case("pow", lambda L, a, b: L.pow(a, b), ((3, 5), (5,)), positive),
    Case("pow", lambda L, x: L.pow(x, 2), ((3, 5),), note="square"),
    Case("remainder", lambda L, a, b: L.remainder(a, b), ((3, 5), (5,))),
    Case("round", lambda L, x: L.round(x, decimals=1), ((3, 5),), note="decimals", second=None),
    Case("softplus", lambda L, x: L.nn.functional.softplus(x, 2.0, 1.0), ((3, 5),)),
    Case("sub", lambda L, a: 1 - a, ((3, 5),), note="number first"),
    Case("to", lambda L, x: (x * 1).to(L.float64) * x, ((3, 5),), arrays=False),
    Case(
        "type_as", lambda L, x: x.type_as(L.zeros(1, dtype=L.float64)), ((3, 5),), arrays=False
    ),
    Case("where", lambda L, a, b: L.where(index(L, INDEX > 1), a, b), ((3, 4), (4,))),
]


def special(rng, shape):
    """Return random numbers with NaN and both infinities among them."""
    return rng.choice([-np.inf, -1.0, 0.0, 2.0, np.inf, np.nan], shape)


VALUES = [Case(n, call(n), ((3, 5), (5,)), integers) for n in (*TRUTHS, *BITS, *SHIFTS)]
VALUES += [Case(name, call(name), ((3, 5), (5,)), truths, "bool") for name in (*TRUTHS, *BITS)]
VALUES += [
    Case(name, lambda L, a, b, f=name: getattr(L, f)(a, b * 13), ((3, 5), (5,)), integers)
    for name in SHIFTS
]
VALUES += [Case(name, call(name), ((3, 5),), special) for name in TESTS]
VALUES += [Case(name, call(name), ((3, 5),), integers, "integers") for name in TESTS]
VALUES += [
    Case(name, call(name), ((3, 5),), integers, "integers")
    for name in "abs bitwise_not ceil floor neg relu round sign square trunc".split()
]
VALUES += [
    Case(name, lambda L, a, b, f=name: getattr(L, f)(a, b * b + 1), ((3, 5), (5,)), integers)
    for name in "floor_divide remainder".split()
]
VALUES += [
    Case(
        "div",
        lambda L, a, b, mode=mode: L.div(a, b * b + 1, rounding_mode=mode),
        ((3, 5), (5,)),
        integers,
        f"{mode} of integers",
    )
    for mode in ("floor", "trunc")
]
VALUES += [
    *(Case("pow", lambda L, x, n=n: L.pow(x, n), ((3, 5),), integers) for n in (3, 4)),
    Case("allclose", lambda L, a: L.allclose(a, a + 1e-9), ((3, 5),)),
    Case("allclose", lambda L, a: L.allclose(a, a + 1e-3, rtol=0.0), ((3, 5),), note="far"),
    Case("allclose", lambda L, a: L.allclose(a, a, equal_nan=True), ((9,),), special, "NaN"),
    Case("bitwise_not", lambda L, a: L.bitwise_not(a), ((3, 5),), truths, "bool"),
    Case("equal", lambda L, a: L.equal(a, a + 0), ((3, 5),)),
    Case("equal", lambda L, a, b: L.equal(a, b), ((3, 5), (5,)), note="shapes"),
    Case("equal", lambda L, a: L.equal(a, a), ((9,),), special, "NaN"),
    Case("floor_divide", lambda L, a, b: L.floor_divide(a, b), ((3, 5), (5,))),
    Case("floor_divide", lambda L, a: 7 // a, ((3, 5),), note="number first"),
    Case("isclose", lambda L, a: L.isclose(a, a, 0.0, 0.0, True), ((9,),), special, "NaN"),
    Case("nan_to_num", lambda L, x: L.nan_to_num(x), ((9,),), special, "defaults"),
    Case("nan_to_num", lambda L, x: L.nan_to_num(x, nan=None), ((9,),), special, "None"),
    Case("positive", lambda L, x: +x, ((3,),), note="operator"),
    Case("remainder", lambda L, a: 7 % a, ((3, 5),), note="number first"),
    Case("to", lambda L, a: a.to("cpu", L.int32), ((3, 5),), note="device and dtype"),
    Case("to", lambda L, a: a.to(L.zeros(1, dtype=L.int64)), ((3, 5),), note="other"),
    Case("to", lambda L, a: a.to(device="cpu", dtype=L.bool), ((3, 5),), note="names"),
    Case("to", lambda L, a: a.to(L.float32, False, True), ((3, 5),), note="flags"),
    Case("where", lambda L, c: L.where(c), ((3, 5),), truths, "alone"),
    Case("where", lambda L, c: L.where(c), ((),), truths, "alone, 0-d"),
    Case("where", lambda L, c: L.where(c, 1, 2.5), ((3, 5),), truths, "numbers"),
]

BINARY = [*PAIRS, *TRUTHS, *BITS, "floor_divide", "remainder", "pow"]
BINARY += ["clamp_max", "clamp_min", "allclose"]


def bad(name, *shapes, **options):
    """Return a refused call with shapes that do not broadcast."""
    return Bad(
        name, lambda L: getattr(L, name)(*[L.ones(*shape) for shape in shapes], **options)
    )


def text(name, other="text"):
    """Return a refused call with a string as its second argument."""
    return Bad(name, lambda L: getattr(L, name)(L.ones(3), other), TypeError)


def whole(L, *values):
    return L.tensor(list(values))


BAD = [text(name) for name in (*BINARY, "equal")]
BAD += [text("add", None), text("mul", [1.0])]
BAD += [bad(name, (3,), (2,)) for name in BINARY if name not in BITS]
BAD += [
    bad("add", (3,), (2,), alpha=2),
    bad("addcdiv", (3,), (3,), (2,)),
    bad("addcmul", (3,), (3,), (2,)),
    bad("clamp", (3,), (2,)),
    bad("div", (3,), (2,), rounding_mode="floor"),
    bad("lerp", (3,), (3,), (2,)),
    Bad("add", lambda L: L.add(whole(L, 1), whole(L, 2), alpha=0.5)),
    Bad("clamp", lambda L: L.clamp(L.ones(3))),
    Bad("div", lambda L: L.div(L.ones(3), 2, rounding_mode="up")),
    Bad("div", lambda L: L.div(whole(L, 1), 0, rounding_mode="trunc")),
    Bad("remainder", lambda L: whole(L, 1) % whole(L, 0)),
    Bad("neg", lambda L: -(L.ones(3) > 0)),
    *(
        Bad("sub", lambda L, f=f: f(L.ones(3) > 0, L.ones(3)))
        for f in (
            lambda mask, x: 1 - mask,
            lambda mask, x: mask - 1.5,
            lambda mask, x: x - mask,
            lambda mask, x: mask - mask,
            lambda mask, x: x - True,
        )
    ),
    *(
        Bad(
            name,
            lambda L, f=name: getattr(L, f)(L.ones(3) > 0, L.ones(3) > 0),
            (RuntimeError, NotImplementedError),
        )
        for name in ("floor_divide", "remainder")
    ),
    Bad("positive", lambda L: L.positive(L.ones(3) > 0)),
    Bad("pow", lambda L: L.pow(L.ones(3, dtype=L.uint8), -1)),
    Bad("pow", lambda L: L.pow(whole(L, 2), -1)),
    Bad("isclose", lambda L: L.isclose(L.ones(3), L.ones(3), -1.0)),
    Bad("bitwise_not", lambda L: L.bitwise_not(L.ones(3))),
    Bad("masked_fill", lambda L: L.masked_fill(L.ones(3), L.ones(3), 0.0)),
    Bad("masked_fill", lambda L: L.masked_fill(L.ones(3), L.ones(3) > 0, L.ones(3))),
    Bad("masked_fill", lambda L: L.masked_fill(L.ones(3), L.ones(2) > 0, 0.0)),
    Bad("to", lambda L: L.ones(3).to("cuda"), torch=(AssertionError, RuntimeError)),
    Bad("to", lambda L: L.ones(3).to(np.float16), TypeError),
    Bad("type_as", lambda L: L.ones(3).type_as("text"), TypeError),
    Bad("where", lambda L: L.where(L.ones(3), 1.0, 2.0)),
    Bad("where", lambda L: L.where(L.ones(2) > 0, L.ones(3), 2.0)),
]
BAD += [Bad(n, lambda L, f=n: getattr(L, f)(L.ones(3), L.ones(3))) for n in (*BITS, *SHIFTS)]
