"""Drivers and packages in the worker: classes, closures, callbacks, tensors and modules."""

import inspect

import numpy as np
import pytest
from nngrader.errors import CannotDo
from nngrader.sandbox.launch import Sandbox, package_paths
from nngrader.sandbox.runner import Runner
from nngrader.settings import Limits

pytestmark = pytest.mark.sandbox
LIMITS = Limits(call_seconds=10.0, total_seconds=20.0, memory_mb=512)


@pytest.fixture
def start():
    """Yield a function that makes a runner of a cell, in a sandbox with packages."""
    made = []

    def make(cell, *uses, limits=LIMITS):
        box = Sandbox(limits, uses=uses)
        made.append((Runner([("cell", cell, False)], box, 0), box))
        return made[-1][0]

    yield make
    for r, box in made:
        r.close()
        box.__exit__()


def drive(r, name, driver, parts, **args):
    """Return the values of all parts of the answer, or the names of the exception's classes."""
    packed = {"name": driver.__name__, "source": inspect.getsource(driver)}
    result = r.call(name, args, parts, 1 << 20, packed)
    return result["error"][0] if result["error"] else [p["values"] for p in result["parts"]]


def of_tensor(student, x):
    from nnlib import tensor

    t = tensor(x, requires_grad=True)
    out = student(t)
    out.sum().backward()
    return out.detach().numpy(), t.grad.numpy()


def test_tensors_of_nnlib_are_there(start):
    x = np.arange(5.0)
    r = start("import nnlib\ndef square(t):\n    return t * t", "nnlib")
    value, gradient = drive(r, "square", of_tensor, 2, x=x)
    np.testing.assert_array_equal(value, x**2)
    np.testing.assert_array_equal(gradient, 2 * x)


def of_module(student, x):
    import torch

    torch.manual_seed(0)
    net = student(x.shape[1], 2)
    x = torch.tensor(x, requires_grad=True)
    net.double()(x).sum().backward()
    return x.grad.numpy(), sum(p.numel() for p in net.parameters())


@pytest.mark.slow
def test_a_module_of_torch_starts_inside_the_limits(start):
    r = start(
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def __init__(self, n, m):\n"
        "        super().__init__()\n"
        "        self.layer = torch.nn.Linear(n, m)\n"
        "    def forward(self, x):\n"
        "        return torch.relu(self.layer(x))\n"
        "def others(names):\n"
        "    import importlib.util as u\n"
        "    return [n for n in names if u.find_spec(n)]\n",
        "torch",
        limits=Limits(call_seconds=10.0, total_seconds=20.0, memory_mb=400),
    )
    gradient, count = drive(r, "Net", of_module, 2, x=np.ones((3, 5)))
    assert gradient.shape == (3, 5)
    assert count == 12
    names = ["torch", "numpy", "sympy", "scipy", "sklearn", "nnlib", "nbgrader", "pytest"]
    assert r.value("others", (names,), {}) == ["torch", "numpy", "sympy"]


def failing(student, x):
    raise KeyError(student(x))


def test_an_error_inside_a_driver_is_reported_like_one_of_the_students(start):
    r = start("def f(x):\n    return x\ndef g(x):\n    return 1 / 0")
    assert drive(r, "f", failing, 1, x=1) == ["KeyError"]
    assert drive(r, "g", failing, 1, x=1) == ["ZeroDivisionError"]
    assert drive(r, "not_there", failing, 1, x=1) == ["NameError"]


def strict(student, x):
    if student(x) != 2:
        raise ValueError("your function doesn't return 2")
    return 2


def test_only_a_text_of_the_driver_leaves_the_sandbox(start):
    r = start("def f(x):\n    return x\ndef g(x):\n    raise ValueError(f'hidden: {x}')")
    packed = {"name": "strict", "source": inspect.getsource(strict)}
    errors = [r.call(name, {"x": 1}, 1, 1 << 20, packed)["error"] for name in "fg"]
    assert errors == [[["ValueError"], "your function doesn't return 2"], [["ValueError"], ""]]


def test_a_package_that_is_not_installed_is_refused():
    for name in ("not_installed_anywhere", "../etc", "os.path", ""):
        with pytest.raises(CannotDo, match="not installed here"):
            package_paths([name])
