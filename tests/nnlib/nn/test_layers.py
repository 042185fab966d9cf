"""Layers and losses as modules, against torch."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn

LAYERS = [
    ("ReLU", ()),
    ("Sigmoid", ()),
    ("Tanh", ()),
    ("Softplus", (2.0, 1.0)),
    ("Softmax", (1,)),
    ("LogSoftmax", (1,)),
    ("Flatten", (1, 2)),
]


@pytest.mark.parametrize(("name", "options"), LAYERS, ids=[name for name, _ in LAYERS])
def test_layer_is_that_of_torch(name, options, rng):
    x = rng.standard_normal((5, 2, 3))
    ours, theirs = (getattr(L.nn, name)(*options) for L in (nnlib, torch))
    expected = theirs(torch.tensor(x)).numpy()
    np.testing.assert_allclose(ours(nnlib.tensor(x)).numpy(), expected, rtol=1e-10)
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("CrossEntropyLoss", dict(ignore_index=2, label_smoothing=0.1)),
        ("NLLLoss", dict(ignore_index=2, reduction="sum")),
    ],
)
def test_loss_of_classes_is_that_of_torch(name, options, rng):
    z, t, w = rng.standard_normal((7, 5)), rng.integers(0, 5, 7), np.linspace(1, 2, 5)
    ours = getattr(nn, name)(nnlib.tensor(w), **options)
    theirs = getattr(torch.nn, name)(torch.tensor(w), **options)
    expected = theirs(torch.tensor(z), torch.tensor(t)).item()
    assert ours(nnlib.tensor(z), nnlib.tensor(t)).item() == pytest.approx(expected)
    assert list(ours.state_dict()) == list(theirs.state_dict()) == ["weight"]


@pytest.mark.parametrize("name", ["MSELoss", "BCEWithLogitsLoss"])
def test_loss_of_one_shape_is_that_of_torch(name, rng):
    x, t = rng.standard_normal((7, 5)), rng.uniform(0, 1, (7, 5))
    ours, theirs = (getattr(L.nn, name)(reduction="sum") for L in (nnlib, torch))
    expected = theirs(torch.tensor(x), torch.tensor(t)).item()
    assert ours(nnlib.tensor(x), nnlib.tensor(t)).item() == pytest.approx(expected)


def test_weights_are_drawn_evenly_from_the_range_of_torch():
    nnlib.manual_seed(0)
    ours, theirs = nn.Linear(100, 400), torch.nn.Linear(100, 400)
    for name in ("weight", "bias"):
        values = getattr(ours, name).detach().numpy()
        assert np.abs(values).max() <= 0.1
        assert values.dtype == np.float32
        spread = getattr(theirs, name).detach().numpy().std()
        assert values.std() == pytest.approx(spread, rel=0.1)


def test_the_seed_decides_the_weights():
    def drawn(seed):
        nnlib.manual_seed(seed)
        return nn.Linear(3, 2).weight.tolist()

    assert drawn(4) == drawn(4)
    assert drawn(4) != drawn(5)


def test_a_layer_may_have_no_bias_another_dtype_or_no_inputs():
    assert nn.Linear(3, 2, bias=False).bias is None
    assert nn.Linear(3, 2, dtype=np.float64).weight.dtype == np.float64
    assert nn.Linear(0, 2)(nnlib.zeros(4, 0)).tolist() == [[0.0, 0.0]] * 4


def test_a_sequence_can_be_read_cut_and_continued():
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    assert model.append(nn.Linear(3, 1)) is model
    assert len(model) == 3
    assert [type(m).__name__ for m in model] == ["Linear", "ReLU", "Linear"]
    assert model[-1].out_features == 1
    assert len(model[:2]) == 2
    assert model[:2][0] is model[0]


def test_a_sequence_takes_modules_only():
    with pytest.raises(TypeError, match="Sequential: expected modules, got function"):
        nn.Sequential(nn.ReLU(), lambda x: x)


def test_options_can_be_changed_afterwards():
    for L in (nnlib, torch):
        layer, loss = L.nn.LeakyReLU(), L.nn.MSELoss()
        layer.negative_slope, loss.reduction = 0.5, "sum"
        y = layer(L.tensor([-2.0, 4.0]))
        assert y.tolist() == [-1.0, 4.0]
        assert loss(y, L.zeros(2)).item() == 17.0
        assert repr(layer) == "LeakyReLU(negative_slope=0.5)"


def test_the_weight_of_a_loss_is_a_buffer_also_when_it_comes_later():
    for L in (nnlib, torch):
        loss = L.nn.BCEWithLogitsLoss(L.ones(2))
        loss.pos_weight = L.ones(2)
        assert list(loss.state_dict()) == ["weight", "pos_weight"]
        assert loss.double().pos_weight.dtype == L.float64
