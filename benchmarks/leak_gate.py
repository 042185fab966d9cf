"""Try the release's search for hidden inputs on many seeds: false alarms, and planted leaks.

    python benchmarks/leak_gate.py --seeds 500 ps1_linear_algebra ps2_classifiers

A release holds nothing hidden, so whatever is found in it is a false alarm. Then each hidden
array that is sought is planted, as JSON and as the bytes of an `.npy` file, and must be found.
"""

import argparse
import io
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from nngrader.course import Course
from nngrader.engine import cases_json
from nngrader.release.build import generate, trial_course, visible_cases, with_locked
from nngrader.release.leaks import hidden_arrays, in_rows, shown_digests, spellings
from nngrader.release.unfold import text_of, unfold

EXERCISES = Path(__file__).resolve().parents[1] / "exercises"
EVERY = 25  # seeds after which it says how far it has come


def released_pieces(course, name, scratch):
    """Return (text without spaces, bytes) of every piece of a release that is not tried."""
    instructor, problems = course.instructor(name), course.problems(name)
    trial = trial_course(course, name, scratch / "course")
    generate(trial, name, instructor, with_locked(visible_cases(problems), instructor))
    files = [f for f in (trial / "release" / name).rglob("*") if f.is_file()]
    return [piece for f in files for piece in in_pieces(f.name, f.read_bytes())]


def planted(array):
    """Return an array as it may leave, JSON and `.npy`, each as pieces to be searched."""
    held = io.BytesIO()
    np.save(held, array)
    files = {"a.json": cases_json.dumps({"x": array}).encode(), "a.npy": held.getvalue()}
    return [in_pieces(name, raw) for name, raw in files.items()]


def in_pieces(name, raw):
    """Return (text without spaces, bytes) of each piece into which a file unfolds."""
    return [("".join(text_of(p).split()), in_rows(p)) for _, p in unfold(name, raw)]


def tried(course, name, seeds, scratch):
    """Try seeds; return those with a false alarm, and how many plants there were and missed."""
    pieces, problems = released_pieces(course, name, scratch), course.problems(name)
    shown = {p.name: shown_digests(p) for p in problems}
    alarms, plants, missed = [], 0, 0
    for done, seed in enumerate(seeds, 1):
        arrays = [a for p in problems for _, a in hidden_arrays(p, seed, shown[p.name])]
        numbers = [number for a in arrays for number in spellings(a)]
        if any(is_in(n, piece) for n in numbers for piece in pieces):
            alarms.append(seed)
        for array in arrays:
            for parts in planted(array):
                plants += 1
                missed += not any(is_in(n, piece) for n in spellings(array) for piece in parts)
        if not done % EVERY:
            print(f"{name}: {done} seeds, {alarms=}, {missed=}", file=sys.stderr)
    return alarms, plants, missed


def is_in(number, piece):
    """Return whether a hidden array, as text or bytes, is in a piece."""
    return number[0] in piece[0] or number[1] in piece[1]


def main():
    """Try the assignments that are named, by default all."""
    p = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    p.add_argument("assignments", nargs="*", metavar="ASSIGNMENT")
    p.add_argument("--seeds", type=int, default=500)
    p.add_argument("--first", type=int, default=0, help="the first seed, for runs side by side")
    a = p.parse_args()
    names = a.assignments or sorted(f.name for f in (EXERCISES / "source").iterdir())
    for name in names:
        began = time.process_time()
        with tempfile.TemporaryDirectory() as scratch:
            seeds = range(a.first, a.first + a.seeds)
            alarms, plants, missed = tried(Course(EXERCISES), name, seeds, Path(scratch))
        print(
            f"{name}: {a.seeds} seeds from {a.first}, false alarms at {alarms or 'none'}; "
            f"{plants:,} leaks planted, {missed} missed; "
            f"{time.process_time() - began:.0f} s of processor time",
            flush=True,
        )


if __name__ == "__main__":
    main()
