"""elbo: the lower bound of pictures of clothes, by a variational autoencoder trained at home.

What is measured are the weights and nothing else, as in ps2 to ps6: the ELBO is computed here,
in float64, from the file and 1,000 pictures, with one draw of noise for each. The student's
function only has to agree, on the first 100 of them. Pictures and noise travel in the target,
the noise in steps of 1/32, so that one byte holds a number. That makes its variance larger by
1/12 of 1/1024, which moves no ELBO by a tenth of a nat.

What was tried, in nats per picture on the held-back pictures (`tools/make_vae.py`), with 10
draws each: the settings of the page on variational autoencoders 118 to 122 on three seeds; 60
epochs in place of 15 167; 256 hidden units besides 176; 200 epochs with mirrored pictures 183.
"""

import numpy as np
from nngrader.engine import challenge
from nngrader.engine.declaration.weights import arrays_of

from .common import ELSEWHERE

MEASURED, TRIED, MOST = 1000, 100, 32  # pictures, those for the function, numbers of a code


def bound_of_the_network(args, answer):
    p = arrays_of(
        args["file"],
        {
            "body.weight": ("H", 196),
            "body.bias": ("H",),
            "mean.weight": ("D", "H"),
            "mean.bias": ("D",),
            "log_var.weight": ("D", "H"),
            "log_var.bias": ("D",),
            "hidden.weight": ("G", "D"),
            "hidden.bias": ("G",),
            "out.weight": (196, "G"),
            "out.bias": (196,),
        },
        {"H": 256, "D": 32, "G": 256},
        "the file is expected to hold ten arrays: body, mean, log_var, hidden and out, each "
        "with .weight and .bias",
        "body.weight is expected as (H, 196), mean.weight and log_var.weight as (D, H), "
        "hidden.weight as (G, D), out.weight as (196, G), each bias as long as its weight, "
        "H and G to 256, D to 32",
        "all arrays are expected as finite real numbers",
    )
    pictures = args["target"][:, :784].astype(float).reshape(-1, 14, 2, 14, 2)
    x = pictures.mean(axis=(2, 4)).reshape(-1, 196) / 255
    eps = (args["target"][:, 784 : 784 + len(p["mean.bias"])].astype(float) - 128) / 32

    def layer(name, v):
        return v @ p[name + ".weight"].T + p[name + ".bias"]

    def error_of(z, n=None):
        s = layer("out", np.maximum(layer("hidden", z), 0))
        return ((0.5 * (1 + np.tanh(s / 2)) - x[:n]) ** 2).sum(axis=1)

    constant = -98 * np.log(2 * np.pi * 0.01)
    with np.errstate(over="ignore", invalid="ignore"):  # numbers may overflow
        h = np.maximum(layer("body", x), 0)
        mean, log_var = layer("mean", h), layer("log_var", h)
        error = error_of(mean + np.exp(log_var / 2) * eps)
        kl = (mean**2 + np.exp(log_var) - 1 - log_var).sum(axis=1) / 2
        fit = constant - 50 * error
        bound = fit - kl
    if not np.isfinite(bound).all():
        raise ValueError("the ELBO is not finite. How large are the weights?")
    n = len(args["pictures"])
    if answer is None or answer.dtype.kind not in "iuf" or answer.shape != (n,):
        raise ValueError("expected one number for each picture, an array (N,)")

    def near(a, b):
        return np.isclose(a, b, rtol=1e-3, atol=0.1).mean() >= 0.995

    if not near(answer, bound[:n]):
        if near(-answer, bound[:n]):
            raise ValueError(
                "this is the loss, minus the ELBO. Which sign has a lower bound of ln p(x)?"
            )
        if near(answer, fit[:n]):
            raise ValueError(
                "this is ln p(x | z) alone. What else does the ELBO hold for the code?"
            )
        if near(answer, fit[:n] + kl[:n]):
            raise ValueError("the divergence is added. Which sign has it in the ELBO?")
        if near(constant - answer, bound[:n]) or near(answer + constant, bound[:n]):
            raise ValueError(
                "the constant of the Gaussian is missing. What stands before its exponential, "
                "for each of the pixels?"
            )
        loose = -5 * error[:n] - kl[:n]
        if near(answer, loose + constant) or near(answer, loose + constant - 98 * np.log(10)):
            raise ValueError("0.1 is taken for the variance of a pixel. What is it?")
        with np.errstate(over="ignore", invalid="ignore"):
            still = error_of(mean[:n], n)
            wide = error_of(mean[:n] + np.exp(log_var[:n]) * eps[:n], n)
        if near(answer, constant - 50 * still - kl[:n]):
            raise ValueError("the means are decoded. Which codes does the noise make of them?")
        if near(answer, constant - 50 * wide - kl[:n]):
            raise ValueError(
                "the noise is multiplied by exp(log_var). Of which power of sigma is it the "
                "logarithm?"
            )
        raise ValueError(
            "this is not the ELBO of the network in the file. Are the pictures halved by means "
            "and divided by 255, is the given noise used, and are there a ReLU in each hidden "
            "layer and a sigmoid at the end?"
        )
    return bound.mean()


garments = challenge(
    "elbo",
    file="vae.npz",
    most_bytes=500_000,
    thresholds={135: 1, 160: 2, 178: 3},
    measured="nats per picture",
    measure=bound_of_the_network,
    forbidden={"all": ELSEWHERE},
)


@garments.reference
def elbo(file, pictures, eps):
    """The evidence lower bound of each picture, by the variational autoencoder in a file.

    x = pictures at half the size (means of 2 by 2 pixels), divided by 255, as rows (N, 196)
    h = relu(body(x)), mean(h) and log_var(h) (N, D), z = mean + exp(log_var / 2) * eps
    out = sigmoid(out(relu(hidden(z))))   (N, 196)
    elbo = ln p(x | z) - the divergence of q from the standard normal, where p(x | z) is
    Gaussian with the means out and the standard deviation 0.1 in each pixel

    file : dict of the ten arrays in vae.npz: "body.weight", "body.bias" and so on; a layer
        makes v W^T + b of v
    pictures : (N, 28, 28) array of type uint8
    eps : (N, 32) array: noise, of which the first D columns are used
    Returns elbo : (N,) array, in nats.
    """
    x = pictures.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) / 255

    def layer(name, v):
        return v @ file[f"{name}.weight"].T + file[f"{name}.bias"]

    h = np.maximum(layer("body", x), 0)
    mean, log_var = layer("mean", h), layer("log_var", h)
    z = mean + np.exp(log_var / 2) * eps[:, : mean.shape[1]]
    out = 1 / (1 + np.exp(-layer("out", np.maximum(layer("hidden", z), 0))))
    fit = -((out - x) ** 2).sum(axis=1) / (2 * 0.1**2) - 98 * np.log(2 * np.pi * 0.1**2)
    return fit - (mean**2 + np.exp(log_var) - 1 - log_var).sum(axis=1) / 2


def with_noise(pictures):
    """Return the arguments of the student's function, and all pictures with their noise."""
    noise = np.random.default_rng(2026).normal(size=(len(pictures), MOST))
    steps = (32 * noise).round().clip(-128, 127)
    target = np.column_stack([pictures, steps + 128]).astype(np.uint8)
    return pictures[:TRIED].reshape(-1, 28, 28), steps[:TRIED] / 32, target


@garments.on_visible
def packaged_pictures():
    """The first 1,000 test pictures of `nnlib.datasets`."""
    from nnlib.datasets import fashion_mnist

    X = fashion_mnist()[1].X[:MEASURED]
    return with_noise((X * 255).round().astype(np.uint8))


@garments.on_heldback
def heldback_pictures(heldback):
    """The first 1,000 of the pictures that are held back."""
    return with_noise(heldback("fashion.npz")["images"][:MEASURED].reshape(MEASURED, 784))
