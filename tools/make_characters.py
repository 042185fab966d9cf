"""Train small LSTMs on the packaged plays, for the challenge of ps6.

Run this program by hand. It takes about six minutes on one core, writes the solution file,
which we commit, and prints the results of each method on the visible and on the held-back play,
in bits per character; we chose the thresholds of the challenge from them. It needs torch,
because torch trains several times faster than nnlib.
"""

import numpy as np
import torch
from make_challenges import HELDBACK
from torch import nn
from torch.nn import functional as F

from nnlib.datasets import shakespeare
from nnlib.text import (
    bits_per_character,
    ngram_counts,
    ngram_cross_entropy,
    ngram_probabilities,
)

ALPHABET = "\n !',-.:;?abcdefghijklmnopqrstuvwxyz"
PIECES, LENGTH, STEPS = 80, 250, 100  # pieces to score, their length; characters per update
SHORT = dict(units=64, epochs=2, dropout=0.0, seed=0)
LONG = SHORT | dict(units=128, epochs=8)
DROPOUT = LONG | dict(epochs=16, dropout=0.15)
WAYS = {"short": SHORT, "long": LONG, "dropout": DROPOUT}


def codes(text: str) -> np.ndarray:
    """Return the indices of the characters in the alphabet, skipping all others."""
    return np.array([ALPHABET.index(k) for k in text.lower() if k in ALPHABET])


def pieces(numbers: np.ndarray) -> np.ndarray:
    """Return the start of a play as the pieces to score, with time as the first axis."""
    return numbers[: PIECES * LENGTH].reshape(PIECES, LENGTH).T


class Network(nn.Module):
    """An LSTM that reads characters and returns the logits of the next one."""

    def __init__(self, units: int, dropout: float):
        super().__init__()
        self.lstm, self.dropout = nn.LSTM(len(ALPHABET), units), nn.Dropout(dropout)
        self.output = nn.Linear(units, len(ALPHABET))

    def forward(self, numbers, state=None):
        """Return logits (T, N, V) and the last state."""
        h, state = self.lstm(F.one_hot(numbers, len(ALPHABET)).float(), state)
        return self.output(self.dropout(h)), state


def trained(*, units: int, epochs: int, dropout: float, seed: int) -> Network:
    """Return a network trained on the eight plays, with its state carried from part to part."""
    torch.manual_seed(seed)
    text = torch.tensor(codes("".join(shakespeare()[0].texts)))
    rows = text[: len(text) // 64 * 64].reshape(64, -1).T
    net, most = Network(units, dropout), 5e-3
    optimizer = torch.optim.AdamW(net.parameters(), lr=most, weight_decay=0.01)
    starts = range(0, len(rows) - 1 - STEPS, STEPS)
    steps = epochs * len(starts)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, most, steps, pct_start=0.1)
    for _ in range(epochs):
        state = None
        for start in starts:
            part = rows[start : start + STEPS + 1]
            logits, state = net(part[:-1], state)
            state = tuple(s.detach() for s in state)
            loss = F.cross_entropy(logits.reshape(-1, len(ALPHABET)), part[1:].reshape(-1))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            rate.step()
    return net.eval()


def arrays(net: Network) -> dict[str, np.ndarray]:
    """Return the arrays of the file; the two biases of torch become one."""
    lstm, output = net.lstm, net.output
    parameters = {
        "W": lstm.weight_ih_l0,
        "U": lstm.weight_hh_l0,
        "b": lstm.bias_ih_l0 + lstm.bias_hh_l0,
        "W_hy": output.weight,
        "b_y": output.bias,
    }
    return {name: p.detach().numpy().astype(np.float16) for name, p in parameters.items()}


def bits(net: Network, numbers: np.ndarray) -> float:
    """Return the bits per character on the scored pieces."""
    part = torch.tensor(pieces(numbers))
    with torch.no_grad():
        logits = net(part[:-1])[0].reshape(-1, len(ALPHABET))
    return float(F.cross_entropy(logits, part[1:].reshape(-1))) / np.log(2)


def counted(n: int, text: np.ndarray, numbers: np.ndarray) -> float:
    """Return the bits per character of an n-gram model on the scored pieces."""
    counts = ngram_counts(text, n=n, size=len(ALPHABET))
    p = ngram_probabilities(counts, alpha=0.01)
    return bits_per_character(ngram_cross_entropy(p, pieces(numbers).T.ravel()))


def main() -> None:
    """Write the solution file, and print the bits per character of each method."""
    train, test = shakespeare()
    text, visible = codes("".join(train.texts)), codes("".join(test.texts))
    with np.load(HELDBACK / "play.npz") as data:
        hidden = codes(data["text"].tobytes().decode())
    for n in (1, 2, 3, 4):
        print(f"{n}-grams", *(f"{counted(n, text, p):.3f}" for p in (visible, hidden)))
    folder = HELDBACK / "ps6_rnn"
    folder.mkdir(exist_ok=True)
    for name, way in WAYS.items():
        net = trained(**way)
        print(f"{name:8}", *(f"{bits(net, p):.3f}" for p in (visible, hidden)), flush=True)
        if name == "dropout":
            np.savez_compressed(folder / "characters.npz", **arrays(net))


if __name__ == "__main__":
    main()
