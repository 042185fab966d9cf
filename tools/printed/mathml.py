"""A formula of TeX as MathML, or a clear error.

latex2mathml does the work. Before it, what it does not know is said in words that it knows;
after it, names of functions become one token each, as MathJax writes them.
"""

import html
import re
from xml.etree import ElementTree as ET

from latex2mathml.converter import convert

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
DELIMITED = re.compile(r"\\\((?P<inline>.*?)\\\)|\\\[(?P<block>.*?)\\\]", re.DOTALL)
BIG = re.compile(
    r"(\\[bB]igg?[lrm]?)\s*\\(\||(?:[lr]?Vert|[lr](?:floor|ceil|angle))(?![a-zA-Z]))\s*"
)
SIGNS = {"lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨", "rangle": "⟩"}
INNER = re.compile(r"\\begin\{(\w+\*?)\}(?:(?!\\begin|\\end).)*\\end\{\1\}", re.DOTALL)
SPLIT = re.compile(r"\s*\\begin\{split\}(.*)\\end\{split\}\s*", re.DOTALL)
SAID_OTHERWISE = (
    (BIG, lambda found: found[1] + SIGNS.get(found[2], "‖")),
    (re.compile(r"\\arg(?![a-zA-Z])"), r"\\operatorname{arg}"),
    (re.compile(r"\\(begin|end)\{(?:aligned|gathered)\}"), r"\\\1{align*}"),
    (re.compile(r"\\label\{[^}]*\}|\\nonumber|\\notag"), ""),
)
# How many elements each script and fraction holds.
HOLDS = {"msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3}
FUNCTIONS = set(
    "arccos arcsin arctan arg cos cosh cot dim exp ker lg ln log sin sinh tan tanh".split()
)
CLOSING = (")", "]", "}", "⌋", "⌉", "⟩")
LIMITS = {"max", "min", "sup", "inf", "lim", "det", "gcd", "Pr"}


class FormulaError(ValueError):
    """A formula that cannot be turned into MathML."""


def mathml(tex: str, *, block: bool = False) -> str:
    r"""Return a formula as a ``<math>`` element that keeps its TeX as its alternative text.

    Parameters
    ----------
    tex : str
        Without its dollars or brackets.
    block : bool, optional
        Whether it stands on a line of its own.

    Raises
    ------
    FormulaError
        If a command is not known, or an environment is not closed.

    >>> mathml("x^2")[-69:]
    '<msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    """
    try:
        text = convert(prepared(tex), display="block" if block else "inline")
        root = ET.fromstring(text)
    except Exception as error:  # latex2mathml has an error class of its own for each fault
        raise FormulaError(f"mathml: cannot convert {tex!r}: {error!r}") from error
    leftovers = [t for t in root.itertext() if "\\" in t or t.strip() == "&"]
    if leftovers:
        raise FormulaError(f"mathml: cannot convert {tex!r}: {leftovers[0]!r} is left over")
    _names(root)
    _scripts(root)
    _spaces(root)
    if block:
        _limits(root)
    root.set("alttext", " ".join(tex.split()))
    return _serialized(root)


def prepared(tex: str) -> str:
    """Return the formula in the words of latex2mathml."""
    tex = html.unescape(tex).strip()
    wrapped = SPLIT.fullmatch(tex)
    if wrapped and not _aligned(wrapped[1]):
        tex = wrapped[1].strip()
    for old, new in SAID_OTHERWISE:
        tex = old.sub(new, tex)
    return tex


def _aligned(body: str) -> bool:
    """Say whether a body has lines of its own, outside the environments in it."""
    while True:
        outer = INNER.sub("", body)
        if outer == body:
            return "\\\\" in outer
        body = outer


def _names(root: ET.Element) -> None:
    """Make one token of each name: of its letters, or of an operator that is a name."""
    for parent in root.iter():
        for row in parent.findall(f"{{{NAMESPACE}}}mrow"):
            letters = list(row)
            if len(letters) > 1 and all(e.get("mathvariant") == "normal" for e in letters):
                name = "".join(e.text or "" for e in letters)
                row.clear()
                row.tag, row.text = f"{{{NAMESPACE}}}mi", name
        for operator in parent.findall(f"{{{NAMESPACE}}}mo"):
            text = "".join(operator.itertext())
            if len(operator):  # \mathrel and the like wrap what they hold
                del operator[:]
                operator.text = text
            if text == "‖" and not operator.attrib:  # grows only if \left says so
                operator.set("stretchy", "false")
            if len(text) > 1 and text.isalpha() and text not in LIMITS:
                operator.tag = f"{{{NAMESPACE}}}mi"


def _scripts(root: ET.Element) -> None:
    """Make one base of the brackets and the matrix that carry a script together."""
    for element in list(root.iter()):
        surplus = len(element) - HOLDS.get(_tag(element), len(element))
        if surplus > 0:
            row = ET.Element(f"{{{NAMESPACE}}}mrow")
            row.extend(element[: surplus + 1])
            element[: surplus + 1] = [row]


def _spaces(root: ET.Element) -> None:
    """Set a function apart from what stands beside it, as TeX does; MathML does not."""
    for parent in list(root.iter()):
        if _tag(parent) not in ("mrow", "math", "mtd", "mstyle"):
            continue
        for k in range(len(parent) - 1, -1, -1):
            if _function(parent[k]):
                if k + 1 < len(parent) and _tag(parent[k + 1]) not in ("mo", "mspace"):
                    parent.insert(k + 1, _thin_space())
                if k and _may_precede(parent[k - 1]):
                    parent.insert(k, _thin_space())


def _tag(element: ET.Element) -> str:
    """Return the tag without its namespace."""
    return element.tag.rpartition("}")[2]


def _function(element: ET.Element) -> bool:
    """Say whether an element is the name of a function, with or without a script."""
    while _tag(element) in HOLDS and len(element):
        element = element[0]
    return _tag(element) == "mi" and element.text in FUNCTIONS


def _may_precede(element: ET.Element) -> bool:
    """Say whether a factor ends with an element, so that a function may follow it."""
    known = element.text in CLOSING if _tag(element) == "mo" else _tag(element) != "mspace"
    return known and not _function(element)


def _thin_space() -> ET.Element:
    """Return the space that TeX sets beside a function."""
    return ET.Element(f"{{{NAMESPACE}}}mspace", width="0.167em")


def _limits(root: ET.Element) -> None:
    """Set what stands at max, min and the like below it, as in a formula on its own line."""
    for element in root.iter(f"{{{NAMESPACE}}}msub"):
        if len(element) and element[0].text in LIMITS:
            element.tag = f"{{{NAMESPACE}}}munder"


def _serialized(root: ET.Element) -> str:
    """Return the element as text, MathML being its default namespace."""
    ET.register_namespace("", NAMESPACE)
    return ET.tostring(root, encoding="unicode")
