"""Valid and refused arguments of the functions of nnlib.transforms."""

import numpy as np

from nnlib import transforms
from tests.nnlib.refusals.kinds import (
    ABOVE,
    CHANCE,
    FROM_0,
    FUNCTION,
    NO_NUMBERS,
    NUMBER,
    POSITIVE,
    RNG,
    SHARE,
    WORD,
    S,
    but,
)

MODULE = transforms
PICTURES = np.full((2, 1, 4, 4), 0.5)
BYTES = np.zeros((2, 2), np.uint8)
PICTURE = {
    **but(NO_NUMBERS, "ragged"),
    "ragged": [[[1, 2], [3]]],
    "matrix": np.ones((2, 2)),
    "five axes": np.ones((1, 1, 1, 2, 2)),
    "no pixel": np.ones((1, 0, 2)),
    "flags": np.ones((1, 2, 2), dtype=bool),
}
BRIGHT = {
    **PICTURE,
    "nan in it": np.full((1, 2, 2), np.nan),
    "beyond 1": np.full((1, 2, 2), 2.0),
}
EACH = {**but(NUMBER, "several", "empty"), "three": [1.0, 2.0, 3.0]}
P, B = dict(x=(PICTURES, PICTURE)), dict(x=(PICTURES, BRIGHT))
FILL = dict(fill=(0, NUMBER))
TARGETS = np.eye(2)
MIXED = dict(
    x=(PICTURES, {**PICTURE, "one picture": PICTURES[0], "whole": PICTURES.astype(int)}),
    y=(
        TARGETS,
        {
            **NO_NUMBERS,
            "classes": [0, 1],
            "three": np.eye(3),
            "nan in it": np.full((2, 2), np.nan),
        },
    ),
    partner=(
        [1, 0],
        {
            **NO_NUMBERS,
            "beyond": [0, 2],
            "negative": [-1, 0],
            "half": [0.5, 0.0],
            "three": [0, 1, 0],
        },
    ),
)
COVER = {name: (1, EACH) for name in ("top", "left", "height", "width")}
RANGE = {
    **but(NUMBER, "several"),
    "falling": (2.0, 1.0),
    "three": (0.1, 0.2, 0.3),
    "negative": (-1.0, 1.0),
}
DEGREES = {**but(NUMBER, "several"), "falling": (2.0, 1.0), "three": (1.0, 2.0, 3.0)}
COLOURS = {**but(NUMBER, "several", "empty"), "two": [1.0, 2.0]}
FUNCTIONS = {
    **dict.fromkeys(("horizontal_flip", "vertical_flip"), P),
    "pad": P | dict(padding=(1, but({**POSITIVE}, "zero")), mode=("edge", WORD)),
    "crop": P
    | {k: (0, {**EACH, "half": 0.5, "beyond": 9, "negative": -1}) for k in ("top", "left")}
    | {k: (2, {**POSITIVE, "beyond": 9}) for k in ("height", "width")},
    "shift": P | dict(right=(1, {**EACH, "half": 0.5}), down=(1, {**EACH, "half": 0.5})) | FILL,
    "ten_crop": P | dict(size=(2, {**POSITIVE, "beyond": 9})),
    "mixup": MIXED | dict(lam=(0.5, {**EACH, "beyond": 1.5, "negative": -0.5})),
    "cutmix": MIXED
    | dict(box=((0, 0, 2, 2), {**NO_NUMBERS, "three": (0, 0, 2), "nan": (np.nan, 0, 1, 1)})),
    "adjust_brightness": B | dict(factor=(1.0, {**EACH, "negative": -1.0})),
    "adjust_contrast": B | dict(factor=(1.0, {**EACH, "negative": -1.0})),
    "erase": P | COVER | dict(value=(0, NUMBER)),
    "gaussian_noise": B | dict(sigma=(0.1, {**EACH, "negative": -1.0})) | CHANCE,
    "normalize": dict(
        x=(PICTURES, {**PICTURE, "whole": PICTURES.astype(int)}),
        mean=(0.5, COLOURS),
        std=(0.5, {**COLOURS, "zero": 0.0, "negative": -1.0}),
    ),
    "rgb_to_grayscale": dict(
        x=(np.ones((3, 2, 2)), {**PICTURE, "two colours": np.ones((2, 2, 2))})
    ),
    "to_image": dict(x=(BYTES, {**NO_NUMBERS, "floats": S, "vector": BYTES[0]})),
    "affine": P
    | FILL
    | dict(
        angle=(10.0, EACH),
        translate=(
            (1.0, 0.0),
            {**NO_NUMBERS, "one": (1.0,), "three": (1.0, 0.0, 0.0), "nan": (np.nan, 0.0)},
        ),
        scale=(1.0, {**EACH, "zero": 0.0}),
        shear=(
            (1.0, 0.0),
            {**NO_NUMBERS, "one": (1.0,), "three": (1.0, 0.0, 0.0), "nan": (np.nan, 0.0)},
        ),
    ),
    "elastic": P
    | FILL
    | {
        k: (np.zeros((4, 4)), {**NO_NUMBERS, "number": 1.0, "nan": np.full((4, 4), np.nan)})
        for k in ("right", "down")
    },
    "rotate": P | FILL | dict(angle=(10.0, EACH)),
    "warp": P
    | FILL
    | dict(A=(np.eye(3)[:2], {**NO_NUMBERS, "number": 1.0, "nan": np.full((2, 3), np.nan)})),
    "ColorJitter": dict(brightness=(0.1, FROM_0), contrast=(0.1, FROM_0)) | CHANCE,
    "Cutout": dict(size=(2, POSITIVE), value=(0, NUMBER)) | CHANCE,
    "GaussianNoise": dict(sigma=(0.1, FROM_0)) | CHANCE,
    "RandomErasing": dict(
        p=(0.5, SHARE),
        scale=((0.1, 0.2), {**RANGE, "beyond": (0.5, 2.0)}),
        ratio=((0.5, 2.0), RANGE),
        value=(0, NUMBER),
    )
    | CHANCE,
    "Compose": dict(transforms=([abs], {**FUNCTION, "empty": [], "numbers": [1, 2]})),
    "Normalize": dict(
        mean=(0.5, but(NUMBER, "several", "empty")),
        std=(0.5, but({**ABOVE}, "several", "empty")),
    ),
    "RandomApply": dict(
        transforms=([abs], {**FUNCTION, "empty": [], "numbers": [1, 2]}), p=(0.5, SHARE)
    )
    | CHANCE,
    **dict.fromkeys(
        ("RandomHorizontalFlip", "RandomVerticalFlip"), dict(p=(0.5, SHARE)) | CHANCE
    ),
    "ToTensor": {},
    **dict.fromkeys(
        ("CutMix", "MixUp"), dict(alpha=(1.0, ABOVE), num_classes=(2, POSITIVE)) | CHANCE
    ),
    "ElasticTransform": dict(alpha=(1.0, FROM_0), sigma=(1.0, ABOVE)) | FILL | CHANCE,
    "RandomAffine": dict(
        degrees=(10.0, DEGREES),
        translate=((0.1, 0.1), {**but(RANGE, "falling", "None"), "beyond": (0.5, 2.0)}),
        scale=((0.5, 2.0), but(RANGE, "None")),
        shear=(5.0, but(DEGREES, "None")),
    )
    | FILL
    | CHANCE,
    "RandomCrop": dict(
        size=(2, {**but(POSITIVE, "several"), "three": (1, 2, 3)}),
        padding=(0, but(POSITIVE, "zero")),
        padding_mode=("edge", WORD),
    )
    | FILL
    | CHANCE,
    "RandomRotation": dict(degrees=(10.0, DEGREES)) | FILL | CHANCE,
    "RandomShift": dict(pixels=(1, but(POSITIVE, "zero"))) | FILL | CHANCE,
}
METHODS = [
    (transforms.RandomHorizontalFlip(rng=RNG), "__call__", P),
    (
        transforms.MixUp(num_classes=2, rng=RNG),
        "__call__",
        dict(
            x=MIXED["x"],
            y=(
                [0, 1],
                {**NO_NUMBERS, "beyond": [0, 2], "three": [0, 1, 1], "negative": [-1, 0]},
            ),
        ),
    ),
    (transforms.ToTensor(), "__call__", dict(x=FUNCTIONS["to_image"]["x"])),
]
