"""Changes of pictures by given numbers, against torch, SciPy, closed forms and laws."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from nnlib import transforms as T
from tests.nnlib.harness import naming

PICTURES = arrays(np.uint8, st.tuples(*[st.integers(1, 5)] * 3))


@given(PICTURES)
def test_flipping_twice_changes_nothing(x):
    for flip in (T.horizontal_flip, T.vertical_flip):
        np.testing.assert_array_equal(flip(flip(x)), x, strict=True)


def test_a_frame_is_numpys_and_a_crop_takes_it_off(x):
    for mode in ["constant", "edge", "reflect", "symmetric"]:
        with naming(mode):
            framed = T.pad(x, 2, mode=mode)
            np.testing.assert_array_equal(framed[1, 2], np.pad(x[1, 2], 2, mode))
            np.testing.assert_array_equal(T.crop(framed, 2, 2, 13, 11), x)


def test_a_shift_is_scipys(x):
    for right, down in [(0, 0), (2, 0), (0, -3), (-1, 2), (20, 0)]:
        with naming(right, down):
            want = ndimage.shift(x, (0, 0, down, right), order=0, cval=0.5)
            np.testing.assert_array_equal(T.shift(x, right, down, fill=0.5), want)


def test_ten_crops_are_those_of_the_picture_and_of_its_mirror_image(x):
    ten = T.ten_crop(x, 5)
    np.testing.assert_array_equal(ten[0], x[..., :5, :5])
    np.testing.assert_array_equal(ten[3], x[..., -5:, -5:])
    np.testing.assert_array_equal(ten[4], x[..., 4:9, 3:8])
    np.testing.assert_array_equal(ten[6], x[..., :5, :5][..., ::-1])


def test_turning_is_scipys_inside_the_picture(x):
    for angle in [17.0, -63.0, 123.0]:
        with naming(angle):
            want = ndimage.rotate(x, angle, axes=(-2, -1), reshape=False, order=1, cval=0.0)
            at = (
                T.rotate(np.ones_like(x), angle) > 1 - 1e-9
            )  # where all four neighbours are inside
            assert at.mean() > 0.5
            np.testing.assert_allclose(T.rotate(x, angle)[at], want[at], atol=1e-12)


def torch_warp(x, A):
    """Return the picture warped by torch, whose grid spans the pixels' outer edges."""
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


def test_a_pixel_moves_as_the_matrix_says():
    x = np.zeros((1, 21, 21))
    x[0, 10, 14] = 1  # 4 to the right of the centre
    turned = T.affine(x, angle=90)  # with the clock: 4 down
    assert np.unravel_index(turned.argmax(), x.shape)[1:] == (14, 10)
    turned = T.rotate(x, 90)  # against it: 4 up
    assert np.unravel_index(turned.argmax(), x.shape)[1:] == (6, 10)
    sheared = T.affine(x, shear=(0, -45))  # down += right
    assert np.unravel_index(sheared.argmax(), x.shape)[1:] == (14, 14)


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


def test_brightness_and_contrast_have_closed_forms(x):
    factor = np.array([0, 0.5, 1, 1.5, 3])[:, None, None, None]
    want = np.minimum(factor * x, 1)
    np.testing.assert_allclose(T.adjust_brightness(x, factor.ravel()), want)
    mean = T.rgb_to_grayscale(x).mean(axis=(1, 2, 3), keepdims=True)
    want = np.clip(factor * x + (1 - factor) * mean, 0, 1)
    np.testing.assert_allclose(T.adjust_contrast(x, factor.ravel()), want, atol=1e-15)


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
