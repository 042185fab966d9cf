"""Constants that several problems of ps8 share."""

DIGITS = 1e-8  # tolerance that float64 meets, but not float32 or difference quotients
TORCH = ("torch",)
