"""Compare training steps of nnlib and PyTorch: time, memory and import.

Both libraries start from the same weights and must compute the same losses in three steps. We
then measure short blocks of steps, in which the libraries take turns. The ratio for a pair of
blocks is nnlib's time divided by PyTorch's time, so nnlib is faster if it is below 1. For one
thread, we measure processor time, because wall time also depends on other jobs on the machine;
for several threads, we measure wall time.

    python benchmarks/nnlib_against_torch.py [--rounds 15] [--threads 1]
    python benchmarks/nnlib_against_torch.py --memory     peak memory of the VGG's steps
    python benchmarks/nnlib_against_torch.py --imports    import nnlib and import numpy

The first line of the output names OpenBLAS's kernels. If it names Haswell and the processor has
AVX-512, OpenBLAS doesn't know this processor; set OPENBLAS_CORETYPE=SkylakeX to use AVX-512.
"""

import argparse
import gc
import importlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
parser.add_argument("--rounds", type=int, default=15, help="pairs of blocks for each step")
parser.add_argument("--threads", type=int, default=1, help="for each library")
parser.add_argument("--memory", action="store_true", help="peak memory instead of time")
parser.add_argument("--imports", action="store_true", help="time of import nnlib")
parser.add_argument("--peak-of", choices=["nnlib", "torch"], help=argparse.SUPPRESS)
options = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(options.threads)  # read when NumPy and torch are imported

import numpy as np  # noqa: E402
from threadpoolctl import threadpool_info  # noqa: E402

ROOT = Path(__file__).parents[1]
clock = time.process_time if options.threads == 1 else time.perf_counter


# The models. Both libraries use the same code, in which L is nnlib or torch.


def mlp(L):
    nn = L.nn
    return nn.Sequential(
        *(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    )


def lenet(L):
    nn = L.nn
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )


def vgg(L):
    nn = L.nn
    return nn.Sequential(
        *(nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1)),
        *(nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(64 * 8 * 8, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


def lstm(L):
    class Last(L.nn.Module):
        """An LSTM with a linear layer that classifies the last output."""

        def __init__(self):
            super().__init__()
            self.rnn, self.head = L.nn.LSTM(64, 128), L.nn.Linear(128, 10)

        def forward(self, x):
            return self.head(self.rnn(x)[0][-1])

    return Last()


def batch_norm(L):
    return L.nn.BatchNorm2d(32)


def depthwise(L):
    return L.nn.Conv2d(32, 32, 3, stride=2, padding=1, groups=32)


def layer_norm(L):
    return L.nn.LayerNorm(512)


def group_norm(L):
    return L.nn.GroupNorm(8, 32)


def along(name: str, dim: int) -> Callable:
    """Return a function that creates a library's module for a scan along a dimension."""

    def model(L):
        class Scan(L.nn.Module):
            """A module that applies a cumulative operation."""

            def forward(self, x):
                return getattr(x, name)(dim)

        return Scan()

    return model


class Workload(NamedTuple):
    """A model, the shape of its input, the number of targets, and the steps in a block."""

    title: str
    model: Callable
    inputs: tuple[int, ...]
    examples: int
    steps: int
    limit: float  # the largest allowed ratio
    goal: float  # the ratio to reach


WORKLOADS = {
    "mlp": Workload("MLP 784-256-128-10, batch 128", mlp, (128, 784), 128, 20, 1.05, 0.9),
    "lenet": Workload("LeNet, 1x28x28, batch 64", lenet, (64, 1, 28, 28), 64, 5, 2.3, 1.9),
    "vgg": Workload("VGG with 4 convolutions, batch 32", vgg, (32, 3, 32, 32), 32, 1, 1.7, 1.5),
    "lstm": Workload("LSTM 128, 50 steps, batch 32", lstm, (50, 32, 64), 32, 3, 2.3, 2.0),
    "bn": Workload(
        "BatchNorm2d on (64, 32, 16, 16)", batch_norm, (64, 32, 16, 16), 0, 20, 0.9, 0.65
    ),
}
PARTS = (  # single layers, which the mean over the models doesn't include
    Workload(
        "Depthwise Conv2d, stride 2, on (16, 32, 32, 32)",
        *(depthwise, (16, 32, 32, 32), 0, 5, 2, 1),
    ),
    Workload("LayerNorm(512) on (16, 64, 512)", layer_norm, (16, 64, 512), 0, 10, 2, 1),
    Workload("GroupNorm(8, 32) on (16, 32, 32, 32)", group_norm, (16, 32, 32, 32), 0, 10, 2, 1),
    *(
        Workload(f"{name}({dim}) on (1000, 1000)", along(name, dim), (1000, 1000), 0, 3, 2, 1)
        for name, dim in (("cumsum", 0), ("cumsum", 1), ("cumprod", 1))
    ),
)


def training_step(L, work: Workload, state: dict) -> tuple[Callable[[], float], Callable]:
    """Return a function that does a training step, and one that returns the trained tensors."""
    rng = np.random.default_rng(0)
    x = L.tensor(rng.standard_normal(work.inputs).astype(np.float32))
    model = work.model(L)
    model.load_state_dict({name: L.tensor(value) for name, value in state.items()})
    if not work.examples:  # a single layer: forward, and backward with a fixed gradient
        g = L.tensor(rng.standard_normal(tuple(model(x).shape)).astype(np.float32))
        x.requires_grad_()

        def layer_step() -> float:
            x.grad = None
            model.zero_grad()
            y = model(x)
            y.backward(g)
            return y.detach().flatten()[0].item()

        return layer_step, lambda: dict(model.named_parameters(), x=x)
    targets = L.tensor(rng.integers(0, 10, work.examples))
    optimizer = L.optim.SGD(model.parameters(), lr=0.01)

    def step() -> float:
        optimizer.zero_grad()
        loss = L.nn.functional.cross_entropy(model(x), targets)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, lambda: dict(model.named_parameters())


def weights(torch, work: Workload) -> dict:
    """Return the initial weights for both libraries as NumPy arrays."""
    torch.manual_seed(0)
    return {name: value.numpy() for name, value in work.model(torch).state_dict().items()}


def both(work: Workload) -> tuple[Callable, Callable]:
    """Return each library's step function, after checking that three steps agree."""
    nnlib, torch = map(importlib.import_module, ("nnlib", "torch"))
    torch.set_num_threads(options.threads)
    state = weights(torch, work)
    steps, tensors = zip(*(training_step(L, work, state) for L in (nnlib, torch)), strict=True)
    for _ in range(3):
        check(work, "loss", *(step() for step in steps))
    for (name, ours), theirs in zip(tensors[0]().items(), tensors[1]().values(), strict=True):
        check(work, name, ours.detach().numpy(), theirs.detach().numpy())
        check(work, f"gradient of {name}", ours.grad.numpy(), theirs.grad.numpy())
    return steps


def check(work: Workload, what: str, ours, theirs) -> None:
    """Exit with a message if the values of the two libraries differ."""
    error = np.abs(np.subtract(ours, theirs)).max()
    if not error <= 1e-4 * max(1.0, np.abs(theirs).max()):
        sys.exit(f"{work.title}: the libraries differ by {error:.1e} in the {what}")


def block(step: Callable, count: int) -> float:
    """Return the mean seconds of one step in a block of steps."""
    start = clock()
    for _ in range(count):
        step()
    return (clock() - start) / count


def compare(work: Workload) -> tuple[float, float, float, float, float]:
    """Return the median milliseconds of both libraries, and the quartiles of the ratio."""
    ours, theirs = both(work)
    gc.disable()
    pairs = []
    for turn in range(options.rounds + 1):  # alternate which library goes first
        order = ((0, ours), (1, theirs))[:: 1 if turn % 2 else -1]
        taken = {k: block(step, work.steps) for k, step in order}
        pairs.append((taken[0], taken[1]))
    gc.enable()
    times = np.array(pairs[1:])  # the first pair warms the caches
    return *np.median(times, axis=0) * 1e3, *np.quantile(
        times[:, 0] / times[:, 1], [0.25, 0.5, 0.75]
    )


def print_times() -> None:
    """Print the table of times and ratios, with one row for each workload."""
    import torch

    print(f"{machine()}, torch {torch.__version__}, {options.rounds} rounds\n")
    print("| step, float32 | nnlib, ms | torch, ms | ratio | quartiles | limit | goal |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    logs = []
    for work in (*PARTS, *WORKLOADS.values()):
        ours, theirs, low, middle, high = compare(work)
        if work not in PARTS:
            logs.append(np.log(middle))
        print(f"| {work.title} | {ours:.2f} | {theirs:.2f} | {middle:.2f} ", end="")
        print(f"| {low:.2f} to {high:.2f} | {work.limit} | {work.goal} |", flush=True)
    print(f"| geometric mean of the models | | | {np.exp(np.mean(logs)):.2f} | | 1.4 | 1.2 |")


def machine() -> str:
    """Return a line with the processor, the number of threads and the versions."""
    from nnlib.__main__ import processor

    kind = "processor time" if options.threads == 1 else "wall time"
    threads = f"{options.threads} thread{'s' * (options.threads > 1)} for each library"
    blas = next(pool for pool in threadpool_info() if pool["user_api"] == "blas")
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}"
    versions += f" ({blas['internal_api']}, kernels for {blas['architecture']})"
    return f"{processor()}, {os.cpu_count()} cores; {threads}, {kind}; {versions}"


# Peak memory: each library runs in its own process, and the kernel measures the memory.


def resident(what: str) -> float:
    """Return the memory of this process in MiB, currently (VmRSS) or at its peak (VmHWM)."""
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024


def print_peak_of(name: str) -> None:
    """Print by how many MiB three training steps of the VGG increase the peak memory."""
    work, L = WORKLOADS["vgg"], importlib.import_module(name)
    if name == "torch":
        L.set_num_threads(options.threads)
    rng = np.random.default_rng(0)
    state = {k: v.detach().numpy() for k, v in work.model(L).state_dict().items()}
    state = {k: (rng.standard_normal(v.shape) / 50).astype(v.dtype) for k, v in state.items()}
    small = work._replace(inputs=(1, *work.inputs[1:]), examples=1)
    training_step(L, small, state)[0]()  # load everything that only the first step loads
    step, _ = training_step(L, work, state)
    before = resident("VmRSS")
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")  # reset the peak
    for _ in range(3):
        step()
    print(resident("VmHWM") - before)


def print_memory() -> None:
    """Print the peak memory of both libraries, measured in separate processes."""
    if not os.path.exists("/proc/self/clear_refs"):
        sys.exit("--memory needs /proc/self/clear_refs, which only Linux has")
    print(f"{machine()}\n")
    peaks = {}
    for name in ("nnlib", "torch"):
        command = [sys.executable, __file__, "--peak-of", name]
        command += ["--threads", str(options.threads)]
        runs = [float(subprocess.check_output(command, text=True)) for _ in range(5)]
        peaks[name] = np.median(runs)
    ratio = peaks["nnlib"] / peaks["torch"]
    print("Peak memory of the VGG step, excluding model and data (median of 5 processes)")
    print(f"nnlib {peaks['nnlib']:.1f} MiB, torch {peaks['torch']:.1f} MiB, ratio {ratio:.2f}")


# Imports, each in a fresh interpreter.

PROGRAMS = {"empty": "pass", "numpy": "import numpy", "nnlib": "import nnlib"}


def print_imports() -> None:
    """Print how long `import nnlib` takes compared with `import numpy`."""
    times = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(options.rounds + 1):  # the first round writes the bytecode
            for name, program in PROGRAMS.items():
                times[name].append(process(program, cache))
    empty, numpy, nnlib = (np.array(times[name][1:]) * 1e3 for name in PROGRAMS)
    print(f"{machine()}, {options.rounds} rounds\n")
    print("| import, bytecode cached | nnlib, ms | numpy, ms | ratio | limit |")
    print("|---|--:|--:|--:|--:|")
    for title, less in (("whole process", 0), ("minus an empty interpreter", np.median(empty))):
        ours, theirs = np.median(nnlib) - less, np.median(numpy) - less
        print(f"| {title} | {ours:.1f} | {theirs:.1f} | {ours / theirs:.2f} | 1.3 |")


def process(program: str, cache: str) -> float:
    """Return the seconds of a program in a new interpreter (processor time for one thread)."""
    import resource

    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    env["PYTHONPYCACHEPREFIX"] = cache

    def used() -> float:
        if options.threads > 1:
            return time.perf_counter()
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime

    start = used()
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, env=env)
    return used() - start


if __name__ == "__main__":
    if options.peak_of:
        print_peak_of(options.peak_of)
    elif options.memory:
        print_memory()
    elif options.imports:
        print_imports()
    else:
        print_times()
