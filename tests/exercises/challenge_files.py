"""Make files for challenges, judge them, and load the tools that make the committed ones."""

import functools
import importlib.util
import io
import sys

import numpy as np
import pytest
from nngrader.engine import caller, judge, pack, with_file

from tests.exercises.declared_problems import EXERCISES, codes, texts

TOOLS = EXERCISES.parent / "tools"
FILLED = {  # answers that know nothing, by the function that makes an array of a shape
    "zeros": np.zeros,
    "ones": np.ones,
    "nan": lambda shape: np.full(shape, np.nan),
    "random": np.random.default_rng(0).normal,
}
both = pytest.mark.parametrize("visible", [False, pytest.param(True, marks=pytest.mark.slow)])


@functools.cache
def tool(name):
    """Return a program of tools/ as a module, which may import its neighbours."""
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
def data_of(challenge, visible, most=None):
    """Return the packed cases of a challenge, with the first so many inputs and targets."""
    data = pack(challenge, 1, visible=visible)
    for case in data["cases"] if most else ():
        for kind in ("args", "kept"):
            case[kind] = {name: array[:most] for name, array in case[kind].items()}
    return data


def judge_file(challenge, raw, f=None, visible=False, most=None):
    """Return what a challenge measures with a file and a function, and codes and data."""
    given = with_file(data_of(challenge, visible, most), {challenge.file: raw})
    verdict = judge(given, caller(given, f or challenge.solve))
    return verdict.measured, "\n".join([*codes(verdict), texts(verdict)])


def untold(challenge, answers, visible, most=None):
    """Return the wrong messages about files and functions that should not count.

    ``answers`` has, by name, the arrays or bytes of a file, a function, and a code or words of
    the data.
    """
    wrong = []
    for what, (file, f, words) in answers.items():
        raw = file if isinstance(file, bytes) else npz(**file)
        got, message = judge_file(challenge, raw, f, visible, most)
        if got is not None or words not in message:
            wrong.append((what, got, message))
    return wrong
