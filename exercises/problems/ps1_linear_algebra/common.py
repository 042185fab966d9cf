"""Constants and functions that several problems of ps1 share."""

ELSEWHERE = ("scipy", "sklearn", "torch", "nnlib")  # here everything is NumPy


def integers(rng, m, n, most=9):
    """Return an array of random integers from -most to most, none of them 0, as float64."""
    return rng.integers(1, most + 1, size=(m, n)) * rng.choice([-1.0, 1.0], size=(m, n))
