"""surprisal: a play that is read character by character, by an LSTM trained at home.

What is measured are the weights and nothing else, as in ps2 to ps5: the bits per character are
computed here, in float64, from the file and 80 pieces of 250 characters. The student's function
only has to agree, on the first 20 pieces. All pieces travel in the target.

What was tried, in bits per character on the visible play (`tools/make_characters.py`): counts
of two, three and four characters in a row 3.57, 3.05 and 2.83; an LSTM of 64 units after two
epochs 3.30; of 128 units after eight 2.75, and with dropout after sixteen 2.58. The held-back
play is as hard: 3.54, 3.05 and 2.84 by counts, 2.57 by the last network.
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
        {
            "W": ("R", 36),
            "U": ("R", "H"),
            "b": ("R",),
            "W_hy": (36, "H"),
            "b_y": (36,),
        },
        {"R": 512, "H": 128},
        "the file is expected to hold five arrays: W, U, b, W_hy and b_y",
        "W is expected as (4H, 36), U as (4H, H), b as (4H,), W_hy as (36, H), b_y as (36,), "
        "and H from 1 to 128",
        "all arrays are expected as finite real numbers",
    )
    H = p["U"].shape[1]
    if len(p["U"]) != 4 * H:
        raise ValueError("U is expected as (4H, H): a block of H rows for each gate")

    def surprisal_of(text, order="ifgo", read=0, judged=1, b=1, b_y=1, squash=np.tanh):
        N = text.shape[1]
        h, c, rows = np.zeros((N, H)), np.zeros((N, H)), p["W"].T + b * p["b"]
        found = []
        for t in range(len(text) - 1):
            z = rows[text[t + read]] + h @ p["U"].T
            i, f, g, o = (z[:, k * H : (k + 1) * H] for k in map(order.index, "ifgo"))
            i, f, o = (0.5 * (1 + np.tanh(v / 2)) for v in (i, f, o))
            c = f * c + i * np.tanh(g)
            h = o * squash(c)
            s = h @ p["W_hy"].T + b_y * p["b_y"]
            s = s - s.max(axis=1, keepdims=True)
            right = s[np.arange(N), text[t + judged]]
            found.append((np.log(np.exp(s).sum(axis=1)) - right) / np.log(2))
        return np.array(found)

    with np.errstate(over="ignore", invalid="ignore"):  # sums may overflow
        bits = surprisal_of(args["target"].astype(int))
    if not np.isfinite(bits).all():
        raise ValueError("the logits are not finite. How large are the weights?")
    tried = bits[:, : args["text"].shape[1]]
    if answer is None or answer.dtype.kind not in "iuf" or answer.shape != tried.shape:
        raise ValueError("expected one number for each character after the first, (T - 1, N)")

    def near(a, b):
        return np.isclose(a, b, rtol=1e-3, atol=1e-3).mean() >= 0.995

    if not near(answer, tried):
        if near(answer * np.log2(np.e), tried):
            raise ValueError(
                "these are natural logarithms. How many bits are one of their units?"
            )
        if near(-answer, tried):
            raise ValueError(
                "these are logarithms of probabilities. Which sign has a surprise?"
            )
        if near(-np.log2(np.maximum(answer, 1e-30)), tried):
            raise ValueError("these are probabilities. What is asked are bits")
        text = args["text"].astype(int)
        with np.errstate(over="ignore", invalid="ignore"):
            if near(answer, surprisal_of(text, order="ifog")):
                raise ValueError(
                    "the sums are taken in the order i, f, o, g. In which order do the rows "
                    "of W stand?"
                )
            if near(answer, surprisal_of(text, read=1)):
                raise ValueError(
                    "the character that is judged has been read already. What is the input of "
                    "step t?"
                )
            if near(answer, surprisal_of(text, judged=0)):
                raise ValueError(
                    "after step t the probability of text[t] is taken, which the network has "
                    "just read. Which character does it foretell?"
                )
            if near(answer, surprisal_of(text, b=0)):
                raise ValueError("b is not added. Where does lstm_step have it?")
            if near(answer, surprisal_of(text, b_y=0)):
                raise ValueError("b_y is not added. Where do the logits have it?")
            if near(answer, surprisal_of(text, squash=lambda c: c)):
                raise ValueError(
                    "h is made without the tanh of c. Where does lstm_step have it?"
                )
        if near(answer[0], tried[0]):
            raise ValueError(
                "the first character of each piece is right, and later ones are not. Which two "
                "states does a step hand on?"
            )
        raise ValueError(
            "these are not the bits of the network in the file. Do the gates stand as i, f, g, "
            "o, is the character before the one that is judged the input, and do both states "
            "begin with 0?"
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
    forbidden={"all": ELSEWHERE},
)


@play.reference
def surprisal(file, text):
    """How many bits each character of a text costs an LSTM that has read those before it.

    An LSTM as in lstm_step reads character after character, h and c begin with 0. Its input is
    1 at the character's place and 0 elsewhere. After step t it has the logits h W_hy^T + b_y,
    whose softmax gives a probability to each character that may be text[t + 1].

    file : dict of the arrays in characters.npz: W (4H, 36), U (4H, H), b (4H,), W_hy (36, H)
        and b_y (36,)
    text : (T, N) array of type uint8: N pieces of T characters, as their places in the alphabet
    Returns bits : (T - 1, N) array: minus the logarithm to base 2 of the probability that each
        character but the first of a piece was given.
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
    """Return the pieces of a play that the student's function gets, and all of them."""
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
    """The beginning of a play that is held back."""
    return pieces(heldback("play.npz")["text"].tobytes().decode())
