"""Processor time of nnlib against PyTorch, one thread each.

With other jobs on the machine, wall time of several threads measures those jobs. So both
libraries run on one thread, processor time is taken, and short blocks of each alternate.
The ratio of a pair of blocks is nnlib's time divided by torch's: below 1 nnlib is faster.

    python benchmarks/nnlib_against_torch.py [--pairs 20]
"""

import argparse
import os
import time
from collections.abc import Callable

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # read when NumPy and torch are imported

import numpy as np  # noqa: E402
import torch  # noqa: E402

import nnlib  # noqa: E402

torch.set_num_threads(1)
N, D, HIDDEN, C = 128, 784, 256, 10


def mlp_step(L) -> Callable[[], float]:
    """Forward, backward and one step of SGD of a network 784-256-10 on 128 examples."""
    rng = np.random.default_rng(0)
    X = L.tensor(rng.standard_normal((N, D)).astype(np.float32))
    y = L.tensor(rng.integers(0, C, N))
    model = L.nn.Sequential(L.nn.Linear(D, HIDDEN), L.nn.ReLU(), L.nn.Linear(HIDDEN, C))
    optimizer = L.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step() -> float:
        optimizer.zero_grad()
        loss = L.nn.functional.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def scalar_chain(L) -> Callable[[], float]:
    """A thousand small operations and the walk back: the cost of the tape itself."""
    x = L.tensor([0.5, 1.0], requires_grad=True)

    def step() -> float:
        y = x
        for _ in range(500):
            y = (y * x) + x
        y.sum().backward()
        return float(y.detach()[0])

    return step


WORKLOADS = {"mlp 128x784x256x10": (mlp_step, 20), "1,000 small operations": (scalar_chain, 3)}


def block(step: Callable[[], float], count: int) -> float:
    """Seconds of processor time for one step, the mean over a block."""
    start = time.process_time()
    for _ in range(count):
        step()
    return (time.process_time() - start) / count


def compare(make: Callable, count: int, pairs: int) -> tuple[float, float, np.ndarray]:
    """Median times of both libraries, and the ratio of each pair of blocks."""
    ours, theirs = make(nnlib), make(torch)
    for step in (ours, theirs):
        block(step, count)
    times = np.array([(block(ours, count), block(theirs, count)) for _ in range(pairs)])
    return *np.median(times, axis=0), times[:, 0] / times[:, 1]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=20, help="pairs of blocks")
    pairs = parser.parse_args().pairs
    print(f"NumPy {np.__version__}, torch {torch.__version__}, one thread, processor time")
    print(f"{'workload':<24}{'nnlib ms':>10}{'torch ms':>10}{'ratio':>8}{'quartiles':>14}")
    for name, (make, count) in WORKLOADS.items():
        ours, theirs, ratios = compare(make, count, pairs)
        low, middle, high = np.quantile(ratios, [0.25, 0.5, 0.75])
        times = f"{ours * 1e3:10.3f}{theirs * 1e3:10.3f}"
        print(f"{name:<24}{times}{middle:8.2f}{low:7.2f}-{high:.2f}")


if __name__ == "__main__":
    main()
