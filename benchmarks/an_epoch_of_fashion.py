"""Train for one epoch on the 5,000 packaged images of Fashion-MNIST, in nnlib and PyTorch.

Both libraries train three models from the same initial weights, with the same mini-batches.
Each uses one thread. We measure processor time and the accuracy on the 4,000 test images.

    python benchmarks/an_epoch_of_fashion.py [mlp lenet lstm]
"""

import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # read when NumPy and torch are imported

import numpy as np  # noqa: E402
import torch  # noqa: E402

import nnlib  # noqa: E402
from nnlib.datasets import fashion_mnist  # noqa: E402

torch.set_num_threads(1)


def mlp(L):
    nn = L.nn
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def lenet(L):
    nn = L.nn
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )


def lstm(L):
    class Rows(L.nn.Module):
        """An LSTM that reads an image row by row."""

        def __init__(self):
            super().__init__()
            self.rnn = L.nn.LSTM(28, 64, batch_first=True)
            self.head = L.nn.Linear(64, 10)

        def forward(self, x):
            return self.head(self.rnn(x.squeeze(1))[0][:, -1])

    return Rows()


def epoch(L, model, train, test) -> tuple[float, float, float]:
    """Train for one epoch; return the last loss, the test accuracy and the processor time."""
    data = L.utils.data
    pairs = data.TensorDataset(*map(L.tensor, train))
    order = np.random.default_rng(0).permutation(len(pairs)).tolist()
    loader = data.DataLoader(pairs, batch_size=50, sampler=order)
    optimizer = L.optim.Adam(model.parameters(), lr=0.002)
    start = time.process_time()
    for x, y in loader:
        optimizer.zero_grad()
        loss = L.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    seconds = time.process_time() - start
    with L.no_grad():
        right = model(L.tensor(test[0])).argmax(1) == L.tensor(test[1])
    return loss.item(), right.float().mean().item(), seconds


def main(names: list[str]) -> None:
    """Print one row for each library and each named model, or all models by default."""
    train, test = ((X.reshape(-1, 1, 28, 28), y) for X, y in fashion_mnist())
    print("| one epoch, 5,000 images | library | last loss | accuracy | seconds |")
    print("|---|---|--:|--:|--:|")
    for make in [m for m in (mlp, lenet, lstm) if not names or m.__name__ in names]:
        torch.manual_seed(0)
        state = {name: value.numpy() for name, value in make(torch).state_dict().items()}
        for L in (nnlib, torch):
            model = make(L)
            model.load_state_dict({name: L.tensor(value) for name, value in state.items()})
            loss, accuracy, seconds = epoch(L, model, train, test)
            row = make.__name__, L.__name__, f"{loss:.4f}", f"{accuracy:.3f}", f"{seconds:.2f}"
            print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
