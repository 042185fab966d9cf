"""Generators, what is drawn from them, and the errors, against torch."""

import math

import numpy as np
import pytest
import torch

import nnlib
from nnlib.random import Generator, default_generator, fork_rng
from tests.nnlib.harness import assert_refused, naming, raising

DRAWS = {
    "rand": lambda L, **g: L.rand(3, 2, **g),
    "randn": lambda L, **g: L.randn(3, 2, **g),
    "randint": lambda L, **g: L.randint(0, 1000, (6,), **g),
    "randperm": lambda L, **g: L.randperm(20, **g),
    "rand_like": lambda L, **g: L.rand_like(L.ones(3, 2), **g),
    "randn_like": lambda L, **g: L.randn_like(L.ones(3, 2), **g),
    "normal": lambda L, **g: L.normal(1.0, 2.0, (6,), **g),
    "bernoulli": lambda L, **g: L.bernoulli(L.full((40,), 0.5), **g),
    "multinomial": lambda L, **g: L.multinomial(L.ones(20), 20, **g),
    "multinomial, replacement": lambda L, **g: L.multinomial(L.ones(2, 20), 20, True, **g),
    "uniform_": lambda L, **g: L.zeros(6).uniform_(-1, 1, **g),
    "normal_": lambda L, **g: L.zeros(6).normal_(1, 2, **g),
    "bernoulli_": lambda L, **g: L.zeros(40).bernoulli_(0.5, **g),
}


@pytest.fixture(autouse=True)
def _leave_the_generator_as_it_was():
    with fork_rng():
        yield


@pytest.mark.parametrize("name", DRAWS)
def test_the_seed_decides_what_is_drawn_by_any_generator(name):
    def drawn(seed):
        nnlib.manual_seed(seed)
        return [draw(nnlib).tolist() for _ in range(2)]

    draw = DRAWS[name]
    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert drawn(1)[0] != drawn(1)[1]
    nnlib.manual_seed(5)
    expected = draw(nnlib).tolist()
    state = nnlib.get_rng_state().tolist()
    assert draw(nnlib, generator=Generator().manual_seed(5)).tolist() == expected
    assert nnlib.get_rng_state().tolist() == state
    with pytest.raises(TypeError, match="Generator"):
        draw(nnlib, generator=3)


def test_every_form_of_a_call_gives_shape_and_dtype_of_torch():
    for call in (*DRAWS.values(), *FORMS):
        got, expected = call(nnlib), call(torch)
        with naming(f"the call in line {call.__code__.co_firstlineno}"):
            assert got.shape == tuple(expected.shape)
            assert got.dtype == expected.detach().numpy().dtype
            assert got.requires_grad == expected.requires_grad


def test_float32_numbers_are_float64_numbers_rounded_below_one():
    for draw in (nnlib.rand, nnlib.randn):
        drawn = []
        for dtype in (nnlib.float64, nnlib.float32):
            nnlib.manual_seed(0)
            drawn.append(draw(9, dtype=dtype).numpy())
        np.testing.assert_array_equal(drawn[1], drawn[0].astype("f4"), strict=True)
    nnlib.manual_seed(0)
    u = nnlib.rand(10_000)
    assert 0 <= u.min().item() < u.max().item() < 1
    assert sorted(nnlib.randperm(50).tolist()) == list(range(50))
    assert set(nnlib.randint(2, 5, (1_000,)).tolist()) == {2, 3, 4}


FORMS = [
    lambda L: L.rand((2,), dtype=L.float64),
    lambda L: L.randn(size=(2,), dtype=L.float64, device="cpu", requires_grad=True),
    lambda L: L.rand(2, requires_grad=True),
    lambda L: L.randint(high=3, size=[2]),
    lambda L: L.randint(low=1, high=3, size=()),
    lambda L: L.randint(0, 3, (2,), dtype=L.float32, requires_grad=True),
    lambda L: L.randint(0, 256, (2,), dtype=L.uint8),
    lambda L: L.randint(0, 2, (2,), dtype=L.bool),
    lambda L: L.randperm(4, dtype=L.float32),
    lambda L: L.randperm(0),
    lambda L: L.rand_like(L.ones(2, dtype=L.int64), dtype=L.float64),
    lambda L: L.randn_like(L.ones(2, dtype=L.float64), requires_grad=True),
    lambda L: L.normal(L.zeros(2), L.ones(2)),
    lambda L: L.normal(L.zeros(2, 1), L.ones(3)),
    lambda L: L.normal(L.zeros(2), 2.0),
    lambda L: L.normal(1.0, L.ones(2, dtype=L.float64)),
    lambda L: L.normal(mean=0, std=1, size=(2,), dtype=L.float64),
    lambda L: L.multinomial(L.ones(0, 3), 1),
    lambda L: L.multinomial(L.ones(2, 3, dtype=L.float64), num_samples=2),
    lambda L: L.ones(3).multinomial(4, replacement=True),
    lambda L: L.bernoulli(L.ones(2, dtype=L.int64), p=0.5),
    lambda L: L.ones(3, dtype=L.int64).bernoulli_(L.tensor([0.0, 1.0, 0.0])),
    lambda L: L.ones(3, dtype=L.bool).bernoulli_(),
    lambda L: L.ones(2, 3).T.uniform_(3, 3),
]


BAD = [
    *raising(
        globals(),
        RuntimeError="""
        L.rand(-1); L.rand(2, dtype=L.int64); L.rand_like(L.ones(2, dtype=L.int64));
        L.randint(3, 3, (2,)); L.randint(0, 300, (2,), dtype=L.uint8);
        L.randint(0, 3, (2,), requires_grad=True); L.randperm(-1);
        L.randperm(300, dtype=L.uint8); L.normal(0.0, -1.0, (2,));
        L.normal(L.zeros(2), -L.ones(2)); L.normal(L.zeros(2, dtype=L.int64), 1.0);
        L.bernoulli(L.full((2,), 1.5)); L.bernoulli(L.ones(2, dtype=L.int64));
        L.multinomial(L.ones(3), 4); L.multinomial(L.zeros(3), 1); L.multinomial(-L.ones(3), 1);
        L.multinomial(L.ones(3), 0); L.multinomial(L.ones(1, 2, 3), 1);
        L.multinomial(L.ones(3, dtype=L.int64), 1); L.ones(3).uniform_(2, 1);
        L.ones(3, dtype=L.int64).uniform_(); L.ones(3).normal_(0, -1); L.ones(3).bernoulli_(2);
        L.set_rng_state(L.zeros(3, dtype=L.uint8)); L.Generator("cuda")
        """,
        TypeError="""
        L.randn_like(3); L.randint(0.5, 3, (2,)); L.randint(0, 3); L.normal(0.0, 1.0);
        L.set_rng_state([1])
        """,
    ),
    (lambda L: L.manual_seed(2**64), ValueError),
]


def test_bad_arguments_are_refused_by_name_as_in_torch():
    assert_refused(BAD, nnlib, torch)


def test_manual_seed_gives_the_generator_and_its_seed():
    assert nnlib.manual_seed(7) is default_generator
    assert nnlib.initial_seed() == default_generator.initial_seed() == 7
    assert nnlib.manual_seed(-1).initial_seed() == torch.manual_seed(-1).initial_seed()
    assert Generator().device == nnlib.device("cpu")
    assert Generator().initial_seed() == torch.Generator().initial_seed()


def test_seed_starts_from_another_seed_each_time():
    first, second = nnlib.seed(), nnlib.seed()
    assert first != second
    expected = nnlib.rand(3).tolist()
    assert nnlib.manual_seed(second) is default_generator
    assert nnlib.rand(3).tolist() == expected


def test_state_brings_a_generator_back():
    nnlib.manual_seed(3)
    nnlib.randint(0, 2**31 - 1, (3,), dtype=nnlib.int32)
    state = nnlib.get_rng_state()
    expected = [nnlib.rand(3).tolist(), nnlib.randn(3).tolist()]
    nnlib.manual_seed(4)
    nnlib.set_rng_state(state)
    assert [nnlib.rand(3).tolist(), nnlib.randn(3).tolist()] == expected
    assert nnlib.initial_seed() == 3
    assert state.dtype == nnlib.uint8


def test_fork_leaves_the_generator_as_it_was_also_after_an_error():
    nnlib.manual_seed(3)
    expected = nnlib.rand(3).tolist()
    nnlib.manual_seed(3)
    with pytest.raises(RuntimeError, match="rand"), fork_rng():
        nnlib.rand(nnlib.manual_seed(9).initial_seed() - 10)
    assert nnlib.rand(3).tolist() == expected


SPREADS = [
    (lambda x: x.uniform_(-1, 3), 1, 4 / math.sqrt(12)),
    (lambda x: x.normal_(2, 3), 2, 3),
    (lambda x: x.bernoulli_(0.2), 0.2, 0.4),
    (lambda x: nnlib.normal(x, 2.0), 0, 2),
    (lambda x: nnlib.normal(x + 1, x + 3), 1, 3),
    (lambda x: nnlib.bernoulli(x + 0.5), 0.5, 0.5),
    (lambda x: nnlib.randn_like(x), 0, 1),
    (lambda x: nnlib.rand_like(x), 0.5, 1 / math.sqrt(12)),
]


def test_mean_and_spread_match_the_distribution():
    nnlib.manual_seed(0)
    for draw, mean, std in SPREADS:
        x = draw(nnlib.zeros(40_000)).numpy().astype(float)
        with naming(f"the call in line {draw.__code__.co_firstlineno}"):
            assert abs(x.mean() - mean) < 5 * std / 200
            assert abs(x.std() / std - 1) < 0.05


@pytest.mark.parametrize("replacement", [True, False])
def test_multinomial_draws_first_as_often_as_the_weights_say(replacement):
    nnlib.manual_seed(0)
    w = np.array([0.0, 1.0, 2.0, 5.0, 0.0])
    drawn = nnlib.multinomial(nnlib.tensor([w] * 20_000), 2, replacement).numpy()
    share = np.bincount(drawn[:, 0], minlength=5) / 20_000
    np.testing.assert_allclose(share, w / 8, atol=0.015)
    assert share[0] == share[4] == 0
    assert (drawn[:, 0] == drawn[:, 1]).any() == replacement
    second = np.bincount(drawn[drawn[:, 0] == 3, 1], minlength=5).astype(float)
    expected = w / 8 if replacement else np.array([0, 1, 2, 0, 0]) / 3
    np.testing.assert_allclose(second / second.sum(), expected, atol=0.02)


def test_filling_is_a_change_in_place():
    x = nnlib.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    z = y * y
    assert y.uniform_() is y
    with pytest.raises(RuntimeError, match="changed in place"):
        z.sum().backward()
    base = nnlib.zeros(4)
    base[1:3].normal_()
    assert base.tolist()[0] == base.tolist()[3] == 0.0
    assert 0.0 not in base.tolist()[1:3]
