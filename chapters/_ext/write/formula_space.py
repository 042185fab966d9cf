"""Reserve the space of each formula, so that nothing moves when MathJax sets it.

Each formula of a page gets its width and height in ex, MathJax's own measure of the text
around it; ``math.css`` keeps that space until it is set. A formula that needs more or less than
that moves its line, and no more.

Both are estimated: Matplotlib's mathtext sets TeX with the metrics of Computer Modern, which is
MathJax's own face. What it does not know (environments, a few commands) is rewritten into what
it does, row by row; what is left is estimated from the number of signs. All that takes 20 s for
the formulas of the book, so their sizes are stored for the next build.
"""

import hashlib
import html
import json
import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import matplotlib
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser

FORMULA = r'<span class="math notranslate nohighlight">\\\((.*?)\\\)</span>'
INLINE = re.compile(rf"([(\[“‘]*){FORMULA}([.,;:?!)\]”’…]*)", re.S)
DISPLAY = re.compile(r'<div class="math([^"]*)"([^>]*)>(.*?)</div>', re.S)
LINE = 3.6  # ex: what is higher makes its line of text higher
BRACKETS = re.compile(r"\\\[(.*)\\\]", re.S)  # a number may stand before them

EX = 0.442  # height of the x in MathJax's face, in em: one ex of the text around a formula
ROW, GAP = 1.1, 0.3  # em: the least height of a row, the space between two
ROOT = 0.28  # em by which a root makes a row of a matrix higher
LOWER = 0.9  # MathJax's height against mathtext's, as measured on the formulas of this book
COLUMN = 1.0  # em between two columns of a matrix
ARGUMENT = r"\s*(\{(?:[^{}]|\{[^{}]*\})*\}|\\[a-zA-Z]+|[^\s{}\\])"
ENVIRONMENT = re.compile(r"\\begin\{(\w+)\*?\}(\{[^}]*\})?(.*?)\\end\{\1\*?\}", re.S)
MATRICES = {"array", "bmatrix", "cases", "matrix", "pmatrix", "vmatrix"}
SIMPLER = (
    (r"\\[tc]frac(?![a-zA-Z])", r"\\frac"),
    (r"\\le(?![a-zA-Z])", r"\\leq "),
    (r"\\ge(?![a-zA-Z])", r"\\geq "),
    (r"\\ne(?![a-zA-Z])", r"\\neq "),
    (r"\\[lr]Vert(?![a-zA-Z])|\\\|", r"\\Vert "),
    (r"\\[lr]vert(?![a-zA-Z])", r"|"),
    (r"\\[bB]ig+[lrm]?(?![a-zA-Z])", ""),
    (r"\\(?:displaystyle|textstyle|limits|nolimits|nonumber|notag)(?![a-zA-Z])", ""),
    (r"\\(?:label|tag)\{[^}]*\}", ""),
    (r"\\(?:lt|gt)(?![a-zA-Z])", "<"),
    (r"\\(?:dots|dotsc|dotsb)(?![a-zA-Z])", r"\\ldots "),
    (
        r"\\(?:text|textrm|textbf|mathsf|mathtt|mathbf|mathbb|mathcal|operatorname|boldsymbol)"
        r"\*?(?![a-zA-Z])",
        r"\\mathrm",
    ),
    (r"\\(?:under|over)brace" + ARGUMENT, r"\1"),
    (r"[~&]", r"\\ "),
    (r"\\top(?![a-zA-Z])", r"\\mathrm{T}"),  # a relation to mathtext, with room around
)
RELATION = re.compile(
    r"(=|<|>|\\(?:leq|geq|neq|approx|to|sim|in|equiv|propto|mid|perp)(?![a-zA-Z]))"
)  # mathtext leaves 0.4 em around each, TeX 0.56
MINUS = re.compile(r"((?:^|[(\[{,=<>|]|\\(?:to|in|[lg]eq|neq|approx|cdot|times|[, ]))\s*)-")
FUNCTION = re.compile(r"(?<=[\w})\]])\s*(?=\\(?:ln|log|exp|sin|cos|tanh)(?![a-zA-Z]))")
BESIDE = (
    (r"\\(?:sum|prod)(?![a-zA-Z])", r"\\Sigma\\;\\,"),
    (r"\\int(?![a-zA-Z])", r"\\Vert "),
    (r"\\(max|min|lim|sup|inf|argmax|argmin)(?![a-zA-Z])", r"\\mathrm{\1}"),
)  # fmt: skip


class Sizes:
    """The sizes of formulas, also of those that earlier builds have estimated.

    Parameters
    ----------
    memory : Path
        A JSON file, which another version of Matplotlib or of this module does not read.
    """

    def __init__(self, memory: Path):
        self.memory = memory
        program = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
        self.version = f"{matplotlib.__version__} {program}"
        stored = json.loads(memory.read_text()) if memory.exists() else {}
        self.known = stored.get(self.version, {})

    def __call__(self, tex: str, *, display: bool) -> tuple[float, float]:
        """Return what ``size`` does."""
        key = f"{'display' if display else 'inline'} {tex}"
        if key not in self.known:
            self.known[key] = size(tex, display=display)
        return self.known[key]

    def save(self) -> None:
        """Write the file."""
        self.memory.write_text(json.dumps({self.version: self.known}))


def load_sizes(app) -> None:
    """Read the sizes that earlier builds have estimated."""
    app.nn_sizes = Sizes(Path(app.doctreedir).parent / "formula-sizes.json")


def save_sizes(app, exception) -> None:
    """Store the sizes for the next build."""
    app.nn_sizes.save()


def reserve_space(app, pagename, templatename, context, doctree) -> None:
    """Reserve the space of the formulas of a page."""
    if app.builder.name == "html" and context.get("body"):
        context["body"] = reserved(context["body"], app.nn_sizes)


def reserved(body: str, measure: Callable[..., tuple]) -> str:
    """Return the HTML of a page in which each formula has its width and height."""
    body = INLINE.sub(partial(_inline, measure), body)
    return DISPLAY.sub(partial(_display, measure), body)


def _inline(measure: Callable[..., tuple], found: re.Match) -> str:
    """Return a formula in a line with its width and, where it is high, its height.

    What stands right before and behind it stays on its line: a browser may break a line at
    what MathJax makes, even before a full stop.
    """
    before, tex, behind = found.groups()
    width, height = measure(html.unescape(tex), display=False)
    high = f";--h:{height}" if height > LINE else ""
    formula = found[0][len(before) : len(found[0]) - len(behind)]
    formula = formula.replace(">", f' style="--w:{width}{high}">', 1)
    glued = f'<span class="nn-glued">{before}{formula}{behind}</span>'
    return glued if before or behind else formula


def _display(measure: Callable[..., tuple], found: re.Match) -> str:
    """Return a formula on lines of its own with its height."""
    tex = BRACKETS.search(found[3])
    if not tex:
        return found[0]
    _, height = measure(html.unescape(tex[1]).strip(), display=True)
    if 'style="' in found[2]:
        return found[0].replace('style="', f'style="--h:{height};', 1)
    return found[0].replace(">", f' style="--h:{height}">', 1)


def size(tex: str, *, display: bool) -> tuple[float, float]:
    """Return width and height of a formula in ex of the text around it."""
    rows = _rows(tex) if display else [_beside(tex)]
    sizes = [_row(_large(row) if display else row) for row in rows]
    width = max(width for width, _ in sizes)
    height = sum(max(height, ROW) for _, height in sizes) + GAP * (len(rows) - 1)
    return round(width / EX, 2), round(LOWER * height / EX, 2)


def _large(tex: str) -> str:
    """Return TeX whose fractions are as large as in a display."""
    return re.sub(r"\\frac(?![a-zA-Z])", r"\\dfrac", tex)


def _rows(tex: str) -> list[str]:
    """Return the rows of a display: those of its outermost alignment, if it has one."""
    while (found := ENVIRONMENT.fullmatch(tex.strip())) and found[1] not in MATRICES:
        tex = found[3]
    hidden = ENVIRONMENT.sub(lambda m: m[0].replace(r"\\", "\0"), tex)
    rows = [row.replace("\0", r"\\") for row in re.split(r"\\\\(?:\[[^\]]*\])?", hidden)]
    return [row for row in rows if row.strip()] or [tex]


def _row(tex: str) -> tuple[float, float]:
    """Return width and height of one row in em, matrices measured by their cells."""
    wide = high = 0.0
    for found in ENVIRONMENT.finditer(tex):
        width, height = _matrix(found[3])
        wide, high = wide + width, max(high, height)
    width, height = _set(_simpler(ENVIRONMENT.sub("", tex)))
    return wide + width, max(high, height)


def _matrix(tex: str) -> tuple[float, float]:
    """Return width and height of what stands between the brackets of a matrix, in em."""
    lines = re.split(r"\\\\", tex)
    rows = [[_row(cell) for cell in line.split("&")] for line in lines]
    columns = max(map(len, rows))
    widths = [
        max((row[k][0] for row in rows if k < len(row)), default=0) for k in range(columns)
    ]
    height = sum(max(ROW + GAP, *(cell[1] for cell in row)) for row in rows)
    height += ROOT * sum(r"\sqrt" in line and r"\frac" not in line for line in lines)
    return sum(widths) + COLUMN * columns, height + GAP


def _simpler(tex: str) -> str:
    """Return TeX in the words that mathtext knows."""
    for pattern, new in SIMPLER:
        tex = re.sub(pattern, new, tex)
    tex = re.sub(r"\\mathrm(?!\s*\{)" + ARGUMENT, r"\\mathrm{\1}", tex)
    tex = re.sub(r"\\sqrt(?!\s*[\[{])" + ARGUMENT, r"\\sqrt{\1}", tex)
    tex = re.sub(r"\\binom" + ARGUMENT + ARGUMENT, r"(\\frac\1\2)", tex)
    tex = re.sub(r"\\(d?frac)" + ARGUMENT + ARGUMENT, _braced, tex)
    tex = re.sub(r"\s+", " ", tex).strip()
    tex = MINUS.sub(r"\1{-}", tex).replace("^*", "^{*}")
    return FUNCTION.sub(r"\\,", RELATION.sub(r"\1\\hspace{0.16}", tex))


def _braced(found: re.Match) -> str:
    """Return a fraction whose two parts stand in braces."""
    name, *parts = found.groups()
    top, bottom = (part.removeprefix("{").removesuffix("}") for part in parts)
    return rf"\{name}{{{_beside(top)}}}{{{_beside(bottom)}}}\;"  # TeX leaves room on both sides


def _beside(tex: str) -> str:
    """Return TeX whose limits stand beside their signs, as in a line of text."""
    for pattern, new in BESIDE:
        tex = re.sub(pattern, new, tex)
    return tex


def _set(tex: str) -> tuple[float, float]:
    """Return width and height in em, as mathtext sets it or else by the number of signs."""
    if not tex:
        return 0.0, 0.0
    try:
        width, height, depth, *_ = _parser().parse(f"${tex}$", 72, _face())
    except ValueError:
        signs = re.sub(r"\\[a-zA-Z]+", "x", re.sub(r"[{}_^\s]", "", tex))
        return 0.55 * len(signs), ROW
    return width / 100, (height + depth) / 100


@cache
def _parser() -> MathTextParser:
    """Return the setter of formulas."""
    return MathTextParser("path")


@cache
def _face() -> FontProperties:
    """Return Computer Modern at 100 points."""
    return FontProperties(size=100, math_fontfamily="cm")
