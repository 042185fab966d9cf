"""Put what follows a prediction behind a curtain, until the reader has guessed.

Everything after a prediction up to the next heading is behind the curtain, including the
verdict. Predictions that directly follow each other share a curtain. A later prediction in the
section is behind the curtain of the first one, and has its own curtain. If a prediction has
``try_it=True``, the curtain begins after the moving figure, which the reader needs. The page's
summary is behind a curtain for all predictions, because it gives their results away.

Without scripts, in print and for search engines, the page is complete: something is hidden only
under a class that a script in the head sets (``begin/first_paint.py``). ``curtain.js`` opens a
curtain.
"""

import json
import re

from docutils import nodes

PREDICTION = re.compile(
    r'<nn-predict><script type="application/json">(.*?)</script>', re.DOTALL
)
BEHIND = re.compile(r'<section class="nn-curtained" data-predictions="([0-9a-f ]+)">')
FIGURE = 'class="nn-play"'
OPENS = {1: "when you lock in your guess", 2: "after your two guesses"}
OPENS |= {3: "after your three guesses"}
MORE = "after your {} guesses"
REST, SUMMARY = "The rest of this section shows the result.", "Summary"
ALL = "The summary contains spoilers."
BOX = """<div class="nn-curtain" data-predictions="{ids}"
  role="group" aria-label="Hidden result">
<p><strong>Guess first?</strong> {what} It opens {when}.</p>
<button type="button">Just show me</button>
</div>
"""


class Behind(nodes.General, nodes.Element):
    """A node for the part of a section that is behind a curtain."""


def visit(self, node: Behind) -> None:
    """Write the curtain, and open the element that contains the hidden content."""
    ids, count = " ".join(node["predictions"]), len(node["predictions"])
    when = OPENS.get(count, MORE).format(count)
    self.body.append(BOX.format(ids=ids, what=node.get("what", REST), when=when))
    self.body.append(f'<section class="nn-curtained" data-predictions="{ids}">\n')


def depart(self, node: Behind) -> None:
    """Close the element with the hidden content."""
    self.body.append("</section>\n")


def hang(app, doctree, docname) -> None:
    """Add the curtains to one page of the site."""
    if app.builder.name == "html":
        asked = [one["id"] for one in predictions(doctree)]
        for section in list(doctree.findall(nodes.section)):
            _hang(section)
            if asked and section[0].astext() == SUMMARY:
                section[1:] = [Behind("", *section[1:], predictions=asked, what=ALL)]


def _hang(parent: nodes.Element) -> None:
    """Put what follows the first predictions of a section, up to its end, behind a curtain."""
    end = next(
        (k for k, node in enumerate(parent) if isinstance(node, nodes.section)), len(parent)
    )
    own = parent.children[:end]
    first = next((k for k, node in enumerate(own) if predictions(node)), None)
    if first is None:
        return
    start, asked = first, []
    while start < end and (predictions(own[start]) or isinstance(own[start], nodes.Invisible)):
        asked += predictions(own[start])
        start += 1
    if any(one.get("try_it") for one in asked):
        start = 1 + next((k for k in range(start, end) if _moves(own[k])), start - 1)
    if start < end:
        behind = Behind("", *own[start:], predictions=[one["id"] for one in asked])
        parent[start:end] = [behind]
        _hang(behind)


def predictions(node: nodes.Node) -> list[dict]:
    """Return the data of the predictions below a node."""
    return [
        json.loads(data)
        for raw in node.findall(nodes.raw)
        for data in PREDICTION.findall(raw.astext())
    ]


def _moves(node: nodes.Node) -> bool:
    """Return whether there is a moving figure below a node."""
    return any(FIGURE in raw.astext() for raw in node.findall(nodes.raw))


def add_style(app, pagename, templatename, context, doctree) -> None:
    """Add the style that hides what is behind each curtain of a page until it is open."""
    rules = "".join(map(_rules, dict.fromkeys(BEHIND.findall(context.get("body", "")))))
    if rules:
        style = f"<style>@media screen {{ {rules}}}</style>"
        context["metatags"] = context.get("metatags", "") + style


def _rules(ids: str) -> str:
    """Return the rules for one curtain."""
    opened = "".join(f".nn-open-{name}" for name in ids.split())
    closed, part = f"html.nn-veiled:not({opened})", f'[data-predictions="{ids}"]'
    return (
        f"{closed} .nn-curtained{part} {{ display: none; }} "
        f"{closed} .nn-curtain{part} {{ display: block; }} "
    )
