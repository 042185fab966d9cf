"""Containers are read, changed and joined as in torch."""

import operator

import torch

import nnlib
from tests.nnlib.harness import naming


def kinds(modules):
    return [type(m).__name__ for m in modules]


def sequence(L):
    return L.nn.Sequential(L.nn.ReLU(), L.nn.Tanh(), L.nn.Linear(2, 2))


def listing(L):
    return L.nn.ModuleList([L.nn.ReLU(), L.nn.Tanh(), L.nn.Linear(2, 2)])


SERIES = [
    lambda L, m: m[0],
    lambda L, m: m[-1],
    lambda L, m: m[1:],
    lambda L, m: m[::2],
    lambda L, m: operator.delitem(m, 0),
    lambda L, m: operator.delitem(m, -1),
    lambda L, m: operator.delitem(m, slice(0, 2)),
    lambda L, m: operator.setitem(m, -1, L.nn.Sigmoid()),
    lambda L, m: m.append(L.nn.Sigmoid()),
    lambda L, m: m.insert(1, L.nn.Sigmoid()) and None,  # torch's list returns None
    lambda L, m: m.insert(3, L.nn.Sigmoid()) and None,
    lambda L, m: m.extend([L.nn.Sigmoid(), L.nn.ReLU()]),
    lambda L, m: m.pop(1),
    lambda L, m: m + type(m)(*m) if isinstance(m, L.nn.Sequential) else m + type(m)(m),
    lambda L, m: operator.iadd(m, L.nn.Sequential(*m)),
]


def test_a_series_is_handled_as_in_torch():
    for make in [sequence, listing]:
        for change in SERIES:
            with naming(make, f"the change in line {change.__code__.co_firstlineno}"):
                results = []
                for L in (nnlib, torch):
                    model = make(L)
                    result = change(L, model)
                    results.append((repr(result), repr(model), list(model.state_dict())))
                assert results[0] == results[1]


def test_a_dictionary_of_modules_is_handled_as_in_torch():
    for L in (nnlib, torch):
        model = L.nn.ModuleDict({"a": L.nn.ReLU(), "b": L.nn.Tanh()})
        model["c"] = L.nn.Sigmoid()
        model.update([("d", L.nn.ReLU())])
        model.update(L.nn.ModuleDict({"e": L.nn.ReLU()}))
        assert list(model) == list(model.keys()) == ["a", "b", "c", "d", "e"]
        assert "a" in model
        assert "z" not in model
        assert kinds(model.values()) == ["ReLU", "Tanh", "Sigmoid", "ReLU", "ReLU"]
        assert type(model.pop("b")) is L.nn.Tanh
        del model["c"]
        assert [(k, type(m).__name__) for k, m in model.items()] == [
            (k, "ReLU") for k in ("a", "d", "e")
        ]
        model.clear()
        assert len(model) == 0


def test_a_list_of_parameters_is_handled_as_in_torch():
    for L in (nnlib, torch):
        model = L.nn.ParameterList([L.zeros(2), L.nn.Parameter(L.zeros(3))])
        model.append(L.zeros(4)).extend([L.zeros(5), "text"])
        model += [L.zeros(6)]
        model[0] = L.zeros(7)
        shapes = [7, 3, 4, 5, None, 6]
        assert [x.shape[0] if hasattr(x, "shape") else None for x in model] == shapes
        assert [k for k, _ in model.named_parameters()] == ["0", "1", "2", "3", "5"]
        assert (len(model), model[-1].shape[0], len(model[1:3])) == (6, 6, 2)
        assert isinstance(model[2], L.nn.Parameter)
