"""Measure which computations are faster on this machine's GPU.

    python benchmarks/gpu.py [--data FOLDER]    measure, and write gpu.json next to this program
    python benchmarks/gpu.py --small            run all measurements at tiny sizes on any device

The program doesn't need a network. It trains on the 5,000 images of Fashion-MNIST in nnlib, or
on all 60,000 if FOLDER contains the four original files (`train-images-idx3-ubyte.gz`, ...).
Without a GPU, it measures and writes nothing. `--small` only checks that the program works, and
its times are meaningless. The page *GPUs and mixed precision* shows the contents of gpu.json.
"""

import argparse
import copy
import gzip
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

RESULTS = Path(__file__).with_suffix(".json")
STEPS = {  # steps of the recipe: the option, and the description in the table
    "whitening": "a first layer that whitens",
    "augmentation": "flips and shifts",
    "smoothing": "label smoothing",
    "cycle": "a learning rate that rises and falls",
    "averaging": "the mean over an image and its mirror image",
    "bfloat16": "autocast to bfloat16",
    "channels_last": "channels last",
}


class Bench:
    """A device, whether to use small sizes, and the rows measured so far."""

    def __init__(self, device: str, small: bool):
        self.device, self.small, self.rows = torch.device(device), small, []
        self.repeats = 3 if small else 30

    @property
    def cuda(self) -> bool:
        """Return whether the device is a CUDA GPU."""
        return self.device.type == "cuda"

    def synchronize(self) -> None:
        """Wait until the device has finished its work."""
        if self.cuda:
            torch.cuda.synchronize()

    def times(self, call: Callable, host: bool = False) -> list[float]:
        """Return the seconds of each call after a warm-up; ``host`` excludes the device."""
        for _ in range(3):
            call()
        taken = []
        for _ in range(self.repeats):
            self.synchronize()
            start = time.perf_counter()
            call()
            if not host:
                self.synchronize()
            taken.append(time.perf_counter() - start)
        return taken

    def add(self, part: str, what: str, call: Callable, work: float = 0, host=False) -> None:
        """Measure a call; if the work in FLOPs or bytes is given, also store the speed."""
        taken = self.times(call, host)
        low, median, high = np.quantile(taken, [0.25, 0.5, 0.75])
        row = {"part": part, "what": what, "median_s": median, "low_s": low, "high_s": high}
        self.rows.append(row | ({"per_second": work / median} if work else {}))

    def rand(self, *shape: int) -> torch.Tensor:
        """Return random numbers in an array on the device."""
        return torch.rand(*shape, device=self.device)


def set_tf32(on: bool) -> None:
    """Set whether float32 products on the GPU round their inputs to TF32."""
    torch.set_float32_matmul_precision("high" if on else "highest")
    torch.backends.cudnn.allow_tf32 = on


# The limits of a computation: launches, bytes, FLOPs and the link.


def products(bench: Bench) -> None:
    """Measure products of n × n matrices on the host, on the device, and with transfers."""
    set_tf32(False)
    for n in (16, 64) if bench.small else (64, 128, 256, 512, 1024, 2048, 4096):
        a, b = torch.rand(n, n), torch.rand(n, n)
        on_device = a.to(bench.device), b.to(bench.device)

        def sent(a=a, b=b):
            return (a.to(bench.device) @ b.to(bench.device)).cpu()

        bench.add("product", f"{n}, host", lambda a=a, b=b: a @ b, 2 * n**3, host=True)
        bench.add("product", f"{n}, device", lambda t=on_device: t[0] @ t[1], 2 * n**3)
        bench.add("product", f"{n}, device, sent", sent, 2 * n**3)


def additions(bench: Bench) -> None:
    """Measure sums of vectors, which are limited by the launch or by the bandwidth."""
    for power in (8, 12) if bench.small else range(10, 29, 3):
        x, y = bench.rand(2**power), bench.rand(2**power)
        call = partial(torch.add, x, y, out=torch.empty_like(x))
        bench.add("sum", f"2^{power} numbers", call, 12 * 2**power)


def precisions(bench: Bench) -> None:
    """Measure one product in float32, TF32, bfloat16 and float16."""
    n = 64 if bench.small else 8192
    a, b = bench.rand(n, n), bench.rand(n, n)
    for name, dtype, tf32 in (
        ("float32", torch.float32, False),
        ("TF32", torch.float32, True),
        ("bfloat16", torch.bfloat16, False),
        ("float16", torch.float16, False),
    ):
        set_tf32(tf32)
        x, y = a.to(dtype), b.to(dtype)
        bench.add("precision", name, lambda x=x, y=y: x @ y, 2 * n**3)
    set_tf32(False)


def copies(bench: Bench) -> None:
    """Measure copies to the device from pageable and from pinned memory."""
    count = 2**10 if bench.small else 2**26
    on_device, plain = torch.empty(count, device=bench.device), torch.rand(count)
    sources = {"pageable": plain} | ({"pinned": plain.pin_memory()} if bench.cuda else {})
    for name, source in sources.items():
        call = partial(on_device.copy_, source, non_blocking=True)
        bench.add("copy to the device", name, call, 4 * count)


def steps(bench: Bench) -> None:
    """Measure a training step of the recipe's network, with more and more optimizations."""
    count = 8 if bench.small else 512
    x = bench.rand(count, 1, 28, 28)
    y = torch.randint(10, (count,), device=bench.device)
    start = network(bench, x, whiten=True)

    def step(model, images, dtype):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

        def one():
            optimizer.zero_grad()
            with torch.autocast(bench.device.type, dtype=dtype, enabled=dtype is not None):
                loss = F.cross_entropy(model(images), y)
            loss.backward()
            optimizer.step()

        return one

    last = dict(memory_format=torch.channels_last)
    set_tf32(False)
    bench.add("training step", "float32", step(copy.deepcopy(start), x, None))
    set_tf32(True)
    bench.add("training step", "TF32", step(copy.deepcopy(start), x, None))
    half = step(copy.deepcopy(start), x, torch.bfloat16)
    bench.add("training step", "autocast to bfloat16", half)
    model = copy.deepcopy(start).to(**last)
    bench.add("training step", "+ channels last", step(model, x.to(**last), torch.bfloat16))
    backend = "inductor" if bench.cuda else "eager"
    model = torch.compile(copy.deepcopy(start).to(**last), backend=backend)
    bench.add("training step", "+ compiled", step(model, x.to(**last), torch.bfloat16))
    set_tf32(False)


def graphs(bench: Bench) -> None:
    """Measure many small layers, launched separately and as one CUDA graph."""
    layers = nn.Sequential(*(nn.Linear(64, 64) for _ in range(4 if bench.small else 100)))
    model, x = layers.to(bench.device).eval(), bench.rand(8, 64)
    with torch.no_grad():
        bench.add("100 small layers", "launched one by one", lambda: model(x))
        if bench.cuda:
            replay = recorded(lambda: model(x)).replay
            bench.add("100 small layers", "as one CUDA graph", replay)


def recorded(call: Callable) -> "torch.cuda.CUDAGraph":
    """Return a call as a CUDA graph, after a warm-up on a side stream.

    The recording also uses a side stream. The streams wait for each other: the side stream
    waits for the inputs of the call, and the current stream waits for the warm-up.
    """
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            call()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    return graph


# The recipe for Fashion-MNIST. The goal is an accuracy of 94% in ten seconds.


class Group(nn.Module):
    """A convolution, a pooling, and a residual block with one convolution."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(outputs) for _ in range(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return feature maps of half the height and width."""
        x = F.gelu(self.norms[0](F.max_pool2d(self.first(x), 2)))
        return x + F.gelu(self.norms[1](self.second(x)))


def whitening(images: torch.Tensor) -> torch.Tensor:
    """Return kernels (9, 1, 3, 3) whose outputs for 3 × 3 patches are uncorrelated."""
    patches = F.unfold(images[:2000], 3).transpose(1, 2).reshape(-1, 9)
    values, vectors = torch.linalg.eigh(torch.cov(patches.T))
    return (vectors / (values + 1e-3).sqrt()).T.reshape(9, 1, 3, 3)


def network(bench: Bench, images: torch.Tensor, whiten: bool) -> nn.Module:
    """Return the untrained network; with ``whiten``, images determine its fixed first layer."""
    first = nn.Conv2d(1, 18, 3, padding=1, bias=False)
    if whiten:
        kernels = whitening(images.cpu().float())
        first.weight.data = torch.cat([kernels, -kernels])
        first.weight.requires_grad = False
    widths = (18, 16, 16, 16) if bench.small else (18, 64, 128, 256)
    groups = [Group(a, b) for a, b in pairwise(widths)]
    head = nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(widths[-1], 10)
    return nn.Sequential(first, nn.GELU(), *groups, *head).to(bench.device)


def augmented(x: torch.Tensor) -> torch.Tensor:
    """Flip each image with probability 1/2, and shift all images by up to 2 pixels."""
    x = torch.where(torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5, x.flip(3), x)
    padded = F.pad(x, (2, 2, 2, 2))
    down, right = torch.randint(0, 5, (2,)).tolist()  # the same for a whole batch, so no loop
    return padded[:, :, down : down + 28, right : right + 28]


def train(bench: Bench, data: tuple, seed: int, without: str, epochs: int, batch: int) -> tuple:
    """Train with the recipe without one of its steps; return the test accuracy and the seconds.

    The time starts before the network is created and ends with the last training step. The
    images are already on the device, and an earlier run has made PyTorch choose its kernels.
    """
    torch.manual_seed(seed)
    (X, Y), (T, U) = data
    have = {step: step != without for step in STEPS}
    layout = torch.channels_last if have["channels_last"] else torch.contiguous_format
    set_tf32(True)
    bench.synchronize()
    start = time.perf_counter()
    model = network(bench, X, have["whitening"]).to(memory_format=layout)
    parameters = [p for p in model.parameters() if p.requires_grad]
    rule = dict(lr=2e-4 * batch, momentum=0.9, nesterov=True, weight_decay=5e-4)
    optimizer = torch.optim.SGD(parameters, **rule)
    total = epochs * (len(X) // batch)
    if have["cycle"]:
        shape = dict(max_lr=4e-4 * batch, total_steps=max(total, 2), pct_start=0.25)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, **shape, anneal_strategy="linear", cycle_momentum=False
        )
    smoothing = 0.1 if have["smoothing"] else 0.0
    half = dict(dtype=torch.bfloat16, enabled=have["bfloat16"])
    for x, y in batches(X, Y, epochs, batch):
        x = augmented(x) if have["augmentation"] else x
        with torch.autocast(bench.device.type, **half):
            scores = model(x.contiguous(memory_format=layout))
            loss = F.cross_entropy(scores, y, label_smoothing=smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if have["cycle"]:
            schedule.step()
    bench.synchronize()
    seconds = time.perf_counter() - start
    set_tf32(False)
    return accuracy(model, T, U, have["averaging"]), seconds


def batches(X, Y, epochs: int, batch: int) -> Iterator[tuple]:
    """Yield full mini-batches; each epoch has a new order, which is drawn on the device."""
    for _ in range(epochs):
        order = torch.randperm(len(X), device=X.device)
        for k in range(len(X) // batch):
            rows = order[k * batch : (k + 1) * batch]
            yield X[rows], Y[rows]


def accuracy(model: nn.Module, T: torch.Tensor, U: torch.Tensor, averaging: bool) -> float:
    """Return the fraction of test images that the network classifies correctly."""
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in zip(T.split(1000), U.split(1000), strict=True):
            scores = model(x) + (model(x.flip(3)) if averaging else 0)
            right += (scores.argmax(1) == y).sum().item()
    return right / len(T)


def original(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return images (N, 784) from 0 to 1 and labels (N,) from the original Fashion-MNIST."""
    with gzip.open(folder / f"{part}-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16)
    with gzip.open(folder / f"{part}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return pixels.reshape(-1, 784).astype(np.float32) / 255, labels


def pictures(bench: Bench, folder: str | None) -> tuple[tuple, str]:
    """Return training and test images on the device, and a description of the data."""
    from nnlib import datasets

    if folder:
        pairs = [original(Path(folder), part) for part in ("train", "t10k")]
    else:
        pairs = list(datasets.fashion_mnist())
    if bench.small:
        pairs = [(X[:64], y[:64]) for X, y in pairs]
    mean, deviation = pairs[0][0].mean(), pairs[0][0].std()

    def on_device(X, y):
        images = torch.from_numpy(np.ascontiguousarray((X - mean) / deviation))
        labels = torch.from_numpy(np.asarray(y, np.int64))
        return images.reshape(-1, 1, 28, 28).to(bench.device), labels.to(bench.device)

    name = "all of Fashion-MNIST" if folder else "the packaged part of Fashion-MNIST"
    sizes = " and ".join(f"{len(X):,}" for X, _ in pairs)
    return tuple(on_device(*pair) for pair in pairs), f"{name}: {sizes} pictures"


def recipe(bench: Bench, data: tuple, whole: bool) -> list[dict]:
    """Train with the whole recipe and without each of its steps, for several seeds."""
    seeds = range(1 if bench.small else 5)
    size = dict(epochs=1, batch=32) if bench.small else dict(epochs=14, batch=512)
    if not (whole or bench.small):
        size = dict(epochs=40, batch=125)
    train(bench, data, 99, "", **size | {"epochs": 1})  # PyTorch chooses its kernels
    results = []
    for without in ("", *STEPS):
        runs = [train(bench, data, seed, without, **size) for seed in seeds]
        right, seconds = (list(column) for column in zip(*runs, strict=True))
        results.append({"without": without, "accuracy": right, "seconds": seconds})
    return results


# The results as a file and as text for the page.


def measure(device: str, small: bool, folder: str | None = None) -> dict:
    """Measure everything on a device; return the results with details of the machine."""
    from nnlib.__main__ import processor

    bench = Bench(device, small)
    for part in (products, additions, precisions, copies, steps, graphs):
        part(bench)
    data, name = pictures(bench, folder)
    cuda = bench.cuda
    memory = torch.cuda.get_device_properties(0).total_memory / 2**30 if cuda else 0
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    return {
        "device": torch.cuda.get_device_name() if cuda else "cpu",
        "memory_GiB": round(memory, 1),
        "cpu": processor(),
        "threads": torch.get_num_threads(),
        "versions": versions | {"cuda": torch.version.cuda, "cores": os.cpu_count()},
        "date": date.today().isoformat(),
        "data": name,
        "times": bench.rows,
        "training": recipe(bench, data, bool(folder)),
    }


def read() -> dict:
    """Return the results that are stored next to this program."""
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def as_text(measured: dict) -> str:
    """Return the results as Markdown tables."""
    versions = ", ".join(f"{name} {value}" for name, value in measured["versions"].items())
    lines = [
        f"Measured on {measured['date']} on one {measured['device']} "
        f"({measured['memory_GiB']} GiB), with {measured['cpu']} and "
        f"{measured['threads']} threads; {versions}.",
        "",
        "| calculation | what | median, µs | quartiles, µs | GFLOP/s or GB/s |",
        "|---|---|--:|--:|--:|",
    ]
    for row in measured["times"]:
        low, middle, high = (1e6 * row[key] for key in ("low_s", "median_s", "high_s"))
        speed = f"{row['per_second'] / 1e9:,.1f}" if "per_second" in row else ""
        cells = row["part"], row["what"], f"{middle:,.1f}", f"{low:,.1f} to {high:,.1f}", speed
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", f"Training on {measured['data']}.", ""]
    lines += [
        "| the recipe | test accuracy | spread | seconds | spread |",
        "|---|--:|--:|--:|--:|",
    ]
    for run in measured["training"]:
        name = f"without {STEPS[run['without']]}" if run["without"] else "whole"
        right, seconds = np.array(run["accuracy"]), np.array(run["seconds"])
        lines.append(
            f"| {name} | {right.mean():.2%} | {right.std():.2%} "
            f"| {np.median(seconds):.2f} | {seconds.std():.2f} |"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Measure and write the results, or print why this is impossible."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", metavar="FOLDER", help="folder with all of Fashion-MNIST")
    parser.add_argument("--small", action="store_true", help="tiny sizes; writes nothing")
    options = parser.parse_args(arguments)
    has_gpu = torch.cuda.is_available()
    if not (has_gpu or options.small):
        print("No GPU here, so nothing is measured and nothing is written.")
        return
    measured = measure("cuda" if has_gpu else "cpu", options.small, options.data)
    if not options.small:
        from nnlib import experiment

        experiment.write(RESULTS, measured)
        print(as_text(measured))
        return
    print(
        f"every measurement ran on {measured['device']}, with sizes too small to mean anything"
    )
    print(
        f"{len(measured['times'])} times, {len(measured['training'])} training runs on "
        f"{measured['data']}"
    )


if __name__ == "__main__":
    main()
