"""Augmentation against torch, SciPy, closed forms and laws; and what is drawn, counted."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage, stats

from nnlib import Tensor
from nnlib import transforms as T
from nnlib.datasets import fashion_mnist, photographs
from nnlib.nn import functional as F
from nnlib.utils.data import DataLoader, Dataset

PICTURES = arrays(np.uint8, st.tuples(*[st.integers(1, 5)] * 3))


def ramp(*shape):
    return np.arange(math.prod(shape), dtype=float).reshape(shape)


@pytest.fixture
def x(rng):
    return rng.random((5, 3, 13, 11))


@pytest.fixture
def cat():
    return T.to_image(photographs().chelsea).astype(np.float64)


@given(PICTURES)
def test_flipping_twice_changes_nothing(x):
    for flip in (T.horizontal_flip, T.vertical_flip):
        np.testing.assert_array_equal(flip(flip(x)), x, strict=True)


@given(PICTURES)
def test_flipping_both_ways_is_half_a_turn(x):
    both = T.vertical_flip(T.horizontal_flip(x))
    np.testing.assert_array_equal(both, np.rot90(x, 2, axes=(-2, -1)))
    np.testing.assert_array_equal(both, T.rotate(x, 180))


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric"])
def test_a_frame_is_numpys_and_a_crop_takes_it_off(x, mode):
    framed = T.pad(x, 2, mode=mode)
    np.testing.assert_array_equal(framed[1, 2], np.pad(x[1, 2], 2, mode))
    np.testing.assert_array_equal(T.crop(framed, 2, 2, 13, 11), x)


def test_each_picture_is_cropped_at_its_own_place(x):
    top, left = np.array([0, 1, 2, 3, 4]), np.array([4, 3, 2, 1, 0])
    got = T.crop(x, top, left, 7, 5)
    for n in range(5):
        np.testing.assert_array_equal(
            got[n], x[n, :, top[n] : top[n] + 7, left[n] : left[n] + 5]
        )


@pytest.mark.parametrize(("right", "down"), [(0, 0), (2, 0), (0, -3), (-1, 2), (20, 0)])
def test_a_shift_is_scipys(x, right, down):
    want = ndimage.shift(x, (0, 0, down, right), order=0, cval=0.5)
    np.testing.assert_array_equal(T.shift(x, right, down, fill=0.5), want)


def test_a_shift_is_the_affine_map_by_whole_pixels(x):
    np.testing.assert_allclose(T.affine(x, translate=(2, -1)), T.shift(x, 2, -1), atol=1e-12)


def test_ten_crops_are_those_of_the_picture_and_of_its_mirror_image(x):
    ten = T.ten_crop(x, 5)
    np.testing.assert_array_equal(ten[0], x[..., :5, :5])
    np.testing.assert_array_equal(ten[3], x[..., -5:, -5:])
    np.testing.assert_array_equal(ten[4], x[..., 4:9, 3:8])
    np.testing.assert_array_equal(ten[6], x[..., :5, :5][..., ::-1])


@pytest.mark.parametrize("k", [1, 2, 3, 4, -1])
def test_turning_by_right_angles_is_rot90(rng, k):
    x = rng.random((2, 3, 6, 6))
    np.testing.assert_allclose(T.rotate(x, 90 * k), np.rot90(x, k, axes=(-2, -1)), atol=1e-12)


@pytest.mark.parametrize("angle", [17.0, -63.0, 123.0])
def test_turning_is_scipys_inside_the_picture(x, angle):
    want = ndimage.rotate(x, angle, axes=(-2, -1), reshape=False, order=1, cval=0.0)
    at = T.rotate(np.ones_like(x), angle) > 1 - 1e-9  # where all four neighbours are inside
    assert at.mean() > 0.5
    np.testing.assert_allclose(T.rotate(x, angle)[at], want[at], atol=1e-12)


def torch_warp(x, A):
    """The same by torch, whose grid runs from -1 to 1 over the outer edges of the pixels."""
    H, W = x.shape[-2:]
    S = np.diag([W / 2, H / 2, 1])
    theta = (
        np.linalg.inv(S)
        @ np.concatenate([A, np.broadcast_to([[[0, 0, 1.0]]], (len(A), 1, 3))], axis=1)
        @ S
    )
    grid = torch.nn.functional.affine_grid(
        torch.tensor(theta[:, :2]), list(x.shape), align_corners=False
    )
    return torch.nn.functional.grid_sample(torch.tensor(x), grid, align_corners=False).numpy()


def test_warping_is_torchs_grid_sample(x, rng):
    A = np.eye(2, 3) + 0.5 * rng.standard_normal((5, 2, 3))
    A[:, :, 2] *= 5
    np.testing.assert_allclose(T.warp(x, A), torch_warp(x, A), atol=1e-10)


def test_each_picture_is_warped_by_its_own_numbers(x):
    angle, scale = np.arange(5) * 11.0, 1 + np.arange(5) / 4
    shear, right = (np.arange(5) * 3.0, -np.arange(5)), np.arange(5) - 2
    got = T.affine(x, angle=angle, scale=scale, shear=shear, translate=(right, 0))
    for n in range(5):
        alone = T.affine(
            x[n],
            angle=angle[n],
            scale=scale[n],
            shear=(shear[0][n], shear[1][n]),
            translate=(right[n], 0),
        )
        np.testing.assert_allclose(got[n], alone, atol=1e-12)


def test_an_affine_map_of_no_strength_changes_nothing(x):
    np.testing.assert_array_equal(T.affine(x), x, strict=True)
    np.testing.assert_array_equal(T.rotate(x, 0), x, strict=True)


def test_turning_there_and_back_gives_a_smooth_picture_back():
    i, j = np.indices((64, 64)) - 31.5
    smooth = np.exp(-(i**2 + (j - 5) ** 2) / 200)[None]
    back = T.rotate(T.rotate(smooth, 30), -30)
    np.testing.assert_allclose(back[:, 16:48, 16:48], smooth[:, 16:48, 16:48], atol=0.005)


@pytest.mark.parametrize(("scale", "shear"), [(0.5, 0), (0.8, 20), (0.7, -30)])
def test_the_determinant_predicts_the_area(scale, shear):
    x = np.pad(np.ones((1, 40, 40)), [(0, 0), (40, 40), (40, 40)])
    area = T.affine(x, scale=scale, shear=(shear, 0), angle=25).sum()
    assert area == pytest.approx(scale**2 * 40**2, rel=0.005)  # det M = s²


def test_a_pixel_moves_as_the_matrix_says():
    x = np.zeros((1, 21, 21))
    x[0, 10, 14] = 1  # 4 to the right of the centre
    turned = T.affine(x, angle=90)  # with the clock: 4 down
    assert np.unravel_index(turned.argmax(), x.shape)[1:] == (14, 10)
    turned = T.rotate(x, 90)  # against it: 4 up
    assert np.unravel_index(turned.argmax(), x.shape)[1:] == (6, 10)
    sheared = T.affine(x, shear=(0, -45))  # down += right
    assert np.unravel_index(sheared.argmax(), x.shape)[1:] == (14, 14)


def test_bytes_are_rounded_and_stay_bytes():
    x = np.array([[[0, 255, 255]]], np.uint8)
    got = T.warp(x, np.array([[1, 0, 0.5], [0, 1, 0]]), fill=255)
    np.testing.assert_array_equal(got, np.array([[[128, 255, 255]]], np.uint8), strict=True)


def test_bending_is_scipys_map_coordinates(x, rng):
    right, down = rng.uniform(-2, 2, size=(2, 13, 11))
    i, j = np.indices((13, 11)) + np.stack([down, right])
    inside = (i >= 0) & (i <= 12) & (j >= 0) & (j <= 10)
    want = ndimage.map_coordinates(x[2, 1], [i, j], order=1)
    np.testing.assert_allclose(
        T.elastic(x, right, down)[2, 1][inside], want[inside], atol=1e-12
    )


def test_a_stored_picture_becomes_floats_with_colours_first(rng):
    x = rng.integers(256, size=(5, 4, 3), dtype=np.uint8)
    np.testing.assert_array_equal(
        T.to_image(x), np.float32(x.transpose(2, 0, 1)) / 255, strict=True
    )
    assert T.to_image(x[..., 0]).shape == (1, 5, 4)


def test_grey_pictures_stay_grey(rng):
    x = np.repeat(rng.random((2, 1, 4, 5)), 3, axis=1)
    np.testing.assert_allclose(T.rgb_to_grayscale(x), 0.9999 * x[:, :1])


def test_normalised_pictures_have_mean_zero_and_deviation_one(x):
    y = T.normalize(x, x.mean(axis=(0, 2, 3)), x.std(axis=(0, 2, 3)))
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=(0, 2, 3)), 1)


def test_brightness_and_contrast_have_closed_forms(x):
    factor = np.array([0, 0.5, 1, 1.5, 3])[:, None, None, None]
    want = np.minimum(factor * x, 1)
    np.testing.assert_allclose(T.adjust_brightness(x, factor.ravel()), want)
    mean = T.rgb_to_grayscale(x).mean(axis=(1, 2, 3), keepdims=True)
    want = np.clip(factor * x + (1 - factor) * mean, 0, 1)
    np.testing.assert_allclose(T.adjust_contrast(x, factor.ravel()), want, atol=1e-15)


def test_noise_has_its_standard_deviation(rng):
    x = np.zeros((2, 1, 200, 200))
    noise = T.gaussian_noise(x, [0.5, 2.0], clip=False, rng=rng)
    np.testing.assert_allclose(noise.std(axis=(1, 2, 3)), [0.5, 2.0], rtol=0.02)
    assert T.gaussian_noise(x, 0.5, rng=rng).min() == 0


def test_each_picture_loses_its_own_rectangle():
    x = np.ones((3, 2, 4, 6))
    y = T.erase(x, [0, 3, -1], [0, 4, 1], [1, 9, 2], [2, 9, 1], value=7)
    covered = [
        (slice(0, 1), slice(0, 2)),
        (slice(3, 4), slice(4, 6)),
        (slice(0, 1), slice(1, 2)),
    ]
    for n, where in enumerate(covered):
        want = x[n].copy()
        want[:, *where] = 7
        np.testing.assert_array_equal(y[n], want)


def drawn(transform, n=4000, side=8):
    """The transform of n equal pictures, each pixel with its own number."""
    return transform(np.tile(1 + ramp(1, 1, side, side), (n, 1, 1, 1)))


def near(count, p, n=4000):
    """Whether a count is within five standard deviations of its mean."""
    return abs(count - n * p) <= 5 * math.sqrt(n * p * (1 - p)) + 1e-9


@pytest.mark.parametrize("flip", [T.RandomHorizontalFlip, T.RandomVerticalFlip])
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_each_picture_is_flipped_with_probability_p(flip, p, rng):
    y = drawn(flip(p, rng=rng))
    assert near((y[:, 0, 0, 0] != 1).sum(), p)


def test_crops_and_shifts_come_from_all_places_equally_often(rng):
    corner = drawn(T.RandomCrop(6, rng=rng))[:, 0, 0, 0]
    values, counts = np.unique(corner, return_counts=True)
    assert values.tolist() == [1 + 8 * i + j for i in range(3) for j in range(3)]
    assert stats.chisquare(counts).pvalue > 1e-4
    middle = drawn(T.RandomShift(1, rng=rng))[:, 0, 4, 4]
    assert sorted(set(middle)) == [1 + 8 * i + j for i in (3, 4, 5) for j in (3, 4, 5)]


def test_a_crop_with_padding_keeps_the_size(rng):
    y = drawn(T.RandomCrop(8, padding=2, fill=-1, rng=rng), n=100)
    assert y.shape == (100, 1, 8, 8)
    assert len({picture.tobytes() for picture in y}) > 20
    mirrored = T.RandomCrop((8, 8), padding=2, padding_mode="reflect", rng=rng)
    assert drawn(mirrored, n=100).min() == 1


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


def test_zoom_shear_and_move_are_drawn_too(rng):
    x = np.pad(np.ones((1, 20, 20)), [(0, 0), (10, 10), (10, 10)])
    many = np.tile(x, (300, 1, 1, 1))
    area = T.RandomAffine(0, scale=(0.5, 1.0), rng=rng)(many).sum(axis=(1, 2, 3)) / 400
    assert 0.24 < area.min() < 0.3
    assert 0.94 < area.max() <= 1.01
    moved = T.RandomAffine(0, translate=(0.25, 0), rng=rng)(many)
    left = moved[:, 0, 20].argmax(axis=1)
    assert sorted(set(left)) == list(range(21))
    sheared = T.RandomAffine(0, shear=20, rng=rng)(many)
    assert len({picture.round(6).tobytes() for picture in sheared}) > 290


def test_light_is_drawn_from_its_range(rng):
    x = np.full((2000, 1, 2, 2), 0.4)
    y = T.ColorJitter(brightness=0.5, rng=rng)(x)[:, 0, 0, 0]
    assert stats.kstest(y, stats.uniform(0.2, 0.4).cdf).pvalue > 1e-4
    assert T.ColorJitter(brightness=3, rng=rng)(x).min() < 0.01


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


def test_a_rectangle_that_never_fits_is_not_covered(rng):
    erase = T.RandomErasing(1.0, scale=(0.9, 0.9), ratio=(9, 9), rng=rng)
    np.testing.assert_array_equal(drawn(erase, n=3), drawn(lambda x: x, n=3))


def test_bending_is_smooth_and_of_its_strength(rng):
    x = np.broadcast_to(np.arange(64.0), (20, 1, 64, 64))
    bent = T.ElasticTransform(alpha=30, sigma=4, rng=rng)(x) - x
    inner = bent[:, 0, 16:-16, 16:-16]  # here a picture tells how far to the right it looks
    mean_of_many = 30 * math.sqrt(1 / 3 / (4 * math.pi * 4**2))  # uniform in [-1, 1], blurred
    assert inner.std() == pytest.approx(mean_of_many, rel=0.15)
    assert np.abs(np.diff(inner, axis=-1)).max() < mean_of_many
    np.testing.assert_array_equal(T.ElasticTransform(0, rng=rng)(x), x)


def make_all(rng):
    """One of each class that draws."""
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


def test_every_class_that_draws_is_tested_here():
    others = {"Compose", "Normalize", "ToTensor", "MixUp", "CutMix"}
    assert {n for n in T.__all__ if n[0].isupper()} - others == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_pictures_of_a_batch_get_their_own_draws(name, rng, cat):
    batch = np.tile(cat[:, ::20, ::20], (40, 1, 1, 1))
    y = make_all(rng)[name](batch)
    assert len({picture.tobytes() for picture in y}) > 1
    assert y.dtype == batch.dtype


@pytest.mark.parametrize("name", NAMES)
def test_the_same_generator_draws_the_same_and_inputs_stay(name, x):
    before = x.copy()
    one, two = (make_all(np.random.default_rng(3))[name](x) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("name", NAMES)
def test_one_picture_a_tensor_and_no_picture_are_taken_too(name, rng, x):
    transform = make_all(rng)[name]
    single = transform(x[0])
    assert (single.ndim, single.shape[0]) == (3, 3)
    assert isinstance(transform(Tensor(x)), Tensor)
    assert transform(x[:0]).shape == (0, *single.shape)


def test_a_set_with_a_transform_and_a_loader_with_one_give_batches(rng):
    train, _ = fashion_mnist()

    class Pictures(Dataset):
        def __init__(self, transform):
            self.transform = transform

        def __len__(self):
            return 40

        def __getitem__(self, k):
            return self.transform(np.uint8(255 * train.X[k].reshape(28, 28))), train.y[k]

    flips = T.Compose(
        [T.ToTensor(), T.RandomHorizontalFlip(1.0, rng=rng), T.Normalize(0.5, 0.5)]
    )
    X, y = next(iter(DataLoader(Pictures(flips), batch_size=8)))
    want = (train.X[:8].reshape(-1, 1, 28, 28)[..., ::-1] - 0.5) / 0.5
    np.testing.assert_allclose(X.array, want, atol=1e-6)
    assert y.tolist() == train.y[:8].tolist()


def test_mixing_pictures_mixes_targets_alike(rng, x):
    y, lam, partner = np.eye(5), rng.random(5), rng.permutation(5)
    mixed, targets = T.mixup(x, y, lam, partner)
    for n, m in enumerate(partner):
        np.testing.assert_allclose(mixed[n], lam[n] * x[n] + (1 - lam[n]) * x[m])
        np.testing.assert_allclose(targets[n], lam[n] * y[n] + (1 - lam[n]) * y[m])


@pytest.mark.parametrize(("lam", "order"), [(1.0, [0, 1, 2, 3, 4]), (0.0, [4, 3, 2, 1, 0])])
def test_at_its_ends_mixup_is_one_picture_or_the_other(x, lam, order):
    mixed, targets = T.mixup(x, np.eye(5), lam, np.arange(5)[::-1])
    np.testing.assert_array_equal(mixed, x[order])
    np.testing.assert_array_equal(targets, np.eye(5)[order])


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


@pytest.mark.parametrize("mix", [T.MixUp, T.CutMix])
def test_mixed_batches_train_with_cross_entropy(mix, rng, x):
    classes = np.array([0, 1, 2, 1, 0])
    X, y = mix(num_classes=3, rng=rng)(Tensor(x), Tensor(classes))
    assert (X.shape, y.shape, y.array.dtype) == (x.shape, (5, 3), np.float32)
    logits = Tensor(rng.standard_normal((5, 3)).astype(np.float32))
    want = torch.nn.functional.cross_entropy(torch.tensor(logits.array), torch.tensor(y.array))
    assert F.cross_entropy(logits, y).item() == pytest.approx(want.item(), rel=1e-5)


def test_targets_that_are_mixed_already_can_be_mixed_again(rng, x):
    mix = T.MixUp(num_classes=3, rng=rng)
    targets = mix(*mix(x, np.array([0, 1, 2, 1, 0])))[1]
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)
    assert (targets > 0).sum() > 5


def test_lambda_is_drawn_from_beta_for_each_picture(rng):
    x, y = np.zeros((2000, 1, 1, 1)), np.repeat([0, 1], 1000)
    targets = T.MixUp(alpha=0.4, num_classes=2, rng=rng)(x, y)[1]
    mixed = targets[(targets > 0).all(axis=1)][:, 0]  # those of two classes
    assert near(len(mixed), 1 / 2, 2000)
    assert stats.kstest(mixed, stats.beta(0.4, 0.4).cdf).pvalue > 1e-4


def test_cutmix_takes_part_one_minus_lambda_where_it_fits(rng):
    X, y = T.CutMix(alpha=1.0, num_classes=2, rng=rng)(
        np.repeat([0.0, 1.0], 500).reshape(-1, 1, 1, 1) * np.ones((1, 1, 32, 32)),
        np.repeat([0, 1], 500),
    )
    np.testing.assert_allclose(X.mean(axis=(1, 2, 3)), y[:, 1], atol=1e-6)
    assert 0.55 < np.where(np.arange(1000) < 500, y[:, 0], y[:, 1]).mean() < 0.95


ONE = np.ones((1, 2, 2))
RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: T.horizontal_flip([["a"]]), TypeError, "real numbers, got <U1"),
        (lambda: T.vertical_flip(1j * ONE), TypeError, "vertical_flip: .* got complex128"),
        (
            lambda: T.rotate(ONE[0], 5),
            ValueError,
            r"rotate: expected pictures .*, got \(2, 2\)",
        ),
        (lambda: T.pad(ONE, -1), ValueError, "pad: expected padding >= 0, got -1"),
        (
            lambda: T.pad(ONE, 1, mode="none"),
            ValueError,
            r"expected mode to be one of \['constant', 'edge', 'reflect',",
        ),
        (
            lambda: T.crop(ONE, 0, 0, 3, 2),
            ValueError,
            "crop: expected height from 1 to 2, got 3",
        ),
        (lambda: T.crop(ONE, -1, 0, 1, 1), ValueError, "got rows -1 to -1"),
        (
            lambda: T.crop(ONE, 0, 0, 0, 1),
            ValueError,
            "crop: expected height from 1 to 2, got 0",
        ),
        (
            lambda: T.crop(ONE, [0, 1], 0, 1, 1),
            ValueError,
            "top as one finite number, or one for",
        ),
        (lambda: T.warp(ONE, np.eye(3)), ValueError, r"finite A \(2, 3\), .* got \(3, 3\)"),
        (
            lambda: T.elastic(ONE, ONE[0], ONE),
            ValueError,
            r"elastic: expected finite down \(2, 2\), got \(1, 2, 2\)",
        ),
        (lambda: T.rotate(ONE, np.nan), ValueError, "angle as one finite number"),
        (lambda: T.affine(ONE, scale=0), ValueError, "a positive scale, got 0"),
        (
            lambda: T.to_image(ONE),
            TypeError,
            "to_image: expected a picture x of uint8, got float64",
        ),
        (lambda: T.to_image(np.zeros(3, np.uint8)), ValueError, r"got \(3,\)"),
        (lambda: T.rgb_to_grayscale(ONE), ValueError, r"\(..., 3, H, W\), got \(1, 2, 2\)"),
        (lambda: T.normalize(np.uint8(ONE), 0, 1), TypeError, "pictures of floats, got uint8"),
        (
            lambda: T.normalize(ONE, 0, 0),
            ValueError,
            r"normalize: expected std above 0, got 0\.0",
        ),
        (lambda: T.normalize(ONE, [0, 0], 1), ValueError, "for 1 colours"),
        (
            lambda: T.adjust_brightness(2 * ONE, 1),
            ValueError,
            r"floats from 0 to 1, got 2.0 to 2.0",
        ),
        (lambda: T.adjust_contrast(np.uint8(ONE), 1), ValueError, "got uint8; ToTensor"),
        (lambda: T.adjust_brightness(ONE * np.nan, 1), ValueError, "got nan to nan"),
        (lambda: T.adjust_contrast(ONE, -1), ValueError, "a factor from 0 on, got -1"),
        (lambda: T.gaussian_noise(ONE, -1, rng=RNG), ValueError, "sigma from 0 on, got -1"),
        (lambda: T.gaussian_noise(np.uint8(ONE), clip=False, rng=RNG), TypeError, "of floats"),
        (lambda: T.Compose([]), TypeError, r"a sequence of functions, got \[\]"),
        (
            lambda: T.RandomHorizontalFlip(2, rng=RNG),
            ValueError,
            "RandomHorizontalFlip: expected p from 0 to 1, got 2",
        ),
        (lambda: T.RandomCrop(0, rng=RNG), ValueError, "RandomCrop: expected size >= 1, got 0"),
        (lambda: T.RandomCrop(3, rng=RNG)(ONE), ValueError, "at least 3 x 3, got 2 x 2"),
        (
            lambda: T.RandomShift(-1, rng=RNG),
            ValueError,
            "RandomShift: expected pixels >= 0, got -1",
        ),
        (lambda: T.RandomAffine((5, 1), rng=RNG), ValueError, "a range of degrees"),
        (
            lambda: T.RandomAffine(5, scale=(0, 1), rng=RNG),
            ValueError,
            r"RandomAffine: expected a range of scale above 0, got \(0, 1\)",
        ),
        (lambda: T.RandomAffine(5, (2, 0), rng=RNG), ValueError, "translate from 0 to 1"),
        (
            lambda: T.ElasticTransform(1, 0, rng=RNG),
            ValueError,
            "ElasticTransform: expected sigma above 0, got 0",
        ),
        (
            lambda: T.ColorJitter(-1, rng=RNG),
            ValueError,
            "ColorJitter: expected brightness >= 0, got -1",
        ),
        (
            lambda: T.GaussianNoise(-1, rng=RNG),
            ValueError,
            "GaussianNoise: expected sigma >= 0, got -1",
        ),
        (lambda: T.Cutout(0, rng=RNG), ValueError, "Cutout: expected size >= 1, got 0"),
        (
            lambda: T.RandomErasing(scale=(0, 1), rng=RNG),
            ValueError,
            r"RandomErasing: expected a range of scale from 0 to 1, got \(0, 1\)",
        ),
        (
            lambda: T.RandomErasing(ratio=(2, 1), rng=RNG),
            ValueError,
            r"RandomErasing: expected a range of ratio above 0, got \(2, 1\)",
        ),
        (lambda: T.RandomApply([lambda x: x[:, :, 1:]], rng=RNG)(ONE), ValueError, "that keep"),
        (lambda: T.mixup(ONE, ONE, 1, [0]), ValueError, r"x \(N, C, H, W\) and y \(N, K\)"),
        (
            lambda: T.mixup(ONE[None], np.eye(1), 2, np.array([0])),
            ValueError,
            "lam from 0 to 1",
        ),
        (
            lambda: T.mixup(ONE[None], np.eye(1), 1, [0.5]),
            TypeError,
            "partner of whole numbers",
        ),
        (lambda: T.MixUp(alpha=0, num_classes=3, rng=RNG), ValueError, "alpha above 0"),
        (lambda: T.CutMix(num_classes=2, rng=RNG)(ONE[None], [2]), ValueError, "below 2"),
    ],
)
def test_bad_input_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_every_public_name_says_where_it_comes_from():
    for name in T.__all__:
        assert re.search(
            r"(Source: .*|Source:\s)chapters? \"", getattr(T, name).__doc__, re.DOTALL
        )
