"""Changes of pictures that are drawn: how often each comes, and what mixing does to targets."""

import math

import numpy as np
import pytest
from scipy import stats

from nnlib import transforms as T
from nnlib.datasets import photographs
from tests.nnlib.harness import naming


def ramp(*shape):
    return np.arange(math.prod(shape), dtype=float).reshape(shape)


@pytest.fixture
def cat():
    return T.to_image(photographs().chelsea).astype(np.float64)


def drawn(transform, n=4000, side=8):
    """Return n equal pictures after a transform, whose pixels are numbered."""
    return transform(np.tile(1 + ramp(1, 1, side, side), (n, 1, 1, 1)))


def near(count, p, n=4000):
    """Return whether a count is within five standard deviations of its mean."""
    return abs(count - n * p) <= 5 * math.sqrt(n * p * (1 - p)) + 1e-9


def test_each_picture_is_flipped_with_probability_p(rng):
    for flip in [T.RandomHorizontalFlip, T.RandomVerticalFlip]:
        for p in [0.0, 0.3, 1.0]:
            with naming(flip, p):
                y = drawn(flip(p, rng=rng))
                assert near((y[:, 0, 0, 0] != 1).sum(), p)


def test_crops_and_shifts_come_from_all_places_equally_often(rng):
    corner = drawn(T.RandomCrop(6, rng=rng))[:, 0, 0, 0]
    values, counts = np.unique(corner, return_counts=True)
    assert values.tolist() == [1 + 8 * i + j for i in range(3) for j in range(3)]
    assert stats.chisquare(counts).pvalue > 1e-4
    middle = drawn(T.RandomShift(1, rng=rng))[:, 0, 4, 4]
    assert sorted(set(middle)) == [1 + 8 * i + j for i in (3, 4, 5) for j in (3, 4, 5)]


def test_angles_are_drawn_evenly_from_their_range(rng):
    x = np.zeros((1, 41, 41))
    x[0, 20, 36] = 1
    far = np.tile(x, (500, 1, 1, 1))
    y = T.RandomRotation((0, 90), rng=rng)(far)
    i, j = np.indices((41, 41)) - 20
    weight = y.sum(axis=(1, 2, 3))
    up, right = (-(y[:, 0] * i).sum(axis=(1, 2)), (y[:, 0] * j).sum(axis=(1, 2)))
    angle = np.degrees(np.arctan2(up / weight, right / weight))
    assert -2 < angle.min() < 3
    assert 87 < angle.max() < 92
    assert stats.kstest(angle, stats.uniform(0, 90).cdf).pvalue > 1e-4


def test_cutout_covers_a_square_about_any_pixel(rng):
    gone = (drawn(T.Cutout(3, value=-1, rng=rng)) == -1).reshape(-1, 8, 8)
    assert set(gone.sum(axis=(1, 2))) == {4, 6, 9}  # in a corner, at an edge, inside
    assert near(gone[:, 0, 0].sum(), 4 / 64)
    assert near(gone[:, 4, 4].sum(), 9 / 64)


def test_erased_rectangles_have_the_area_and_the_ratio_asked_for(rng):
    erase = T.RandomErasing(0.5, scale=(0.1, 0.2), ratio=(0.5, 2), value=-1, rng=rng)
    gone = drawn(erase, side=40)[:, 0] == -1
    area = gone.mean(axis=(1, 2))
    assert near((area > 0).sum(), 0.5)
    some = gone[area > 0]
    height, width = some.any(axis=2).sum(axis=1), some.any(axis=1).sum(axis=1)
    np.testing.assert_array_equal(height * width, some.sum(axis=(1, 2)))
    assert 0.09 < area[area > 0].min()
    assert area.max() < 0.22
    ratio = height / width
    assert 0.45 < ratio.min() < 0.6
    assert 1.7 < ratio.max() < 2.2
    assert abs(np.log(ratio).mean()) < 0.05


def make_all(rng):
    """Return one instance of each random transform."""
    return {
        "ColorJitter": T.ColorJitter(0.5, 0.5, rng=rng),
        "Cutout": T.Cutout(3, rng=rng),
        "ElasticTransform": T.ElasticTransform(5, 2, rng=rng),
        "GaussianNoise": T.GaussianNoise(rng=rng),
        "RandomAffine": T.RandomAffine(9, (0.1, 0.1), (0.8, 1.2), 5, rng=rng),
        "RandomApply": T.RandomApply([T.horizontal_flip, T.vertical_flip], rng=rng),
        "RandomCrop": T.RandomCrop(7, 1, rng=rng),
        "RandomErasing": T.RandomErasing(rng=rng),
        "RandomHorizontalFlip": T.RandomHorizontalFlip(rng=rng),
        "RandomRotation": T.RandomRotation(30, rng=rng),
        "RandomShift": T.RandomShift(2, rng=rng),
        "RandomVerticalFlip": T.RandomVerticalFlip(rng=rng),
    }


NAMES = sorted(make_all(np.random.default_rng(0)))


def test_pictures_of_a_batch_get_their_own_draws(rng, cat):
    for name in NAMES:
        with naming(name):
            batch = np.tile(cat[:, ::20, ::20], (40, 1, 1, 1))
            y = make_all(rng)[name](batch)
            assert len({picture.tobytes() for picture in y}) > 1
            assert y.dtype == batch.dtype


def test_the_same_generator_draws_the_same_and_inputs_stay(x):
    for name in NAMES:
        with naming(name):
            before = x.copy()
            one, two = (make_all(np.random.default_rng(3))[name](x) for _ in range(2))
            np.testing.assert_array_equal(one, two)
            np.testing.assert_array_equal(x, before)


def test_mixing_pictures_mixes_targets_alike(rng, x):
    y, lam, partner = np.eye(5), rng.random(5), rng.permutation(5)
    mixed, targets = T.mixup(x, y, lam, partner)
    for n, m in enumerate(partner):
        np.testing.assert_allclose(mixed[n], lam[n] * x[n] + (1 - lam[n]) * x[m])
        np.testing.assert_allclose(targets[n], lam[n] * y[n] + (1 - lam[n]) * y[m])


def test_pasting_a_rectangle_gives_the_target_its_area(x):
    partner = np.array([1, 2, 3, 4, 0])
    mixed, targets = T.cutmix(x, np.eye(5), (2, 9, 4, [1, 2, 3, 4, 5]), partner)
    for n, m in enumerate(partner):
        right = min(9 + n + 1, 11)
        want = x[n].copy()
        want[:, 2:6, 9:right] = x[m, :, 2:6, 9:right]
        np.testing.assert_array_equal(mixed[n], want)
        assert targets[n, m] == pytest.approx(4 * (right - 9) / (13 * 11))
        assert targets[n].sum() == pytest.approx(1)
