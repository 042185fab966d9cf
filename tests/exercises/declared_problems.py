"""Load the declared problems, pack their cases, and judge functions in this process."""

import contextlib
import functools
import importlib.util
import itertools
import pickle
import signal
import sys
from pathlib import Path
from unittest.mock import patch

from nngrader.engine import judge, pack, with_file
from nngrader.engine.declaration.challenge import solved_files
from nngrader.engine.observation.observe import driven, observe

from tests.made_by_first import made_by_first

CALL_SECONDS = 1  # second of computing for one call: a changed function may loop without end
SEEDS = (1, 2, 3)  # of the cases on which tests try each problem: a commit, one of them
EXERCISES = Path(__file__).parents[2] / "exercises"


def load(path):
    """Return a module with the definitions of one file, or of a folder of files."""
    file, inside = (path / "__init__.py", [str(path)]) if path.is_dir() else (path, None)
    name = path.stem if inside is None else f"declared_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=inside)
    module = importlib.util.module_from_spec(spec)
    if inside:  # its files are found by the name of the package
        sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


ASSIGNMENTS = {
    location.stem: load(location)
    for location in sorted((EXERCISES / "problems").glob("ps*"))
    if location.suffix == ".py" or (location / "__init__.py").is_file()
}
DECLARED = {p.name: p for module in ASSIGNMENTS.values() for p in module.PROBLEMS}
CHALLENGES = {name: p for name, p in DECLARED.items() if getattr(p, "file", None)}
PROBLEMS = {name: p for name, p in DECLARED.items() if name not in CHALLENGES}

PLAIN = [  # whose functions take and return numbers and arrays, and are called as they are
    name for name, p in PROBLEMS.items() if not (p.driver or p.measure)
]

TYPICAL = (  # with a property of the engine: loops and memory; lists; errors; a driver
    "pairwise_distances",
    "row_reduce",
    "softmax_cross_entropy",
    "gradient_check",
)


SMALLER = {  # sizes that only a time limit asks for; test_the_gate_of_a_release_holds has them
    "conv2d_fast": {"SIDE": 160},
    "Value": {"POWERS": 2_000},  # twice as many as calls may be inside each other
}
SHARED = []  # the folder of packs that the workers of a run share (conftest.py), or nothing


@functools.cache
def packed(name, seed, visible):
    """Return a problem's cases for one seed; a challenge's include the file that solves it."""

    def write(file):
        file.write_bytes(pickle.dumps(_packed(name, seed, visible)))

    for folder in SHARED:
        file = made_by_first(folder / f"{name} {seed} {visible}", write)
        return pickle.loads(file.read_bytes())
    return _packed(name, seed, visible)


def _packed(name, seed, visible):
    """Return what `packed` returns, made anew."""
    p = DECLARED[name]
    names = p.cases[0].make.__globals__ if name in SMALLER else {}
    with patch.dict(names, SMALLER.get(name, {})):
        return with_file(pack(p, seed, visible=visible), solved_files([p]))


def observer(data, f):
    """Return a function that calls `f`, through the problem's driver, and observes it."""
    g = driven(f, data.get("driver"))
    return lambda args: observe(g, args, data.get("observed") or len(data["returns"]))


def judged(data, f, names=()):
    """Return the verdict on a function that runs in this process."""
    return judge(data, observer(data, f), names)


def with_timeout(f):
    """Return a function that times out at most once, and raises the same error ever after.

    Its attribute ``turned`` says that calls before that one were in time.
    """
    late, calls = [], itertools.count()

    @functools.wraps(f)
    def once(*args, **options):
        if late:
            raise late[0]
        earlier = next(calls)
        try:
            with time_limit():
                return f(*args, **options)
        except TimeoutError as error:
            late.append(error)
            once.turned = earlier > 0
            raise

    once.turned = False
    return once


@contextlib.contextmanager
def time_limit(seconds=CALL_SECONDS):
    """Raise TimeoutError in a block that takes more than so many seconds of processor time."""
    before = signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _too_long(*_):
    raise TimeoutError("longer than a wrong answer is waited for")


def lost(verdict):
    """Return the aspects that do not have all their points."""
    return {a for a, (earned, most) in verdict.points.items() if earned < most - 1e-9}


def is_charged_as_declared(problem, mistake, verdict):
    """Return whether a known mistake lost one of its aspects, or all where that is declared."""
    if problem.measure or not mistake.once:
        return lost(verdict) == mistake.loses
    return len(lost(verdict)) == 1 and lost(verdict) <= mistake.loses


def texts(verdict):
    """Return all findings of a verdict as one text."""
    return "\n".join(text for _, text, _ in verdict.findings)
