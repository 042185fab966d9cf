"""What the package exports, what it imports, how large its core is."""

import ast
import subprocess
import sys
from pathlib import Path

import nnlib
from nnlib import creation, nn, ops, optim, training

CORE = {
    *("Tensor", "autograd", "enable_grad", "grad", "is_grad_enabled", "manual_seed", "nn"),
    *("no_grad", "optim", "random", "raw", "training"),
}
DTYPES = {
    *("bool", "double", "float", "float32", "float64", "int32", "int64", "long", "uint8"),
}
LAYERS = {
    *("BCEWithLogitsLoss", "CrossEntropyLoss", "Flatten", "Linear", "LogSoftmax", "MSELoss"),
    *("Module", "NLLLoss", "Parameter", "ReLU", "Sequential", "Sigmoid", "Softmax", "Softplus"),
    *("Tanh", "functional"),
}


def test_every_public_name_is_accounted_for():
    assert set(nnlib.__all__) == CORE | DTYPES | set(ops.__all__) | set(creation.__all__)
    assert set(nn.__all__) == LAYERS
    assert set(optim.__all__) == {"Optimizer", "SGD"}
    assert set(training.__all__) == {"History", "accuracy", "fit", "predict"}


def test_every_public_name_exists():
    for module in (nnlib, nn, nn.functional, optim, training, ops, creation):
        for name in module.__all__:
            assert hasattr(module, name), name


def test_dtypes_are_those_of_numpy():
    for name in DTYPES - {"double", "float", "long"}:
        assert getattr(nnlib, name).name == name
    assert (nnlib.float, nnlib.double, nnlib.long) == (
        nnlib.float32,
        nnlib.float64,
        nnlib.int64,
    )


def test_import_needs_numpy_alone():
    program = (
        "import sys, numpy; before = set(sys.modules); import nnlib, nnlib.training;"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before};"
        "print(*sorted(m for m in new if m not in sys.stdlib_module_names))"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() in (["nnlib"], ["nnlib", "numpy"])


def logical_lines(path):
    """Statements, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    docstrings = [
        s for s in statements if isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)
    ]
    return len(statements) - len(docstrings)


def test_the_core_can_be_read_in_an_afternoon():
    root = Path(nnlib.__file__).parent
    files = [root / f"{name}.py" for name in ("grad_mode", "tensor", "graph", "walk")]
    files += root.glob("ops/*.py")
    assert sum(map(logical_lines, files)) <= 1_700
