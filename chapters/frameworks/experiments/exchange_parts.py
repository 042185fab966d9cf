"""What the sum of ``exchange.py`` misses: copying, and two workers that compute at once.

For the configurations of that program the same step of half a batch is timed alone; alone, with
the gradient copied into one array and back; and in two processes at once, with that copying,
until the slower one is done, but without an exchange. Then come the exchange of the gradient's
bytes, and the whole step of two workers. If copying and the slower of two are what the sum
misses, then the third time and the exchange add up to the last.

A run is one round, which keeps the least of many times; the page takes the least of all rounds.
The sums are compared with the steps of the same rounds, since the machine may be a busier one
than that of ``exchange.py``.
"""

import runpy
import tempfile
import time
from pathlib import Path

import torch
import torch.distributed as dist
from torch import multiprocessing as mp

from nnlib import experiment

exchange = runpy.run_path(str(Path(__file__).with_name("exchange.py")))
network, least = exchange["network"], exchange["least"]
EVERY = exchange["FITTED"] + exchange["HELD_OUT"]
FEATURES, CLASSES, REPEATS = exchange["FEATURES"], exchange["CLASSES"], 40


def step(width, batch, copied):
    """A step of training, with the gradient copied or not; a function without arguments."""
    net, n = network(width)
    X, y = torch.rand(batch, FEATURES), torch.randint(CLASSES, (batch,))
    parameters, flat = list(net.parameters()), torch.empty(n)

    def work():
        for p in parameters:
            p.grad = None
        torch.nn.functional.cross_entropy(net(X), y).backward()
        if copied:
            torch.cat([p.grad.ravel() for p in parameters], out=flat)
            at = 0
            for p in parameters:
                p.grad.copy_(flat[at : at + p.numel()].view_as(p) / 2)
                at += p.numel()
        with torch.no_grad():
            for p in parameters:
                p -= 0.01 * p.grad

    work()
    return work


def slower(work):
    """The least time that the slower of two workers takes which begin together."""
    times = []
    for _ in range(REPEATS):
        dist.barrier()
        started = time.perf_counter()
        work()
        took = torch.tensor(time.perf_counter() - started)
        dist.all_reduce(took, op=dist.ReduceOp.MAX)
        times.append(took.item())
    return min(times)


def sending(width):
    """The least time to exchange a gradient."""
    numbers = torch.ones(network(width)[1])
    dist.all_reduce(numbers)
    return least(lambda: dist.all_reduce(numbers), REPEATS)


def worker(rank, folder):
    """Measure two workers; the first one writes down what was found."""
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2
    )
    found = {
        "beside": [slower(step(width, batch // 2, copied=True)) for width, batch in EVERY],
        "exchange": [sending(width) for width, _ in EVERY],
        "two": [exchange["step"](width, batch // 2) for width, batch in EVERY],
    }
    if rank == 0:
        torch.save(found, f"{folder}/found.pt")
    dist.barrier()
    dist.destroy_process_group()


def run(seed):
    """One round of all measurements, in seconds."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    found = {
        name: [least(step(width, batch // 2, copied), REPEATS) for width, batch in EVERY]
        for name, copied in (("half", False), ("copied", True))
    }
    with tempfile.TemporaryDirectory() as folder:
        mp.spawn(worker, (folder,), nprocs=2)
        return found | torch.load(f"{folder}/found.pt") | {"configurations": EVERY}


def thin():
    """What does not depend on the machine: the numbers of each gradient."""
    return {"numbers": [network(width)[1] for width, _ in EVERY]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(6), thin=thin)
