"""Print results: progress while grading, a table afterwards, and the data for `--json`."""

from __future__ import annotations

import os
import sys
from collections import Counter

from .records.flag import Rank, flags_of, rank
from .records.flag_rendering import as_shown, for_instructor, ranked
from .wording import cut

PUBLIC_KEYS = ("student", "assignment", "status", "flags", "score", "max_score")
WIDTH = 110
MOST_NAMES = 20  # names to print in a line about students


def say(text: str) -> None:
    """Print a line; ignore a closed pipe, as in `| head`."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def warn(text: str) -> None:
    """Print a line to stderr, for the person at the terminal."""
    print(f"nngrader: {text}", file=sys.stderr)


def any_terminal() -> None:
    """Replace characters that the terminal cannot show, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def shown(name: str) -> str:
    r"""Return a name with control characters and lone surrogates replaced, for a terminal.

    >>> shown("a\x1b[31mb\udce9")
    'a?[31mb?'
    """
    return "".join(c if c.isprintable() else "?" for c in name)


def line(result: dict, n: int, of: int) -> str:
    """Return the line about one submission when it is done."""
    flags = sorted((f for f in flags_of(result) if rank(f) < Rank.INFORMATION), key=rank)
    remarks = cut(shown(" ".join(map(for_instructor, flags))), WIDTH)
    return f"[{n}/{of}] {row(result)}  {remarks}".rstrip()


def row(result: dict) -> str:
    """Return student, status and points as columns."""
    score = f"{result['score']:6.2f} of {result['max_score']:g}"
    return f"{shown(result['student']):24} {result['status']:10} {score}"


def table(results: list[dict], with_graded: bool) -> list[str]:
    """Return the lines after a run; submissions that need a person's attention come last.

    :param with_graded: Whether to list graded submissions too; needed if no lines were printed
        for them.
    :return: Graded submissions first, then flagged, ungradable and failed ones.
    """
    lines = []
    for result in sorted(results, key=_how_bad):
        if result["status"] != "graded" or with_graded:
            lines.append(row(result).rstrip())
            lines += [f"    {shown(text)}" for text in ranked(flags_of(result))]
    return lines


def _how_bad(result):
    """Return the sort key of the table."""
    states = ("graded", "flagged", "ungradable")
    return bool(result.get("failed")), states.index(result["status"]), result["student"]


def totals(results: list[dict]) -> str:
    """Return the last line on the screen: the number of submissions with each status."""
    counts = {
        s: sum(r["status"] == s for r in results) for s in ("graded", "flagged", "ungradable")
    }
    failed = sum(bool(r.get("failed")) for r in results)
    words = ", ".join(f"{n} {status}" for status, n in counts.items())
    n = f"{len(results)} submission{'s' * (len(results) != 1)}"
    return f"{n}: {words}" + (f"; {failed} FAILED" if failed else "")


def absent(students: list[str]) -> str:
    """Return a line that names known students without a submission, or "" if there are none.

    >>> absent(["ada", "bob"])
    'not submitted: 2 students (ada, bob)'
    """
    if not students:
        return ""
    return f"not submitted: {_named(students)}"


def _named(students):
    """Return the number of students, and the names of the first ones."""
    names = ", ".join(map(shown, students[:MOST_NAMES]))
    more = ", …" * (len(students) > MOST_NAMES)
    return f"{len(students)} student{'s' * (len(students) > 1)} ({names}{more})"


def untimed(students: list[str]) -> str:
    """Return a line that names students whose lateness is unknown, or "" if there are none.

    >>> untimed(["ada"])
    'unknown submission time, so not counted as late: 1 student (ada)'
    """
    words = f"unknown submission time, so not counted as late: {_named(students)}"
    return words * bool(students)


def restored(by_student: dict[str, tuple[list[str], bool]]) -> str:
    """Return a line about manual marks whose notebooks in `autograded/` were lost, or "".

    :param by_student: `Recorder.restored`.

    >>> restored({"ada": (["why"], True), "bob": (["draw", "why"], False)}).count("bob")
    2
    """
    if not by_student:
        return ""
    named = ", ".join(
        f"{student} ({', '.join(cells)})" for student, (cells, _) in by_student.items()
    )
    words = f"some notebooks in autograded/ were lost; these manual marks were kept: {named}"
    unsure = ", ".join(student for student, (_, known) in by_student.items() if not known)
    check = f". Check these again, because the work may have changed since: {unsure}"
    return words + check * bool(unsure)


def public(result: dict) -> dict:
    """Return a result in the form that `--json` writes."""
    from .records.finding import findings_of
    from .records.rendering import Audience, text

    kept = {key: result[key] for key in PUBLIC_KEYS}
    kept["flags"] = [as_shown(flag) for flag in flags_of(result)]
    kept["problems"] = {
        name: {
            "score": p["score"],
            "max": p["max"],
            "aspects": p["aspects"],
            "findings": [
                f.to_json() | {"text": text(f, Audience.HIDDEN)} for f in findings_of(p)
            ],
        }
        for name, p in result["problems"].items()
    }
    kept["processor"] = result.get("processor", "")
    return kept


class Progress:
    """Context manager that prints the progress of grading.

    In a terminal, a bar shows how many submissions are done, their status and the remaining
    time, and the table follows at the end. Elsewhere, each finished submission gets a line.
    """

    def __init__(self, of: int):
        self.of, self.counts, self.bar = of, Counter(), None
        self.lines = not sys.stdout.isatty()

    def __enter__(self):
        from tqdm import tqdm

        if sys.stderr.isatty():
            self.bar = tqdm(total=self.of, unit=" submissions", file=sys.stderr, leave=False)
        return self

    def tell(self, result: dict) -> None:
        """Show that another submission is done."""
        self.counts[result["status"]] += 1
        if self.bar is not None:
            self.bar.set_postfix(self.counts, refresh=False)
            self.bar.update()
        if self.lines:
            say(line(result, self.counts.total(), self.of))

    def __exit__(self, *_):
        if self.bar is not None:
            self.bar.close()
