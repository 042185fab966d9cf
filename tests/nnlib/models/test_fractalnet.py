"""The fractal, and drop-path."""

import numpy as np

import nnlib
from nnlib.models import Fractal
from nnlib.models.blocks import ConvNorm


def images(rng, *shape):
    return nnlib.tensor(rng.standard_normal(shape, dtype=np.float32))


def test_fractal_is_its_definition(rng):
    f = Fractal(3, 2, 4).eval()
    z = images(rng, 2, 2, 6, 6)
    pair, last = f.first, f.second  # each is f_2: one convolution beside two
    middle = (pair.conv(z) + pair.second.conv(pair.first.conv(z))) / 2
    deepest = last.second.conv(last.first.conv(middle))
    expected = (f.conv(z) + last.conv(middle) + deepest) / 3
    np.testing.assert_allclose(f(z).detach().numpy(), expected.detach().numpy(), rtol=1e-6)


class Column(nnlib.nn.Module):
    def __init__(self, fractal, column):
        super().__init__()
        self.fractal, self.column = fractal, column

    def forward(self, z):
        return self.fractal(z, self.column)


def run(model, x):
    """Return the names of the convolutions that one pass uses, and the result."""
    used = []
    handles = [
        m.register_forward_hook(lambda m, args, out, name=name: used.append(name))
        for name, m in model.named_modules()
        if isinstance(m, ConvNorm)
    ]
    out = model(x)
    for handle in handles:
        handle.remove()
    return used, out


def test_one_column_is_a_plain_network(rng):
    f = Fractal(4, 2, 3)
    z = images(rng, 2, 2, 4, 4)
    for column in range(4):
        used = run(Column(f, column), z)[0]
        assert len(used) == 2**column
    assert len(run(f, z)[0]) == 2**4 - 1


def test_a_join_drops_inputs_but_never_all():
    nnlib.manual_seed(0)
    f = Fractal(3, 2, 2, drop_path=0.5)
    ends = [nnlib.tensor([2.0**i]) for i in range(3)]
    means = [float(f._joined(ends)) for _ in range(800)]
    kept = {1.0, 2.0, 4.0, 1.5, 2.5, 3.0, 7 / 3}
    np.testing.assert_allclose(sorted(set(means)), sorted(kept))
    # All stay in 1 of 8 cases, and one alone in 3 + 1: when none would, one is chosen.
    assert 70 <= sum(abs(m - 7 / 3) < 1e-6 for m in means) <= 130
    assert 340 <= sum(m in (1, 2, 4) for m in means) <= 460
    assert float(f.eval()._joined(ends)) == np.float32(7 / 3)
