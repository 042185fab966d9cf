"""Valid and refused arguments of the functions of nnlib.filters."""

import numpy as np

from nnlib import filters
from tests.nnlib.refusals.kinds import (
    ABOVE,
    FROM_0,
    FUNCTION,
    HOLES,
    NO_NUMBERS,
    NUMBER,
    POSITIVE,
    WHOLE,
    WORD,
    S,
    but,
)

MODULE = filters
SIGNAL = {**NO_NUMBERS, **HOLES, "number": 3.0, "empty": []}
SLIDING = dict(
    x=(np.ones((5, 5)), SIGNAL),
    kernel=(
        np.ones((3, 3)),
        {**SIGNAL, "cube": np.ones((2, 2, 2)), "too large": np.ones((9, 9))},
    ),
) | dict(
    padding=("valid", {**but(WHOLE, "several"), "negative": -1, "unknown": "unknown"}),
    padding_mode=("reflect", WORD),
    stride=(1, but(POSITIVE, "several")),
    dilation=(1, {**but(POSITIVE, "several"), "huge": 10**15}),
    method=("fft", WORD),
)
ODD = {**POSITIVE, "even": 2}
DIMENSION = {**POSITIVE, "three": 3}
FUNCTIONS = {
    "box": dict(size=(3, ODD), ndim=(1, DIMENSION)),
    "gaussian": dict(sigma=(1.0, ABOVE), size=(3, but(ODD, "None")), ndim=(1, DIMENSION)),
    "identity": dict(size=(3, ODD)),
    "laplacian": {},
    **{key: dict(direction=("x", WORD)) for key in ("prewitt", "scharr", "sobel")},
    "separate": dict(
        kernel=(np.ones((3, 3)), {**SIGNAL, "vector": [1.0, 2.0], "rank 2": S}),
        tolerance=(1e-10, FROM_0),
    ),
    "sharpen": dict(amount=(1.0, NUMBER)),
    "output_size": dict(
        size=(7, POSITIVE),
        kernel_size=(3, {**POSITIVE, "too large": 9}),
        padding=(0, but(POSITIVE, "zero")),
        stride=(1, POSITIVE),
        dilation=(1, {**POSITIVE, "huge": 10**15}),
    ),
    "same_padding": dict(
        size=(7, POSITIVE), kernel_size=(3, {**POSITIVE, "even": 2}), stride=(1, POSITIVE)
    ),
    "im2col": dict(
        x=(np.ones((5, 5)), SIGNAL),
        kernel_size=((2, 2), {**POSITIVE, "too large": (9, 9), "three": (1, 1, 1)}),
        stride=(1, but(POSITIVE, "several")),
        dilation=(1, but(POSITIVE, "several")),
    ),
    **dict.fromkeys(("convolve", "correlate"), SLIDING),
    "pad": dict(
        x=(np.ones((5, 5)), SIGNAL),
        padding=(1, {**but(WHOLE, "several"), "negative": -1}),
        padding_mode=("reflect", WORD),
        axes=(2, {**POSITIVE, "three": 3}),
    ),
    "edges": dict(
        image=(np.ones((5, 5)), {**SIGNAL, "vector": [1.0, 2.0]}),
        kernel=(filters.scharr, FUNCTION),
        padding_mode=("reflect", WORD),
        method=("fft", WORD),
    ),
}
METHODS = []
