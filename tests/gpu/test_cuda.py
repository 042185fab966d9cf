"""Tests that need a CUDA GPU: `make gpu` runs them, and says so if there is none."""

import importlib
from pathlib import Path

import numpy as np
import pytest
import torch

import nnlib

GPU = Path(__file__).resolve().parents[2] / "benchmarks" / "gpu.py"

pytestmark = [
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU"),
    # torch.compile imports modules of PyTorch that use its own deprecated functions.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:torch"),
]


@pytest.fixture(scope="module")
def program():
    """Return the program's names; torch.compile must be able to import it by its name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(GPU.parent)
        yield vars(importlib.import_module(GPU.stem))


def network(L):
    """Return a small network and a mini-batch, the same for both libraries."""
    rng = np.random.default_rng(0)
    layers = L.nn.Linear(20, 30), L.nn.ReLU(), L.nn.Linear(30, 10)
    weights = [rng.standard_normal(shape) / 5 for shape in ((30, 20), (30,), (10, 30), (10,))]
    names = ("0.weight", "0.bias", "2.weight", "2.bias")
    state = {n: L.tensor(w.astype(np.float32)) for n, w in zip(names, weights, strict=True)}
    model = L.nn.Sequential(*layers)
    model.load_state_dict(state)
    x, y = rng.standard_normal((16, 20)).astype(np.float32), rng.integers(10, size=16)
    return model, L.tensor(x), L.tensor(y)


def test_the_gradients_on_the_gpu_match_nnlib():
    torch.set_float32_matmul_precision("highest")
    results = []
    for L in (nnlib, torch):
        model, x, y = network(L)
        if L is torch:
            model, x, y = model.cuda(), x.cuda(), y.cuda()
        L.nn.functional.cross_entropy(model(x), y).backward()
        results.append([p.grad for p in model.parameters()])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.cpu().numpy(), rtol=1e-4, atol=1e-6)


def test_a_gradient_below_the_range_of_float16_survives_the_scaler():
    small = torch.tensor(2.0**-25, device="cuda")
    assert small.half() == 0
    assert (small * 2**10).half().float() / 2**10 == small


def test_the_scaler_leaves_out_a_step_that_overflows():
    weight = torch.nn.Parameter(torch.ones(3, device="cuda"))
    optimizer, scaler = torch.optim.SGD([weight], lr=1.0), torch.amp.GradScaler("cuda")
    scale = scaler.get_scale()
    scaler.scale((weight * float("inf")).sum()).backward()
    scaler.step(optimizer)
    scaler.update()
    assert weight.tolist() == [1, 1, 1]
    assert scaler.get_scale() == scale / 2


def test_a_launch_returns_before_the_kernel_is_done():
    torch.cuda._sleep(1000)
    torch.cuda.synchronize()
    done = torch.cuda.Event()
    torch.cuda._sleep(500_000_000)
    done.record()
    assert not done.query()
    done.synchronize()
    assert done.query()


def test_a_cuda_graph_reads_the_current_content_of_its_input():
    layer, x = torch.nn.Linear(8, 4).cuda(), torch.zeros(2, 8, device="cuda")
    with torch.no_grad():
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                layer(x)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            y = layer(x)
        x.copy_(torch.arange(16.0).reshape(2, 8))
        graph.replay()
        torch.testing.assert_close(y, layer(x))


def test_the_program_records_a_call_that_can_be_replayed(program):
    x, y = torch.zeros(3, device="cuda"), torch.empty(3, device="cuda")
    graph = program["recorded"](lambda: torch.add(x, 1, out=y))
    x.fill_(5)
    graph.replay()
    assert y.tolist() == [6, 6, 6]


def test_channels_last_changes_no_result():
    conv, x = torch.nn.Conv2d(8, 16, 3).cuda(), torch.rand(2, 8, 10, 10, device="cuda")
    last = x.to(memory_format=torch.channels_last)
    torch.testing.assert_close(conv(x), conv(last), rtol=1e-2, atol=1e-2)


def test_every_measurement_runs_on_the_gpu(program):
    result = program["measure"]("cuda", small=True)
    assert set(program["KEYS"]) <= set(result)
    whats = {row["what"] for row in result["times"]}
    assert {"pinned", "as one CUDA graph", "+ compiled"} <= whats
    assert all(row["median_s"] > 0 for row in result["times"])


def test_the_recipe_learns_on_the_gpu(program):
    bench = program["Bench"]("cuda", small=False)
    data, _ = program["pictures"](bench, None)
    right, _ = program["train"](bench, data, seed=0, without="", epochs=10, batch=125)
    assert right > 0.85
