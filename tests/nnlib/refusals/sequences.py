"""Valid and refused arguments of the functions of nnlib.text."""

import numpy as np

from nnlib import text
from tests.nnlib.refusals.kinds import (
    CHANCE,
    FROM_0,
    HOLES,
    NO_NUMBERS,
    NUMBER,
    POSITIVE,
    RECTANGLE,
    WORD,
    S,
    but,
)

MODULE = text
COUNTS = np.array([[0, 2], [1, 0]])
SERIES = np.arange(12.0)
NO_SERIES = {
    "None": None,
    "dict": {},
    "object": object(),
    "ragged": [[1, 2], [3]],
    "number": 3.0,
    "empty": [],
}
TOKENS = {
    **NO_NUMBERS,
    "half": [0.5],
    "negative": [-1],
    "beyond": [9],
    "matrix": COUNTS,
    "nan": [np.nan],
}
FUNCTIONS = {
    "bits_per_character": dict(cross_entropy=(1.0, but({**FROM_0}, "inf"))),
    "perplexity": dict(cross_entropy=(1.0, but({**FROM_0}, "inf"))),
    "ngram_counts": {
        "*sequences": ([0, 1], TOKENS),
        "n": (2, {**POSITIVE, "huge": 10**15}),
        "size": (3, {**POSITIVE, "huge": 10**15}),
    },
    "ngram_cross_entropy": {
        "*probabilities": (
            np.full((2, 2), 0.5),
            {
                **NO_NUMBERS,
                **HOLES,
                "negative": [[-1.0, 2.0], [0.5, 0.5]],
                "number": 1.0,
                "not square": RECTANGLE,
                "sum of 2": np.ones((2, 2)),
            },
        ),
        "*sequences": ([0, 1], TOKENS),
    },
    "ngram_probabilities": dict(
        counts=(
            COUNTS,
            {**NO_NUMBERS, **HOLES, "negative": -COUNTS, "number": 1.0, "empty": []},
        ),
        alpha=(1.0, FROM_0),
    ),
    "sample": dict(
        logits=(
            [0.0, 1.0],
            {
                **NO_NUMBERS,
                "number": 1.0,
                "nan": [np.nan, 1.0],
                "inf": [np.inf, 0],
                "impossible": [-np.inf, -np.inf],
                "empty": [],
            },
        ),
        temperature=(1.0, FROM_0),
    )
    | CHANCE,
    "bptt_batches": dict(
        x=(SERIES, NO_SERIES),
        batch_size=(2, {**POSITIVE, "huge": 10**15}),
        length=(2, POSITIVE),
    ),
    "mask": dict(
        lengths=([1, 2], {**NO_NUMBERS, **HOLES, "half": [0.5], "negative": [-1], "number": 3}),
        longest=(3, but({**POSITIVE, "less": 1}, "None")),
    ),
    "next_token_pairs": dict(
        x=(SERIES, NO_SERIES),
        length=(2, {**POSITIVE, "huge": 10**15}),
        stride=(1, but(POSITIVE, "None")),
    ),
    "padded": dict(
        sequences=(
            [[1, 2], [3]],
            {
                "None": None,
                "number": 3,
                "dict": {},
                "empty": [],
                "numbers": [1, 2],
                "objects": [[None], [1]],
                "texts": ["a", "b"],
                "widths": [np.ones((1, 2)), np.ones((1, 3))],
            },
        ),
        value=(0, NUMBER),
    ),
    "windows": dict(
        x=(SERIES, NO_SERIES), length=(2, {**POSITIVE, "huge": 10**15}), stride=(1, POSITIVE)
    ),
    "Standardizer": dict(train=(S, {**NO_NUMBERS, **HOLES, "empty": [], "number": 3.0})),
    "forecast_windows": dict(
        x=(SERIES, NO_SERIES),
        history=(2, {**POSITIVE, "huge": 10**15}),
        horizon=(1, POSITIVE),
        stride=(1, POSITIVE),
    ),
    "split_in_time": dict(
        x=(SERIES, NO_SERIES),
        shares=(
            (0.5, 0.5),
            {
                **NO_NUMBERS,
                "number": 1.0,
                "nan": (np.nan, 1.0),
                "negative": (-0.5, 1.5),
                "sum": (0.5, 0.6),
                "empty": (),
            },
        ),
    ),
    "adding_problem": dict(n=(2, but(POSITIVE, "zero")), length=(4, {**POSITIVE, "one": 1}))
    | CHANCE,
    "copy_problem": dict(
        n=(2, but(POSITIVE, "zero")),
        length=(4, POSITIVE),
        delay=(2, POSITIVE),
        symbols=(3, POSITIVE),
    )
    | CHANCE,
    "Vocabulary": dict(
        tokens=(
            "abc",
            {
                "None": None,
                "number": 3,
                "empty": "",
                "numbers": [1, 2],
                "lists": [["a"]],
                "dicts": [{}],
            },
        ),
        min_count=(1, POSITIVE),
        unknown=(None, {"number": 3, "list": ["a"], "known": "a"}),
        padding=(None, {"number": 3, "list": ["a"], "known": "a"}),
    ),
    "tokenize": dict(
        text=("a b", {"None": None, "number": 3, "list": ["a"], "bytes": b"a"}),
        by=("word", WORD),
    ),
}
METHODS = [
    (
        text.Standardizer(S),
        "inverse",
        dict(z=(S, {**NO_NUMBERS, "three": np.ones(3), "number": 1.0})),
    ),
    (
        text.Standardizer(S),
        "__call__",
        dict(x=(S, {**NO_NUMBERS, "three": np.ones(3), "number": 1.0})),
    ),
    (
        text.Vocabulary("ab"),
        "encode",
        dict(
            tokens=(
                "ab",
                {"None": None, "number": 3, "unknown": "c", "numbers": [1], "lists": [["a"]]},
            )
        ),
    ),
    (
        text.Vocabulary("ab"),
        "decode",
        dict(
            numbers=(
                [0, 1],
                {
                    **NO_NUMBERS,
                    "half": [0.5],
                    "beyond": [2],
                    "negative": [-1],
                    "matrix": COUNTS,
                },
            )
        ),
    ),
]
