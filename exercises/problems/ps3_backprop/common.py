"""Constants that several problems of ps3 share."""

DIGITS = 1e-8  # tolerance that float64 meets, but not float32 or difference quotients
# students write everything themselves
ELSEWHERE = ("scipy", "sklearn", "torch", "jax", "autograd", "nnlib")
