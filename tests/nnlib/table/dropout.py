"""Cases of nn/functions/dropout.py without randomness; nn/test_dropout.py has the others."""

import numpy as np

from tests.nnlib.harness import Bad, Case


def functional(L):
    return L.nn.functional


CASES = [
    Case("dropout", lambda L, x: functional(L).dropout(x, 0.4, training=False), ((3, 5),)),
    Case("dropout", lambda L, x: functional(L).dropout(x, p=0.0), ((3, 5),), note="nothing"),
    Case("dropout", lambda L, x: functional(L).dropout(x, p=1.0), ((3, 5),), note="all"),
    Case("dropout", lambda L, x: functional(L).dropout(x), ((0, 5),), note="empty"),
    Case("dropout", lambda L, x: functional(L).dropout(x * 2, 1, inplace=True), ((3, 5),)),
    Case("dropout2d", lambda L, x: functional(L).dropout2d(x, 0.4, False), ((3, 5, 2, 2),)),
    Case("dropout2d", lambda L, x: functional(L).dropout2d(x, 1.0), ((3, 5, 2, 2),)),
]

BAD = [
    *(
        Bad(
            name,
            lambda L, name=name, p=p: getattr(functional(L), name)(
                L.ones(3, 5, 2, 2)[:, :, 0], p
            ),
            ValueError,
        )
        for name in ("dropout", "dropout2d")
        for p in (-0.1, 1.5)
    ),
    Bad(
        "dropout",
        lambda L: functional(L).dropout(L.tensor(np.ones(3, np.int64).tolist()).to(L.int64)),
    ),
    Bad("dropout2d", lambda L: functional(L).dropout2d(L.ones(3)), torch=UserWarning),
]
