"""Kernels are forked from one process, and pages get the same results."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

# What a kernel has from who starts it, without names that differ between two kernels.
STARTED = """
import gc, os, signal, sys, warnings
print(sys.argv[0], len(sys.argv), sys.argv[3:], sys.path, sys.flags, sys.stdin.isatty())
print(os.getcwd(), os.getsid(0) == os.getpid())
print([str(signal.getsignal(s)) for s in signal.Signals], gc.isenabled(), gc.get_threshold())
print(sys.modules["__main__"] is __import__("__main__"), sys.getrecursionlimit())
import matplotlib
print(matplotlib.rcParams, "matplotlib.pyplot" in sys.modules, "nnlib" in sys.modules)
import numpy, torch
print(torch.get_num_threads(), numpy.get_printoptions(), torch.is_grad_enabled())
import sklearn.utils.validation, torch._dynamo
print(sorted(os.environ), *sorted(map(str, warnings.filters)), sep="\\n")
"""
LEFT_BEHIND = """
import os, sys, warnings, matplotlib, numpy, torch
os.environ["LEFT"] = os.path.abspath(".")
os.chdir("/")
sys.path.append("/left")
warnings.simplefilter("error")
matplotlib.rcParams["font.size"] = 77
numpy.left = torch.left = left = 1
numpy.set_printoptions(precision=1)
torch.set_grad_enabled(False)
"""
NUMBERS = (
    "import random, numpy, torch\n(random.random(), numpy.random.rand(), torch.rand(1)[0])"
)
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PARENT = "import os; print(os.getppid())"


@pytest.fixture(scope="module")
def forking():
    """Have kernels forked by one process, with one thread as in a build."""
    from execute.kernels import FEWEST, warm_kernels

    with pytest.MonkeyPatch.context() as patch:
        for name in THREADS:
            patch.setenv(name, "1")
        with warm_kernels(FEWEST):
            yield


@pytest.fixture
def run(tmp_path):
    """Return a function that executes a page of one cell."""
    from execute.run import execute  # which loads for seconds
    from myst_nb.core.read import read_myst_markdown_notebook

    def ran(code, timeout=300):
        page = tmp_path.resolve() / "page.md"
        text = f"# Page\n\n```{{code-cell}} python\n{code}\n```\n"
        page.write_text(text)
        notebook = read_myst_markdown_notebook(text, add_source_map=True, path=page)
        return execute(page, notebook, tmp_path, timeout)

    return ran


@pytest.fixture
def run_beside(run):
    """Return a function that executes a page in a thread and returns its future run."""
    from jupyter_core.utils import ensure_event_loop

    def ran(*page):
        try:
            return run(*page)
        finally:
            ensure_event_loop().close()  # the thread's own, which nbclient leaves open

    with ThreadPoolExecutor() as pool:
        yield lambda *page: pool.submit(ran, *page)


def shown(run):
    """Return what the cell of a page shows; its error, if there is one, fails the test."""
    assert run.failure is None
    return "".join(o.get("text") or o.data["text/plain"] for o in run.notebook.cells[1].outputs)


@pytest.fixture
def parent(run, forking):
    """Return the process that starts the kernels: a separate one where forks are safe."""
    pid = int(shown(run(PARENT)))
    assert (pid != os.getpid()) == (sys.platform == "linux")
    return pid


@pytest.mark.slow
def test_a_fork_starts_like_a_separate_program(run, parent, monkeypatch):
    from jupyter_client.provisioning import KernelProvisionerFactory

    fork = shown(run(STARTED))
    factory = KernelProvisionerFactory.instance()
    monkeypatch.setattr(factory, "default_provisioner_name", "local-provisioner")
    assert int(shown(run(PARENT))) == os.getpid()
    assert fork == shown(run(STARTED))


@pytest.mark.slow
def test_a_kernel_sees_nothing_that_another_has_left(run, parent):
    before = shown(run(STARTED))
    shown(run(LEFT_BEHIND))
    names = "hasattr(numpy, 'left'), hasattr(torch, 'left'), 'left' in globals()"
    after, has = shown(run(f"{STARTED}\n{names}")).rsplit("\n", 1)
    assert (after, has) == (before.rstrip("\n"), "(False, False, False)")
    assert shown(run(PARENT)) == f"{parent}\n"


@pytest.mark.slow
def test_each_kernel_draws_different_random_numbers(run, forking):
    drawn = [shown(run(NUMBERS)).split() for _ in range(2)]
    assert all(one != other for one, other in zip(*drawn, strict=True))


@pytest.mark.slow
def test_a_kernel_gets_the_environment_of_its_start(run, forking, monkeypatch):
    asks = "import os; print(os.environ.get('NN_STARTED'), os.getenv('PATH'))"
    for value in ("first", "second"):
        monkeypatch.setenv("NN_STARTED", value)
        assert shown(run(asks)) == f"{value} {os.environ['PATH']}\n"
    monkeypatch.delenv("NN_STARTED")
    assert shown(run(asks)).startswith("None ")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the kernel ended while"),
        ("import time; time.sleep(60)", "it ran longer than the build's timeout"),
        ("while True:\n    pass", "it ran longer than the build's timeout"),
    ],
    ids=["killed", "sleeps", "works"],
)
def test_a_kernel_ends_alone(run, run_beside, parent, code, what):
    other = run_beside("import time; time.sleep(6); print(1)")
    assert what in run(code, timeout=2).failure.what
    assert shown(other.result()) == "1\n"
    assert shown(run(PARENT)) == f"{parent}\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "torch",
    [
        "import _thread, time\n_thread.start_new_thread(time.sleep, (99,))",
        "import os; os._exit(1)",
    ],
    ids=["threads", "death"],
)
def test_kernels_are_programs_without_fork(run, tmp_path, monkeypatch, torch):
    from execute.kernels import FEWEST, warm_kernels

    (tmp_path / "torch.py").write_text(torch)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with warm_kernels(FEWEST):
        assert shown(run(PARENT)) == f"{os.getpid()}\n"


@pytest.mark.slow
def test_kernels_end_with_the_process_that_has_forked_them(run_beside, tmp_path, monkeypatch):
    from execute.kernels import FEWEST, warm_kernels

    for name in THREADS:
        monkeypatch.setenv(name, "1")
    with warm_kernels(FEWEST):
        code = "import time; open('runs', 'w').close(); time.sleep(60)"
        running = run_beside(code, 20)
        while not (tmp_path / "runs").exists():
            time.sleep(0.1)
    what = "the kernel ended" if sys.platform == "linux" else "it ran longer"
    assert what in running.result().failure.what
