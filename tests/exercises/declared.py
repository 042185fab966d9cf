"""The declared problems, packed and judged here."""

import functools
import importlib.util
from pathlib import Path

from nngrader.engine import judge, pack
from nngrader.engine.observe import observe

EXERCISES = Path(__file__).parents[2] / "exercises"


def load(file):
    """Run one file of definitions and return it as a module."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ASSIGNMENTS = {
    file.stem: load(file) for file in sorted((EXERCISES / "problems").glob("ps*.py"))
}
PROBLEMS = {p.name: p for module in ASSIGNMENTS.values() for p in module.PROBLEMS}


@functools.cache
def packed(name, seed, visible):
    """One problem's cases for one seed."""
    return pack(PROBLEMS[name], seed, visible=visible)


def judged(data, f, names=()):
    """The verdict on a function of this process."""
    return judge(data, lambda args: observe(f, args, len(data["returns"])), names)


def lost(verdict):
    """The aspects that do not have all their points."""
    return {a for a, (earned, most) in verdict.points.items() if earned < most - 1e-9}


def texts(verdict):
    """What is said, in one string."""
    return "\n".join(text for _, text, _ in verdict.findings)
