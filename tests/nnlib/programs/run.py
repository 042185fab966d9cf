"""Run PyTorch programs: ``run.py LIBRARY OUT PROGRAM ...``.

If LIBRARY is nnlib, it replaces torch, which can't be imported. What each program prints goes
to a file in the folder OUT.
"""

import contextlib
import importlib
import importlib.abc
import pkgutil
import runpy
import sys
from pathlib import Path

NOT_TORCH = ("nnlib.book", "nnlib.viz")  # they draw, and import what draws


class NoOtherTorch(importlib.abc.MetaPathFinder):
    """An importer that refuses every part of torch that nnlib has not replaced."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"{fullname} has no place in nnlib")


def put_in_place_of_torch():
    """Make `import torch` and imports of its modules load nnlib instead."""
    sys.modules["torch"] = importlib.import_module("nnlib")
    for part in pkgutil.walk_packages(sys.modules["torch"].__path__, "nnlib."):
        if not part.name.startswith(NOT_TORCH):
            name = f"torch.{part.name.removeprefix('nnlib.')}"
            sys.modules[name] = importlib.import_module(part.name)
    sys.meta_path.insert(0, NoOtherTorch())


if __name__ == "__main__":
    library, out, *programs = sys.argv[1:]
    if library == "nnlib":
        put_in_place_of_torch()
    for program in map(Path, programs):
        file = (Path(out) / program.with_suffix(".txt").name).open("w", encoding="utf-8")
        with file, contextlib.redirect_stdout(file):
            runpy.run_path(str(program), run_name="__main__")
