"""The figure of shapes: every array, its gradient's shape and its rule against nnlib's."""

import re

import numpy as np
import pytest

import nnlib
from nnlib.nn import functional as F

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

PAGE, ELEMENT = "backprop/tensor-backprop", "nn-tracer"
FIELDS = {"N": "pictures N", "D": "pixels D", "H": "hidden units H", "C": "classes C"}
BAR = "\u0304"
# For each array: how the figure writes its rule, and the same rule computed from values v and
# gradients g of the arrays; slopes: the array that its operation makes.
RULES = {
    "X": (f"Z{BAR}[1] W[1]", lambda v, g: g["Z[1]"] @ v["W[1]"], "Z[1]"),
    "W[1]": (f"Z{BAR}[1]ᵀ X", lambda v, g: g["Z[1]"].T @ v["X"], "Z[1]"),
    "b[1]": (f"sum of the rows of Z{BAR}[1]", lambda v, g: g["Z[1]"].sum(axis=0), "Z[1]"),
    "Z[1]": (f"A{BAR}[1] ⊙ 1(Z[1] > 0)", lambda v, g: g["A[1]"] * (v["Z[1]"] > 0), "A[1]"),
    "A[1]": (f"Z{BAR}[2] W[2]", lambda v, g: g["Z[2]"] @ v["W[2]"], "Z[2]"),
    "W[2]": (f"Z{BAR}[2]ᵀ A[1]", lambda v, g: g["Z[2]"].T @ v["A[1]"], "Z[2]"),
    "b[2]": (f"sum of the rows of Z{BAR}[2]", lambda v, g: g["Z[2]"].sum(axis=0), "Z[2]"),
    "Z[2]": (
        f"P ⊙ (P{BAR} − row sums of P{BAR} ⊙ P)",
        lambda v, g: v["P"] * (g["P"] - (g["P"] * v["P"]).sum(axis=1, keepdims=True)),
        "P",
    ),
    "P": ("−Q / (N P)", lambda v, g: -v["Q"] / (len(v["P"]) * v["P"]), "L"),
    "L": ("1", lambda v, g: 1.0, "L"),
}


def network(N, D, H, C):
    """Return values and gradients of all arrays, as nnlib finds them."""
    rng = np.random.default_rng(N + D + H + C)
    shapes = {"X": (N, D), "W[1]": (H, D), "b[1]": (H,), "W[2]": (C, H), "b[2]": (C,)}
    v = {
        k: nnlib.tensor(rng.normal(size=s) / np.sqrt(s[-1])).requires_grad_()
        for k, s in shapes.items()
    }
    v["Z[1]"] = F.linear(v["X"], v["W[1]"], v["b[1]"])
    v["A[1]"] = F.relu(v["Z[1]"])
    v["Z[2]"] = F.linear(v["A[1]"], v["W[2]"], v["b[2]"])
    v["P"] = F.softmax(v["Z[2]"], dim=1)
    Q = np.eye(C)[rng.integers(C, size=N)]
    v["L"] = -(nnlib.tensor(Q) * nnlib.log(v["P"])).sum() / N
    for x in v.values():
        x.retain_grad()
    v["L"].backward()
    values = {k: x.detach().numpy() for k, x in v.items()} | {"Q": Q}
    return values, {k: x.grad.numpy() for k, x in v.items()}


def chip(figure, name):
    return figure.locator(f"g[role=button][aria-label^='{name}, shape']")


def choose(figure, name):
    chip(figure, name).click()
    return figure.sentence()


def resize(figure, **sizes):
    for axis, size in sizes.items():
        figure.get_by_label(FIELDS[axis]).fill(str(size))


@pytest.mark.parametrize(
    "sizes", [(32, 784, 128, 10), (3, 5, 4, 2), (1, 1, 1, 1), (7, 2, 7, 3)]
)
def test_shapes_rules_and_counts_are_nnlibs(figure, sizes):
    resize(figure, **dict(zip("NDHC", sizes, strict=True)))
    values, gradients = network(*sizes)
    for name, (written, rule, made) in RULES.items():
        words = choose(figure, name)
        shape, right = str(values[name].shape), gradients[name]
        assert np.allclose(rule(values, gradients), right), name
        assert right.shape == values[name].shape
        assert words.startswith(
            f"{name} has the shape {shape}, and so has its gradient, {written}"
        )
        count = values[made].size * values[name].size
        assert figure.texts() == [shape, shape, f"{right.size:,}", f"{count:,}"]
        assert chip(figure, name).get_attribute("aria-pressed") == "true"
        assert figure.locator("g[aria-pressed=true]").count() == 1


def test_what_the_rule_reads_is_marked(figure):
    for name, (written, _, _) in RULES.items():
        choose(figure, name)
        labels = figure.locator("g[role=button]").evaluate_all(
            "all => all.map(e => e.getAttribute('aria-label'))"
        )
        bars = set(re.findall(rf"([A-Z]){BAR}((?:\[\d\])?)", written))
        values = set(re.findall(r"([XWAZPQ])(?!\u0304)((?:\[\d\])?)", written))
        for label in labels:
            array = re.match(r"([A-Za-z])((?:\[\d\])?)", label).groups()
            assert ("its gradient is read" in label) == (array in bars), (name, label)
            assert ("its value is read" in label) == (array in values), (name, label)


@pytest.mark.parametrize(
    ("sizes", "name", "words"),
    [
        ((32, 784, 128, 10), "W[1]", "(32, 128) (32, 784) do not fit."),
        ((128, 784, 128, 10), "W[1]", "fit, with the shape wanted, and the product is wrong."),
        ((32, 128, 128, 10), "X", "fit, with the shape wanted, and the product is wrong."),
        ((32, 784, 128, 10), "A[1]", "(32, 10) (128, 10) do not fit."),
        ((32, 784, 128, 32), "W[2]", "fit, with the shape wanted, and the product is wrong."),
    ],
)
def test_the_other_transpose_fits_only_when_sizes_meet(figure, sizes, name, words):
    resize(figure, **dict(zip("NDHC", sizes, strict=True)))
    choose(figure, name)
    assert words in figure.inner_text()
    v, g = network(*sizes)
    up = g["Z[1]" if name in ("X", "W[1]") else "Z[2]"]
    a, b = (
        (up, v[{"W[1]": "X", "W[2]": "A[1]"}[name]])
        if "W" in name
        else (up, v[{"X": "W[1]", "A[1]": "W[2]"}[name]].T)
    )
    assert ("do not fit" in words) == (a.shape[1] != b.shape[0])
    if "wanted" in words:
        assert (a @ b).shape == g[name].shape
        assert not np.allclose(a @ b, g[name])


def test_the_truth_gets_no_gradient_and_a_wrong_size_is_refused(figure):
    assert "gets no gradient" in choose(figure, "Q")
    assert figure.texts() == ["(32, 10)", "none", "none", "none"]
    field = figure.get_by_label(FIELDS["N"])
    for wrong in ("0", "-3", "5000", ""):
        field.fill(wrong)
        assert field.get_attribute("aria-invalid") == "true"
        assert figure.texts()[0] == "(32, 10)"
    field.fill("2.5")
    assert figure.sentence() == "Sizes are whole numbers."
    assert figure.texts()[0] == "(32, 10)"


def test_the_keyboard_walks_from_array_to_array(figure):
    assert figure.sentence().startswith("X has the shape (32, 784)")
    assert choose(figure, "W[1]").startswith("W[1] has the shape (128, 784)")
    for name in ("b[1]", "Z[1]", "A[1]"):
        figure.page.keyboard.press("ArrowDown")
        assert figure.sentence().startswith(f"{name} has the shape")
    figure.page.keyboard.press("ArrowLeft")
    assert figure.sentence().startswith("Z[1] has the shape")
    chip(figure, "P").focus()
    figure.page.keyboard.press("Enter")
    assert figure.sentence().startswith("P has the shape")
