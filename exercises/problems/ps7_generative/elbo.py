"""elbo: the lower bound of images of clothes, for a variational autoencoder trained at home.

As in ps2 to ps6, the challenge measures only the weights. We compute the ELBO here, in float64,
from the file and 1,000 images, with one draw of noise per image. The student's function only
has to agree on the first 100 images. The target contains the images and the noise. We round the
noise to multiples of 1/32, so that each number fits into one byte. This increases its variance
by 1/12 of 1/1024, which changes every ELBO by less than 0.1 nats.

We tried several networks (`tools/make_vae.py`). On the hidden images, with 10 draws each,
three seeds with 16 numbers, 128 units and 15 epochs reach 118 to 122 nats per
image. 60 epochs instead of 15 reach 167, 60 epochs with 256 hidden units reach 176, and 200
epochs with mirrored images reach 183.
"""

import numpy as np
from nngrader.engine import challenge
from nngrader.engine.declaration.weights import arrays_of

from .common import ELSEWHERE

MEASURED, TRIED, MOST = 1000, 100, 32  # images, images for the function, limit of D


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
        "Your file should contain ten arrays: body, mean, log_var, hidden and out, each with "
        ".weight and .bias.",
        "An array in your file has the wrong shape. Expected body.weight (H, 196), mean.weight "
        "and log_var.weight (D, H), hidden.weight (G, D), out.weight (196, G), and each bias "
        "as long as its weight, with H and G up to 256 and D up to 32.",
        "Your file should contain only finite real numbers.",
    )
    images = args["target"][:, :784].astype(float).reshape(-1, 14, 2, 14, 2)
    x = images.mean(axis=(2, 4)).reshape(-1, 196) / 255
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
        raise ValueError("The ELBO of your network isn't finite. How large are your weights?")
    n = len(args["images"])
    if answer is None or answer.dtype.kind not in "iuf" or answer.shape != (n,):
        raise ValueError(
            "Your result should have the shape (N,). Return one number for each image."
        )

    def near(a, b):
        return np.isclose(a, b, rtol=1e-3, atol=0.1).mean() >= 0.995

    if not near(answer, bound[:n]):
        if near(-answer, bound[:n]):
            raise ValueError(
                "Your result is minus the ELBO. What sign does ln p(x | z) have in the ELBO?"
            )
        if near(answer, fit[:n]):
            raise ValueError(
                "Your result is only ln p(x | z). Which other term does the ELBO contain?"
            )
        if near(answer, fit[:n] + kl[:n]):
            raise ValueError(
                "Your result adds the divergence. What sign does it have in the ELBO?"
            )
        if near(constant - answer, bound[:n]) or near(answer + constant, bound[:n]):
            raise ValueError(
                "Your result doesn't contain the constant of the Gaussian. For each pixel, "
                "which factor comes before the exponential in the density?"
            )
        loose = -5 * error[:n] - kl[:n]
        if near(answer, loose + constant) or near(answer, loose + constant - 98 * np.log(10)):
            raise ValueError(
                "You use 0.1 as the variance of a pixel. Which quantity does the problem set "
                "to 0.1?"
            )
        with np.errstate(over="ignore", invalid="ignore"):
            still = error_of(mean[:n], n)
            wide = error_of(mean[:n] + np.exp(log_var[:n]) * eps[:n], n)
        if near(answer, constant - 50 * still - kl[:n]):
            raise ValueError(
                "You decode the means of the codes. How do you get a code from a mean and the "
                "noise?"
            )
        if near(answer, constant - 50 * wide - kl[:n]):
            raise ValueError(
                "You multiply the noise by exp(log_var). Which power of sigma is log_var the "
                "logarithm of?"
            )

        def elbo_of(x, linear=""):
            h = layer("body", x)
            h = h if linear == "body" else np.maximum(h, 0)
            mean, log_var = layer("mean", h), layer("log_var", h)
            h = layer("hidden", mean + np.exp(log_var / 2) * eps[:n])
            s = layer("out", h if linear == "hidden" else np.maximum(h, 0))
            kl = (mean**2 + np.exp(log_var) - 1 - log_var).sum(axis=1) / 2
            return constant - 50 * ((0.5 * (1 + np.tanh(s / 2)) - x) ** 2).sum(axis=1) - kl

        four = args["images"].reshape(n, 14, 2, 14, 2)
        overflown = (four[:, :, 0] + four[:, :, 1]).sum(axis=3, dtype=np.uint8)
        mistakes = {
            "Your pixels aren't divided by 255. Where does the problem statement divide "
            "them?": (255 * x[:n],),
            "Your sums of four pixels overflow in `uint8`. Which type should the pixels have "
            "before you add them?": (overflown.reshape(n, 196) / 4 / 255,),
            "Your code averages four neighbours in one row. Which four pixels form a square of "
            "2 by 2?": (args["images"].reshape(n, 196, 4).mean(axis=2) / 255,),
            "The hidden layer of your encoder has no ReLU. Where does the problem "
            "statement apply it?": (x[:n], "body"),
            "The hidden layer of your decoder has no ReLU. Where does the problem "
            "statement apply it?": (x[:n], "hidden"),
        }
        for words, arguments in mistakes.items():
            with np.errstate(over="ignore", invalid="ignore"):
                if near(answer, elbo_of(*arguments)):
                    raise ValueError(words)
        raise ValueError(
            "Your result isn't the ELBO of the network in your file. Compute one image "
            "step by step, and compare each step, from the averages of 2 by 2 pixels to "
            "the two sums of the ELBO, with the problem statement."
        )
    return bound.mean()


garments = challenge(
    "elbo",
    file="vae.npz",
    most_bytes=500_000,
    thresholds={135: 1, 160: 2, 178: 3},
    measured="nats per image",
    measure=bound_of_the_network,
    margin=2.0,
    forbidden={"all": ELSEWHERE},
)


@garments.reference
def elbo(file, images, eps):
    """Compute the evidence lower bound of each image for the variational autoencoder in a file.

    x = images at half the size (means of 2 by 2 pixels), divided by 255, as rows (N, 196)
    h = relu(body(x)), mean(h) and log_var(h) (N, D), z = mean + exp(log_var / 2) * eps
    out = sigmoid(out(relu(hidden(z))))   (N, 196)
    elbo = ln p(x | z) - the divergence of q from the standard normal, where p(x | z) is
    Gaussian with the means out and the standard deviation 0.1 in each pixel

    file : dict of the ten arrays in vae.npz: "body.weight", "body.bias" and so on; a layer
        computes v W^T + b from v
    images : (N, 28, 28) array of type uint8, one image per entry of the first axis
    eps : (N, 32) array: noise; use the first D columns
    Returns elbo : (N,) array, in nats.
    """
    x = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) / 255

    def layer(name, v):
        return v @ file[f"{name}.weight"].T + file[f"{name}.bias"]

    h = np.maximum(layer("body", x), 0)
    mean, log_var = layer("mean", h), layer("log_var", h)
    z = mean + np.exp(log_var / 2) * eps[:, : mean.shape[1]]
    out = 1 / (1 + np.exp(-layer("out", np.maximum(layer("hidden", z), 0))))
    fit = -((out - x) ** 2).sum(axis=1) / (2 * 0.1**2) - 98 * np.log(2 * np.pi * 0.1**2)
    return fit - (mean**2 + np.exp(log_var) - 1 - log_var).sum(axis=1) / 2


def with_noise(images):
    """Return the arguments of the student's function, and all images with their noise."""
    noise = np.random.default_rng(2026).normal(size=(len(images), MOST))
    steps = (32 * noise).round().clip(-128, 127)
    target = np.column_stack([images, steps + 128]).astype(np.uint8)
    return images[:TRIED].reshape(-1, 28, 28), steps[:TRIED] / 32, target


@garments.on_visible
def packaged_pictures():
    """The first 1,000 test images of `nnlib.datasets`."""
    from nnlib.datasets import fashion_mnist

    X = fashion_mnist()[1].X[:MEASURED]
    return with_noise((X * 255).round().astype(np.uint8))


@garments.on_heldback
def heldback_pictures(heldback):
    """The first 1,000 images of a set that students don't have."""
    return with_noise(heldback("fashion.npz")["images"][:MEASURED].reshape(MEASURED, 784))
