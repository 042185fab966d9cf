"""The problems of ps5: PyTorch's answers, the limit on time, the pictures, the challenge."""

import functools
import json
import time

import numpy as np
import pytest
from nngrader.engine import pack
from nngrader.grading.one_submission import Judge
from nngrader.sandbox.launch import Sandbox
from nngrader.sandbox.runner import Runner
from nngrader.settings import Limits, read_settings

from nnlib.datasets import fashion_mnist
from tests.exercises.challenge_files import both, judge_file, tool, untold
from tests.exercises.declared_problems import CHALLENGES, EXERCISES, PROBLEMS
from tests.exercises.test_source import cells

P = CHALLENGES["classify_pictures"]
reached = functools.partial(judge_file, P)


# PyTorch


def tensors(*arrays):
    import torch

    return [torch.tensor(a, requires_grad=True) for a in arrays]


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_the_layer_matches_pytorch(stride, padding, rng):
    import torch
    import torch.nn.functional as F

    x, weight, bias = (
        rng.normal(size=(3, 2, 8, 7)),
        rng.normal(size=(5, 2, 3, 2)),
        rng.normal(size=5),
    )
    given = tensors(x, weight, bias)
    y = F.conv2d(*given, stride, padding)
    for name in ("conv2d_forward", "conv2d_fast"):
        result = PROBLEMS[name].solve(x, weight, bias, stride, padding)
        np.testing.assert_allclose(result, y.detach().numpy(), rtol=1e-12, atol=1e-12)
    dy = rng.normal(size=y.shape)
    y.backward(torch.tensor(dy))
    result = PROBLEMS["conv2d_backward"].solve(dy, x, weight, stride, padding)
    for mine, theirs in zip(result, given, strict=True):
        np.testing.assert_allclose(mine, theirs.grad.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("kernel_size", "stride"), [(2, 2), (3, 2), (3, 1), (2, 3)])
def test_ties_are_decided_as_pytorch_does(kernel_size, stride, rng):
    import torch
    import torch.nn.functional as F

    x = rng.integers(0, 3, size=(3, 2, 9, 8)).astype(float)
    (given,) = tensors(x)
    y = F.max_pool2d(given, kernel_size, stride)
    dy = rng.normal(size=y.shape)
    y.backward(torch.tensor(dy))
    result = PROBLEMS["max_pool"].solve(x, dy, kernel_size, stride)
    for mine, theirs in zip(result, (y.detach(), given.grad), strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), rtol=1e-12, atol=1e-12)


def test_the_residual_block_matches_pytorch(rng):
    import torch
    import torch.nn.functional as F

    x, weight1, weight2 = rng.normal(size=(3, 2, 6, 5)), *rng.normal(size=(2, 2, 2, 3, 3))
    given = tensors(x, weight1, weight2)
    h = F.relu(F.conv2d(given[0], given[1], padding=1))
    y = F.relu(given[0] + F.conv2d(h, given[2], padding=1))
    dy = rng.normal(size=y.shape)
    y.backward(torch.tensor(dy))
    result = PROBLEMS["residual_block"].solve(x, dy, weight1, weight2)
    theirs = [y.detach(), *(g.grad for g in given)]
    for mine, other in zip(result, theirs, strict=True):
        np.testing.assert_allclose(mine, other.numpy(), rtol=1e-12, atol=1e-12)


def test_parameters_and_shapes_match_pytorch():
    import torch

    problem = PROBLEMS["output_shape_and_parameters"]
    layers, shape = problem.cases[0].make(np.random.default_rng(5), 11, 3)
    x, (shapes, parameters, _) = torch.zeros(1, *shape), problem.solve(layers, shape)
    for layer, mine, count in zip(layers, shapes, parameters, strict=True):
        sizes = layer["kernel_size"], layer["stride"]
        built = torch.nn.MaxPool2d(*sizes)
        if layer["kind"] == "conv":
            built = torch.nn.Conv2d(x.shape[1], layer["out_channels"], *sizes, layer["padding"])
        x = built(x)
        assert list(x.shape[1:]) == list(mine)
        assert sum(p.numel() for p in built.parameters()) == count


def test_a_receptive_field_is_as_wide_as_the_gradient():
    import torch
    import torch.nn.functional as F

    problem = PROBLEMS["output_shape_and_parameters"]
    layers, _ = problem.by_hand
    _, _, fields = problem.solve(layers, [1, 99, 99])
    (x,) = tensors(np.zeros((1, 1, 99, 99)))
    y = x
    for layer, field in zip(layers, fields, strict=True):
        K, S, p = layer["kernel_size"], layer["stride"], layer.get("padding", 0)
        y = F.conv2d(y, torch.ones((1, 1, K, K), dtype=float), None, S, p)
        middle = y.shape[2] // 2
        (gradient,) = torch.autograd.grad(y[0, 0, middle, middle], x, retain_graph=True)
        assert int((gradient != 0).any(dim=3).sum()) == field


# Time


@functools.cache
def hidden():
    """Return the hidden cases with the picture in its full size, as `packed` does not."""
    return pack(PROBLEMS["conv2d_fast"], 1, visible=False)


def large():
    """Return the arguments of the large case, as the driver gives them to the student."""
    (case,) = [c for c in hidden()["cases"] if c["aspect"] == "large"]
    results = []
    with pytest.raises(InterruptedError):
        PROBLEMS["conv2d_fast"].driver(
            lambda *args: results.append(args) or stop(), *case["args"].values()
        )
    return results[0]


def stop():
    raise InterruptedError


def limits():
    return read_settings(EXERCISES / "source" / "ps5_cnn" / "nngrader.toml")[0]


LOOPS = """
import numpy as np
def conv2d_fast(x, weight, bias, stride, padding):
    F, C, KH, KW = weight.shape
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    H_out, W_out = (x.shape[2] - KH) // stride + 1, (x.shape[3] - KW) // stride + 1
    y = np.zeros((len(x), F, H_out, W_out))
    for n in range(len(x)):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    window = x[n, :, i * stride : i * stride + KH, j * stride : j * stride + KW]
                    y[n, f, i, j] = np.sum(window * weight[f]) + bias[f]
    return y
"""


@pytest.mark.slow
def test_correct_answers_use_little_of_the_limits_of_a_call():
    args = large()
    for f in (PROBLEMS["conv2d_fast"].solve, *PROBLEMS["conv2d_fast"].alternatives.values()):
        before = time.process_time()
        f(*args)
        assert time.process_time() - before < 0.75 * limits().call_seconds, f.__name__


@pytest.mark.slow
@pytest.mark.sandbox
def test_loops_keep_the_points_for_the_values_and_lose_those_for_speed():
    with Sandbox(Limits(call_seconds=limits().call_seconds, memory_mb=1024)) as sandbox:
        runner = Runner([("cell", LOOPS, False)], sandbox, 0)
        try:
            judging = Judge(runner, {"conv2d_fast": hidden()})
            judging.points("conv2d_fast", 14)
        finally:
            runner.close()
    report = judging.reports["conv2d_fast"]
    aspects = report["aspects"]
    lost = {a for a, (earned, most) in aspects.items() if earned < most - 1e-9}
    assert lost == {"large", "loops"}
    assert any(f["data"].get("stopped", {}).get("limit") == "time" for f in report["findings"])


# What the text shows


def text_cell(name):
    """Return the names of a cell of the assignment, after that with the pictures."""
    here = {"np": np}
    for gid in ("pictures", name):
        exec(cells()[f"ps5_cnn {gid}"], here)
    if "plt" in here:
        here["plt"].close("all")
    return here


def test_bag_and_boot_are_packaged_images():
    here, train = text_cell("pictures"), fashion_mnist()[0]
    for name, number, label in (("bag", 17, 8), ("boot", 1, 9)):
        picture = train.X[number].reshape(28, 28).astype(float)
        assert train.y[number] == label
        assert np.array_equal(here[name][0, 0], np.round(picture * 15) / 15)


KERNELS = {
    "A": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "B": [[1, 1, 1], [0, 0, 0], [-1, -1, -1]],
    "C": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
}


@pytest.mark.parametrize("name", KERNELS)
def test_the_maps_come_from_the_kernels_of_the_model_answer(name):
    here, kernel = text_cell("maps"), np.array(KERNELS[name], float)[None, None]
    solve = PROBLEMS["conv2d_forward"].solve
    y = np.maximum(solve(here["bag"], kernel, np.zeros(1), 2, 0)[0, 0], 0)
    shown = [[int(level, 16) for level in row] for row in here["maps"][name].split()]
    assert np.array_equal(np.round(y / y.max() * 15), shown)
    brighter = solve(here["bag"] + 0.2, kernel, np.zeros(1), 2, 0)[0, 0]
    assert np.allclose(np.maximum(brighter, 0), y)


def test_the_places_of_the_model_answer_are_dark():
    here = text_cell("maps")
    A, B, C = (
        np.array([[int(v, 16) for v in row] for row in m.split()])
        for m in here["maps"].values()
    )
    assert A[5:, 1].min() >= 11
    assert A[4, 1] == 5
    assert [A[1, 4], A[4, 8]] == [10, 10]
    assert B[12, 4:12].min() >= 7
    assert B[12, :4].max() <= 1
    assert [B[2, 5], B[6, 11]] == [4, 5]
    assert min(C[3, 4], C[3, 8], C[11, 1]) >= 13
    assert C[6:11, 3:10].max() <= 3
    assert here["bag"][0, 0, 26:, 4:8].min() > 0.6


# The challenge


@both
def test_the_solution_file_reaches_what_the_text_says(visible):
    got, _ = reached(P.solved_path.read_bytes(), visible=visible)
    expected = {True: 0.895, False: 0.913}[visible]
    assert got == pytest.approx(expected, abs=0.0015)
    assert f"{expected:.3f}" in cells()["text_classify_pictures"]


def test_the_highest_threshold_is_above_the_dense_networks_of_ps3():
    dense = json.loads((EXERCISES / "heldback/ps3_backprop/accuracies.json").read_text())[
        "dense"
    ]
    assert max(dense) == pytest.approx(0.852, abs=0.0005)
    assert max(dense) < 0.86 < max(P.thresholds.values())
    assert "0.852" in cells()["text_classify_pictures"]


def test_folding_changes_no_score():
    import torch

    maker = tool("make_small_cnn")
    torch.manual_seed(3)
    net = maker.network(normalised=True, dropout=0.3)
    X = torch.rand(40, 1, 28, 28)
    net.train()
    net(X)  # running averages that are not 0 and 1
    with torch.no_grad():
        for layer in net:
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.weight.uniform_(0.5, 2)
                layer.bias.normal_()
        labels = net.eval()(X).argmax(1).numpy()
    file = {name: a.astype(float) for name, a in maker.folded(net).items()}
    result = P.solve(file, np.float64(X[:, 0].numpy()) * 255)
    assert np.mean(result == labels) > 0.97  # the file is in half precision


def some_arrays(A=2, B=3, C=2):
    rng = np.random.default_rng(0)
    arrays = {}
    shapes = {"0": (A, 1, 3, 3), "3": (B, A, 3, 3), "6": (C, B, 3, 3), "9": (10, 49 * C)}
    for name, shape in shapes.items():
        arrays[f"{name}.weight"] = rng.normal(size=shape)
        arrays[f"{name}.bias"] = rng.normal(size=shape[0])
    return arrays


GOOD = some_arrays()
ONE_MISSING = {name: array for name, array in GOOD.items() if name != "3.bias"}
LARGE = {name: 1e200 * GOOD[name] for name in ("0.weight", "3.weight")}


def no_labels(file, pictures):
    return pictures[:, 0, 0]


WRONG = {
    "guesses": (GOOD, lambda f, p: np.ones(len(p), int), "your labels aren't the classes"),
    "not scaled": (
        GOOD,
        lambda f, p: P.solve(f, p * 255.0),
        "your pixels aren't divided by 255",
    ),
    "scores": (GOOD, lambda f, p: np.zeros((len(p), 10)), "one label for each"),
    "nan": (GOOD | {"9.bias": np.full(10, np.nan)}, P.solve, "finite real numbers"),
    "too wide": (
        some_arrays(A=17),
        P.solve,
        "A may be at most 16, B at most 32 and C at most 64",
    ),
    "one missing": (ONE_MISSING, no_labels, "eight arrays"),
    "another head": (GOOD | {"9.weight": np.ones((10, 99))}, no_labels, "have per image?"),
    "endless": (GOOD | LARGE, P.solve, "How large are the weights?"),
}


@both
def test_bad_input_is_refused_with_a_reason(visible):
    assert untold(P, WRONG, visible) == []
