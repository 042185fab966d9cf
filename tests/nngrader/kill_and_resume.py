"""Kill a grader at random moments, and compare its results with an undisturbed run's.

Run as a program: COURSE ASSIGNMENT KILLS SEED. The grader is forked from this process, which
has imported all that it needs, in a course whose seed was tried: the moments then fall into
its work, not into its imports.
"""

import importlib
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from nngrader.cli import main, skip_unused_imports

NEEDED = ("nbgrader.api", "nbgrader.converters")
NEEDED += ("nngrader.reports.export", "nngrader.reports.feedback", "nngrader.grading.command")


def begin(course, *arguments):
    """Start a command in a forked process without output; return its process id."""
    if pid := os.fork():
        return pid
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    code = 3
    try:
        code = main(["--course", str(course), *map(str, arguments)])
    finally:
        os._exit(code)


def finish(pid):
    """Wait for a process to end; exit if its status is not 0."""
    _, status = os.waitpid(pid, 0)
    if status:
        raise SystemExit(f"a command that was not disturbed ended with {status}")


def is_done(pid, seconds):
    """Return whether a process ends within some seconds; exit if its status is not 0."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found and status:
            raise SystemExit(f"a command that was to be killed ended by itself with {status}")
        if found:
            return True
        time.sleep(0.002)
    return False


def stored_results(course, name):
    """Return the stored results, each with its time of writing."""
    folder = course / ".results" / name
    return {f.name: f.stat().st_mtime_ns for f in folder.glob("*.json")}


def outputs(course, name):
    """Return the gradebook's rows, the JSON results and the feedback, as bytes by file."""
    finish(begin(course, "export", name, "--out", course / "marks.csv"))
    finish(begin(course, "feedback", name, "--out", course / "pages"))
    files = [
        course / "marks.csv",
        course / "r.json",
        *sorted((course / "pages").rglob("*.html")),
    ]
    return {str(f.relative_to(course)): f.read_bytes() for f in files}


def begin_grading(course, name):
    """Start a process that grades; return its process id."""
    return begin(course, "grade", name, "--json", course / "r.json")


def grade_with_kills(course, name, rng, usual, most):
    """Grade, killed at random; check that no result is remade; return the kills."""
    kills = 0
    while True:
        before, pid = stored_results(course, name), begin_grading(course, name)
        if kills == most:
            finish(pid)
        elif not is_done(pid, rng.uniform(0, usual)):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            kills += 1
            continue
        if not before.items() <= stored_results(course, name).items():
            raise SystemExit("a result that was kept was made again")
        return kills


def run(course, name, most, seed):
    """Grade one copy of the course after another until enough kills have happened."""
    rng, plain = random.Random(seed), shutil.copytree(course, course.with_name("plain"))
    start = time.monotonic()
    finish(begin_grading(plain, name))
    usual, expected, kills, n = time.monotonic() - start, outputs(plain, name), 0, 0
    while kills < most:
        copy = shutil.copytree(course, course.with_name(f"course-{n}"))
        kills, n = kills + grade_with_kills(copy, name, rng, usual, most - kills), n + 1
        found = outputs(copy, name)
        if wrong := [f for f in expected | found if found.get(f) != expected.get(f)]:
            raise SystemExit(f"course {n}, after {kills} kills: {wrong} are not as expected")
        shutil.rmtree(copy)
    print(f"killed {kills} times, {n} courses as undisturbed, {len(expected)} files compared")


if __name__ == "__main__":
    skip_unused_imports()
    for module in NEEDED:
        importlib.import_module(module)
    run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
