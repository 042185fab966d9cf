"""A page for each student: points by aspect, what was tried, and hints.

All text is escaped, and none of it was made by a student's code: findings are the engine's
words, flags ours.
"""

from __future__ import annotations

from html import escape

from .engine import sentence

EXPECTED = {
    "shape": "Answers of the shape and kind that the notebook asks for.",
    "value": "The values that the definition gives.",
    "gradient": "The derivative of the value by each entry of the input.",
    "stability": "Finite, exact answers where naive formulas overflow or lose digits.",
    "edge": "The same definition at its edges.",
    "integers": "The same answer for whole numbers, whose arithmetic wraps around or cuts off.",
    "default": "The default where an argument is left out.",
    "errors": "The error that the notebook names, for input that makes no sense.",
    "inputs-unchanged": "Arguments left as they were.",
    "loops": "One expression for all at once: no loop in Python over the axes named.",
}
FAILED = "Your instructor has been told that something went wrong."
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; --ink: #1d2530; --soft: #5b6675; --page: #f6f7f9;
  --card: #fff; --line: #dfe3e8; --bar: #2f6fb4; --rest: #e4e8ed; --hint: #fff6e0;
  --edge: #c98a00; --good: #23784a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #a3afbd;
  --page: #14181e; --card: #1d232b; --line: #323b47; --bar: #6aa9ea; --rest: #323b47;
  --hint: #33290f; --edge: #e0ab3a; --good: #6cc997; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: .95rem; margin: 0; }
code, h2 { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.soft { color: var(--soft); } .total { font-size: 2rem; font-weight: 650; margin: .6rem 0 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1.1rem 1.25rem 1.25rem; margin-top: 1.25rem; }
.head { display: flex; gap: 1rem; justify-content: space-between; align-items: baseline; }
.head b { white-space: nowrap; }
table { width: 100%; border-collapse: collapse; margin-top: .8rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem .45rem 0;
  border-top: 1px solid var(--line); font-weight: 400; }
thead th { border-top: 0; color: var(--soft); font-size: .85rem; }
tbody th { font-weight: 600; width: 8.5rem; }
td.points { white-space: nowrap; width: 5rem; padding-right: 0; text-align: right;
  font-variant-numeric: tabular-nums; }
td.lost { color: var(--edge); font-weight: 600; }
td.share { width: 7rem; padding-top: .85rem; }
.bar { display: block; height: .55rem; border-radius: .3rem; background: var(--rest);
  overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--bar); }
.said { display: block; font-size: .9rem; color: var(--soft); }
.hint { background: var(--hint); border-left: .25rem solid var(--edge); margin: .5rem 0 0;
  padding: .55rem .8rem; border-radius: 0 .35rem .35rem 0; overflow-wrap: anywhere; }
.good { color: var(--good); margin: .8rem 0 0; }
ul { margin: .4rem 0 0; padding-left: 1.2rem; }
thead td { border-top: 0; }
thead th:last-child { text-align: right; padding-right: 0; }
@media (max-width: 34rem) { thead, td.share { display: none; }
  tbody tr { display: block; border-top: 1px solid var(--line); padding: .4rem 0; }
  tbody :is(th, td) { display: block; width: auto; border: 0; padding: 0; text-align: left; } }
"""


def page(result: dict, mark: dict | None = None) -> str:
    """The feedback on one submission as a page of HTML, complete in itself.

    Parameters
    ----------
    result : dict
        What `Grader.grade` gave.
    mark : dict, optional
        What the gradebook says: marks by hand, comments and late penalties.

    Returns
    -------
    str
        HTML without scripts; it holds no hidden input, no expected value, no source.
    """
    title = escape(result["assignment"])
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    parts = [
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{policy}\n{view}',
        f"<title>{title}: feedback</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>",
        f'<p class="soft">{escape(result["student"])}</p>\n<h1>{title}</h1>',
        *_total(result, mark),
        *_notes(result),
        *(_problem(name, report) for name, report in result["problems"].items()),
        *_by_hand(mark),
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _total(result, mark):
    """The sum, and what a late submission cost."""
    score, most = result["score"], result["max_score"]
    if mark:
        score, most = mark["score"], mark["max_score"]
    yield f'<p class="total">{score:g} <span class="soft">of {most:g} points</span></p>'
    yield _bar(score, most)
    if result.get("row"):
        yield f'<p class="soft">{escape(result["row"])}</p>'
    if mark and mark["late_penalty"]:
        yield f'<p class="soft">Late: {mark["late_penalty"]:g} points less.</p>'
    if mark and mark["needs_manual_grade"]:
        yield '<p class="soft">Some answers are still to be marked by a person.</p>'


def _notes(result):
    """The flags, which the instructor sees too; a failure of ours is not the student's."""
    if result.get("failed"):
        yield f'<section><p class="soft">{FAILED}</p></section>'
        return
    if result["status"] == "ungradable":
        yield '<section><div class="head"><h3>Nothing could be graded.</h3></div>'
    elif result["flags"]:
        yield '<section><div class="head"><h3>Your instructor sees these notes</h3></div>'
    if result["flags"]:
        yield "<ul>" + "".join(f"<li>{escape(f)}</li>" for f in result["flags"]) + "</ul>"
        yield "</section>"


def _problem(name, report):
    """One problem: its aspects as a table, then what was found."""
    rows = "\n".join(_aspect(a, report) for a in report["aspects"])
    found = "\n".join(
        f'<p class="hint">{_hint(sentence(aspect, text))}</p>'
        for aspect, text, _ in report["findings"]
    )
    whole = abs(report["score"] - report["max"]) < 1e-6
    found = found or ('<p class="good">Everything that was tried came out right.</p>' * whole)
    return f"""<section>
<div class="head"><h2>{escape(name)}</h2><b>{report["score"]:g} of {report["max"]:g}</b></div>
<table>
<thead><tr><th scope="col">Aspect</th><th scope="col">Expected, and tried</th>
<td></td><th scope="col">Points</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
{found}
</section>"""


def _aspect(aspect, report):
    """One row of the table."""
    earned, most = report["aspects"][aspect]
    tried = "; ".join(t.strip().rstrip(".") for t in report["tried"].get(aspect, ()))
    said = f'<span class="said">Tried: {escape(tried)}.</span>' if tried else ""
    lost = " lost" if earned < most else ""
    expected = EXPECTED.get(aspect, "What the notebook asks for.")
    return (
        f'<tr><th scope="row">{escape(aspect)}</th><td>{expected}{said}</td>'
        f'<td class="share">{_bar(earned, most)}</td>'
        f'<td class="points{lost}">{earned:g} of {most:g}</td></tr>'
    )


def _by_hand(mark):
    """Marks and comments by a person."""
    if not mark or not mark["by_hand"]:
        return
    yield '<section><div class="head"><h3>Marked by a person</h3></div><ul>'
    for name, score, most, comment in mark["by_hand"]:
        said = "not marked yet" if score is None else f"{score:g}"
        words = f": {comment}" if comment else ""
        yield f"<li>{escape(name)}, {said} of {most:g}{escape(words)}</li>"
    yield "</ul></section>"


def _bar(earned, most):
    """A bar; the numbers stand beside it."""
    share = 100 * max(0.0, min(1.0, earned / most)) if most else 0.0
    return f'<span class="bar" aria-hidden="true"><i style="width: {share:.1f}%"></i></span>'


def _hint(text):
    """A finding; what it is about stands in bold."""
    about, colon, rest = text.partition(":")
    return f"<b>{escape(about)}{colon}</b>{escape(rest)}" if colon else escape(text)
