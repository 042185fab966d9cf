"""Cases of nn/functions/regression.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, apart, index, normal


def F(L):
    return L.nn.functional


def weight(L, x):
    """Return the weights of the errors of x."""
    w = np.linspace(0.5, 2.0, 15).reshape(3, 5).astype(str(x.dtype).removeprefix("torch."))
    return index(L, w)


PAIR = ((3, 5), (3, 5))
CASES = [
    *[
        Case(
            name,
            lambda L, x, t, name=name, r=r: getattr(F(L), name)(x, t, reduction=r),
            PAIR,
            draw,
            r,
        )
        for name, draw in (
            ("mse_loss", normal),
            ("l1_loss", apart),
            ("smooth_l1_loss", apart),
            ("huber_loss", apart),
        )
        for r in ("mean", "sum", "none")
    ],
    *[
        Case(
            name,
            lambda L, x, t, name=name, r=r: getattr(F(L), name)(
                x, t, reduction=r, weight=weight(L, x)
            ),
            PAIR,
            draw,
            f"weight, {r}",
        )
        for name, draw in (("mse_loss", normal), ("l1_loss", apart), ("huber_loss", apart))
        for r in ("mean", "sum", "none")
    ],
    Case("mse_loss", lambda L, x, t: F(L).mse_loss(x, t, reduction="sum"), ((0, 5),) * 2),
    Case("smooth_l1_loss", lambda L, x, t: F(L).smooth_l1_loss(x, t, beta=0.55), PAIR, apart),
    Case("smooth_l1_loss", lambda L, x, t: F(L).smooth_l1_loss(x, t, beta=0.0), PAIR, apart),
    Case("huber_loss", lambda L, x, t: F(L).huber_loss(x, t, delta=0.55), PAIR, apart, "delta"),
]

VALUES: list[Case] = [
    Case("mse_loss", lambda L, x: F(L).mse_loss(x * 0.5, (x > 0) * 1), ((3, 5),))
]


def zeros(name, *shapes, **options):
    """Return a call of a loss with zeros of some shapes."""
    return lambda L: getattr(F(L), name)(*[L.zeros(s) for s in shapes], **options)


NAMES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
BAD = [
    # Both broadcast with a warning, which is an error in these tests.
    *[Bad(name, zeros(name, (3, 1), (3,)), UserWarning) for name in NAMES],
    *[
        Bad(
            name, lambda L, name=name: getattr(F(L), name)(L.zeros(3).long(), L.zeros(3).long())
        )
        for name in NAMES
    ],
    *[Bad(name, zeros(name, (3,), (3,), reduction="average"), ValueError) for name in NAMES],
    *[
        Bad(
            name,
            lambda L, name=name: getattr(F(L), name)(L.zeros(3), L.zeros(3), weight=L.ones(4)),
            ValueError,
        )
        for name in ("mse_loss", "l1_loss", "huber_loss")
    ],
    Bad("smooth_l1_loss", zeros("smooth_l1_loss", (3,), (3,), beta=-1.0)),
    Bad("huber_loss", zeros("huber_loss", (3,), (3,), delta=0.0)),
]
