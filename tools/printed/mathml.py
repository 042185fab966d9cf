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
    if block:
        _limits(root)
    root.set("alttext", " ".join(tex.split()))
    return _serial(root)


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
            if len(text) > 1 and text.isalpha() and text not in LIMITS:
                operator.tag = f"{{{NAMESPACE}}}mi"


def _limits(root: ET.Element) -> None:
    """Set what stands at max, min and the like below it, as in a formula on its own line."""
    for element in root.iter(f"{{{NAMESPACE}}}msub"):
        if len(element) and element[0].text in LIMITS:
            element.tag = f"{{{NAMESPACE}}}munder"


def _serial(root: ET.Element) -> str:
    """Return the element as text, MathML being its default namespace."""
    ET.register_namespace("", NAMESPACE)
    return ET.tostring(root, encoding="unicode")
