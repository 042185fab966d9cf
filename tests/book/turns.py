"""Which tests of the moving figures a run takes: a quarter of those of each figure, in turn.

A run takes at least one test of a figure, the next commit those after it. All tests of a
figure run where its script, a page that shows it or its tests were changed, all of all figures
where something was that they share, and all with ``--deep`` or where a run names the file, as
``make test T=PAGE`` does.
"""

import math
import re
from collections.abc import Iterable
from pathlib import Path

FIGURES = "test_play_"  # begins the names of the files whose tests take turns
ONE_IN = 4
SHARED = re.compile(
    r"chapters/_extra/_play/parts.*|chapters/_static/.*"
    r"|tests/book/(?:browser|conftest|figure|figure_pages|open_pages|turns)\.py"
)
SCRIPT = re.compile(r"chapters/_extra/_play/([\w-]+)\.js")
PLAYED = re.compile(r'book\.play\(\s*"([\w-]+)"')


def touched(root: Path, files: Iterable[str]) -> set[str]:
    """Return the figures whose scripts or pages are among changed files."""
    found = {match[1] for match in map(SCRIPT.fullmatch, files) if match}
    pages = [root / name for name in files if name.endswith(".md")]
    return found.union(*(PLAYED.findall(p.read_text("utf-8")) for p in pages if p.exists()))


def in_turn(names: list[str], share: int) -> set[str]:
    """Return which of the tests of a figure a run takes."""
    most = math.ceil(len(names) / ONE_IN)
    return {names[(share * most + k) % len(names)] for k in range(most)}


def waiting(items: list, share: int, root: Path, files: set[str], named: set[Path]) -> list:
    """Return the tests of moving figures that wait for another run."""
    if any(map(SHARED.fullmatch, files)):
        return []
    figures, modules, found = touched(root, files), {}, []
    for item in items:
        if item.path.name.startswith(FIGURES) and item.path not in named:
            modules.setdefault(item.path, []).append(item)
    for path, tests in modules.items():
        name = path.stem.removeprefix(FIGURES).replace("_", "-")
        element = getattr(tests[0].module, "ELEMENT", "").removeprefix("nn-")
        changed = path.relative_to(root).as_posix() in files
        if not changed and figures.isdisjoint({name, element}):
            names = [test.name.partition("[")[0] for test in tests]
            taken = in_turn(list(dict.fromkeys(names)), share)
            found += [test for test, n in zip(tests, names, strict=True) if n not in taken]
    return found
