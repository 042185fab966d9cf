"""Load the declared problems, pack their cases, and judge functions in this process.

Collecting tests needs only the names of the problems. They are read from the files, and an
assignment is imported when a test first asks for one of its problems, since PyTorch takes a
second.
"""

import contextlib
import functools
import importlib.util
import inspect
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

from nngrader.engine import judge, judge_own, pack, with_file
from nngrader.engine.declaration.challenge import solved_files
from nngrader.engine.judgement.ledger import PASSIVE
from nngrader.engine.observation.observe import driven, observe
from nngrader.engine.observation.reading import words_near

CALL_SECONDS = 1  # second of computing for one call: a changed function may loop without end
SEED = 1  # of the hidden cases on which each problem is tried; with --slow on other draws, too
OTHER_DRAWS = ((2, False), (3, True))  # seeds, and whether students see the cases
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


@functools.cache
def module(assignment):
    """Return the module with the definitions of an assignment."""
    return load(EXERCISES / "problems" / assignment)


class Declared(Mapping):
    """Problems by name, each loaded when it is asked for."""

    def __init__(self, result):
        self.assignment_of = result

    def __getitem__(self, name):
        (result,) = [p for p in module(self.assignment_of[name]).PROBLEMS if p.name == name]
        return result

    def __iter__(self):
        return iter(self.assignment_of)

    def __len__(self):
        return len(self.assignment_of)


def assignments(kind):
    """Return the assignment of each problem, or of each challenge, by name."""
    declaration = re.compile(rf'^\w+ = {kind}\(\s*"(\w+)"', re.MULTILINE)
    files = sorted((EXERCISES / "problems").glob("ps*/*.py"))
    texts = [(file.parent.name, file.read_text(encoding="utf-8")) for file in files]
    return {
        name: assignment for assignment, text in texts for name in declaration.findall(text)
    }


PROBLEMS, CHALLENGES = Declared(assignments("problem")), Declared(assignments("challenge"))
DECLARED = Declared(PROBLEMS.assignment_of | CHALLENGES.assignment_of)
ASSIGNMENTS = sorted(set(DECLARED.assignment_of.values()))
TYPICAL = (  # with a property of the engine: loops and memory; lists; errors; a driver
    "pairwise_distances",
    "row_reduce",
    "softmax_cross_entropy",
    "gradient_check",
)
SMALLER = {  # sizes that only a time limit asks for; the slow test of the gate has them
    "conv2d_fast": {"SIDE": 160},
}


def is_plain(name):
    """Return whether a function takes and returns numbers and arrays, called as it is."""
    return not (PROBLEMS[name].driver or PROBLEMS[name].measure)


@functools.cache
def packed(name, seed, visible, variants=False):
    """Return a problem's cases for one seed; a challenge's include the file that solves it."""
    p = DECLARED[name]
    names = p.cases[0].make.__globals__ if name in SMALLER else {}
    with patch.dict(names, SMALLER.get(name, {})):
        data = pack(p, seed, visible=visible, variants=variants)
        return with_file(data, solved_files([p]))


def observer(data, f):
    """Return a function that calls `f`, through the problem's driver, and observes it."""
    g = driven(f, data.get("driver"))
    return lambda args: observe(g, args, data.get("observed") or len(data["returns"]))


def judged(data, f, names=()):
    """Return the verdict on a function that runs in this process."""
    return judge(data, observer(data, f), names)


def judged_own(data, f, source=""):
    """Return the verdict on a function whose source is known, as `check` and the grader do."""
    source = source or getattr(f, "source", "") or inspect.getsource(f)
    words = words_near([source], f.__name__)
    return judge_own(data, observer(data, f), words)


def with_timeout(f):
    """Return a function that times out at most once, and raises the same error ever after."""
    late = []

    @functools.wraps(f)
    def once(*args, **options):
        if late:
            raise late[0]
        try:
            with time_limit():
                return f(*args, **options)
        except TimeoutError as error:
            late.append(error)
            raise

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
    """Return whether a known mistake lost one of its aspects, or all where that is declared.

    If no active aspect is left, the points for form are lost too.
    """
    if problem.measure or not mistake.once:
        active = set(problem.points) - set(PASSIVE)
        without_form = set(PASSIVE) if active <= mistake.loses else set()
        return lost(verdict) - without_form == mistake.loses - without_form
    return len(lost(verdict)) == 1 and lost(verdict) <= mistake.loses


def codes(verdict):
    """Return the codes of all findings of a verdict."""
    return [f.code for f in verdict.findings]


def has(verdict, code, **data):
    """Return whether a verdict has a finding of this code with these data."""
    return any(f.code == code and f.data | data == f.data for f in verdict.findings)


def texts(verdict):
    """Return all texts and numbers in the data of a verdict's findings, line by line."""
    return "\n".join(str(leaf) for f in verdict.findings for _, leaf in leaves(f.data))


def leaves(value, key=""):
    """Yield the texts and numbers in plain data, each with the key under which it is."""
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from leaves(inside, name)
    elif isinstance(value, list | tuple):
        for inside in value:
            yield from leaves(inside, key)
    else:
        yield key, value
