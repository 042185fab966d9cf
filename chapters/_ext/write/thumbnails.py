"""Thumbnails at the top of a page, each a link to one of the page's figures.

The directive ``{thumbnails}`` shows a thumbnail for the first figure of every section. It draws
the figure's own SVG a second time (``use``), so that the page doesn't get larger; if the figure
consists of pixel images, it shows the first one.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

PLACE = '<nav class="nn-thumbnails" aria-label="Figures on this page"></nav>'
PART = re.compile(
    r'<h[23]>(?P<title>.*?)<a class="headerlink"'
    r'|<figure[^>]*? id="(?P<id>[\w-]+)"[^>]*>(?P<figure>.*?)</figure>',
    re.DOTALL,
)
DRAWING = re.compile(r'<svg(?=[^>]* viewBox="([^"]+)")')
PIXELS = re.compile(r'<img[^>]* src="(data:[^"]+)"')


class Thumbnails(SphinxDirective):
    """The directive that marks the place of a page's thumbnails."""

    def run(self) -> list[nodes.Node]:
        """Return a placeholder, which `fill` replaces."""
        return [nodes.raw("", PLACE, format="html")]


def fill(app, pagename, templatename, context, doctree) -> None:
    """Replace the placeholder of a page, if it has one, with thumbnails."""
    if PLACE in context.get("body", ""):
        context["body"] = filled(context["body"])


def filled(body: str) -> str:
    """Return a page's HTML with its thumbnails."""
    links = []
    for title, name, figure in _first_figures(body):
        drawing, pixels = DRAWING.search(figure), PIXELS.search(figure)
        if drawing:
            body = body.replace(figure, DRAWING.sub(f'<svg id="{name}-drawn"', figure, count=1))
            use = f'<use href="#{name}-drawn"/>'
            picture = f'<svg aria-hidden="true" viewBox="{drawing[1]}">{use}</svg>'
        elif pixels:
            picture = f'<img class="nn-pixels" src="{pixels[1]}" alt="" aria-hidden="true">'
        else:
            continue
        links.append(f'<li><a href="#{name}"><span>{picture}</span>{title}</a></li>')
    listed = f"<ul>{''.join(links)}</ul>"
    return body.replace(PLACE, PLACE.replace("></nav>", f">{listed}</nav>"))


def _first_figures(body: str) -> Iterator[tuple[str, str, str]]:
    """Yield section title, id and HTML of the first figure of each section."""
    title = None
    for part in PART.finditer(body):
        if part["title"] is not None:
            title = re.sub(r"<[^>]+>", "", part["title"])
        elif title is not None:
            yield title, part["id"], part["figure"]
            title = None
