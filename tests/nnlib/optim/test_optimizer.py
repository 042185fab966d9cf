"""What every optimiser shares: what is remembered, saved states, options by name."""

import pytest
import torch

import nnlib


def counting(L):
    """Return a user-defined optimizer, written as for torch, that counts its steps."""

    class Counting(L.optim.Optimizer):
        def __init__(self, params):
            super().__init__(params, {})

        def step(self):
            for group in self.param_groups:
                for p in group["params"]:
                    state = self.state[p]
                    if len(state) == 0:
                        state["n"] = 0
                    state["n"] += 1

    return Counting


@pytest.mark.parametrize("L", [nnlib, torch], ids=["nnlib", "torch"])
def test_memory_of_a_parameter_begins_empty(L):
    p = L.tensor([1.0, 2.0], requires_grad=True)
    optimizer = counting(L)([p])
    optimizer.step()
    optimizer.step()
    assert optimizer.state[p] == {"n": 2}


def trained(L):
    p = L.tensor([1.0, 2.0], requires_grad=True)
    optimizer = L.optim.SGD([p], lr=0.1, momentum=0.9)
    (p * p).sum().backward()
    optimizer.step()
    return p, optimizer


@pytest.mark.parametrize("L", [nnlib, torch], ids=["nnlib", "torch"])
def test_saved_numbers_of_parameters_count_by_their_place(L):
    p, optimizer = trained(L)
    state = optimizer.state_dict()
    state["state"] = {7: state["state"][0]}
    state["param_groups"][0]["params"] = [7]
    optimizer.load_state_dict(state)
    assert optimizer.state[p]["momentum_buffer"].tolist() == [2.0, 4.0]


def test_state_of_an_unknown_parameter_is_refused_and_changes_nothing():
    p, optimizer = trained(nnlib)
    state = optimizer.state_dict()
    state["state"][5] = {}
    state["param_groups"][0]["lr"] = 9.0
    with pytest.raises(KeyError, match=r"load_state_dict: expected parameters of \[0\], got 5"):
        optimizer.load_state_dict(state)
    assert optimizer.param_groups[0]["lr"] == 0.1
    assert optimizer.state[p]["momentum_buffer"].tolist() == [2.0, 4.0]


@pytest.mark.parametrize("betas", [(0.9,), 0.9, (0.9, 0.99, 0.999)])
def test_betas_are_two(betas):
    with pytest.raises(ValueError, match="Adam: expected two betas"):
        nnlib.optim.Adam([nnlib.ones(1, requires_grad=True)], betas=betas)
