"""A training run that is killed and restarted ends like one that was not, bit for bit."""

import subprocess
import sys

import numpy as np
import pytest

import nnlib
import nnlib.nn.functional as F
from nnlib import nn, optim
from nnlib.training import fit, loaders

PROGRAM = """
import os, signal, sys
import numpy as np
import nnlib
from nnlib import nn, optim, training

path, deadly = sys.argv[1], int(sys.argv[2])
nnlib.manual_seed(7)
rng = np.random.default_rng(0)
X, y = rng.standard_normal((70, 5)), rng.integers(0, 3, 70)
model = nn.Sequential(
    nn.Linear(5, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 3)
)
optimizer = optim.Adam(model.parameters(), lr=0.02)
calls = 0

def loss(output, targets):
    global calls
    calls += output.requires_grad  # a step, not a measurement
    if calls == deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    return nn.functional.cross_entropy(output, targets)

data = training.loaders(X, y, batch_size=20, validation=(X, y), rng=np.random.default_rng(3))
history = training.fit(
    model, data, loss, optimizer, epochs=5, patience=4, keep_best=True, checkpoint=path,
    scheduler=optim.lr_scheduler.CosineAnnealingLR(optimizer, 5),
)
history.seconds = []
print(repr(vars(history)))
print([p.array.tobytes().hex() for p in model.state_dict().values()])
"""


def start(path, deadly=0):
    line = [sys.executable, "-c", PROGRAM, str(path), str(deadly)]
    return subprocess.run(line, capture_output=True, text=True)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    done = start(tmp_path_factory.mktemp("undisturbed") / "run.pt")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("deadly", [1, 5, 11])  # before and after checkpoints
def test_a_killed_training_run_continues_bit_for_bit(tmp_path, undisturbed, deadly):
    assert start(tmp_path / "run.pt", deadly).returncode == -9
    again = start(tmp_path / "run.pt")
    assert again.returncode == 0, again.stderr
    assert again.stdout == undisturbed


def small(hidden=4, n=30, kind=optim.SGD):
    nnlib.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, hidden), nn.ReLU(), nn.Linear(hidden, 2))
    X = np.random.default_rng(0).standard_normal((n, 2))
    data = loaders(X, (X[:, 0] > 0).astype(int), rng=np.random.default_rng(1))
    return model, data, F.cross_entropy, kind(model.parameters(), lr=0.1)


def test_an_ended_training_is_not_done_again_but_may_be_longer(tmp_path):
    path = tmp_path / "run.pt"
    first = fit(*small(), epochs=2, checkpoint=path)
    model, *rest = small()
    assert fit(model, *rest, epochs=2, checkpoint=path).step_loss == first.step_loss
    longer = fit(*small(), epochs=4, checkpoint=path)
    assert longer.step_loss == fit(*small(), epochs=4).step_loss


@pytest.mark.parametrize(
    ("other", "part"),
    [(small(hidden=5), "model"), (small(n=31), "data"), (small(kind=optim.Adam), "optimizer")],
    ids=["model", "data", "optimizer"],
)
def test_a_checkpoint_of_something_else_is_refused(tmp_path, other, part):
    path = tmp_path / "run.pt"
    fit(*small(), epochs=1, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=f"^fit: expected the checkpoint .* this {part}"):
        fit(*other, epochs=2, checkpoint=path)
    optimizer = other[-1]
    scheduler = optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    with pytest.raises(
        ValueError, match=r"to contain the parts model, optimizer, data, history, scheduler"
    ):
        fit(*other, epochs=2, checkpoint=path, scheduler=scheduler)
    assert path.read_bytes() == before
