"""What the package exports, and what it and its core import."""

import ast
import builtins
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import nnlib
from nnlib import creation, nn, ops, optim, random, training
from nnlib.left_out import REASONS

PARTS = sorted(set(nnlib._PARTS) - {"classifiers"})  # which is built on scikit-learn


def test_public_names_exist_and_shadow_only_what_torch_shadows():
    for module in (nnlib, nn, nn.functional, optim, training, ops, creation):
        assert len(module.__all__) == len(set(module.__all__))
        for name in module.__all__:
            assert hasattr(module, name), name
    assert {*ops.__all__, *creation.__all__, *random.__all__} <= set(nnlib.__all__)
    hidden = {n for n in nnlib.__all__ if hasattr(builtins, n) and not hasattr(torch, n)}
    assert hidden == set()


def test_a_name_that_is_left_out_has_an_error_with_the_reason():
    module = nn.Linear(1, 1), torch.nn.Module
    owners = (nnlib, torch), (nnlib.ones(1), torch.Tensor), module
    for (ours, theirs), reasons in zip(owners, REASONS.values(), strict=True):
        for name, reason in reasons.items():
            assert hasattr(theirs, name)
            with pytest.raises(AttributeError, match=reason):
                getattr(ours, name)


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


def test_import_needs_only_numpy():
    assert imported_by("nnlib, nnlib.book, " + ", ".join(f"nnlib.{p}" for p in PARTS)) == set()


@pytest.mark.slow
def test_the_estimators_need_scikit_learn_and_nothing_heavier():
    heavy = {"torch", "matplotlib", "sympy", "distributed", "IPython", "tqdm"}
    assert "sklearn" in (result := imported_by("nnlib.classifiers"))
    assert not result & heavy


CORE = ["tensor", "graph", "walk", "ops"]  # what a student reads first
# What the core is made of besides: modules that its files explain, and that need NumPy alone.
HELPERS = "default_dtype depthwise device error_function gamma_function grad_mode hook".split()
HELPERS += ["left_out", "printing", "quiet", "runs", "scan", "windows"]


def imports_of(path, package):
    """Return the absolute names of the modules that a file imports, anywhere in it."""
    results = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            results |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            relative = "." * node.level + (node.module or "")
            module = importlib.util.resolve_name(relative, package)
            names_are_modules = module == "nnlib"  # from .. import depthwise
            parts = [f".{alias.name}" for alias in node.names] if names_are_modules else [""]
            results |= {module + part for part in parts}
    return results


def test_the_core_imports_numpy_the_standard_library_and_itself_only():
    root = Path(nnlib.__file__).parent
    files = [(root / f"{name}.py", "nnlib") for name in CORE + HELPERS if name != "ops"]
    files += [(path, "nnlib.ops") for path in root.glob("ops/*.py")]
    for path, package in files:
        for module in imports_of(path, package):
            first, _, rest = module.partition(".")
            if first == "nnlib":
                assert rest.partition(".")[0] in CORE + HELPERS, (path.name, module)
            else:
                assert first == "numpy" or first in sys.stdlib_module_names, (path.name, module)


def test_docstrings_refer_to_pages_that_exist():
    root = Path(nnlib.__file__).parent
    pages = [f.read_text(encoding="utf-8") for f in root.parent.glob("chapters/*/*.md")]
    titles = {m[1] for text in pages if (m := re.search(r"^# (.*)$", text, re.M))}
    code = [f.read_text(encoding="utf-8") for f in root.rglob("*.py")]
    references = [title for text in code for title in re.findall(r'chapter\s+"([^"]*)"', text)]
    named = {" ".join(title.split()) for title in references}
    assert len(named) > 10
    assert named <= titles
