"""Check problems against their declaration over many seeds, in parallel, if they changed."""

from __future__ import annotations

import functools
import multiprocessing
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor

from ..course.definitions import declaring_files
from ..course.folder import Course, read_problems
from ..engine.declaration.gate import over_seeds, seeds_needed
from ..settings import cores
from ..storage.results import Store, code, digest, file_digest
from ..wording import counted

LIBRARIES = ("nnlib", "scipy", "scikit-learn", "torch")  # that references may call
CHUNK = 10  # seeds that a process checks in a batch; fewer are not worth starting a process


def seed_complaints(
    course: Course, name: str, seeds: int, tell: Callable, again: bool = False
) -> list[str]:
    """Return complaints about problems that break their declaration for one of many seeds.

    A problem without complaints is checked again only after a relevant change.

    :param again: Whether to check even problems that haven't changed.
    """
    problems = course.problems(name)
    store, keys = _passed(course, name), _keys(course, name, problems, seeds)
    changed = [p for p in problems if again or not store.get(keys[p.name])]
    if same := [p.name for p in problems if p not in changed]:
        tell(f"unchanged since the check on {seeds} seeds: {', '.join(same)}")
    all_complaints = []
    for n, (problem, complaints) in enumerate(_tried(course, name, changed, seeds), 1):
        tell(f"{problem.name}: {seeds} seeds ({n} of {counted(len(changed), 'problem')})")
        complaints = _each_once(complaints)
        if not complaints:
            store.put(keys[problem.name], True)
        all_complaints += complaints
    store.keep_only(set(keys.values()))
    return all_complaints


def untried(course: Course, name: str, seeds: int) -> list[str]:
    """Return the problems that have changed since they last passed with this many seeds."""
    store, keys = _passed(course, name), _keys(course, name, course.problems(name), seeds)
    return [problem for problem, key in keys.items() if not store.get(key)]


def _passed(course, name):
    """Return the store of an assignment's problems that have passed."""
    return Store(course / ".results").part("seeds").part(name)


def _keys(course, name, problems, seeds):
    """Return the key of each problem in this store, by name."""
    return {p.name: seeds_key(course, name, p.name, seeds) for p in problems}


def seeds_key(course: Course, name: str, problem: str, seeds: int) -> str:
    """Return a digest of everything that affects whether a problem follows its declaration.

    That includes the files that declare it, public and private, the held-back files, our code,
    and the versions of Python, NumPy and the libraries that a reference may call.
    """
    files = [*declaring_files(course.definitions(name), problem)]
    files += _private_declarations(course, name, problem)
    files += sorted(f for f in (course / "heldback").rglob("*") if f.is_file())
    return digest([problem, seeds, *map(file_digest, files), code(LIBRARIES)])


def _private_declarations(course, name, problem):
    """Return the private files that a problem's declaration may depend on: no texts or points.

    The file of a new problem declares only this problem, but may read any other Python file.
    """
    private, new = course.private_files(name), dict(course.new(name))
    if problem in new:
        return [f for f in private if f.suffix == ".py"]
    return [f for f in private if f == course.private / f"{name}.py"]


def _tried(course, name, problems, seeds) -> Iterable:
    """Yield each problem and the complaints about it, in order; check a few in this process."""
    parts = {p.name: chunks(seeds_needed(p, seeds)) for p in problems}
    if cores() == 1 or sum(map(len, parts.values())) <= len(problems):
        for p in problems:
            yield p, [c for first, n in parts[p.name] for c in over_seeds(p, n, first=first)]
        return
    public, own = course.definitions(name), course.private and course.private / f"{name}.py"
    spawn = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    with ProcessPoolExecutor(cores(), mp_context=spawn) as pool:
        futures = {
            p.name: [pool.submit(_part, public, own, p.name, *part) for part in parts[p.name]]
            for p in problems
        }
        for p in problems:
            yield p, [c for future in futures[p.name] for c in future.result()]


def chunks(n: int) -> list[tuple[int, int]]:
    """Return the first seed and the number of seeds of each batch of ``n`` seeds.

    >>> chunks(25)
    [(0, 10), (10, 10), (20, 5)]
    """
    return [(first, min(CHUNK, n - first)) for first in range(0, n, CHUNK)]


def _part(public, own, problem, first, n):
    """Check a problem on some seeds, in another process."""
    return over_seeds(_problems(public, own)[problem], n, first=first)


@functools.cache
def _problems(public, own):
    """Return the problems by name, read once for each process."""
    return {p.name: p for p in read_problems(public, own)}


def _each_once(complaints):
    """Return each complaint once, with the first seed that caused it."""
    once = {}
    for complaint in complaints:
        once.setdefault(complaint.partition(" (seed ")[0], complaint)
    return list(once.values())
