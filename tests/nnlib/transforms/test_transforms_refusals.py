"""Pictures and options that no change of pictures takes are refused by name."""

import numpy as np

from nnlib import transforms as T
from tests.nnlib.harness import assert_refused

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
        (lambda: T.to_image(ONE), TypeError),
        (lambda: T.to_image(np.zeros(3, np.uint8)), ValueError),
        (lambda: T.rgb_to_grayscale(ONE), ValueError),
        (lambda: T.normalize(np.uint8(ONE), 0, 1), TypeError),
        (lambda: T.normalize(ONE, 0, 0), ValueError),
        (lambda: T.adjust_brightness(2 * ONE, 1), ValueError),
        (lambda: T.adjust_contrast(np.uint8(ONE), 1), ValueError),
        (lambda: T.adjust_brightness(ONE * np.nan, 1), ValueError),
        (lambda: T.adjust_contrast(ONE, -1), ValueError),
        (lambda: T.gaussian_noise(ONE, -1, rng=RNG), ValueError),
        (lambda: T.gaussian_noise(np.uint8(ONE), clip=False, rng=RNG), TypeError),
        (lambda: T.Compose([]), TypeError),
        (lambda: T.RandomHorizontalFlip(2, rng=RNG), ValueError),
        (lambda: T.RandomCrop(0, rng=RNG), ValueError),
        (lambda: T.RandomCrop(3, rng=RNG)(ONE), ValueError),
        (lambda: T.RandomShift(-1, rng=RNG), ValueError),
        (lambda: T.RandomAffine((5, 1), rng=RNG), ValueError),
        (lambda: T.RandomAffine(5, scale=(0, 1), rng=RNG), ValueError),
        (lambda: T.ElasticTransform(1, 0, rng=RNG), ValueError),
        (lambda: T.ColorJitter(-1, rng=RNG), ValueError),
        (lambda: T.GaussianNoise(-1, rng=RNG), ValueError),
        (lambda: T.Cutout(0, rng=RNG), ValueError),
        (lambda: T.RandomErasing(scale=(0, 1), rng=RNG), ValueError),
        (lambda: T.RandomErasing(ratio=(2, 1), rng=RNG), ValueError),
        (lambda: T.RandomApply([lambda x: x[:, :, 1:]], rng=RNG)(ONE), ValueError),
        (lambda: T.mixup(ONE, ONE, 1, [0]), ValueError),
        (lambda: T.mixup(ONE[None], np.eye(1), 2, np.array([0])), ValueError),
        (lambda: T.MixUp(alpha=0, num_classes=3, rng=RNG), ValueError),
        (lambda: T.CutMix(num_classes=2, rng=RNG)(ONE[None], [2]), ValueError),
    ]
    assert_refused(calls)
