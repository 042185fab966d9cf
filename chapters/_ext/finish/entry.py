"""Write what a visitor sees first: index.html, 404.html, and the preview image of a link.

Jupyter Book writes an index.html that only redirects. Ours is the front page itself.
"""

import re
from html import escape
from itertools import pairwise, product
from pathlib import Path

from write.live import settings

DESCRIPTION = (
    "A free course on neural networks: write one with only NumPy, train it, explore "
    "interactive figures, and learn how far you can trust the result."
)
CARD = "_static/card.png"
LAYERS = ((0.9, 3), (2.5, 4), (4.1, 2))  # x position and number of units of each layer


def add_missing_page(app) -> list:
    """Return the page that a server shows for an unknown address."""
    context = {"title": "Page not found", "nn_site": settings(app)["site"]}
    return [("404", context, "nn-404.html")] if app.builder.name == "html" else []


def write_index(app, exception) -> None:
    """Describe the front page to search engines and shared links, and copy it to index.html."""
    if exception is not None or app.builder.name != "html":
        return
    out, root = Path(app.outdir), app.config.root_doc
    draw_card(out / CARD, app.config.project)
    page, site = out / f"{root}.html", settings(app)["site"]
    text = page.read_text(encoding="utf-8")
    if "og:title" not in text:
        up = site or "../" * root.count("/")
        text = text.replace("</title>", f"</title>\n{tags(app.config.project, up)}", 1)
        page.write_text(text, encoding="utf-8")
    (out / "index.html").write_text(moved_up(text, root.split("/")[:-1]), encoding="utf-8")


def moved_up(text: str, folders: list[str]) -> str:
    """Return a page whose relative addresses are rewritten for the root folder of the book."""
    here = "".join(f"{folder}/" for folder in folders)
    text = re.sub(r'"(?=[\w-]+\.html)', f'"{here}', text)
    for k in range(len(folders), 0, -1):
        above = "".join(f"{folder}/" for folder in folders[: len(folders) - k])
        text = text.replace(f'"{"../" * k}', f'"{above}')
    return text


def tags(title: str, root: str) -> str:
    """Return the description of the book for search engines and for shared links."""
    properties = {
        "og:title": title,
        "og:description": DESCRIPTION,
        "og:type": "website",
        "og:image": f"{root}{CARD}",
    }
    lines = [f'<meta name="description" content="{escape(DESCRIPTION)}" />']
    lines += [
        f'<meta property="{key}" content="{escape(value)}" />'
        for key, value in properties.items()
    ]
    return "\n".join(lines)


def draw_card(file: Path, title: str) -> None:
    """Draw the preview image of a link, 1200 by 630 pixels: a network and the book's title."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 12), ylim=(0, 6.3))
    axes.set_axis_off()
    layers = [[(x, 3.15 + 1.1 * (k - (n - 1) / 2)) for k in range(n)] for x, n in LAYERS]
    for before, after in pairwise(layers):
        for ends in product(before, after):
            axes.plot(*zip(*ends, strict=True), color="#9db4cc", linewidth=1.2, zorder=1)
    for layer, colour in zip(layers, ("#0a5aa5", "#0a5aa5", "#b8480c"), strict=True):
        axes.scatter(*zip(*layer, strict=True), s=900, color=colour, zorder=2)
    first, _, rest = title.partition(" from ")
    for y, line in ((3.6, first), (2.7, f"from {rest}")):
        axes.text(5.2, y, line, fontsize=34, family="serif", weight="bold", va="center")
    figure.savefig(file)
