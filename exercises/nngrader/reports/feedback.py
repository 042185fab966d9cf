"""A page for each student: points by aspect, tested cases, and hints.

All text is escaped, and none of it comes from a student's code: `records.rendering` contains
the wording of findings, and `records.flag_rendering` the wording of flags.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from ..course.notebooks import by_problem
from ..engine.judgement.ledger import PASSIVE
from ..gradebook.late import present
from ..records.codes import Code
from ..records.finding import EVERYTHING, findings_of, of_problem, together_forbidden
from ..records.flag import FIX_FIRST, FlagCode, flags_of
from ..records.flag_rendering import for_student
from ..records.rendering import ALL_RIGHT, Audience, as_html, by_words, text
from ..wording import counted
from .style import bar, document, points

EXPECTED = {
    "shape": "The shapes and types that the notebook describes.",
    "value": "The values that the definition gives.",
    "gradient": "The derivative of the value with respect to each entry of the input.",
    "stability": "Finite, exact answers where simple formulas overflow or lose digits.",
    "edge": "The values that the definition gives for extreme inputs.",
    "integers": "The same answer if the inputs are integers.",
    "default": "The default value if an argument is omitted.",
    "errors": "The exception that the notebook names, for invalid input.",
    "inputs-unchanged": "Arguments that stay unchanged.",
    "loops": "Whole-array expressions instead of Python loops over the axes that the notebook "
    "names.",
    "memory": "No array that has all of the axes that the notebook names.",
}
WAITS = "You get these points once another part of this problem is correct."
FAILED = "Something went wrong on our side. Your instructor knows about it."
FIRST = (Code.NOT_WRITTEN, Code.NOT_DEFINED, Code.STOPPED, Code.RAISED)
OVERRIDDEN = "Your instructor looked at this problem and gave these points."
LEFT_OUT = "You wrote nothing here."
EXTRA = "Your instructor gave {} of extra credit, which the points here don't include."
DROPPED = "This problem was dropped, so it doesn't count for anyone."
CHANGED = "Graded under an earlier definition of this problem, which has changed since then."
SPARED = "The mistake also shows in the tests of these aspects, but costs no points there:"
FORMULA = re.compile(r"\$([^$]+)\$")
POWER = re.compile(r"\^\{([^}]*)\}")
NO_MARK = "No mark: nothing could be graded"
NOTHING_READ = (
    "You have no mark for this assignment yet. If you submitted the wrong file, or if your "
    "file was damaged in transit, write to your instructor."
)
SHOWN_ABOVE = (*FIX_FIRST, FlagCode.FORBIDDEN_NAME)  # in the section above
CHECK_TOO = (
    "On your own computer, <code>nngrader check</code> shows more: an example with your "
    "numbers, and sometimes the line of the mistake."
)
TITLE = "Your instructor sees these notes, too"


def page(
    result: dict, mark: dict | None = None, code: str = "", earlier: Sequence[str] = ()
) -> str:
    """Return the feedback on one submission as a complete page of HTML.

    :param mark: The gradebook's entry: manual marks, comments and late penalties.
    :param code: The code that replaces the student's name on a challenge's leaderboard.
    :param earlier: Problems whose definition has changed since they were graded.
    :return: HTML without scripts; it contains no hidden inputs, expected values or source code.
    """
    title, manual = result["assignment"], _manual_points(mark, result)
    extra = by_problem((mark or {}).get("extra", {}), result["problems"])
    parts = [
        f'<p class="soft">{escape(result["student"])}</p>\n<h1>{escape(title)}</h1>',
        *_total(result, mark),
        *_first(result, mark),
        *([] if _all_right(result) else [f'<p class="soft">{CHECK_TOO}</p>']),
        *(
            _problem(
                name,
                report,
                code,
                manual.get(name),
                _remarks_on(name, report, earlier, extra.get(name)),
                _comment(mark, name),
            )
            for name, report in _largest_losses_first(result["problems"])
        ),
        *_by_hand(mark, result),
        *_notes(result, mark),
    ]
    return document(f"{title}: feedback", parts)


def _total(result, mark):
    """Yield the total of points, and the late penalty."""
    score, most = result["score"], result["max_score"]
    if result["status"] == "ungradable" and not _any_given(mark):
        yield f'<p class="total">{NO_MARK}</p>'
        return
    if mark:
        score, most = mark["score"], mark["max_score"]
    of = f'<span class="soft">of {points(most)} {_unit(most)}</span>'
    yield f'<p class="total">{points(score)} {of}</p>'
    yield bar(score / most if most else 0)
    if mark and mark["late_penalty"]:
        cost = f"{points(mark['late_penalty'])} {_unit(mark['late_penalty'])}"
        late = f"Your submission was late, which costs {cost}."
        before = f"Without this penalty, your total would be {points(mark['earned'])}."
        yield f'<p class="soft">{late} {before}</p>'
    if mark and mark["needs_manual_grade"]:
        yield '<p class="soft">Your instructor still has to grade some answers.</p>'


def _all_right(result):
    """Return whether no function lost points."""
    return all(report["score"] >= report["max"] for report in result["problems"].values())


def _unit(number):
    """Return the word after a number of points."""
    return "point" if number == 1 else "points"


def _any_given(mark):
    """Return whether a person has given points for any cell."""
    mark = mark or {}
    has_mark = any(score is not None for _, score, *_ in mark.get("by_hand", ()))
    return has_mark or bool(mark.get("extra"))


def _first(result, mark):
    """Yield the section of errors to fix before anything else.

    It leaves out problems to which a person has given points. A syntax error in a cell also
    explains why its function is missing.
    """
    flags = [] if result["status"] == "ungradable" else flags_of(result)
    broken = {flag.cell for flag in flags if flag.code == FlagCode.SYNTAX_ERROR}
    manual = _manual_points(mark, result)
    first = [f for f in flags if f.code in FIX_FIRST and manual.get(f.cell) is None]
    first = [f for f in first if f.code != FlagCode.FUNCTION_MISSING or f.cell not in broken]
    texts = [for_student(flag) for flag in first]
    reports = {n: r for n, r in result["problems"].items() if manual.get(n) is None}
    findings = {name: findings_of(report) for name, report in reports.items()}
    texts += [text(f, Audience.HIDDEN) for f in together_forbidden(findings)]
    if texts:
        yield f"<section><h2>Fix this first</h2>{_list(texts)}</section>"


def _notes(result, mark):
    """Yield the section of the other flags, or one sentence if the grader itself failed."""
    if result.get("failed"):
        yield f'<section><p class="soft">{FAILED}</p></section>'
    elif result["status"] == "ungradable":
        after = "" if _any_given(mark) else f"<p>{NOTHING_READ}</p>"
        texts = _list(map(for_student, flags_of(result)))
        yield f"<section><h2>Why nothing could be graded</h2>{texts}{after}</section>"
    elif rest := [f for f in present(flags_of(result), mark) if f.code not in SHOWN_ABOVE]:
        yield f"<section><h2>{TITLE}</h2>{_list(map(for_student, rest))}</section>"


def _list(texts):
    """Return texts as a list of HTML."""
    return f"<ul>{''.join(f'<li>{as_html(row)}</li>' for row in texts)}</ul>"


def _largest_losses_first(problems):
    """Return the names and reports of all problems, with the largest losses first.

    An optional challenge that the student skipped is last.
    """
    return sorted(problems.items(), key=lambda p: (_skipped(p[1]), p[1]["score"] - p[1]["max"]))


def _skipped(report):
    """Return whether this is an optional challenge without a submitted file."""
    return any(f.code == Code.FILE_MISSING for f in findings_of(report))


def _manual_points(mark, result):
    """Return the points that a person gave instead of the grader, or None, by problem."""
    by_hand = {cell: score for cell, score, *_ in (mark or {}).get("by_hand", ())}
    return by_problem(by_hand, result["problems"])


def _remarks_on(name, report, earlier, extra):
    """Return remarks on a problem as a whole, or "" if there are none."""
    texts = [DROPPED] * (not report["max"]) + [CHANGED] * (name in earlier)
    texts += [EXTRA.format(counted(extra, "point"))] if extra else []
    return "".join(f'<p class="soft">{text}</p>\n' for text in texts)


def _comment(mark, cell):
    """Return a person's comment on a cell that the grader marks, as HTML, or ""."""
    text = (mark or {}).get("comments", {}).get(cell)
    return f'<p class="comment"><b>Comment:</b> {escape(text)}</p>\n' if text else ""


def _problem(name, report, code, manual=None, remarks="", comment=""):
    """Return the section on one problem: hints, then aspects; folded if all is correct.

    If a person has given different points, the section shows these, not the grader's points.
    A person's comment is never folded.
    """
    lost, full, aspects = [], [], [*report["aspects"]]
    if "challenge" not in report:  # thresholds stay in order
        aspects.sort(key=lambda a: -_missed(report, a))
    for aspect in aspects:
        (lost if _missed(report, aspect) > 1e-9 else full).append(aspect)
    own = sorted(of_problem(findings_of(report)), key=lambda f: f.code not in FIRST)
    kind = "soft" if _skipped(report) else "hint"
    hints = "\n".join(
        f'<p class="{kind}"><b>{escape(", ".join(aspects))}:</b> {as_html(text)}</p>'
        for aspects, text in by_words(own, Audience.HIDDEN)
    )
    if spared := [a for a in report.get("spared", ()) if a != "shape"]:
        hints += f'\n<p class="soft">{SPARED} {escape(", ".join(spared))}.</p>'
    if manual is not None:
        report, lost, full = report | {"score": manual}, [], []
        hints = f'<p class="soft">{OVERRIDDEN}</p>'
    score = f"{points(report['score'])} of {points(report['max'])}"
    title = f"<h2><code>{escape(name)}</code></h2><b>{score}</b>"
    challenge = comment + remarks + _challenge(report, code)
    right = not lost and not report["findings"] and manual is None
    if right and not comment:
        return (
            f'<section><details><summary class="head">{title}</summary>\n{challenge}'
            f'<p class="good">{ALL_RIGHT}</p>\n{_table(full, report)}\n</details></section>'
        )
    rest, hints = "", f'<p class="good">{ALL_RIGHT}</p>' if right else hints
    if full:
        summary = f"<summary>{counted(len(full), 'aspect')} with full points</summary>"
        rest = f"\n<details>{summary}\n{_table(full, report)}\n</details>"
    shown = _table(lost, report) if lost else ""
    return (
        f'<section>\n<div class="head">{title}</div>\n{challenge}{hints}\n{shown}{rest}\n'
        "</section>"
    )


def _missed(report, aspect):
    """Return the points of an aspect that were not earned."""
    earned, most = report["aspects"][aspect]
    return most - earned


def _table(aspects, report):
    """Return the table of some aspects: expectation, tested cases, and points."""
    rows = "\n".join(_aspect(a, report) for a in aspects)
    return f"""<table class="aspects">
<thead><tr><th scope="col">Aspect</th><th scope="col">Expected, and tried</th>
<td class="share"></td><th scope="col" class="n">Points</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>"""


def _aspect(aspect, report):
    """Return the row of the table for one aspect."""
    earned, most = report["aspects"][aspect]
    tried = "; ".join(t.strip().rstrip(".") for t in report["tried"].get(aspect, ()))
    notes = f'<span class="said">Tried: {escape(tried)}.</span>' if tried else ""
    notes += f'<span class="said">{WAITS}</span>' * _waits(aspect, report)
    lost = " lost" if earned < most - 1e-9 and not _skipped(report) else ""
    asked = report.get("criteria", {}).get(aspect)
    expected = _criterion(asked) if asked else EXPECTED.get(aspect, "")
    return (
        f'<tr><th scope="row" class="aspect">{escape(aspect)}</th>'
        f'<td class="what">{expected}{notes}</td>'
        f'<td class="share">{bar(earned / most if most else 0)}</td>'
        f'<td class="n{lost}">{points(earned)} of {points(most)}</td></tr>'
    )


def _criterion(text):
    """Return the assignment's description of an aspect's points, as HTML."""
    text = as_html(text[:1].upper() + text[1:])
    return (
        FORMULA.sub(lambda m: f"<i>{POWER.sub(_raised, m[1])}</i>", text).replace(
            r" \cdot ", " · "
        )
        + "."
    )


def _raised(power):
    """Return a TeX exponent as HTML."""
    return f"<sup>{power[1].replace('-', '−')}</sup>"


def _waits(aspect, report):
    """Return whether a passive aspect has no points only because no active one has any."""
    active = [earned for a, (earned, _) in report["aspects"].items() if a not in PASSIVE]
    findings = findings_of(report)
    explained = any(
        f.aspect in (aspect, EVERYTHING) or f.code in (Code.NOT_WRITTEN, Code.NOT_DEFINED)
        for f in findings
    )
    return aspect in PASSIVE and not any(active) and not explained and bool(findings)


def _challenge(report, code):
    """Return the measured result of a challenge, with the code on the leaderboard."""
    challenge = report.get("challenge")
    if not challenge or challenge["measured"] is None:
        return ""
    text = f"Measured on hidden data: <b>{challenge['measured']:.4g}</b>, with a file "
    text += f"of {challenge['bytes']:,} bytes."
    if code:
        text += f" On the leaderboard your row has the code <code>{escape(code)}</code>."
    return f"<p>{text}</p>\n"


def _by_hand(mark, result):
    """Yield the section of written answers, and of a person's marks and other comments."""
    rows, read = [], result["status"] != "ungradable"
    for name, score, most, comment in (mark or {}).get("by_hand", ()):
        unmarked = f", not marked yet (worth {points(most)})"
        marked = "" if score is None else f", {points(score)} of {points(most)}"
        rows.append((name, marked or unmarked, comment))
    for name, score, most in (mark or {}).get("left_out", ()) if read else ():
        rows.append((name, f", {points(score)} of {points(most)}", LEFT_OUT))
    comments = (mark or {}).get("comments", {})
    rows += [(n, "", text) for n, text in comments.items() if n not in result["problems"]]
    if not rows:
        return
    yield "<section><h2>Graded by your instructor</h2><ul>"
    for name, words, comment in rows:
        texts = f'<span class="said comment">{escape(comment)}</span>' if comment else ""
        yield f"<li><b>{escape(name)}</b>{words}{texts}</li>"
    yield "</ul></section>"
