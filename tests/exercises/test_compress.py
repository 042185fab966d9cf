"""The challenge of ps1: what simple and better ideas reach, and what cannot be cheated."""

import functools

import numpy as np
import pytest

from nnlib.datasets import photographs
from tests.exercises.challenge_files import both, data_of, judge_file, npz, tool, untold
from tests.exercises.declared_problems import CHALLENGES, EXERCISES

P = CHALLENGES["compress"]
data = functools.partial(data_of, P)


def blocks(picture):
    H, W = picture.shape
    cut = np.float64(picture).reshape(H // 8, 8, W // 8, 8)
    return cut.swapaxes(1, 2).reshape(-1, 64)


def reached(basis, compress, visible=False):
    """Return the measured quality of a compression, and the findings on it."""
    raw = basis if isinstance(basis, bytes) else npz(basis=basis)
    return judge_file(P, raw, compress, visible)


@functools.cache
def principal():
    """Return the principal directions of the blocks of three photographs, without the cat."""
    known = photographs()
    grey = [known.coffee @ np.array([0.299, 0.587, 0.114]), known.brick, known.grass]
    return np.linalg.svd(np.vstack([blocks(p) for p in grey]), full_matrices=False)[2]


def first_k(file, picture):
    numbers = blocks(picture) @ file["basis"].T
    lost = np.cumsum((numbers**2).sum(axis=0)[::-1])[::-1]
    numbers[:, np.count_nonzero(lost > 64 * picture.size) :] = 0
    return numbers


def largest(file, picture):
    numbers = blocks(picture) @ np.float64(file["basis"]).T
    order = np.argsort(numbers**2, axis=None)
    lost = np.cumsum((numbers**2).ravel()[order])
    numbers.ravel()[order[lost <= 0.9999 * 64 * picture.size]] = 0
    return numbers


def test_the_tool_makes_the_files_that_are_here():
    maker = tool("make_challenges")
    with np.load(P.solved_path) as solved:
        made = np.vstack([maker.cosines(), maker.soft_edges()])
        assert np.allclose(solved["basis"], made, atol=1e-6)
    with np.load(EXERCISES / "heldback" / "hopper.npz") as kept:
        off = np.abs(kept["picture"].astype(int) - maker.hopper())
        assert off.max() <= 2  # decoders of JPEG round differently


WAYS = {  # from the simplest on
    "first principal components": (lambda maker: principal(), first_k),
    "largest of all components": (lambda maker: principal(), largest),
    "largest of all cosines": (lambda maker: maker.cosines(), largest),
    "cosines and edges": (lambda maker: P.solved_path.read_bytes(), P.solve),
}


@pytest.fixture(scope="module")
def values():
    """Return the quality of each method on the visible and on the held-back photograph."""
    return {
        (name, visible): reached(basis(tool("make_challenges")), compress, visible)[0]
        for name, (basis, compress) in WAYS.items()
        for visible in (True, False)
    }


@both
def test_ways_reach_what_the_definition_says(values, visible):
    expected = {True: (55, 21, 20, 17), False: (87, 21, 18, 16)}[visible]
    assert tuple(round(values[name, visible]) for name in WAYS) == expected


@both
def test_each_threshold_requires_another_idea(values, visible):
    levels = P.thresholds.values()
    passed = [sum(values[name, visible] <= level for level in levels) for name in WAYS]
    assert passed == [1, 2, 2, 3]


def test_the_cat_needs_a_little_more_than_the_held_back_image(values):
    best = [round(values["cosines and edges", visible], 1) for visible in (True, False)]
    assert best == [16.7, 15.8]


def test_digits_of_a_number_carry_nothing():
    crammed = np.pi * 1e12 + np.arange(1024.0)[:, None]
    value, message = reached(np.ones((1, 64)) / 8, lambda file, picture: crammed)
    assert value is None
    assert "root mean square error of your image is above 32" in message


def test_rounding_unpacks_nothing():
    """Two numbers c, and two that cancel, hold the means of eight squares of four pixels."""
    y, x = np.mgrid[:8, :8] // 2
    square = (4 * y + x).ravel()
    half, window = divmod(square, 8)
    lifted = (half == [[0], [1]]) * 2.0 ** (6 * window - 40)
    M = np.full((1, 64), 1.5 * 2.0**60)  # what is added to it loses all below 256
    basis = np.vstack([-lifted, M, -M, lifted, np.ones((1, 64))])

    def packed(file, picture):
        means = [blocks(picture)[:, square == s].mean(axis=1) for s in range(16)]
        digits = np.clip(np.round(np.array(means) / 4) - 32, -31, 31)
        c = np.tensordot(digits.reshape(2, 8, -1), 2.0 ** (6 * np.arange(7, -1, -1)), (1, 0)).T
        one = np.ones((len(c), 1))
        return np.hstack([c, one, one, c, 128 * one])

    picture = data(True)["cases"][0]["args"]["picture"]
    unpacked = packed(None, picture) @ basis
    rough = np.transpose([blocks(picture)[:, square == s].mean(axis=1) for s in square])
    assert np.sqrt(np.mean((unpacked - rough) ** 2)) < 2  # 16 means from 7 numbers
    value, message = reached(basis, packed, visible=True)
    assert value is None
    assert "at most 1e9 grey levels" in message


def test_a_basis_that_overfits_the_cat_is_no_better_on_another_image(values):
    cat = data(True)["cases"][0]["args"]["picture"]
    heart = np.linalg.svd(blocks(cat), full_matrices=False)[2]
    assert reached(heart, largest)[0] > values["largest of all cosines", False]


TURNED = np.arange(64).reshape(8, 8).T.ravel()  # the places of a block on its side
WRONG = {
    "error": (np.eye(64), lambda f, p: np.zeros((1024, 64)), "image is above 32 grey levels"),
    "nan": (
        np.eye(64),
        lambda f, p: np.full((1024, 64), np.nan),
        "square error of your image is above",
    ),
    "lines": (np.eye(64), lambda f, p: p.reshape(-1, 64), "64 pixels from a single row"),
    "no mean": (np.eye(64), lambda f, p: blocks(p) - 128.0, "grey value is too small by 128"),
    "downwards": (np.eye(64), lambda f, p: blocks(p.T)[:, TURNED], "column by column"),
    "shape": (np.eye(64), lambda f, p: blocks(p).T, "a row for each block"),
    "the picture": (np.eye(64), lambda f, p: p, "a row for each block"),
    "complex": (np.eye(64), lambda f, p: blocks(p) + 0j, "real numbers"),
    "too many": (np.zeros((129, 64)), lambda f, p: np.zeros((1024, 129)), "at most 128 rows"),
    "far too many": (np.zeros((9999, 64)), lambda f, p: 1, "at most 128 rows"),
    "one axis": (np.zeros(64), lambda f, p: np.zeros((1024, 64)), "at most 128 rows"),
    "another name": (npz(D=np.eye(64)), lambda f, p: 1, "no array called basis"),
    "complex basis": (np.eye(64) + 0j, lambda f, p: blocks(p), "real numbers"),
}


@both
def test_bad_input_is_refused_with_a_reason(visible):
    files = {
        what: (raw if isinstance(raw, bytes) else {"basis": raw}, f, words)
        for what, (raw, f, words) in WRONG.items()
    }
    assert untold(P, files, visible) == []
