"""Expressions typed into the graph figure are read, computed and refused as in nnlib."""

import random
import re

import numpy as np
import pytest
from browser import ROOT
from write.scripts import data

from nnlib import trace
from nnlib.trace.gates import number

pytestmark = pytest.mark.browser

PLAY = ROOT / "chapters/_extra/_play"
NAMES = ("x", "y", "z", "w1", "b_2", "f", "v1", "λ", "match", "constructor", "exp")
RUN = """
pairs => pairs.map(([text, values]) => {
  try {
    const program = nn.parse(text), all = new Map(Object.entries(values));
    const given = new Map(program.inputs.map(name => [name, all.get(name) ?? 0.75]));
    const {nodes, edges, size, result} = nn.trace(program, given);
    nodes.forEach((node, k) => {
      node.value = result.values[k];
      node.gradient = result.gradients[k];
    });
    return {nodes, edges, size};
  } catch (error) {
    if (!(error instanceof nn.Problem)) throw error;
    const place = error.text.slice(error.from, error.to);
    return {refused: error.message, place};
  }
})
"""


@pytest.fixture(scope="module")
def run(browser):
    """Return what the page's scripts make of pairs of text and values."""
    page = browser.new_page()
    script = (PLAY / "parts-parse.js").read_text(encoding="utf-8")
    page.add_script_tag(content=data(script))
    for name in ("parts", "parts-parse", "parts-trace"):
        page.add_script_tag(path=PLAY / f"{name}.js")
    yield lambda pairs: page.evaluate(RUN, [[text, values] for text, values in pairs])
    page.close()


def nnlib_finds(text, values):
    """Return the graph's data, or what is wrong; every name that asks for a value gets one."""
    given = {}
    while True:
        try:
            return trace.expression(text, **given).data()
        except ValueError as error:
            unknown = re.search(r"unknown name '(.*?)'", str(error))
            if not unknown:
                return {"refused": str(error)}
            given[unknown[1]] = values.get(unknown[1], 0.75)


def the_same(ours, theirs, text):
    assert ("refused" in ours) == ("refused" in theirs), (text, ours, theirs)
    if "refused" in ours:
        return
    assert ours["size"] == theirs["size"], text
    assert len(ours["nodes"]) == len(theirs["nodes"]), text
    for a, b in zip(ours["nodes"], theirs["nodes"], strict=True):
        for what in ("name", "operation", "symbol"):
            assert a[what] == b[what], text
        np.testing.assert_allclose(a["place"], b["place"], atol=1e-9, err_msg=text)
        assert [x.get("node") for x in a["operands"]] == [x.get("node") for x in b["operands"]]
        constants = [[x.get("constant", 0) for x in node["operands"]] for node in (a, b)]
        np.testing.assert_allclose(*constants, rtol=1e-12, err_msg=text)
    for what in ("value", "gradient"):
        a, b = (np.array([n[what] for n in graph["nodes"]], float) for graph in (ours, theirs))
        rounding = 1e-12 * max(1, abs(b).max())  # sums that cancel leave as much
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=rounding, err_msg=text)
    for a, b in zip(ours["edges"], theirs["edges"], strict=True):
        assert [a[k] for k in ("source", "target", "operand")] == [
            b[k] for k in ("source", "target", "operand")
        ], text
        np.testing.assert_allclose(
            np.ravel(a["places"]), np.ravel(b["places"]), atol=1e-9, err_msg=text
        )


def compare(run, pairs):
    """Assert that each text means the same to both; return how many were accepted."""
    result = run(pairs)
    for (text, values), ours in zip(pairs, result, strict=True):
        the_same(ours, nnlib_finds(text, values), text)
    return sum("refused" not in ours for ours in result)


class Writer:
    """Writes random expressions in random spelling."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.known = []

    def values(self):
        return {name: self.rng.choice((-2.5, -1, 0.3, 0.5, 1, 2, 3, 7)) for name in NAMES}

    def number(self):
        return self.rng.choice("1 2 0.5 .25 3. 1e-3 2E1 1_0 0x10 00".split())

    def blank(self):
        return self.rng.choice(("", "", " ", "  ", "\t"))

    def tree(self, depth):
        rng, inner = self.rng, lambda: self.tree(depth - 1)
        if depth <= 0 or rng.random() < 0.12:
            return (
                rng.choice(NAMES + tuple(self.known)) if rng.random() < 0.75 else self.number()
            )
        kind = rng.choice("sum sum product product power sign one two bracket".split())
        left, right = inner(), inner()
        a, b = self.blank(), self.blank()
        match kind:
            case "sum":
                return f"{left}{a}{rng.choice('+-')}{b}{right}"
            case "product":
                return f"{left}{a}{rng.choice('**/')}{b}{right}"
            case "power":
                return f"{left}**{rng.choice(('2', '3', '-1', '0', '0.5', right))}"
            case "sign":
                return f"{rng.choice('+-')}{a}{left}"
            case "one":
                return f"{rng.choice(('exp', 'log', 'relu', 'sigmoid', 'tanh'))}({a}{left}{b})"
            case "two":
                return f"max({left}{a},{b}{right}{rng.choice(('', ','))})"
        return f"({a}{left}{b})"

    def text(self):
        """Return some assignments, each of which the next one reads, and an expression."""
        self.known, parts = [], []
        for k in range(self.rng.randrange(4)):
            last = f" + {self.known[-1]}" if self.known else ""
            parts.append(f"r{k}{self.blank()}={self.blank()}{self.tree(3)}{last}")
            self.known.append(f"r{k}")
        last = f" * {self.known[-1]}" if self.known else ""
        parts.append(self.tree(4) + last)
        return self.rng.choice(("; ", ";", "\n", " ; ")).join(parts)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_generated_expressions_give_the_same_graphs_as_in_nnlib(run, seed):
    writer = Writer(seed)
    pairs = [(writer.text(), writer.values()) for _ in range(150)]
    assert compare(run, pairs) > 45


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_both_parsers_agree_on_mutated_expressions(run, seed):
    writer, pairs = Writer(100 + seed), []
    letters = "xyf12.e_+-*/(),;= \n#0^[]!'\"λ²×"
    for _ in range(300):
        text = list(writer.text()[:60])
        for _ in range(writer.rng.randrange(1, 3)):
            k = writer.rng.randrange(len(text))
            text[k : k + writer.rng.randrange(2)] = writer.rng.choice(("", *letters))
        pairs.append(("".join(text), writer.values()))
    assert 15 < compare(run, pairs) < 285


TEXTS = """
x; x;;y | ;x | x; | (a) = x; a | a = b = x | f(x) = 2 | x = 2*x | y = x; x = 2*y
exp = 2*x; exp(exp) | (exp)(x) | exp() | exp(,) | exp(x,) | exp(x,,) | max(x) | max(x, y, z)
max(x y) | max(*x) | max(x=1) | exp(x for x in y) | 2x | 2 x | 2(x) | x(2) | (x)(y) | x y
x*y) | (x*y | (x] | () | (x,) | x, y | x.real | x[0] | {x} | x{0} | x() | +x | --x | -x**2
2**-1*x | 2**-x**2 | x**-y | x***y | x**+2 | x//y | x%y | x@y | ~x | x^2 | x<y | x==y | !x
not x | x and y | x if x else y | lambda: x | True*x | False*x | None | if*2 | x := 2
(x := 2) | x += 1 | x: int = 2 | import os | 1 | 2 + 3 | k = 3; k | k = 3; k*x | a = x; a
a = x; b = a; a*b | a = x*y; f = x | x*y; x+y | x = 3; x = y | _ = x; _*_ | 1_000*x | 1__0*x
1_*x | 0x1F*x | 0xg*x | 0b12*x | 0o17*x | 00*x | 01*x | 09.5*x | 09*x | 0_0*x | 0_7*x
0e0*x | 1e*x | 1e5*x | 1e+5*x | 1.e-2*x | .5*x | 5.*x | .*x | 1.2.3*x | 1..2 | 1._5*x
1e_5*x | 1e1_0*x | 1j*x | 1e400*x | 1e308*x*10 | 1/(x - x) | x/0 | log(0*x) | log(-1) + x
(0 - 2)**0.5*x | 0**-1 + x | 0*x**0.5 | (x - x)**0.5 | (x-x)**y | (0*x)**(0*y) | exp(1000*x)
exp(-1000*x) | sigmoid(-1000*x) | sigmoid(1000*x) | tanh(1e5*x) | (-1 - x)**y | (-1 - x)**2
(-1)**x | max(x, x) | max(x, x + 0) | max(2, x) | max(x, y) + max(y, x) | relu(x - x)
relu(-x) | x*x*x | x - x | v1*x + 1 | x*2 + f | constructor(x) | __proto__*2
toString + hasOwnProperty | __proto__(x) | sin(x) | Exp(x) | λ*2 | λ² | ｘ + x | x − y
2 × x | 'x' | "x" | `x` | <b>x</b> | <img src=x onerror=alert(1)> | alert(1) | x\\y | $x
x? | x:y | @x | x…y | x; # c | # c | x#*2 | type = x; type | type x | print x | async*x
await x | match*x | as | pass | x; pass | return x | del x | yield x
"""
LINES = (
    "",
    "\t x",
    "x\n",
    "a = 2*x\nf = a + y",
    "a = 2*x\r\nf = a + y",
    "a = 2*x\rf = a + y",
    "a = 2*x\n\n# so\n  # far\nf = a",
    "a = 2*x;\nf = a",
    "(x\n   + y)",
    "max(x,\ny)",
    "(x # so\n)",
    "x\0",
    "x\ufeff",
    "x\u2028y",
    "x" + " + x" * 249,
    "x" + " + x" * 250,
    "+".join(["x"] * 197),
    "+".join(["x"] * 198),
    "+".join(["x"] * 199),
    *("-" * n + "x" for n in (196, 197, 198, 600)),
    *("-" * n + "1*x" for n in (196, 197, 198)),
    *("x" + "**1" * n for n in (195, 196, 197, 198, 199, 300)),
    *("(" * n + "x" + ")" * n for n in (99, 100, 101, 400)),
    *("relu(" * n + "x" + ")" * n for n in (99, 100, 101)),
    *("--(" * n + "x" + ")" * n for n in (98, 99, 100, 190)),
    "(" * 100 + "x" + ")" * 100 + "-" + "(" * 100 + "y" + ")" * 100,
    "x # " + "(" * 101,
    "a = " + "-" * 196 + "x; a",
    "a = " + "-" * 198 + "x; a",
    "x" * 1000,
    "x" * 1001,
    "λ" * 1000,
)


@pytest.mark.slow
def test_odd_texts_are_accepted_or_refused_by_both(run):
    texts = [text.strip() for line in TEXTS.splitlines() for text in line.split(" | ")]
    values = dict(x=1.5, y=-0.5, z=2, k=4)
    assert 70 < compare(run, [(text, values) for text in (*texts, *LINES)]) < 180


REFUSED = [
    ("x + * y", "Column 5: found *, expected a number, a name, a function or (", "*"),
    ("x +", "Column 4: found the end, expected a number, a name, a function or (", ""),
    ("(x + y", "Column 7: found the end, expected an operator or )", ""),
    ("x y", "Column 3: found y, expected an operator; a product is written with *", "y"),
    ("2x", "Column 2: found x right after 2, expected an operator; a product is written", "x"),
    ("x(y + 1)", "Column 1: unknown function x, expected one of exp, log, max, relu,", "x"),
    ("x^2", "Column 2: found ^, expected ** instead", "^"),
    ("x − y", "Column 3: found −, expected - instead", "−"),
    ("x + y²", "Column 6: found ², expected **2 instead", "²"),
    ("x, y", "Column 2: found a comma, expected an operator, ; or the end", ","),
    ("λ + ?", "Column 5: found ?, expected a number", "?"),
    ("w = x\nf = w +", "Line 2, column 8: found the end", ""),
    (
        "w = x\n f = w",
        "Line 2, column 1: found spaces, expected a line without indentation",
        " ",
    ),
    ("max(x)", "Column 1: max takes two numbers, found 1", "max(x)"),
    ("exp(x, y)", "Column 1: exp takes one number, found 2", "exp(x, y)"),
    ("x = 2*x", "Column 1: the name x is taken, expected a new one", "x"),
    ("a = x*y; x + 1", "Column 5: a is not used in the last result", "x*y"),
    ("x + log(x - x)", "Column 5: log(x - x) is not a finite real number", "log(x - x)"),
    ("if + 1", "Column 1: found if, a Python keyword, expected a number", "if"),
    ("017*x", "Column 1: found 017, expected a number that does not begin with 0", "017"),
    ("", "Column 1: expected an expression such as (x + y) * z", ""),
]


def test_a_refusal_names_the_place_what_is_there_and_what_should_be(run):
    result = run([(text, {}) for text, _, _ in REFUSED])
    for (text, message, place), one in zip(REFUSED, result, strict=True):
        assert one["refused"].startswith(message), text
        assert one["place"] == place, text


INJECTED = [
    "<img src=x onerror='window.hacked = 1'>",
    "x + </code><script>window.hacked = 1</script>",
    "constructor.constructor('window.hacked = 1')()",
]


@pytest.mark.slow
def test_the_figure_draws_what_is_typed_and_runs_none_of_it(book_figure):
    figure = book_figure("graph")
    figure.locator(".nn-typed").evaluate("fold => { fold.open = true; }")
    field = figure.get_by_label("Expression")
    field.fill("relu(w*x + b)")
    graph = trace.expression("relu(w*x + b)", w=1, x=2, b=3)
    figure.locator(".nn-walk").focus()
    figure.page.keyboard.press("End")
    gradients = figure.locator(".nn-gate text.nn-gradient").all_text_contents()
    assert gradients == [number(node.gradient) for node in graph]
    for text in INJECTED:
        field.fill(text)
        assert figure.locator(".nn-problem").inner_text() != ""
        assert figure.locator("img, .nn-problem script, .nn-walk script").count() == 0
        assert figure.page.evaluate("window.hacked") is None
