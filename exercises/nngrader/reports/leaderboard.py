"""Anonymous leaderboards of challenges. Each student knows the code of their own row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ..course.codes import code
from ..storage.results import write_whole

COLUMNS = ("rank", "measured", "bytes", "code")
LETTERS = 8  # letters of a code, enough to make it unique in a class


def leaderboard(results: dict, seed: int) -> dict[str, str]:
    """Return the leaderboard of each challenge of an assignment.

    :param results: Results by student, as stored under `latest-ASSIGNMENT`.
    :param seed: The course's seed; without it, no one can compute a code from a name.
    :return: By problem: CSV with rank, measured result (four digits), the file's size in bytes,
        and code. Rows with equal result and size share a rank; unmeasured students are omitted.
    """
    tables = {}
    for student, result in results.items():
        for problem, report in result["problems"].items():
            challenge = report.get("challenge")
            if challenge and challenge["measured"] is not None:
                own = row_code(seed, result["assignment"], student)
                row = (_order(challenge), challenge, own)
                tables.setdefault(problem, []).append(row)
    return {problem: _csv(rows) for problem, rows in tables.items()}


def write_leaderboards(results: dict, seed: int, out: Path) -> list[Path]:
    """Write each leaderboard into a folder."""
    files = []
    for problem, text in leaderboard(results, seed).items():
        assignment = next(iter(results.values()))["assignment"]
        files.append(out / f"leaderboard-{assignment}-{problem}.csv")
        write_whole(files[-1], text)
    return files


def _order(challenge):
    """Return the sort key: the best result first; among equal results, the smallest file."""
    sign = 1 if challenge.get("lower") else -1
    return sign * float(f"{challenge['measured']:.4g}"), challenge["bytes"]


def _csv(rows):
    """Return the rows of one challenge as CSV text."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    rows = sorted(rows, key=lambda row: (row[0], row[2]))
    orders = [order for order, _, _ in rows]
    for order, challenge, own in rows:
        rank = 1 + orders.index(order)
        table.writerow((rank, f"{challenge['measured']:.4g}", challenge["bytes"], own))
    return out.getvalue()


def row_code(seed: int, assignment: str, student: str) -> str:
    """Return a student's code for a leaderboard, different in each assignment."""
    words = "leaderboard", assignment, student
    return code(str(seed).encode(), *words, letters=LETTERS)


def own_code(result: dict, seed: int) -> str:
    """Return a student's own code, or "" if the student is on no leaderboard."""
    challenges = [report.get("challenge") for report in result["problems"].values()]
    if not any(t and t["measured"] is not None for t in challenges):
        return ""
    return row_code(seed, result["assignment"], result["student"])
