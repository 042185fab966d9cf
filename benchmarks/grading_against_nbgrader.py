"""Grade 30 made submissions with nngrader and with `nbgrader autograde`: time and scores.

Run from the repository's root: `python benchmarks/grading_against_nbgrader.py`. The submissions
are honest: right ones in several styles, and known mistakes. nbgrader runs each of them in a
kernel without a sandbox; nngrader runs them in bubblewrap with two workers.
"""

import argparse
import itertools
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nngrader.course import Course
from nngrader.gradebook import find_programs, marks
from nngrader.release import release

from tests.nngrader.making import (
    NAME,
    Base,
    command,
    environment,
    hand_in,
    make_course,
    problems,
)

WORKERS = 2


def answers():
    """(problem, answer) of all alternatives, then of all known mistakes."""
    for kind in ("alternatives", "mistakes"):
        for problem in problems():
            for name in getattr(problem, kind):
                yield problem.name, name.replace(" ", "_")


def fill(course, count):
    """Hand in one solved, one untouched, and declared answers."""
    base = Base(course)
    hand_in(course, "solved", base.solved().text())
    hand_in(course, "untouched", base.untouched().text())
    for problem, answer in itertools.islice(answers(), count - 2):
        student = f"{problem}-{answer}".replace("_", "-")
        hand_in(course, student, base.answering({problem: answer}).text())


def timed(course, line):
    """Seconds of a command, and the scores that it leaves in the gradebook."""
    begin = time.perf_counter()
    done = subprocess.run(line, cwd=course, env=environment(), capture_output=True, text=True)
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"{' '.join(line)} failed:\n{done.stderr[-2000:]}")
    found = marks(Course(course), NAME)
    return seconds, {student: mark["score"] for student, mark in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=30, help="submissions")
    count = parser.parse_args().count
    find_programs()
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(Path(folder, "course"))
        release(Course(course), NAME, seeds=1)
        fill(course, count)
        ours, mine = timed(course, command(course, "grade", NAME, "--workers", str(WORKERS)))
        again, _ = timed(course, command(course, "grade", NAME, "--workers", str(WORKERS)))
        line = [sys.executable, "-m", "nbgrader", "autograde", NAME, "--force"]
        theirs, nbgraders = timed(course, line)
    unequal = [s for s in mine if abs(mine[s] - nbgraders[s]) > 1e-6]
    print(
        f"{len(mine)} submissions, scores from {min(mine.values()):g} to {max(mine.values()):g}"
    )
    print(f"nngrader grade, {WORKERS} workers   {ours:7.1f} s")
    print(f"nngrader grade, again       {again:7.1f} s")
    print(
        f"nbgrader autograde          {theirs:7.1f} s   ({theirs / ours:.1f} times nngrader's)"
    )
    print(f"unequal scores: {len(unequal)} {unequal}")
    raise SystemExit(1 if unequal else 0)


if __name__ == "__main__":
    main()
