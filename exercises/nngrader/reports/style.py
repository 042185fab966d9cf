"""The common look of our pages: a style sheet and pieces of HTML.

Each page is complete: it has no scripts and loads nothing. It has a light and a dark theme,
fits wide and narrow screens, and is valid HTML. Text is escaped here or by the caller; each
function's docstring states which.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; --ink: #1d2530; --soft: #566270; --page: #f6f7f9;
  --card: #fff; --line: #dfe3e8; --bar: #2f6fb4; --part: #9cc0e6; --rest: #e4e8ed;
  --hint: #fff6e0; --edge: #c98a00; --lost: #8a5300; --good: #1f7044; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #a3afbd;
  --page: #14181e; --card: #1d232b; --line: #323b47; --bar: #6aa9ea; --part: #3c6795;
  --rest: #323b47; --hint: #33290f; --edge: #e0ab3a; --lost: #e0ab3a; --good: #6cc997; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem; overflow-wrap: anywhere; }
main.wide { max-width: 72rem; }
@media screen and (min-width: 64rem) { .columns { display: grid; gap: 1.25rem;
  grid-template-columns: 20rem minmax(0, 1fr); } }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; line-height: 1.35; margin: 0; }
h3 { font-size: 1rem; margin: 1.3rem 0 0; }
code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: .92em; }
p, .who { margin: .5rem 0 0; }
a { color: inherit; }
.soft { color: var(--soft); }
.total { font-size: 2rem; font-weight: 650; margin: .6rem 0 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1.1rem 1.25rem 1.25rem; margin-top: 1.25rem; }
.head { display: flex; gap: 1rem; justify-content: space-between;
  align-items: baseline; flex-wrap: wrap; }
.head b { white-space: nowrap; }
table { width: 100%; border-collapse: collapse; margin-top: .8rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .8rem .45rem 0;
  border-top: 1px solid var(--line); font-weight: 400; overflow-wrap: anywhere; }
thead :is(th, td) { border-top: 0; color: var(--soft); font-size: .85rem;
  overflow-wrap: normal; vertical-align: bottom; }
tbody th { font-weight: 600; }
.sentences tbody th { font-weight: 400; width: 52%; }
:is(th, td):last-child { padding-right: 0; }
tbody th.aspect { width: 10rem; white-space: nowrap; }
td.share { width: 7rem; padding-top: .95rem; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.lost { color: var(--lost); font-weight: 600; }
.bar { display: flex; height: .55rem; border-radius: .3rem; background: var(--rest);
  overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--bar); }
.bar i + i { background: var(--part); }
.said { display: block; font-size: .9rem; color: var(--soft); }
.hint { background: var(--hint); border-left: .25rem solid var(--edge); margin: .5rem 0 0;
  padding: .55rem .8rem; border-radius: 0 .35rem .35rem 0; }
.good { color: var(--good); margin: .8rem 0 0; }
summary { cursor: pointer; } summary.head h2::before { content: "▸ "; }
details[open] > summary.head h2::before { content: "▾ "; }
details:not(:has(> .head)) { margin-top: .8rem; color: var(--soft); }
:is(td, .who) > details:not(:has(> .head)) { margin-top: 0; }
.comment { white-space: pre-line; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
ul, ol { margin: .4rem 0 0; padding-left: 1.3rem; } li { margin: .25rem 0 0; }
svg { display: block; width: 100%; max-width: 22rem; height: auto; margin-top: .8rem; }
svg text { fill: var(--ink); font-size: 12px; }
@media screen and (max-width: 40rem) {
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px;
    overflow: hidden; }
  tbody tr { display: block; border-top: 1px solid var(--line); padding: .45rem 0; }
  tbody :is(th, td), tbody :is(td.n, th.aspect), .sentences tbody th { display: block;
    width: auto; border: 0; padding: 0; text-align: left; white-space: normal; }
  h2 { font-size: 1.05rem; } .total { font-size: 1.6rem; }
  .aspects tbody tr { display: grid; grid-template-columns: 1fr auto; }
  .aspects tbody .what { grid-row: 2; grid-column: 1 / -1; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
  tbody td.share { padding: .3rem 0; } .aspects tbody td.share { display: none; } }
@media print { :root { --page: #fff; } * { print-color-adjust: exact; }
  body { font-size: 11pt; } main { padding: 0; max-width: none; }
  section { border-radius: 0; padding: .7rem 0 0; border-width: 1px 0 0; }
  tr, .hint, svg, li { break-inside: avoid; } h2, h3, thead { break-after: avoid; } }
"""


def document(title: str, body: Iterable[str], kind: str = "") -> str:
    """Return a complete page of HTML.

    :param title: The title of the window; escaped here.
    :param body: HTML, already escaped.
    :return: The page. It forbids the browser to load or run anything.
    """
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    column = f'<main class="{kind}">' if kind else "<main>"
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f"{policy}\n{view}",
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{column}",
            *body,
            "</main>\n</body>\n</html>\n",
        ]
    )


def bar(*shares: float) -> str:
    """Return a bar filled to one fraction, or to several side by side, without numbers.

    >>> bar(0.25)
    '<span class="bar" aria-hidden="true"><i style="width: 25.0%"></i></span>'

    :param *shares: Fractions of 1; a part that doesn't fit into the bar is cut off.
    """
    left, filled = 1.0, ""
    for share in shares:
        share = max(0.0, min(left, share))
        left -= share
        filled += f'<i style="width: {100 * share:.1f}%"></i>'
    return f'<span class="bar" aria-hidden="true">{filled}</span>'


def table(
    columns: list[str], rows: Iterable[list[str]], numbers: Iterable[int] = (), kind: str = ""
) -> str:
    """Return a table, which becomes a list on a narrow screen.

    :param columns: The names of the columns, escaped here.
    :param rows: HTML, already escaped; the first cell of each row names it.
    :param numbers: Indices of the columns with right alignment.
    :param kind: The class of the table: "sentences" if its rows begin with sentences.
    """
    numbers = set(numbers)
    kinds = [' class="n"' if i in numbers else "" for i in range(len(columns))]
    named = zip(kinds, columns, strict=True)
    head = "".join(f'<th scope="col"{kind}>{escape(name)}</th>' for kind, name in named)
    body = "\n".join(_row(columns, kinds, row) for row in rows)
    kind = f' class="{kind}"' if kind else ""
    return f"<table{kind}>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _row(columns, kinds, row):
    """Return one row of a table."""
    first, *rest = row
    cells = zip(columns[1:], kinds[1:], rest, strict=True)
    return (
        f'<tr><th scope="row">{first}</th>'
        + "".join(
            f'<td{kind} data-label="{escape(name)}">{html}</td>' for name, kind, html in cells
        )
        + "</tr>"
    )


def points(number: float) -> str:
    """Return points in the usual form: at most two decimals, and no more than needed.

    >>> points(17.5), points(20.0), points(100 / 3), points(0.001)
    ('17.5', '20', '33.33', '0')
    """
    return f"{number:.2f}".rstrip("0").rstrip(".").replace("-0", "0", number > -0.005)


def section(title: str, body: str, ident: str = "") -> str:
    """Return a part of a page under a heading.

    :param body: HTML, already escaped.
    """
    ident = f' id="{ident}"' if ident else ""
    return f"<section{ident}>\n<h2>{escape(title)}</h2>\n{body}\n</section>"


def names(students: list[str], most: int = 6) -> str:
    """Return names; the first ones are visible and the others folded.

    >>> names(["ada", "<b>", "chen"], most=2)
    'ada, &lt;b&gt; <details><summary>and 1 more</summary>chen</details>'
    """
    visible, folded = (
        ", ".join(map(escape, part)) for part in (students[:most], students[most:])
    )
    summary = f"<summary>and {len(students) - most} more</summary>"
    return f"{visible} <details>{summary}{folded}</details>" if folded else visible
