"""What the package exports, what it imports, how large its core is."""

import ast
import builtins
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest
import torch

import nnlib
from nnlib import creation, nn, ops, optim, random, training

DTYPES = {
    *("bool", "double", "float", "float32", "float64", "int", "int32", "int64", "long"),
    "uint8",
}
PARTS = sorted(set(nnlib._PARTS) - {"classifiers"})  # which is built on scikit-learn


def test_public_names_exist_and_shadow_only_what_torch_shadows():
    for module in (nnlib, nn, nn.functional, optim, training, ops, creation):
        assert len(module.__all__) == len(set(module.__all__))
        for name in module.__all__:
            assert hasattr(module, name), name
    assert {*ops.__all__, *creation.__all__, *random.__all__} <= set(nnlib.__all__)
    hidden = {n for n in nnlib.__all__ if hasattr(builtins, n) and not hasattr(torch, n)}
    assert hidden == set()


def test_dtypes_are_those_of_numpy():
    for name in DTYPES - {"double", "float", "int", "long"}:
        assert getattr(nnlib, name).name == name
    assert (nnlib.float, nnlib.double, nnlib.int, nnlib.long) == (
        nnlib.float32,
        nnlib.float64,
        nnlib.int32,
        nnlib.int64,
    )


def imported_by(modules):
    """Return the third-party packages that importing modules loads."""
    program = (
        f"import sys, numpy; before = set(sys.modules); import {modules};"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before};"
        "print(*(m for m in new if m not in sys.stdlib_module_names))"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split()) - {"nnlib", "numpy"}


def test_import_needs_numpy_alone():
    assert imported_by("nnlib, nnlib.book, " + ", ".join(f"nnlib.{p}" for p in PARTS)) == set()


@pytest.mark.slow
def test_the_estimators_need_scikit_learn_and_nothing_heavier():
    heavy = {"torch", "matplotlib", "sympy", "distributed", "IPython", "tqdm"}
    assert "sklearn" in (found := imported_by("nnlib.classifiers"))
    assert not found & heavy


DOCUMENTED = (ast.FunctionDef, ast.ClassDef, ast.Module)


def logical_lines(path):
    """Return the number of logical lines of a file, without docstrings."""
    source = path.read_text(encoding="utf-8")
    docstrings = sum(
        ast.get_docstring(node) is not None
        for node in ast.walk(ast.parse(source))
        if isinstance(node, DOCUMENTED)
    )
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return sum(token.type == tokenize.NEWLINE for token in tokens) - docstrings


def test_the_core_can_be_read_in_an_afternoon():
    root = Path(nnlib.__file__).parent
    core = [root / "tensor.py", *root.glob("ops/*.py")]
    lines = sum(map(logical_lines, core))
    assert lines <= 1_720, (
        f"tensor.py and ops/ have {lines} logical lines. Put what others make outside "
        "the core, or save as many lines (docs/code.md, Add an operation)"
    )
    assert sum(logical_lines(root / f"{name}.py") for name in ("graph", "walk")) <= 400
