"""Pictures and options that no change of pictures takes are refused by name."""

import numpy as np
import pytest

from nnlib import transforms as T

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
