"""Files for challenges: made of arrays, judged, and made anew by the tools."""

import functools
import importlib.util
import io
import sys

import numpy as np
from nngrader.engine import caller, judge, pack, with_file

from tests.exercises.declared_problems import EXERCISES, texts

TOOLS = EXERCISES.parent / "tools"


@functools.cache
def tool(name):
    """Return a program of tools/ as a module; it may import others of that folder."""
    sys.path.insert(0, str(TOOLS))
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.remove(str(TOOLS))
    return module


def npz(**arrays):
    """Return the bytes of an .npz file."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


@functools.cache
def data_of(challenge, visible):
    """Return the packed cases of a challenge."""
    return pack(challenge, 1, visible=visible)


def judge_file(challenge, raw, f=None, visible=False):
    """Return what is measured with a file and a function (the reference), and what is said."""
    given = with_file(data_of(challenge, visible), {challenge.file: raw})
    verdict = judge(given, caller(given, f or challenge.solve))
    return verdict.measured, texts(verdict)
