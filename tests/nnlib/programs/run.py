"""Run PyTorch programs, each in a separate process: ``run.py LIBRARY OUT PROGRAM ...``.

If LIBRARY is nnlib, it replaces torch, which can't be imported. The library is loaded once, and
every program runs in a fork of this process. It prints to one file in OUT, and its warnings and
errors go to another.
"""

import importlib
import importlib.abc
import os
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


def run(program, out):
    """Run one program in this process, then exit with its status."""
    status = 1
    try:
        sys.stderr = (out / f"{program.stem}.err").open("w", encoding="utf-8")
        with (out / f"{program.stem}.txt").open("w", encoding="utf-8") as sys.stdout:
            runpy.run_path(str(program), run_name="__main__")
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    library, out, *programs = sys.argv[1:]
    if library == "nnlib":
        put_in_place_of_torch()
    else:
        importlib.import_module("torch._dynamo")  # which optimisers load when first used
    failed = False
    for program in map(Path, programs):
        child = os.fork()
        if not child:
            run(program, Path(out))
        failed |= os.waitpid(child, 0)[1] != 0
    sys.exit(failed)
