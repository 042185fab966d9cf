"""Constants that several problems of ps5 share."""

DIGITS = 1e-8  # float64 meets this tolerance, float32 and difference quotients don't
ELSEWHERE = ("scipy", "sklearn", "torch", "jax", "nnlib")  # students write all of this
