"""Jacobians and Hessians: of a small network, of Rosenbrock's function; Newton's steps."""

import numpy as np
import torch
from drawn import tensor
from torch.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp

rng = np.random.default_rng(9)
x = tensor(rng, 6, 3).double()
t = (x[:, 0] > 0).to(x.dtype)


def logistic(w):
    z = torch.matmul(x, w)
    return torch.nn.functional.binary_cross_entropy_with_logits(z, t) + 0.05 * w.dot(w)


def solve(H, g):
    """Return the solution of H x = g by elimination without pivoting, for definite H."""
    H, g = H.clone(), g.clone()
    n = len(g)
    for k in range(n):
        for i in range(k + 1, n):
            factor = H[i, k] / H[k, k]
            H[i] -= factor * H[k]
            g[i] -= factor * g[k]
    out = torch.zeros_like(g)
    for k in reversed(range(n)):
        out[k] = (g[k] - (H[k] * out).sum()) / H[k, k]
    return out


w = torch.zeros(3, dtype=torch.float64)
for _ in range(20):
    loss = logistic(w)
    step = solve(hessian(logistic, w), jacobian(logistic, w))
    w = w - step
    print("newton", loss.item(), step.abs().max().item() < 1e-6)


def rosenbrock(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


p = torch.tensor([-1.2, 1.0], dtype=torch.float64)
v = torch.tensor([0.5, -2.0], dtype=torch.float64)
print("hessian", hessian(rosenbrock, p))
print("products", hvp(rosenbrock, p, v)[1], vhp(rosenbrock, p, v)[1])
print("jacobian", jacobian(lambda a, b: a.unsqueeze(1) * b, (p, v)))
print("directions", vjp(lambda a: a.exp(), p, v)[1], jvp(lambda a: a.sin(), p, v)[1])
print("created", hessian(lambda a: (a**4).sum(), p, create_graph=False).diagonal())
w1, w2 = tensor(rng, 4, 3).double(), tensor(rng, 2, 4).double()


def network(u):
    return w2 @ torch.tanh(w1 @ u)


u = tensor(rng, 3).double()
analytic = w2 @ torch.diag(1 - torch.tanh(w1 @ u) ** 2) @ w1
print("chain rule", torch.allclose(jacobian(network, u), analytic), analytic)
