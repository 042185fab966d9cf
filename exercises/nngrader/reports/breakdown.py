"""The sections of the report about points: totals, problems, aspects, mistakes."""

from __future__ import annotations

from html import escape
from statistics import mean, median, pstdev

from ..records.rendering import as_html
from ..wording import counted
from .item_analysis import Cost, Item, items, problem_names, unexplained
from .style import bar, names, points, section, table

BINS = 10
LOW = 0.2  # we highlight discriminations below this


def scores(results: dict[str, dict], known: dict[str, dict]) -> str:
    """Return the section about the distribution of the totals.

    :param known: The gradebook's marks by student. They replace the grader's marks.
    """
    scored = [known.get(student, r) for student, r in results.items()]
    total = [m["score"] for m in scored]
    most = max(m["max_score"] for m in scored)
    words = (
        f"Mean {points(mean(total))}, median {points(median(total))}, standard deviation "
        f"{points(pstdev(total))}, lowest {points(min(total))}, highest "
        f"{points(max(total))}, of {points(most)}. These include late penalties "
        "and the manual marks so far; ungradable submissions without such marks count as 0."
    )
    return section("Total scores", f"<p>{words}</p>{histogram(total, most)}")


def histogram(scores: list[float], most: float) -> str:
    """Return a histogram as SVG: ten bars, each with its count.

    :param most: Maximum number of points; a higher score counts in the last bar.
    """
    width = most / BINS or 1.0
    counts = [0] * BINS
    for score in scores:
        counts[max(0, min(BINS - 1, int(score / width + 1e-9)))] += 1
    bars = "".join(_bar(i, count, max(counts)) for i, count in enumerate(counts))
    ticks = [
        f'<text x="{18 + 24 * i}" y="156" text-anchor="middle">{points(width * i)}</text>'
        for i in range(0, BINS + 1, 2)
    ]
    bins = ", ".join(
        f"{points(width * i)} to {points(width * (i + 1))}: {c}" for i, c in enumerate(counts)
    )
    return (
        f'<svg viewBox="0 0 276 182" role="img" aria-label="Submissions by points. {bins}.">'
        f'{bars}<path d="M18 140.5H259" stroke="var(--soft)"/>{"".join(ticks)}'
        '<text x="138" y="176" text-anchor="middle">points; above each bar, submissions</text>'
        "</svg>"
    )


def _bar(i, count, tallest):
    """Return one bar of the histogram, with its count above it."""
    high = 120 * count / tallest
    x, y = 20 + 24 * i, 140 - high
    size = f'x="{x}" y="{y:.1f}" width="20" height="{high:.1f}"'
    rect = f'<rect {size} rx="2" fill="var(--bar)"/>'
    text = f'<text x="{x + 10}" y="{y - 5:.1f}" text-anchor="middle">{count}</text>'
    return rect + text if count else ""


def overview(fine: dict[str, dict]) -> str:
    """Return a table of all problems."""
    if not fine:
        return ""
    rows = [[_link(name), *_item_cells(items(fine, name)[0])] for name in problem_names(fine)]
    return section("The problems", _item_table("Problem", rows))


def _item_table(first, rows):
    """Return a table of items as HTML."""
    columns = [first, "Points", "Difficulty", "", "All / some / none", "Discrimination"]
    return (
        table(columns, rows, numbers=(1, 2, 4, 5))
        .replace('<td data-label="">', '<td class="share">')
        .replace('<th scope="col"></th>', '<td class="share"></td>')
    )


def _item_cells(item: Item):
    """Return the cells of an item's row in a table."""
    n = item.everything + item.some + item.nothing
    r = item.discrimination
    cell = (
        f'<span class="soft">{r}</span>' if isinstance(r, str) else f"{r:.2f}".replace("-", "−")
    )
    low = not isinstance(r, str) and r < LOW
    return [
        points(item.most),
        f"{item.difficulty:.0%}",
        bar(item.everything / n, item.some / n),
        f"{item.everything} / {item.some} / {item.nothing}",
        f'<span class="lost">{cell}</span>' if low else cell,
    ]


def problem(fine: dict[str, dict], name: str, all_costs: list[Cost]) -> str:
    """Return the section about one problem: aspects, mistakes, unexplained answers, time."""
    whole, *aspects = items(fine, name)
    rows = [[escape(a.name), *_item_cells(a)] for a in aspects]
    mine = [c for c in all_costs if c.problem == name]
    body = [
        f"<p>{points(whole.difficulty * whole.most)} of {points(whole.most)} points on "
        "average.</p>",
        _item_table("Aspect", rows),
        *_findings("Mistakes", [c for c in mine if c.mistake]),
        *_unexplained(fine, name, [c for c in mine if not c.mistake]),
        *_seconds(fine, name),
        *_measured(fine, name),
    ]
    return section(name, "\n".join(body), ident=_anchor(name))


def _findings(title, costs):
    """Yield a table of findings, the most expensive ones first."""
    if not costs:
        return
    yield f"<h3>{title}</h3>"
    columns = ["Hint to the student", "Students", "Points lost", "Who"]
    rows = [
        [as_html(c.text), str(len(c.students)), points(c.points), names(c.students)]
        for c in costs
    ]
    yield table(columns, rows, numbers=(1, 2), kind="sentences")


def _unexplained(fine, name, described):
    """Yield the section about wrong answers that no registered mistake explains."""
    if students := unexplained(fine, name):
        yield (
            f'<div class="who"><b>Not explained by a known mistake:</b> {len(students)}. '
            "If several students make the same mistake, declare it in the problem's "
            f"definition. Look at the cells of {names(students)}</div>"
        )
    yield from _findings("Findings that match no known mistake", described)


def _seconds(fine, name):
    """Yield a paragraph about the function's median and longest time."""
    times = {s: r["seconds"][name] for s, r in fine.items() if name in r.get("seconds", {})}
    if times:
        slow = max(times, key=times.get)
        yield (
            f'<p class="soft">Seconds: median {in_seconds(median(times.values()))}, longest '
            f"{in_seconds(times[slow])} ({escape(slow)}).</p>"
        )


def in_seconds(seconds: float) -> str:
    """Return a number of seconds with two significant digits, or rounded to an integer.

    >>> in_seconds(0.01234), in_seconds(3.21), in_seconds(123.0)
    ('0.012', '3.2', '123')
    """
    return f"{seconds:.2g}" if seconds < 99.5 else f"{seconds:.0f}"


def _measured(fine, name):
    """Yield the section about the measured results of a challenge."""
    challenges = [r["problems"].get(name, {}).get("challenge") for r in fine.values()]
    measured = sorted(t["measured"] for t in challenges if t and t["measured"] is not None)
    if measured:
        yield (
            f"<p>Measured in the challenge: lowest {measured[0]:.4g}, median "
            f"{median(measured):.4g}, highest {measured[-1]:.4g}, in "
            f"{counted(len(measured), 'submission')}.</p>"
        )


def _anchor(name):
    """Return the id of a problem's section in HTML."""
    return "problem-" + "".join(c if c.isalnum() and c.isascii() else "-" for c in name)


def _link(name):
    """Return a link to a problem's section."""
    return f'<a href="#{_anchor(name)}">{escape(name)}</a>'
