"""Drivers and packages in the worker: classes, closures, callbacks, tensors and modules."""

import inspect

import numpy as np
import pytest
from nngrader.errors import CannotDo
from nngrader.sandbox.launch import Refused, Sandbox, package_paths
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


def of_class(student, x, steps):
    one = student(x)
    for _ in range(steps):
        one.add(1.0)
    return one.total, one.count


def test_a_class_keeps_its_state_in_the_worker(start):
    r = start(
        "class Sum:\n"
        "    def __init__(self, x):\n"
        "        self.total, self.count = x, 0\n"
        "    def add(self, x):\n"
        "        self.total += x\n"
        "        self.count += 1\n"
    )
    total, count = drive(r, "Sum", of_class, 2, x=2.0, steps=3)
    assert (total, count) == (5.0, 3)


def of_closure(student, n):
    count = student()
    return np.array([count() for _ in range(n)])


def test_a_closure_is_made_and_called(start):
    cell = "def counter():\n    n = [0]\n    def f():\n        n[0] += 1\n        return n[0]"
    (counted,) = drive(start(f"{cell}\n    return f"), "counter", of_closure, 1, n=4)
    assert counted.tolist() == [1, 2, 3, 4]


def of_callback(student, x):
    seen = []
    slope = student(lambda v: seen.append(v) or v**2, x)
    return slope, len(seen)


def test_a_function_gets_a_function(start):
    cell = "def slope(f, x, h=1e-4):\n    return (f(x + h) - f(x - h)) / (2 * h)"
    slope, calls = drive(start(cell), "slope", of_callback, 2, x=3.0)
    assert slope == pytest.approx(6.0)
    assert calls == 2


def of_generator(student, seed, n):
    batches = list(student(n, np.random.default_rng(seed)))
    return np.concatenate(batches), len(batches)


def test_a_generator_draws_from_a_stream_that_is_known(start):
    cell = "def batches(n, rng):\n    for _ in range(n):\n        yield rng.normal(size=2)"
    drawn, count = drive(start(cell), "batches", of_generator, 2, seed=5, n=3)
    np.testing.assert_array_equal(drawn, np.random.default_rng(5).normal(size=6))
    assert count == 3


def of_tensor(student, x):
    from nnlib import Tensor

    t = Tensor(x, requires_grad=True)
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


def test_an_error_inside_a_driver_is_told_like_one_of_the_students(start):
    r = start("def f(x):\n    return x\ndef g(x):\n    return 1 / 0")
    assert drive(r, "f", failing, 1, x=1) == ["KeyError"]
    assert drive(r, "g", failing, 1, x=1) == ["ZeroDivisionError"]
    assert drive(r, "not_there", failing, 1, x=1) == ["NameError"]


def test_a_driver_is_not_left_behind_for_other_functions(start):
    r = start("def f(x):\n    return x\ndef g():\n    return 'of_class' in globals()")
    drive(r, "f", of_class, 2, x=1.0, steps=0)
    assert r.value("g", (), {}) is False


def test_where_torch_has_too_little_room_the_refusal_says_so(start):
    r = start("", "torch", limits=Limits(memory_mb=200))
    with pytest.raises(Refused, match=r"torch and memory_mb = 200 \(torch needs memory_mb = 4"):
        r.read()


@pytest.mark.parametrize("name", ["not_installed_anywhere", "../etc", "os.path", ""])
def test_a_package_that_is_not_installed_is_refused(name):
    with pytest.raises(CannotDo, match="not installed here"):
        package_paths([name])


def test_packages_work_without_a_sandbox_too():
    with Sandbox(LIMITS, unsafe=True, uses=["nnlib"]) as box:
        r = Runner(
            [("cell", "import nnlib\ndef f():\n    return nnlib.__name__", True)], box, 0
        )
        try:
            assert r.value("f", (), {}) == "nnlib"
        finally:
            r.close()
