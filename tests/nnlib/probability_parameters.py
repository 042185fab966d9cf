"""Parameters of distributions, and tolerances for results compared with SciPy's."""

import numpy as np

CLOSE = dict(rtol=1e-10, atol=1e-13)
P = np.array([0.2, 0.5, 0.0, 0.3])
MU, SIGMA = np.array([1.0, -2.0, 0.5]), np.array([[2, 0.5, 0], [0.5, 1, -0.3], [0, -0.3, 0.7]])
