"""The convolution methods, and the vertical edge of the lecture notes with its kernel."""

import numpy as np

METHODS = ["im2col", "separable"]
VERTICAL = np.tile([1, 1, 1, 0, 0, 0], (4, 1))
BAR = np.tile([1, 0, -1], (3, 1))
