"""The problem of ps6 in which chance decides, its written question, and its challenge."""

import functools
import re
import sys

import numpy as np
import pytest

from nnlib import nn, no_grad, tensor
from nnlib.datasets import shakespeare
from tests.exercises.challenge_files import both, judge_file, npz, tool, untold
from tests.exercises.declared_problems import (
    CHALLENGES,
    EXERCISES,
    PROBLEMS,
    SEED,
    judged,
    lost,
    packed,
)
from tests.exercises.test_source import cells, example

P = CHALLENGES["surprisal"]
reached = functools.partial(judge_file, P)
solve = {name: PROBLEMS[name].solve for name in ("rnn_forward", "rnn_backward", "gru_step")}


# The references are the book's layers


def loaded(layer, weights):
    """Return a layer of nnlib in float64 with these weights, by their names."""
    layer = layer.double()
    layer.load_state_dict({name: tensor(array) for name, array in weights.items()})
    return layer


@pytest.fixture
def rnn():
    rng = np.random.default_rng(0)
    x, h0 = rng.normal(size=(7, 3, 5)), rng.uniform(-0.9, 0.9, size=(3, 4))
    weights = {"weight_ih_l0": rng.normal(size=(4, 5)), "weight_hh_l0": rng.normal(size=(4, 4))}
    weights |= {"bias_ih_l0": rng.normal(size=4), "bias_hh_l0": np.zeros(4)}
    return x, h0, weights


def test_the_states_and_gradients_match_nnlib(rnn):
    x, h0, weights = rnn
    layer, given = (
        loaded(nn.RNN(5, 4), weights),
        [tensor(a, requires_grad=True) for a in (x, h0)],
    )
    states, _ = layer(given[0], given[1][None])
    W_xh, W_hh, b, _ = weights.values()
    h = solve["rnn_forward"](x, h0, W_xh, W_hh, b)
    np.testing.assert_allclose(h, states.detach().numpy(), rtol=0, atol=1e-10)
    dh = np.random.default_rng(1).normal(size=h.shape)
    (states * tensor(dh)).sum().backward()
    result = solve["rnn_backward"](dh, x, h0, W_xh, W_hh, h)
    parameters = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0]
    for mine, theirs in zip(result, [*given, *parameters], strict=True):
        np.testing.assert_allclose(mine, theirs.grad.numpy(), rtol=0, atol=1e-10)


def test_the_step_of_the_gru_matches_nnlib_and_torch():
    import torch

    rng = np.random.default_rng(2)
    x, h, W, U = (rng.normal(size=shape) for shape in ((3, 5), (3, 4), (12, 5), (12, 4)))
    weights = dict(weight_ih=W, weight_hh=U, bias_ih=rng.normal(size=12))
    weights["bias_hh"] = rng.normal(size=12)
    mine = solve["gru_step"](x, h, *weights.values())
    with no_grad():
        ours = loaded(nn.GRUCell(5, 4), weights)(tensor(x), tensor(h)).numpy()
    cell = torch.nn.GRUCell(5, 4, dtype=torch.float64)
    cell.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    theirs = cell(torch.tensor(x), torch.tensor(h)).detach().numpy()
    np.testing.assert_allclose(mine, ours, rtol=0, atol=1e-10)
    np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-10)


def test_the_step_of_the_lstm_and_its_gradients_match_torch():
    import torch

    rng = np.random.default_rng(3)
    shapes = ((3, 5), (3, 4), (3, 4), (16, 5), (16, 4), (16,), (3, 4), (3, 4))
    x, h, c, W, U, b, dh_new, dc_new = given = [rng.normal(size=shape) for shape in shapes]
    cell = torch.nn.LSTMCell(5, 4, dtype=torch.float64)
    weights = dict(weight_ih=W, weight_hh=U, bias_ih=b, bias_hh=0 * b)
    cell.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    inputs = [torch.tensor(a, requires_grad=True) for a in (x, h, c)]
    h_new, c_new = cell(inputs[0], (inputs[1], inputs[2]))
    (h_new * torch.tensor(dh_new) + c_new * torch.tensor(dc_new)).sum().backward()
    parameters = [cell.weight_ih, cell.weight_hh, cell.bias_ih]
    theirs = [h_new.detach(), c_new.detach(), *(p.grad for p in [*inputs, *parameters])]
    for mine, other in zip(PROBLEMS["lstm_step"].solve(*given), theirs, strict=True):
        np.testing.assert_allclose(mine, other.numpy(), rtol=0, atol=1e-10)


# Chance


def test_the_probabilities_that_are_shown_are_correct():
    shown = example("sample")
    odds = np.exp(shown["logits"] / shown["temperature"])
    right = odds / odds.sum(axis=1, keepdims=True)
    assert np.array_equal(shown["probabilities"], right.round(4))


def test_the_counts_that_are_drawn_from_match_the_plays():
    cell = cells()["ps6_rnn temperatures"]
    letters, counts = re.search(r'letters, counts = "(.*)", \[(.*)\]', cell).groups()
    text = "".join(shakespeare()[0].texts).lower()
    assert [text.count(f"th{k}") for k in letters] == [int(n) for n in counts.split(",")]


@both
@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_half_or_twice_the_temperature_is_always_found(factor, visible, pytestconfig):
    def f(logits, temperature, rng):
        return PROBLEMS["sample"].solve(logits, factor * temperature, rng)

    for seed in range(SEED, 15 if pytestconfig.getoption("slow") else SEED + 1):
        assert "value" in lost(judged(packed("sample", seed, visible), f))


@both
@pytest.mark.parametrize("value", [0, 1.0, np.nan])
def test_the_same_entry_for_every_row_earns_nothing(value, visible):
    def f(logits, temperature, rng):
        return np.full(len(logits), value)

    assert judged(packed("sample", SEED, visible), f).score == 0


# What the text says of three curves


def test_the_numbers_of_the_reading_match_the_curves():
    here = {"np": np}
    exec(cells()["ps6_rnn three_gradients"], here)
    here["plt"].close("all")
    curves = {k: np.array(v.split(), int) / 100 for k, v in here["hundredths"].items()}
    assert {len(curve) for curve in curves.values()} == {41}
    A, B, C = curves.values()
    text = cells()["gradients"]
    assert (np.diff(A) < 0).all()
    assert f"{10 ** A[10]:.1f} at lag 10 and {10 ** A[40]:.5f} at lag 40" in text
    assert f"a factor of {10 ** ((A[40] - A[10]) / 30):.2f} per step" in text
    assert B.max() > np.log10(20)
    assert f"1 at lag 0, {10 ** B[10]:.0f} at lag 10 and {10 ** B[40]:.2f} at lag 40" in text
    assert f"largest factor near the start is about {10 ** np.diff(B).max():.1f}" in text
    last_ten = f"{10 ** ((B[40] - B[30]) / 10):.2f}"
    assert f"the last ten steps have a factor of about {last_ten} each" in text
    assert f"{10 ** C[20]:.2f} at lag 20 and {10 ** C[40]:.2f} at lag 40" in text
    assert f"a factor of {10 ** (C[40] / 40):.2f} per step" in text
    assert 2.0**-40 == pytest.approx(1e-12, rel=0.1)


# The challenge


@both
def test_the_solution_file_reaches_what_the_text_says(visible):
    got, _ = reached(P.solved_path.read_bytes(), visible=visible)
    expected = {True: 2.584, False: 2.571}[visible]
    assert got == pytest.approx(expected, abs=0.003)
    assert f"{expected:.2f}" in cells()["text_surprisal"]
    assert got < min(P.thresholds.values())


def test_the_counts_of_the_text_are_correct_and_the_plays_as_hard():
    maker = tool("make_characters")
    train, test = shakespeare()
    text = maker.codes("".join(train.texts))
    with np.load(EXERCISES / "heldback" / "play.npz") as file:
        plays = test.texts[0], file["text"].tobytes().decode()
    visible, hidden = (maker.counted(4, text, maker.codes(play)) for play in plays)
    assert f"costs {visible:.2f} bits" in cells()["text_surprisal"]
    assert hidden == pytest.approx(visible, abs=0.02)


def test_text_challenge_and_tool_number_the_characters_alike():
    maker = tool("make_characters")
    block = re.search(r"```python\n(.*?)```", cells()["text_surprisal"], re.S)[1]
    names = {}
    exec(block, names)
    assert names["alphabet"] == maker.ALPHABET == sys.modules[P.solve.__module__].ALPHABET
    assert len(maker.ALPHABET) == len(set(maker.ALPHABET)) == 36
    train = "".join(shakespeare()[0].texts)
    np.testing.assert_array_equal(names["codes"], maker.codes(train))


def test_the_measure_is_what_torch_computes():
    import torch

    maker = tool("make_characters")
    torch.manual_seed(3)
    net = maker.Network(7, 0.0)
    numbers = np.random.default_rng(0).integers(36, size=maker.PIECES * maker.LENGTH)
    file = {name: array.astype(float) for name, array in maker.arrays(net).items()}
    result = P.solve(file, maker.pieces(numbers).astype(np.uint8)).mean()
    assert result == pytest.approx(maker.bits(net, numbers), rel=1e-3)  # half precision


def some_arrays(H=3, rows=None):
    rng = np.random.default_rng(0)
    rows = rows or 4 * H
    shapes = {"W": (rows, 36), "U": (rows, H), "b": (rows,), "W_hy": (36, H), "b_y": (36,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


GOOD = some_arrays()
WITHOUT_U = {name: array for name, array in GOOD.items() if name != "U"}


def nothing_learned(file, text):
    return np.full((len(text) - 1, text.shape[1]), np.log2(36))


WRONG = {
    "guesses": (GOOD, lambda f, t: 0.0 * t[1:], "differ from the bits of the network"),
    "nats": (GOOD, lambda f, t: P.solve(f, t) * np.log(2), "natural logarithms"),
    "signs": (GOOD, lambda f, t: -P.solve(f, t), "What sign should a number of bits have?"),
    "probabilities": (GOOD, lambda f, t: 2 ** -P.solve(f, t), "contains probabilities"),
    "one number": (
        GOOD,
        lambda f, t: P.solve(f, t).mean(),
        "for each character of a piece except the first",
    ),
    "other gates": (
        GOOD,
        lambda f, t: P.solve(f | {"b": np.roll(f["b"], 3)}, t),
        "differ from the bits of the network",
    ),
    "nan": (GOOD | {"b_y": np.full(36, np.nan)}, P.solve, "finite real numbers"),
    "too wide": (some_arrays(H=129), P.solve, "H from 1 to 128"),
    "one missing": (WITHOUT_U, nothing_learned, "five arrays"),
    "another block": (some_arrays(rows=13), nothing_learned, "a block of H rows"),
}


@both
def test_bad_input_is_refused_with_a_reason(visible):
    assert untold(P, WRONG, visible) == []


def without_memory(file, text):
    """Begin each step with a cell of 0."""
    pairs = [P.solve(file, text[t : t + 2])[0] for t in range(len(text) - 1)]
    return np.array(pairs)


@both
def test_forgotten_states_are_explained(visible):
    got, message = reached(npz(**GOOD), without_memory, visible)
    assert got is None
    assert "Which two states does each step pass to the next step?" in message


def read_by(file, text, *, order="ifgo", read=0, judged=1, b=1, b_y=1, f=np.tanh):
    """Return the bits as a student might compute them, with a mistake."""
    H, N = file["U"].shape[1], text.shape[1]
    h, c, bits = np.zeros((N, H)), np.zeros((N, H)), []
    for t in range(len(text) - 1):
        z = file["W"][:, text[t + read]].T + h @ file["U"].T + b * file["b"]
        sums = dict(zip(order, np.split(z, 4, axis=1), strict=True))
        gate = {k: 1 / (1 + np.exp(-sums[k])) for k in "ifo"}
        c = gate["f"] * c + gate["i"] * np.tanh(sums["g"])
        h = gate["o"] * f(c)
        s = h @ file["W_hy"].T + b_y * file["b_y"]
        right = s[np.arange(N), text[t + judged]]
        bits.append((np.logaddexp.reduce(s, axis=1) - right) / np.log(2))
    return np.array(bits)


MISREAD = {
    "order i, f, o, g": {"order": "ifog"},
    "has already read the character": {"read": 1},
    "Which character should it predict?": {"judged": 0},
    "don't include b.": {"b": 0},
    "don't include b_y": {"b_y": 0},
    "without the tanh of c": {"f": lambda c: c},
}


@both
@pytest.mark.parametrize("words", MISREAD)
def test_wrong_reading_of_the_network_is_located(words, visible):
    got, message = reached(
        npz(**GOOD), lambda file, text: read_by(file, text, **MISREAD[words]), visible
    )
    assert got is None
    assert words in message
