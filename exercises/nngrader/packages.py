"""Where the packages lie that a submission may import, and none of the others."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from pathlib import Path

from .errors import CannotDo

HERE = Path(__file__).parent
PARTS = (  # the worker's own files
    *(HERE / f for f in ("worker.py", "forks.py", "wire.py")),
    *(HERE / "engine" / f for f in ("likeness.py", "observe.py", "reading.py")),
)
NEVER = re.compile(r"\.\.|__pycache__|.*\.(pth|dist-info|egg-info|egg-link)")


def places(names: list[str]) -> list[Path]:
    """Files and folders that make packages importable, with what these packages require.

    Parameters
    ----------
    names : list of str
        Packages, as they are imported.

    Returns
    -------
    list of Path
        Each is bound by its own name into one folder of the worker.

    Raises
    ------
    CannotDo
        If one is not installed.
    """
    found = {}
    for name in names:
        spec = importlib.util.find_spec(name) if re.fullmatch(r"\w+", name) else None
        if spec is None or not spec.origin:
            raise CannotDo(f"the problems use {name}, which is not installed here")
        origin = Path(spec.origin)
        found[name] = origin.parent if origin.name == "__init__.py" else origin
        if "site-packages" in origin.parts:
            found |= {p.name: p for d in _required(name) for p in _top(d)}
    return sorted(found.values())


def _required(name):
    """A package's distribution and all that it requires, as far as that is installed."""
    todo, seen = [name], {}
    while todo:
        wanted = todo.pop()
        try:
            found = importlib.metadata.distribution(wanted)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another machine, or nnlib out of a checkout
        if found.name not in seen:
            seen[found.name] = found
            needs = [r for r in found.requires or () if "extra ==" not in r]
            todo += [re.match(r"[\w.-]+", r)[0] for r in needs]
    return seen.values()


def _top(distribution):
    """What a distribution has put beside the other packages."""
    names = {f.parts[0] for f in distribution.files or ()}
    kept = [n for n in sorted(names) if not NEVER.fullmatch(n)]
    return [p for n in kept if (p := Path(distribution.locate_file(n))).exists()]
