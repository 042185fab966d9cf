"""Constants that several problems of ps4 share."""

DIGITS = 1e-8  # float64 meets this tolerance, float32 and finite differences do not
ELSEWHERE = ("scipy", "sklearn", "torch", "jax", "nnlib")  # not needed here
