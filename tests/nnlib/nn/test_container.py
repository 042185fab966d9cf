"""Containers are read, changed and joined as in torch."""

import torch

import nnlib
from tests.nnlib.harness import naming


def kinds(modules):
    return [type(m).__name__ for m in modules]


def sequence(L):
    return L.nn.Sequential(L.nn.ReLU(), L.nn.Tanh(), L.nn.Linear(2, 2))


def listing(L):
    return L.nn.ModuleList([L.nn.ReLU(), L.nn.Tanh(), L.nn.Linear(2, 2)])


def removed(model, key):
    del model[key]
    return model


def replaced(model, key, module):
    model[key] = module
    return model


def inserted(model, index, module):
    model.insert(index, module)  # gives nothing in torch's list
    return model


def grown(model, other):
    model += other
    return model


SERIES = {
    "first": lambda L, m: m[0],
    "last": lambda L, m: m[-1],
    "slice": lambda L, m: m[1:],
    "backwards": lambda L, m: m[::2],
    "delete": lambda L, m: removed(m, 0),
    "delete last": lambda L, m: removed(m, -1),
    "delete slice": lambda L, m: removed(m, slice(0, 2)),
    "replace": lambda L, m: replaced(m, -1, L.nn.Sigmoid()),
    "append": lambda L, m: m.append(L.nn.Sigmoid()),
    "insert": lambda L, m: inserted(m, 1, L.nn.Sigmoid()),
    "insert at the end": lambda L, m: inserted(m, 3, L.nn.Sigmoid()),
    "extend": lambda L, m: m.extend([L.nn.Sigmoid(), L.nn.ReLU()]),
    "pop": lambda L, m: m.pop(1),
    "rest after pop": lambda L, m: (m.pop(1), m)[1],
    "plus": lambda L, m: m + type(m)(*m) if isinstance(m, L.nn.Sequential) else m + type(m)(m),
    "grow": lambda L, m: grown(m, L.nn.Sequential(*m)),
}


def test_a_series_is_handled_as_in_torch():
    for make in [sequence, listing]:
        for name in SERIES:
            with naming(name):
                got, expected = (SERIES[name](L, make(L)) for L in (nnlib, torch))
                assert repr(got) == repr(expected)
                assert list(got.state_dict()) == list(expected.state_dict())


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
