"""Optimizers in both libraries, and small training runs that tests compare."""

import torch

import nnlib
from nnlib import optim


def both(name):
    """Return each library with its optimizer of a name."""
    return (nnlib, getattr(optim, name)), (torch, getattr(torch.optim, name))


def leaf(*values):
    return nnlib.tensor(list(values), dtype=nnlib.float64, requires_grad=True)


def loss_of(L, w, b, X, t):
    return L.nn.functional.mse_loss(L.tanh(L.nn.functional.linear(X, w, b)), t)


def closure_of(optimizer, p, f, log=None):
    """Return a closure that computes f(*p) and its derivatives, and adds the loss to `log`."""

    def closure():
        optimizer.zero_grad()
        loss = f(*p)
        loss.backward(retain_graph=isinstance(optimizer, optim.Newton))
        if log is not None:
            log.append(loss.item())
        return loss

    return closure


def descend(p, optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        (p**4).sum().backward()
        optimizer.step()
