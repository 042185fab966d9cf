"""Constants that several problems of ps7 share."""

DIGITS = 1e-8  # tolerance that float64 meets, but not float32 or difference quotients
ELSEWHERE = ("scipy", "sklearn", "torch", "jax", "nnlib")  # the student writes everything
