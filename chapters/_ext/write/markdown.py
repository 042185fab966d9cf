"""Convert a page, as Sphinx has read it, to Markdown that any notebook can show.

By then, every glued number, citation and figure number is text, and every link has its address;
the rest are paragraphs, lists, formulas, tables and folds.
"""

import re
from collections.abc import Iterator
from itertools import chain
from urllib.parse import urljoin

from docutils import nodes

SPECIAL = re.compile(r"([\\`*_$<])")
FALLBACK = re.compile(
    r'<nn-[\w-]+[^>]*>\s*<script type="application/json">.*?</script>\s*'
    r'<div class="nn-fallback">(.*?)</div>\s*</nn-[\w-]+>',
    re.DOTALL,
)
EXERCISES = {"exercise_enumerable_node"}  # their titles don't contain their numbers yet
SILENT = (nodes.Invisible, nodes.system_message, nodes.colspec)
MARKS = {
    nodes.emphasis: ("*", "*"),
    nodes.strong: ("**", "**"),
    nodes.subscript: ("<sub>", "</sub>"),
    nodes.superscript: ("<sup>", "</sup>"),
}


def without_script(html: str) -> str:
    """Return HTML with each interactive element replaced by its content without scripts."""
    return FALLBACK.sub(r"\1", html)


def kind(node: nodes.Node) -> str:
    """Return the name of a node's class, which identifies nodes of other extensions."""
    return type(node).__name__


class Markdown:
    """Converts nodes to Markdown.

    Parameters
    ----------
    site : str
        The address of this page on the site, for links to other pages; without it, such links
        become plain text.
    numbers : dict
        The numbers of its figures and exercises, by their ids.
    """

    def __init__(self, site: str = "", numbers: dict[str, tuple[int, ...]] | None = None):
        self.site, self.numbers = site, numbers or {}

    def inline(self, node: nodes.Node) -> str:
        """Return the Markdown of an inline node."""
        if isinstance(node, nodes.Text):
            return SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", node.astext()))
        if isinstance(node, nodes.math):
            return f"${node.astext()}$"
        if isinstance(node, nodes.math_block):
            return f"$${node.astext().strip()}$$"
        if isinstance(node, nodes.literal):
            return self._code(node.astext())
        if isinstance(node, nodes.reference):
            return self._link(node)
        if isinstance(node, nodes.image):
            return self._image(node)
        if isinstance(node, (nodes.raw, *SILENT)):
            return ""
        return self._marked(node, self._minus(node, self.children(node)))

    def children(self, node: nodes.Node) -> str:
        """Return the Markdown of a node's children, joined in one line."""
        return "".join(map(self.inline, node.children))

    def _marked(self, node: nodes.Node, text: str) -> str:
        """Return text in italics or bold, with spaces outside the markers."""
        before, after = MARKS.get(type(node), ("", ""))
        inner = text.strip()
        return text.replace(inner, before + inner + after) if before and inner else text

    def _minus(self, node: nodes.Node, text: str) -> str:
        """Return text with a minus sign instead of the hyphen of a glued negative number."""
        glued = "pasted-text" in node.get("classes", ())
        return re.sub(r"^-(?=[\d.])", "−", text) if glued else text

    def _code(self, text: str) -> str:
        """Return text as inline code, between enough backquotes."""
        fence = "``" if "`" in text else "`"
        return f"{fence}{text}{fence}"

    def _link(self, node: nodes.reference) -> str:
        """Return a link with its full address, or its text if it has none."""
        text, address = self.children(node), node.get("refuri", "")
        if not address or address.startswith("#"):
            return text
        if not re.match(r"[a-z]+:", address):
            address = urljoin(self.site, address) if self.site else ""
        return f"[{text}]({address})" if address else text

    def _image(self, node: nodes.image) -> str:
        """Return an image, or its alternative text if it has no address."""
        alt, source = node.get("alt", ""), node["uri"]
        if source.startswith(("http:", "https:", "data:")):
            return f"![{alt}]({source})"
        return f"*(Image: {alt})*" if alt else ""

    def table(self, node: nodes.table) -> str:
        """Return a Markdown table whose first row is the header."""
        rows = [
            [" ".join(map(self.children, entry.children)) for entry in row.children]
            for row in node.findall(nodes.row)
        ]
        lines = ["| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in rows]
        return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])

    def formula(self, node: nodes.math_block) -> str:
        """Return a displayed formula with its number."""
        tag = f" \\tag{{{node['number']}}}" if node.get("number") else ""
        return f"$$\n{node.astext().strip()}{tag}\n$$"

    def caption(self, figure: nodes.figure) -> str:
        """Return a figure's number and caption."""
        number = self.number(figure)
        name = f"**Figure {number}.** " if number else ""
        return name + "".join(map(self.children, figure.findall(nodes.caption)))

    def number(self, node: nodes.Element) -> str:
        """Return the number of a figure or an exercise, or "" if it has none."""
        parts = next((self.numbers[n] for n in node["ids"] if n in self.numbers), ())
        return ".".join(map(str, parts))

    def listed(self, node: nodes.Element) -> str:
        """Return a list with its items indented."""
        start = node.get("start", 1) if isinstance(node, nodes.enumerated_list) else None
        items = []
        for k, item in enumerate(node.children):
            mark = "- " if start is None else f"{start + k}. "
            body = "\n\n".join(text for text in self.blocks(item) if isinstance(text, str))
            items.append(mark + body.replace("\n", "\n" + " " * len(mark)))
        return "\n".join(items)

    def blocks(self, node: nodes.Node, level: int = 1) -> Iterator[str | nodes.Element]:
        """Yield the blocks below a node as Markdown; a code cell is yielded as its node."""
        for child in node.children:
            if (
                child.get("nb_element") == "cell_code"
                if isinstance(child, nodes.Element)
                else 0
            ):
                yield child
            elif not isinstance(child, SILENT):
                yield from self.block(child, level)

    def block(self, node: nodes.Node, level: int) -> Iterator[str | nodes.Element]:
        """Yield the blocks of one node as Markdown."""
        plain = self._plain(node, level)
        if plain is not None:
            yield plain
        elif isinstance(node, nodes.section):
            yield from self.blocks(node, level + 1)
        elif kind(node) == "Beside":  # a side note comes after its paragraph
            yield from chain(*(self.block(child, level) for child in reversed(node.children)))
        elif kind(node) == "Fold":
            yield from self._fold(node, level)
        elif isinstance(node, nodes.Admonition):
            yield from self._boxed(node, level)
        else:
            yield from self.blocks(node, level)

    def _plain(self, node: nodes.Node, level: int) -> str | None:
        """Return the Markdown of a node, or None for one that can contain a cell."""
        if isinstance(node, nodes.title):
            return "#" * min(level - 1 or 1, 6) + " " + self.children(node)
        if isinstance(node, nodes.math_block):
            return self.formula(node)
        if isinstance(node, nodes.literal_block):
            return f"```{node.get('language', '')}\n{node.astext()}\n```"
        if isinstance(node, nodes.bullet_list | nodes.enumerated_list):
            return self.listed(node)
        if isinstance(node, nodes.table):
            return self.table(node)
        if isinstance(node, nodes.raw):
            return "".join(FALLBACK.findall(node.astext()))
        if isinstance(node, nodes.term):
            return f"**{self.children(node)}**"
        if isinstance(node, nodes.image):
            return self._image(node)
        if isinstance(node, nodes.TextElement):
            return self.children(node)
        return None

    def _fold(self, node: nodes.Element, level: int) -> Iterator[str | nodes.Element]:
        """Yield a fold as `details`, inside which notebooks render Markdown."""
        yield f"<details><summary>{node[0].astext()}</summary>"
        for child in node.children[1:]:
            yield from self.blocks(child, level)
        yield "</details>"

    def _boxed(self, node: nodes.Element, level: int) -> Iterator[str | nodes.Element]:
        """Yield an exercise, a solution or a note: its title as a heading, then its content."""
        for child in node.children:
            if isinstance(child, nodes.title):
                name = f"Exercise {self.number(node)}" if kind(node) in EXERCISES else ""
                yield f"{'#' * min(level + 1, 6)} {name}{self.children(child)}"
            elif not isinstance(child, SILENT):
                yield from self.block(child, level)
