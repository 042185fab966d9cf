"""What several problems of ps3 share."""

DIGITS = 1e-8  # of the largest entry: tells float64 from float32 and difference quotients
ELSEWHERE = ("scipy", "sklearn", "torch", "jax", "autograd", "nnlib")  # here all is written
