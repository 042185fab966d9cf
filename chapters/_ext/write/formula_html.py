"""Say what KaTeX says in fewer elements, without moving a sign.

KaTeX wraps each sign in elements that only its own program needs: classes that no rule of its
style sheet names, spaces as elements of their own, tables for a lone index. A browser lays all
of them out before a page can be used, and a page has hundreds of formulas. What is left takes
half the bytes and less than half the elements; ``tests/book/test_formulas.py`` compares the
places of all signs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(r"<span([^>]*)>|(</span>)|(<svg.*?</svg>)|([^<]+)", re.DOTALL)
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
FRACTION_OF_0 = re.compile(r"(?<![\d.])0(?=\.\d)")
# Classes of a kind of sign, which the distances that are set already hang on, and no rule.
KINDS = {"mord", "mop", "mbin", "mrel", "mopen", "mclose", "mpunct", "minner", "mtight"}
SIZED = {"katex-sizing", "fontsize-ensurer"}
SHIFT, STACK, SMALL = "nn-shift", "nn-stack", "nn-small"  # math.css
INDEX = ["katex-sizing", "reset-size6", "size3"]  # the size of nearly all that is not usual
OURS = {SHIFT, STACK, SMALL}
STRUT = "3em"  # the usual height of the strut of a line, in math.css


@dataclass
class Span:
    """An element: its classes, its style, and what it holds."""

    classes: list[str] = field(default_factory=list)
    style: dict[str, str] = field(default_factory=dict)
    children: list = field(default_factory=list)
    more: str = ""

    @property
    def plain(self) -> bool:
        """Whether only the kind of a sign tells it from its content."""
        return not self.style and not self.more and KINDS.issuperset(self.classes)

    @property
    def leaf(self) -> bool:
        """Whether it holds text alone."""
        return all(isinstance(child, str) and child[:1] != "<" for child in self.children)

    def walk(self) -> Iterator["Span"]:
        """Yield this element and those in it."""
        yield self
        for child in self.children:
            if isinstance(child, Span):
                yield from child.walk()


def lighter(markup: str, styled: set[str], *, display: bool = False) -> str:
    """Return a formula of KaTeX with the elements that a reader sees.

    Parameters
    ----------
    markup : str
        The part for the eye, ``<span class="katex-html" …>``.
    styled : set of str
        The classes that the style sheet names.
    display : bool, optional
        Whether the formula stands on a line of its own, in the middle of it.
    """
    root = _read(markup)
    _lighten(root)
    base = root.children[0]
    if not display and len(root.children) == 1 and "katex-base" in base.classes:
        root = Span([*root.classes, *base.classes], base.style, base.children, root.more)
    return _written(root, styled)


def _read(markup: str) -> Span:
    """Return the elements of a formula; drawings and text stay as they are written."""
    open_ones = [Span()]
    for attributes, end, drawing, text in TOKEN.findall(markup):
        if end:
            open_ones.pop()
        elif drawing or text:
            open_ones[-1].children.append(drawing or text)
        else:
            named = dict(ATTRIBUTE.findall(attributes))
            style = named.pop("style", "").rstrip(";")
            rules = dict(rule.split(":", 1) for rule in style.split(";") if rule)
            classes = named.pop("class", "").split()
            more = "".join(f' {name}="{value}"' for name, value in named.items())
            open_ones[-1].children.append(Span(classes, rules, [], more))
            open_ones.append(open_ones[-1].children[-1])
    return open_ones[0].children[0]


def _lighten(node: Span, *, in_stack: bool = False) -> None:
    """Take out of an element what it does not need, from the inside out.

    In a stack of lines each line's direct content is set as a block of its own: that content
    keeps its wrapper.
    """
    stack = "vlist" in node.classes
    for child in node.children:
        if isinstance(child, Span):
            _lighten(child, in_stack=stack)
    node.children = [_stacked(_merged(_shifted(child), in_stack)) for child in node.children]
    if not stack and not in_stack:
        flat = [
            part
            for child in node.children
            for part in (child.children if isinstance(child, Span) and child.plain else [child])
        ]
        node.children = _spaced(flat)


def _merged(node, in_stack: bool):
    """Return an element that holds one other as that one, if nothing is lost.

    In a stack of lines that one would become a block, which a table must not.
    """
    if not isinstance(node, Span) or len(node.children) != 1:
        return node
    child = node.children[0]
    if not isinstance(child, Span):
        return node
    if in_stack and not child.leaf:
        return node
    if node.plain or (node.classes == ["msupsub"] and SHIFT in child.classes):
        return child
    sized = SIZED & set(node.classes) and not SIZED & set(child.classes)
    if sized and child.leaf and not child.more and not node.style.keys() & child.style.keys():
        return Span([*node.classes, *child.classes], node.style | child.style, child.children)
    return node


def _shifted(node):
    """Return a lone index or exponent as text that is moved, instead of as a stack."""
    if not isinstance(node, Span) or node.classes != ["msupsub"] or len(node.children) != 1:
        return node
    stack = node.children[0]
    content = stack.children[0].children
    if len(stack.children) != 1 or not content or not all(map(_flat, content)):
        return node
    style = dict(stack.children[0].style)
    top = _ems(style.pop("top")) + _ems(stack.style.get("--strut", STRUT))
    top -= _ems(stack.style["height"]) + _ems(stack.style["vertical-align"])
    return Span([SHIFT], {"top": f"{top:.4f}em"} | style, content)


def _stacked(node):
    """Return lines above each other as blocks in a box, instead of as cells of a table.

    KaTeX moves each line from the bottom of its cell, which is the baseline; here from the top
    of the box. The strut of each line, of one height in a stack, is drawn by the style sheet.
    """
    if not isinstance(node, Span) or "vlist-t" not in node.classes:
        return node
    first, *second = (row.children[0] for row in node.children)
    height, depth = _ems(first.style["height"]), 0.0
    if second:
        depth = _ems(second[0].style["height"])
    strut = first.children[0].children[0].style["height"]
    box = {"height": f"{height + depth:.4f}em", "vertical-align": f"{-depth:.4f}em"}
    if strut != STRUT:
        box["--strut"] = strut
    lines = []
    for line in first.children:
        style = line.style | {"top": f"{_ems(line.style['top']) + height:.4f}em"}
        lines.append(Span(line.classes, style, line.children[1:], line.more))
    return Span([STACK], box, lines, node.more)


def _flat(node) -> bool:
    """Say whether an element is no more than signs in a row."""
    if isinstance(node, str):
        return False
    parts = list(node.walk())
    built = any({STACK, "delimsizing", "op-symbol"} & set(part.classes) for part in parts)
    drawn = any(isinstance(c, str) and c[:1] == "<" for part in parts for c in part.children)
    return not built and not drawn and not any("height" in part.style for part in parts)


def _spaced(children: list) -> list:
    """Return elements with the space behind each as its margin, not as an element."""
    kept = []
    for child in children:
        space = isinstance(child, Span) and child.classes == ["mspace"] and not child.children
        if space and child.style.keys() == {"margin-right"} and kept:
            last = kept[-1] if isinstance(kept[-1], Span) else Span([], {}, [kept[-1]])
            if not SIZED & set(last.classes) and not (
                isinstance(kept[-1], str) and kept[-1][:1] == "<"
            ):
                width = _ems(child.style["margin-right"])
                width += _ems(last.style.get("margin-right", "0em"))
                last.style["margin-right"] = f"{width:.4f}em"
                kept[-1] = last
                continue
        kept.append(child)
    return kept


def _ems(length: str) -> float:
    """Return a length in em."""
    return float(length.removesuffix("em"))


def _written(node, styled: set[str]) -> str:
    """Return an element as markup, without classes that no rule names."""
    if isinstance(node, str):
        return node
    inside = "".join(_written(child, styled) for child in node.children)
    names = node.classes
    if names[:3] == INDEX:
        names = [SMALL, *names[3:]]
    classes = " ".join(name for name in names if name in styled or name in OURS)
    style = ";".join(f"{k}:{_short(v)}" for k, v in node.style.items() if v != "0em")
    if not classes and not style and not node.more and node.leaf:
        return inside
    attributes = f' class="{classes}"' * bool(classes) + f' style="{style}"' * bool(style)
    return f"<span{attributes}{node.more}>{inside}</span>"


def _short(value: str) -> str:
    """Return a length without needless digits."""
    number = re.fullmatch(r"(-?\d*\.?\d+)em", value)
    if not number:
        return value
    digits = f"{float(number[1]):.4f}".rstrip("0").rstrip(".")
    return re.sub(r"^(-?)0\.", r"\1.", digits) + "em"
