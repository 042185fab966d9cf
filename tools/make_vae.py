"""Train small variational autoencoders on the packaged images, for ps7.

Run this program by hand. It takes a few minutes on one core, writes the solution file of the
challenge, which we commit, and prints the ELBO of each method on the visible and on the
held-back images, in nats per image; we chose the thresholds from these values. With the
argument `traversals`, it instead prints the images of the written question, and the divergence
of each entry of the code. It needs torch, which trains several times faster than nnlib.
"""

import base64
import sys
import zlib

import numpy as np
import torch
from make_challenges import HELDBACK
from torch import nn

from nnlib.datasets import fashion_mnist

NOISE, MEASURED, BATCH = 0.1, 1000, 100
# "short" is a short run of a small network. nnlib can repeat it with its Adam, which has the
# same defaults.
SHORT = dict(code=16, units=128, epochs=15, rate=0.002, mirrored=False, beta=1.0, warm=0.0)
LONG = SHORT | dict(epochs=60)
WIDE = LONG | dict(units=256)
MIRRORED = WIDE | dict(epochs=200, rate=0.003, mirrored=True, warm=0.1)
WAYS = {"short": SHORT, "long": LONG, "wide": WIDE, "mirrored": MIRRORED}
STEPS, ENTRIES = np.linspace(-3, 3, 7), 4  # of the traversals
READ = SHORT | dict(code=ENTRIES, epochs=40, beta=90.0)


def small(X: np.ndarray) -> np.ndarray:
    """Return images (N, 196) of 14 by 14 pixels, each the mean of 2 by 2 pixels."""
    return X.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)


class Coder(nn.Module):
    """An encoder with two heads, and a decoder, as on the page generative/vae."""

    def __init__(self, code: int, units: int):
        super().__init__()
        self.body, self.mean, self.log_var, self.hidden, self.out = (
            nn.Linear(*sizes)
            for sizes in (
                *((196, units), (units, code), (units, code)),
                *((code, units), (units, 196)),
            )
        )

    def encode(self, x):
        """Return mean and logarithm of the variance of the code."""
        h = torch.relu(self.body(x))
        return self.mean(h), self.log_var(h)

    def decode(self, z):
        """Return the mean of the image."""
        return torch.sigmoid(self.out(torch.relu(self.hidden(z))))

    def terms(self, x, eps):
        """Return squared error over 2 σ² and divergence of each image."""
        mean, log_var = self.encode(x)
        out = self.decode(mean + (log_var / 2).exp() * eps)
        kl = (mean**2 + log_var.exp() - 1 - log_var).sum(1) / 2
        return ((out - x) ** 2).sum(1) / (2 * NOISE**2), kl


def trained(*, code, units, epochs, rate, mirrored, beta, warm, seed=0) -> Coder:
    """Return a network that was trained on the 5,000 packaged images."""
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    X = torch.tensor(small(fashion_mnist()[0].X), dtype=torch.float32)
    flipped = X.reshape(-1, 14, 14).flip(2).reshape(-1, 196)
    net = Coder(code, units)
    adam = torch.optim.Adam(net.parameters(), lr=rate)
    steps, done = epochs * len(X) // BATCH, 0
    for _ in range(epochs):
        for rows in torch.randperm(len(X), generator=rng).split(BATCH):
            risen = (done + 1) / (warm * steps + 1)
            adam.param_groups[0]["lr"] = rate * min(1 - done / steps, risen)
            x, done = X[rows], done + 1
            if mirrored:
                x = torch.where(torch.rand((len(x), 1), generator=rng) < 0.5, x, flipped[rows])
            fits, kl = net.terms(x, torch.randn((len(x), code), generator=rng))
            adam.zero_grad()
            (fits + beta * kl).mean().backward()
            adam.step()
    return net.eval()


def arrays(net: Coder) -> dict[str, np.ndarray]:
    """Return the arrays of the file."""
    return {k: p.detach().numpy().astype(np.float16) for k, p in net.state_dict().items()}


def elbo(net: Coder, X: np.ndarray, draws: int = 1) -> float:
    """Return the mean ELBO of images in nats."""
    x, rng = torch.tensor(X, dtype=torch.float32), torch.Generator().manual_seed(7)
    with torch.no_grad():
        shape = len(x), net.mean.out_features
        each = [sum(net.terms(x, torch.randn(shape, generator=rng))) for _ in range(draws)]
    return -float(torch.stack(each).mean()) - 98 * np.log(2 * np.pi * NOISE**2)


def traversals(net: Coder) -> tuple[np.ndarray, np.ndarray]:
    """Return images (entries, steps, 14, 14) from 0 to 15, and the entries' divergences."""
    X = torch.tensor(small(fashion_mnist()[1].X), dtype=torch.float32)
    with torch.no_grad():
        mean, log_var = net.encode(X)
        kl = ((mean**2 + log_var.exp() - 1 - log_var) / 2).mean(0).numpy()
        rows = np.zeros((ENTRIES, len(STEPS), ENTRIES), np.float32)
        for k in range(ENTRIES):
            rows[k, :, k] = STEPS
        out = net.decode(torch.tensor(rows)).numpy()
    return (15 * out).round().astype(np.uint8).reshape(ENTRIES, len(STEPS), 14, 14), kl


def as_text(pictures: np.ndarray) -> str:
    """Return images of numbers from 0 to 15 as text."""
    flat = pictures.ravel()
    return base64.b64encode(zlib.compress((flat[::2] * 16 + flat[1::2]).tobytes(), 9)).decode()


def main() -> None:
    """Write the solution file, and print the ELBO of each method."""
    visible = small(fashion_mnist()[1].X[:MEASURED].astype(float))
    with np.load(HELDBACK / "fashion.npz") as data:
        hidden = small(data["images"][:MEASURED] / 255.0)
    folder = HELDBACK / "ps7_generative"
    folder.mkdir(exist_ok=True)
    for name, way in WAYS.items():
        for seed in (0, 1, 2) if name == "short" else (0,):
            net = trained(**way, seed=seed)
            elbos = (f"{elbo(net, X, 10):.1f}" for X in (visible, hidden))
            print(f"{name:9}", *elbos, flush=True)
        if name == "mirrored":
            np.savez_compressed(folder / "vae.npz", **arrays(net))


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:] == ["traversals"]:
        pictures, kl = traversals(trained(**READ))
        print(as_text(pictures), kl.round(2))
    else:
        main()
