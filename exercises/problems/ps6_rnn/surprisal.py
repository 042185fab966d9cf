"""surprisal: an LSTM that students train at home predicts the characters of a play.

As in ps2 to ps5, the challenge measures only the weights. We compute the bits per character
here, in float64, from the file and 80 pieces of 250 characters. The student's function only has
to agree on the first 20 pieces. The target contains all pieces.

We tried several models (`tools/make_characters.py`). On the visible play, models that count
two, three and four characters in a row need 3.57, 3.05 and 2.83 bits per character. An LSTM of
64 units needs 3.30 after two epochs, and an LSTM of 128 units needs 2.75 after eight epochs and
2.58 with dropout after sixteen epochs. The held-back play is equally hard: 3.54, 3.05 and 2.84
bits for the counts, and 2.57 for the last network.
"""

import numpy as np
from nngrader.engine import challenge
from nngrader.engine.declaration.weights import arrays_of

from .common import ELSEWHERE

ALPHABET = "\n !',-.:;?abcdefghijklmnopqrstuvwxyz"
PIECES, LENGTH, TRIED = 80, 250, 20


def bits_of_the_network(args, answer):
    p = arrays_of(
        args["file"],
        {"W": ("R", 36), "U": ("R", "H"), "b": ("R",), "W_hy": (36, "H"), "b_y": (36,)},
        {"R": 512, "H": 128},
        "Your file should contain five arrays: W, U, b, W_hy and b_y.",
        "An array in your file has the wrong shape. Expected W (4H, 36), U (4H, H), b (4H,), "
        "W_hy (36, H) and b_y (36,), with H from 1 to 128.",
        "Your file should contain only finite real numbers.",
    )
    H = p["U"].shape[1]
    if len(p["U"]) != 4 * H:
        raise ValueError(
            "Your U should have the shape (4H, H), with a block of H rows per gate."
        )

    def surprisal_of(
        text, order="ifgo", read=0, judged=1, b=1, b_y=1, squash=np.tanh, uses="h"
    ):
        N = text.shape[1]
        h, c, rows = np.zeros((N, H)), np.zeros((N, H)), p["W"].T + b * p["b"]
        terms = []
        for t in range(len(text) - 1):
            z = rows[text[t + read]] + h @ p["U"].T
            i, f, g, o = (z[:, k * H : (k + 1) * H] for k in map(order.index, "ifgo"))
            i, f, o = (0.5 * (1 + np.tanh(v / 2)) for v in (i, f, o))
            old_h, old_c = h, c
            c = f * c + i * np.tanh(g)
            h = o * squash(old_c if uses == "old c" else c)
            state = {"c": c, "old h": old_h}.get(uses, h)
            s = state @ p["W_hy"].T + b_y * p["b_y"]
            s = s - s.max(axis=1, keepdims=True)
            right = s[np.arange(N), text[t + judged]]
            terms.append((np.log(np.exp(s).sum(axis=1)) - right) / np.log(2))
        return np.array(terms)

    with np.errstate(over="ignore", invalid="ignore"):  # sums may overflow
        bits = surprisal_of(args["target"].astype(int))
    if not np.isfinite(bits).all():
        raise ValueError("Your network's logits aren't finite. How large are your weights?")
    tried = bits[:, : args["text"].shape[1]]
    if answer is None or answer.dtype.kind not in "iuf" or answer.shape != tried.shape:
        raise ValueError(
            "Your result should have the shape (T - 1, N). Return one number for each "
            "character of a piece except the first."
        )

    def near(a, b):
        return np.isclose(a, b, rtol=1e-3, atol=1e-3).mean() >= 0.995

    if not near(answer, tried):
        if near(answer * np.log2(np.e), tried):
            raise ValueError(
                "Your result contains natural logarithms. How do you convert them to base 2?"
            )
        if near(-answer, tried):
            raise ValueError("Your bits are negative. What sign should a number of bits have?")
        if near(-np.log2(np.maximum(answer, 1e-30)), tried):
            raise ValueError(
                "Your result contains probabilities. How do you convert a probability to bits?"
            )
        text = args["text"].astype(int)
        with np.errstate(over="ignore", invalid="ignore"):
            if near(answer, surprisal_of(text, order="ifog")):
                raise ValueError(
                    "Your code takes the gates in the order i, f, o, g. What is the order of "
                    "the four blocks of W?"
                )
            if near(answer, surprisal_of(text, read=1)):
                raise ValueError(
                    "Your network has already read the character that it should predict. Which "
                    "character is the input of step t?"
                )
            if near(answer, surprisal_of(text, judged=0)):
                raise ValueError(
                    "After step t, your code takes the probability of text[t], which the "
                    "network has just read. Which character should it predict?"
                )
            if near(answer, surprisal_of(text, b=0)):
                raise ValueError("Your gates don't include b. Where does lstm_step add it?")
            if near(answer, surprisal_of(text, b_y=0)):
                raise ValueError(
                    "Your logits don't include b_y. Where does it appear in their formula?"
                )
            if near(answer, surprisal_of(text, squash=lambda c: c)):
                raise ValueError(
                    "Your h is computed without the tanh of c. Where does lstm_step apply it?"
                )
            if near(answer, surprisal_of(text, uses="c")):
                raise ValueError(
                    "Your logits are computed from c. Which of the two states does the formula "
                    "for the logits contain?"
                )
            if near(answer, surprisal_of(text, uses="old h")):
                raise ValueError(
                    "Your network predicts text[t + 1] before it has read text[t]. Which of "
                    "the two comes first in step t?"
                )
            if near(answer, surprisal_of(text, uses="old c")):
                raise ValueError(
                    "Your h is computed from the c of the step before. Which of the two lines "
                    "comes first in lstm_step?"
                )
        if near(answer[0], tried[0]):
            raise ValueError(
                "Your bits are correct for the first prediction in each piece, but not for the "
                "later ones. Which two states does each step pass to the next step?"
            )
        raise ValueError(
            "Your bits differ from the bits of the network in your file. Compute the first "
            "steps of each piece, and compare each line with `lstm_step` and with the formulas."
        )
    return bits.mean()


play = challenge(
    "surprisal",
    file="characters.npz",
    most_bytes=400_000,
    thresholds={2.9: 1, 2.75: 2, 2.62: 3},
    measured="bits per character",
    measure=bits_of_the_network,
    lower=True,
    margin=0.02,
    forbidden={"all": ELSEWHERE},
)


@play.reference
def surprisal(file, text):
    """Compute how many bits each character of a text costs, given the characters before it.

    The LSTM of lstm_step reads the text one character per step, and h and c start at 0. The
    input of step t is 1 at the index of text[t] and 0 elsewhere. After step t, the logits are
    h W_hy^T + b_y, and their softmax gives a probability for each possible text[t + 1].

    file : dict of the arrays in characters.npz: W (4H, 36), U (4H, H), b (4H,), W_hy (36, H)
        and b_y (36,)
    text : (T, N) array of type uint8: N pieces of T characters, as indices into the alphabet
    Returns bits : (T - 1, N) array: minus the base-2 logarithm of the probability that the
        network gave to each character of a piece except the first.
    """
    N, H = text.shape[1], file["U"].shape[1]
    h, c, bits = np.zeros((N, H)), np.zeros((N, H)), []
    for t in range(len(text) - 1):
        z = np.eye(36)[text[t]] @ file["W"].T + h @ file["U"].T + file["b"]
        i, f, g, o = np.split(z, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-v)) for v in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        s = h @ file["W_hy"].T + file["b_y"]
        s = s - s.max(axis=1, keepdims=True)
        log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
        bits.append(-log_p[np.arange(N), text[t + 1]] / np.log(2))
    return np.array(bits)


def pieces(text):
    """Return the pieces of a play that the student's function gets, and all pieces."""
    codes = [ALPHABET.index(k) for k in text.lower() if k in ALPHABET]
    whole = np.array(codes[: PIECES * LENGTH], np.uint8).reshape(PIECES, LENGTH).T
    return whole[:, :TRIED].copy(), whole


@play.on_visible
def the_tempest():
    """The beginning of The Tempest, the test play of `nnlib.datasets`."""
    from nnlib.datasets import shakespeare

    return pieces(shakespeare()[1].texts[0])


@play.on_heldback
def heldback_play(heldback):
    """The beginning of a play that students don't have."""
    return pieces(heldback("play.npz")["text"].tobytes().decode())
