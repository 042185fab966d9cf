"""The map of the grader's modules is complete."""

import re
from collections import Counter
from pathlib import Path

EXERCISES = Path(__file__).resolve().parents[2] / "exercises"
UNNAMED = {"__init__", "__main__"}


def modules(folder):
    return {f.stem for f in (EXERCISES / "nngrader" / folder).glob("*.py")} - UNNAMED


def named():
    """How often each name stands in the tables: those of the package, that of the engine."""
    text = (EXERCISES / "README.md").read_text().partition("## The modules")[2]
    package, _, engine = text.partition("| the judging engine")
    return (Counter(re.findall(r"`([a-z_]+)`", part)) for part in (package, engine))


def test_every_module_stands_once_in_the_map():
    package, engine = named()
    assert package == Counter(modules("."))
    assert engine == Counter(modules("engine"))
