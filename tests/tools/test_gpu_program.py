"""The program that measures on a GPU: small runs on any machine, and tables of results."""

import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

ROOT = Path(__file__).resolve().parents[2]
GPU = ROOT / "benchmarks" / "gpu.py"
PROGRAM = runpy.run_path(str(GPU))
MADE_UP = {  # for this test alone: no such card exists, and nobody measured it
    "device": "a made-up card of a test",
    "memory_GiB": 1.0,
    "cpu": "a made-up processor",
    "threads": 1,
    "versions": {"torch": "0.0"},
    "date": "2000-01-01",
    "data": "two made-up pictures",
    "times": [
        dict(part="product", what="64, host", median_s=2e-6, low_s=1e-6, high_s=3e-6)
        | {"per_second": 5e9},
        dict(part="copy", what="pinned", median_s=4e-3, low_s=4e-3, high_s=5e-3),
    ],
    "training": [
        {"without": "", "accuracy": [0.5, 0.7], "seconds": [3.0, 5.0]},
        {"without": "smoothing", "accuracy": [0.4, 0.4], "seconds": [3.0, 3.0]},
    ],
}


def run(*arguments):
    """Run the program in a process of its own and return what it prints."""
    command = [sys.executable, str(GPU), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_small_runs_every_measurement_and_writes_nothing():
    before = PROGRAM["RESULTS"].exists()
    said = run("--small")
    assert "every measurement ran on" in said
    assert "8 training runs" in said
    assert PROGRAM["RESULTS"].exists() == before


@pytest.mark.slow
@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a GPU to be missing")
def test_without_a_gpu_it_says_so_and_writes_nothing():
    before = PROGRAM["RESULTS"].exists()
    assert run() == "No GPU here, so nothing is measured and nothing is written.\n"
    assert PROGRAM["RESULTS"].exists() == before


def test_results_become_tables_with_device_date_and_spread():
    said = PROGRAM["as_text"](MADE_UP)
    assert said.startswith("Measured on 2000-01-01 on one a made-up card of a test (1.0 GiB)")
    assert "| product | 64, host | 2.0 | 1.0 to 3.0 | 5.0 |" in said
    assert "| copy | pinned | 4,000.0 | 4,000.0 to 5,000.0 |  |" in said
    assert "| whole | 60.00% | 10.00% | 4.00 | 1.00 |" in said
    assert "| without label smoothing | 40.00%" in said


def test_whitened_patches_are_uncorrelated():
    images = torch.from_numpy(np.random.default_rng(0).random((400, 1, 12, 12))).float()
    images = torch.nn.functional.avg_pool2d(images, 3, 1)  # neighbours are alike
    maps = torch.nn.functional.conv2d(images, PROGRAM["whitening"](images))
    result = torch.cov(maps.transpose(0, 1).reshape(9, -1))
    unit = result / result.diagonal().sqrt().outer(result.diagonal().sqrt())
    assert (unit - torch.eye(9)).abs().max() < 0.02


def test_the_augmentation_flips_and_shifts_images():
    torch.manual_seed(0)
    x = torch.rand(50, 1, 28, 28)
    y = PROGRAM["augmented"](x)
    assert y.shape == x.shape
    inner, matches = y[:, :, 4:-4, 4:-4], set()
    for down in range(-2, 3):
        for right in range(-2, 3):
            for name, source in (("as it was", x), ("mirrored", x.flip(3))):
                part = source[:, :, 4 + down : 24 + down, 4 + right : 24 + right]
                same = (part == inner).flatten(1).all(dim=1)
                matches |= {(name, k) for k in torch.nonzero(same).flatten().tolist()}
    assert {k for _, k in matches} == set(range(50))
    assert {name for name, _ in matches} == {"as it was", "mirrored"}


def test_batches_contain_each_image_once_per_epoch():
    X, Y = torch.arange(12.0), torch.arange(12)
    results = [y for _, y in PROGRAM["batches"](X, Y, 2, 4)]
    assert len(results) == 6
    for epoch in (results[:3], results[3:]):
        assert sorted(torch.cat(epoch).tolist()) == list(range(12))
