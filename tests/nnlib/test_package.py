"""What the package exports, what it imports, how large its core is."""

import ast
import builtins
import io
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path

import torch

import nnlib
from nnlib import creation, nn, ops, optim, random, training

CORE = {
    *("Size", "Tensor", "accelerator", "autograd", "backends", "cuda", "device", "e"),
    *("enable_grad", "finfo", "get_default_dtype", "grad", "iinfo", "inf", "inference_mode"),
    *("is_floating_point", "is_grad_enabled", "is_inference_mode_enabled", "is_tensor", "nan"),
    *("models", "newaxis", "nn", "no_grad", "numel", "optim", "pi", "random", "raw"),
    *("load", "save", "serialization"),
    *("set_grad_enabled", "set_printoptions", "training", "utils"),
    *("calculus", "classifiers", "datasets", "filters", "linalg", "probability", "steps"),
    *("distributions", "text", "trace", "transforms", "viz"),
}
DTYPES = {
    *("bool", "double", "float", "float32", "float64", "int", "int32", "int64", "long"),
    "uint8",
}
# In torch these functions of nn.functional stand at the top level too.
LAYERS = {
    *("adaptive_avg_pool1d", "avg_pool1d", "conv1d", "conv2d", "conv_transpose1d"),
    *("conv_transpose2d", "max_pool1d"),
}
PARTS = sorted(set(nnlib._PARTS) - {"classifiers"})  # which is built on scikit-learn


def test_every_public_name_is_accounted_for():
    parts = (ops, creation, random)
    gathered = set().union(*(part.__all__ for part in parts))
    assert set(nnlib.__all__) == CORE | DTYPES | LAYERS | gathered
    assert len(nnlib.__all__) == len(set(nnlib.__all__))
    assert set(optim.__all__) == {
        *("Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "NAdam", "Optimizer"),
        *("RMSprop", "SGD", "BFGS", "Newton", "NonlinearCG", "lr_scheduler"),
    }
    assert set(training.__all__) == {
        *(
            "CheckedEntry",
            "GradientCheck",
            "History",
            "LRSearch",
            "Loaders",
            "Overfit",
            "accuracy",
        ),
        *("evaluate", "fit", "gradient_check", "loaders", "lr_finder", "overfit_one_batch"),
        "predict",
    }


def test_public_names_shadow_only_what_torch_shadows():
    hidden = {n for n in nnlib.__all__ if hasattr(builtins, n) and not hasattr(torch, n)}
    assert hidden == set()


def test_every_public_name_exists():
    for module in (nnlib, nn, nn.functional, optim, training, ops, creation):
        for name in module.__all__:
            assert hasattr(module, name), name


def test_version_is_that_of_the_package():
    project = Path(nnlib.__file__).parents[1] / "pyproject.toml"
    assert tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"] == (
        nnlib.__version__
    )


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
