"""What several problems of ps2 share."""

DIGITS = 1e-8  # of the largest entry: tells float64 from float32 and difference quotients
ELSEWHERE = ("scipy", "sklearn", "torch", "nnlib")  # here everything is NumPy
