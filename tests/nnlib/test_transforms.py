"""Transforms of images against torch, SciPy and closed forms, and their random numbers."""

import math

import numpy as np
import pytest
import torch
from scipy import ndimage, stats

from nnlib import transforms as T
from tests.nnlib.harness import assert_refused, naming


@pytest.fixture
def x(rng):
    return rng.random((5, 3, 13, 11))


def test_frame_crop_flip_and_shift_match_numpy_and_scipy(x):
    np.testing.assert_array_equal(T.horizontal_flip(x), x[..., ::-1])
    np.testing.assert_array_equal(T.vertical_flip(x), x[..., ::-1, :])
    for mode in T.MODES:
        framed = T.pad(x, 2, mode=mode)
        np.testing.assert_array_equal(framed[1, 2], np.pad(x[1, 2], 2, mode))
        np.testing.assert_array_equal(T.crop(framed, 2, 2, 13, 11), x)
    for right, down in [(0, 0), (2, 0), (0, -3), (-1, 2), (20, 0)]:
        want = ndimage.shift(x, (0, 0, down, right), order=0, cval=0.5)
        np.testing.assert_array_equal(T.shift(x, right, down, fill=0.5), want)


def torch_warp(x, A):
    """Return the image warped by torch, whose grid spans the pixels' outer edges."""
    H, W = x.shape[-2:]
    S = np.diag([W / 2, H / 2, 1])
    last = np.broadcast_to([[[0, 0, 1.0]]], (len(A), 1, 3))
    theta = np.linalg.inv(S) @ np.concatenate([A, last], axis=1) @ S
    grid = torch.nn.functional.affine_grid(
        torch.tensor(theta[:, :2]), list(x.shape), align_corners=False
    )
    return torch.nn.functional.grid_sample(torch.tensor(x), grid, align_corners=False).numpy()


def test_warping_is_torchs_grid_sample(x, rng):
    A = np.eye(2, 3) + 0.5 * rng.standard_normal((5, 2, 3))
    A[:, :, 2] *= 5
    np.testing.assert_allclose(T.warp(x, A), torch_warp(x, A), atol=1e-10)


def test_a_pixel_moves_as_the_matrix_says():
    x = np.zeros((1, 21, 21))
    x[0, 10, 14] = 1  # 4 to the right of the centre
    turned = T.affine(x, angle=90)  # clockwise: 4 down
    assert np.unravel_index(turned.argmax(), x.shape)[1:] == (14, 10)
    turned = T.rotate(x, 90)  # counterclockwise: 4 up
    assert np.unravel_index(turned.argmax(), x.shape)[1:] == (6, 10)
    sheared = T.affine(x, shear=(0, -45))  # down += right
    assert np.unravel_index(sheared.argmax(), x.shape)[1:] == (14, 14)


def test_each_image_is_changed_by_its_own_numbers(x):
    angle, scale = np.arange(5) * 11.0, 1 + np.arange(5) / 4
    shear, right = (np.arange(5) * 3.0, -np.arange(5)), np.arange(5) - 2
    got = T.affine(x, angle=angle, scale=scale, shear=shear, translate=(right, 0))
    for n in range(5):
        slant, move = (shear[0][n], shear[1][n]), (right[n], 0)
        alone = T.affine(x[n], angle=angle[n], scale=scale[n], shear=slant, translate=move)
        np.testing.assert_allclose(got[n], alone, atol=1e-12)


def test_distorting_is_scipys_map_coordinates(x, rng):
    right, down = rng.uniform(-2, 2, size=(2, 13, 11))
    i, j = np.indices((13, 11)) + np.stack([down, right])
    inside = (i >= 0) & (i <= 12) & (j >= 0) & (j <= 10)
    want = ndimage.map_coordinates(x[2, 1], [i, j], order=1)
    got = T.elastic(x, right, down)[2, 1]
    np.testing.assert_allclose(got[inside], want[inside], atol=1e-12)


def test_brightness_and_contrast_have_closed_forms(x):
    factor = np.array([0, 0.5, 1, 1.5, 3])[:, None, None, None]
    want = np.minimum(factor * x, 1)
    np.testing.assert_allclose(T.adjust_brightness(x, factor.ravel()), want)
    mean = np.einsum("c,nchw->n", T.GREY, x)[:, None, None, None] / (13 * 11)
    want = np.clip(factor * x + (1 - factor) * mean, 0, 1)
    np.testing.assert_allclose(T.adjust_contrast(x, factor.ravel()), want, atol=1e-15)


def test_each_image_loses_its_own_rectangle():
    x = np.ones((3, 2, 4, 6))
    y = T.erase(x, [0, 3, -1], [0, 4, 1], [1, 9, 2], [2, 9, 1], value=7)
    want = x.copy()
    want[0, :, 0, :2] = want[1, :, 3, 4:] = want[2, :, 0, 1] = 7
    np.testing.assert_array_equal(y, want)


def test_a_stored_image_becomes_floats_with_channels_first_and_is_normalized(rng):
    stored = rng.integers(256, size=(5, 4, 3), dtype=np.uint8)
    x = T.ToTensor()(stored)
    np.testing.assert_array_equal(x.array, np.float32(stored.transpose(2, 0, 1)) / 255)
    assert T.ToTensor()(stored[..., 0]).shape == (1, 5, 4)
    y = T.Normalize([0.5, 0.4, 0.3], 0.25)(x)
    want = (x.array - np.reshape([0.5, 0.4, 0.3], (3, 1, 1))) / 0.25
    np.testing.assert_allclose(y.array, want, rtol=1e-5, atol=1e-6)
    assert y.dtype == np.float32


def drawn(transform, n=4000, side=8):
    """Return n equal images after a transform; their pixels are numbered from 1."""
    image = 1.0 + np.arange(side * side).reshape(1, 1, side, side)
    return transform(np.tile(image, (n, 1, 1, 1)))


def near(count, p, n=4000):
    """Return whether a count is within five standard deviations of its mean."""
    return abs(count - n * p) <= 5 * math.sqrt(n * p * (1 - p)) + 1e-9


def test_each_image_is_flipped_with_probability_p(rng):
    for flip in [T.RandomHorizontalFlip, T.RandomVerticalFlip]:
        for p in [0.0, 0.3, 1.0]:
            with naming(flip, p):
                y = drawn(flip(p, rng=rng))
                assert near((y[:, 0, 0, 0] != 1).sum(), p)


def test_crops_come_from_all_places_equally_often(rng):
    corner = drawn(T.RandomCrop(6, rng=rng))[:, 0, 0, 0]
    values, counts = np.unique(corner, return_counts=True)
    assert values.tolist() == [1 + 8 * i + j for i in range(3) for j in range(3)]
    assert stats.chisquare(counts).pvalue > 1e-4


def test_angles_are_drawn_evenly_from_their_range(rng):
    x = np.zeros((500, 1, 41, 41))
    x[:, 0, 20, 36] = 1
    y = T.RandomRotation((0, 90), rng=rng)(x)
    i, j = np.indices((41, 41)) - 20
    weight = y.sum(axis=(1, 2, 3))
    up, right = (-(y[:, 0] * i).sum(axis=(1, 2)), (y[:, 0] * j).sum(axis=(1, 2)))
    angle = np.degrees(np.arctan2(up / weight, right / weight))
    assert -2 < angle.min() < 3
    assert 87 < angle.max() < 92
    assert stats.kstest(angle, stats.uniform(0, 90).cdf).pvalue > 1e-4


RANDOM = [
    lambda rng: T.ColorJitter(0.5, 0.5, rng=rng),
    lambda rng: T.ElasticTransform(5, 2, rng=rng),
    lambda rng: T.RandomAffine(9, (0.1, 0.1), (0.8, 1.2), 5, rng=rng),
    lambda rng: T.RandomCrop(7, 1, rng=rng),
    lambda rng: T.RandomHorizontalFlip(rng=rng),
    lambda rng: T.RandomRotation(30, rng=rng),
    lambda rng: T.RandomVerticalFlip(rng=rng),
]


def test_images_get_their_own_draws_from_the_generator_and_inputs_stay(x):
    batch = np.tile(x[0], (40, 1, 1, 1))
    before = batch.copy()
    for make in RANDOM:
        one, two = (make(np.random.default_rng(3))(batch) for _ in range(2))
        with naming(make(np.random.default_rng(3))):
            np.testing.assert_array_equal(one, two)
            np.testing.assert_array_equal(batch, before)
            assert len({image.tobytes() for image in one}) > 1


ONE = np.ones((1, 2, 2))
RNG = np.random.default_rng(0)


def test_bad_input_is_refused_by_name():
    calls = [
        (lambda: T.horizontal_flip([["a"]]), TypeError),
        (lambda: T.vertical_flip(1j * ONE), TypeError),
        (lambda: T.rotate(ONE[0], 5), ValueError),
        (lambda: T.pad(ONE, -1), ValueError),
        (lambda: T.pad(ONE, 1, mode="none"), ValueError),
        (lambda: T.crop(ONE, 0, 0, 3, 2), ValueError),
        (lambda: T.crop(ONE, -1, 0, 1, 1), ValueError),
        (lambda: T.warp(ONE, np.eye(3)), ValueError),
        (lambda: T.elastic(ONE, ONE[0], ONE), ValueError),
        (lambda: T.rotate(ONE, np.nan), ValueError),
        (lambda: T.affine(ONE, scale=0), ValueError),
        (lambda: T.ToTensor()(ONE), TypeError),
        (lambda: T.ToTensor()(np.zeros(3, np.uint8)), ValueError),
        (lambda: T.Normalize(0, 1)(np.uint8(ONE)), TypeError),
        (lambda: T.Normalize(0, 0), ValueError),
        (lambda: T.Normalize([0, 0], 1)(ONE), ValueError),
        (lambda: T.adjust_brightness(2 * ONE, 1), ValueError),
        (lambda: T.adjust_contrast(np.uint8(ONE), 1), ValueError),
        (lambda: T.adjust_brightness(ONE * np.nan, 1), ValueError),
        (lambda: T.adjust_contrast(ONE, -1), ValueError),
        (lambda: T.Compose([]), TypeError),
        (lambda: T.RandomHorizontalFlip(2, rng=RNG), ValueError),
        (lambda: T.RandomCrop(0, rng=RNG), ValueError),
        (lambda: T.RandomCrop(3, rng=RNG)(ONE), ValueError),
        (lambda: T.RandomAffine((5, 1), rng=RNG), ValueError),
        (lambda: T.RandomAffine(5, scale=(0, 1), rng=RNG), ValueError),
        (lambda: T.ElasticTransform(1, 0, rng=RNG), ValueError),
        (lambda: T.ColorJitter(-1, rng=RNG), ValueError),
    ]
    assert_refused(calls)
