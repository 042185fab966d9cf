"""Whether two runs would part if only the negative part of the Hessian were missing.

``parting_tangent.py`` replaces the Hessian H by the Gauss-Newton matrix, which lacks all second
derivatives of the network. Here nothing but the negative curvature is taken away: a vector is
multiplied in each step by f(H), which has the eigenvectors of H, and its eigenvalues, but 0 in
place of each negative one. The product f(H) v is computed by Lanczos: H is written as a small
tridiagonal matrix T in an orthonormal basis that begins with v, and f(H) v is then the length
of v times the basis times the first column of f(T). With the eigenvalues as they are the same
sum is H v, whatever the number of sweeps.

If negative curvature makes the difference grow, this vector does not grow. Two settings are
tried at which runs part and train well: 0.1 with momentum, and 0.5 without, where most batches
have an eigenvalue beyond the limit of 2, so that overshooting steps would show. A first try, of
one start with 12 sweeps and with 24, had shown no growth.
"""

import runpy
from pathlib import Path

import numpy as np
import torch
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from nnlib import experiment
from nnlib.datasets import fashion_mnist

TOLERANCES = {"rise": {"absolute": 0.05}}
rates = runpy.run_path(str(Path(__file__).with_name("parting_rates.py")))
parting, start = rates["parting"], rates["start"]
lanczos, hessian_of = rates["lanczos"], rates["hessian_of"]
SETTINGS = {"0.1, momentum": (0.1, 0.9), "0.5": (0.5, 0)}
STEPS, BATCH, PICTURES, SWEEPS = 400, 50, 2000, 12


def clipped_product(product, vector):
    """H times a vector, where the negative eigenvalues of H count as 0, by Lanczos."""
    basis, small = lanczos(product, vector, SWEEPS)
    values, vectors = np.linalg.eigh(small)
    first_column = vectors @ (np.maximum(values, 0) * vectors[0])
    return vector.norm() * (basis.T @ torch.tensor(first_column))


def rises(setting, parameters, steps=STEPS):
    """By how many powers of ten the vector has grown after every tenth step of a training."""
    train, _ = fashion_mnist()
    X = torch.tensor(train.X[:PICTURES].reshape(PICTURES, 784).astype("float64"))
    y = torch.tensor(np.int64(train.y[:PICTURES]))
    lr, momentum = SETTINGS[setting]
    net = parting["make_network"](torch, "tanh").double()
    net.load_state_dict({k: torch.tensor(v.astype("float64")) for k, v in parameters.items()})
    weights = list(net.parameters())
    here = parameters_to_vector(weights).detach()
    vector = torch.randn(len(here), dtype=X.dtype, generator=torch.Generator().manual_seed(0))
    vector, memory, speed = vector / vector.norm(), torch.zeros_like(here), 0
    risen, found = 0.0, []
    for step in range(steps):
        rows = slice(step * BATCH % PICTURES, step * BATCH % PICTURES + BATCH)
        loss = torch.nn.functional.cross_entropy(net(X[rows]), y[rows])
        gradient, product = hessian_of(loss, weights)
        memory = momentum * memory + clipped_product(product, vector)
        vector = vector - lr * memory
        if step % 10 == 9:
            size = vector.norm()
            risen += float(size.log10())
            found.append(round(risen, 3))
            vector, memory = vector / size, memory / size
        speed = momentum * speed + gradient  # as torch.optim.SGD makes a step
        here = here - lr * speed
        vector_to_parameters(here, weights)
    return found


def run(seed):
    """The rise of the vector at each setting."""
    torch.set_num_threads(1)
    return {setting: rises(setting, start(seed)) for setting in SETTINGS}


def thin():
    """How far the vector rises in the first ten steps."""
    return {"rise": rises("0.1, momentum", start(0), 10)[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
