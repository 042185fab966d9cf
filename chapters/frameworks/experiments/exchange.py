"""Two lines, for the exchange and for the arithmetic, against steps of two workers.

Measured: an all-reduce of two processes (gloo, over the loopback) at several sizes, and a
step of one process for networks of several widths and batches, without any exchange; and
steps of two processes, each with half of the batch, with one all-reduce of the whole
gradient. The page fits one line to the exchanges and one to the steps of one process, adds
them up, and holds the sum against the steps of two processes, which no line has seen. Two
configurations, the last ones, are kept out of both lines. Refuted if the sum is off by more
than a factor of two.

A run is one whole round of measurements, which keeps the least of many times; the page takes
the least of all rounds, since other work on the machine only adds.
"""

import os
import tempfile
import time
from pathlib import Path

import torch
import torch.distributed as dist
from torch import multiprocessing as mp

from nnlib import experiment

SIZES = [2**e for e in range(8, 22, 2)]  # numbers of four bytes
FITTED = [(width, batch) for width in (32, 128, 512) for batch in (64, 256)]
HELD_OUT = [(256, 128), (256, 512)]
FEATURES, CLASSES = 784, 10


def network(width):
    """The network of one hidden layer, and how many numbers its gradient has."""
    net = torch.nn.Sequential(
        torch.nn.Linear(FEATURES, width), torch.nn.ReLU(), torch.nn.Linear(width, CLASSES)
    )
    return net, sum(p.numel() for p in net.parameters())


def multiplications(width, batch):
    """Of the forward pass and of both products of the backward pass, less one not needed."""
    return batch * width * (2 * FEATURES + 3 * CLASSES)


def least(work, repeats):
    """The least time of a piece of work, which all workers begin together."""
    times = []
    for _ in range(repeats):
        if dist.is_initialized():
            dist.barrier()
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def step(width, batch):
    """A step of training on random pictures; with other workers, gradients are averaged."""
    net, n = network(width)
    X, y = torch.rand(batch, FEATURES), torch.randint(CLASSES, (batch,))
    parameters, flat = list(net.parameters()), torch.empty(n)

    def work():
        for p in parameters:
            p.grad = None
        torch.nn.functional.cross_entropy(net(X), y).backward()
        if dist.is_initialized():
            torch.cat([p.grad.ravel() for p in parameters], out=flat)
            dist.all_reduce(flat)
            at = 0
            for p in parameters:
                p.grad.copy_(flat[at : at + p.numel()].view_as(p) / dist.get_world_size())
                at += p.numel()
        with torch.no_grad():
            for p in parameters:
                p -= 0.01 * p.grad

    work()
    return least(work, 40)


def worker(rank, folder):
    """Measure exchanges and steps of two workers; the first one writes them down."""
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2
    )
    exchange = []
    for size in SIZES:
        numbers = torch.ones(size)
        dist.all_reduce(numbers)
        exchange.append(least(lambda numbers=numbers: dist.all_reduce(numbers), 40))
    steps = [step(width, batch // 2) for width, batch in FITTED + HELD_OUT]
    if rank == 0:
        torch.save({"exchange": exchange, "two": steps}, f"{folder}/found.pt")
    dist.barrier()
    dist.destroy_process_group()


def run(seed):
    """One round of all measurements, in seconds."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    every = FITTED + HELD_OUT
    with tempfile.TemporaryDirectory() as folder:
        one = [step(width, batch) for width, batch in every]
        half = [step(width, batch // 2) for width, batch in every]
        mp.spawn(worker, (folder,), nprocs=2)
        found = torch.load(f"{folder}/found.pt")
    return found | {
        "one": one,
        "half": half,
        "configurations": every,
        "held out": len(HELD_OUT),
        "sizes": [4 * size for size in SIZES],
        "bytes": [4 * network(width)[1] for width, _ in every],
        "multiplications": [multiplications(*one) for one in every],
        "processor": processor(),
        "cores": os.cpu_count(),
        "torch": torch.__version__,
    }


def processor():
    """The processor's name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((one.split(":")[1].strip() for one in lines if "model name" in one), "unknown")


def thin():
    """What does not depend on the machine: bytes of the gradients, and multiplications."""
    every = FITTED + HELD_OUT
    return {
        "bytes": [4 * network(width)[1] for width, _ in every],
        "multiplications": [multiplications(*one) for one in every],
    }


if __name__ == "__main__":
    experiment.record(run, seeds=range(12), thin=thin)
