"""The problems of ps7, with gradients as in autograd, its reading and its challenge."""

import base64
import functools
import re
import zlib

import numpy as np
import pytest

from tests.exercises.challenge_files import both, judge_file, tool, untold
from tests.exercises.declared_problems import CHALLENGES, PROBLEMS
from tests.exercises.test_source import cells, example

P = CHALLENGES["elbo"]
reached = functools.partial(judge_file, P)


def solve(name):
    """Return the reference of a problem."""
    return PROBLEMS[name].solve


# The references


def test_the_penalty_and_its_gradient_match_autograd(rng):
    import torch

    given = rng.normal(size=(5, 4)), rng.normal(size=(3, 4)), rng.normal(size=3)
    x, W, b = (torch.tensor(a, requires_grad=True) for a in given)

    def code(v):
        return torch.sigmoid(W @ v + b)

    jacobians = torch.vmap(torch.func.jacrev(code))(x)
    penalty = (jacobians**2).sum(dim=(1, 2)).mean()
    expected = [penalty.detach(), *torch.autograd.grad(penalty, (W, b))]
    for mine, theirs in zip(solve("contractive_penalty")(*given), expected, strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), rtol=1e-9)


def test_the_divergence_and_its_gradient_match_autograd(rng):
    import torch
    from torch.distributions import Normal, kl_divergence

    mean, log_var = rng.normal(size=(2, 4, 3))
    v = torch.tensor(log_var, requires_grad=True)
    q = Normal(torch.tensor(mean), torch.exp(v / 2))
    divergence = kl_divergence(q, Normal(0.0, 1.0)).sum(dim=1)
    (gradient,) = torch.autograd.grad(divergence.mean(), v)
    kl, dlog_var = solve("kl_gaussian")(mean, log_var)
    np.testing.assert_allclose(kl, divergence.detach().numpy(), rtol=1e-9)
    np.testing.assert_allclose(dlog_var, gradient.numpy(), rtol=1e-9)


def test_near_the_standard_normal_the_divergence_matches_the_series():
    v = np.array([[1e-5, -2e-5, 3e-6]])
    series = (v**2 / 2 + v**3 / 6).sum() / 2  # the next term is smaller by 1e-11
    assert solve("kl_gaussian")(0 * v, v)[0][0] == pytest.approx(series, rel=1e-9)


def test_the_gradient_through_a_draw_matches_autograd():
    import torch

    rng = np.random.default_rng(3)
    mean, log_var, eps = (
        rng.normal(size=(4, 3)),
        rng.normal(size=(4, 3)),
        rng.normal(size=(6, 4, 3)),
    )
    m, v = (torch.tensor(a, requires_grad=True) for a in (mean, log_var))
    z = m + torch.exp(v / 2) * torch.tensor(eps)
    z.retain_grad()
    f = torch.sin(z).prod(dim=2)
    f.sum().backward(retain_graph=True)
    df, f_values = z.grad.numpy().copy(), f.detach().numpy()
    result = solve("reparameterize")(mean, log_var, eps, f_values, df)
    np.testing.assert_allclose(result[0], z.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(result[1], m.grad.numpy() / 6, rtol=1e-9)
    np.testing.assert_allclose(result[2], v.grad.numpy() / 6, rtol=1e-9)
    m.grad = v.grad = None
    q = torch.distributions.Normal(m, torch.exp(v / 2))
    weighted = q.log_prob(z.detach()).sum(dim=2) * torch.tensor(f_values)
    weighted.mean(dim=0).sum().backward()
    np.testing.assert_allclose(result[3], m.grad.numpy(), rtol=1e-9)
    np.testing.assert_allclose(result[4], v.grad.numpy(), rtol=1e-9)


def test_with_the_exact_posterior_both_bounds_are_the_log_likelihood():
    rng, noise = np.random.default_rng(4), 0.5
    x = rng.normal(size=6)
    mean, variance = x / (1 + noise**2), noise**2 / (1 + noise**2)
    z = mean[:, None] + variance**0.5 * rng.normal(size=(9, 6, 1))
    fits = -((x - z[:, :, 0]) ** 2) / (2 * noise**2) - np.log(2 * np.pi * noise**2) / 2
    log_var = np.full((6, 1), np.log(variance))
    exact = -(x**2) / (2 * (1 + noise**2)) - np.log(2 * np.pi * (1 + noise**2)) / 2
    for result in solve("importance_log_likelihood")(fits, z, mean[:, None], log_var):
        np.testing.assert_allclose(result, exact, rtol=1e-10)


@pytest.mark.parametrize("away", [0.0, 40.0])
def test_the_losses_and_gradients_of_the_game_match_torch(away):
    import torch

    rng = np.random.default_rng(5)
    real, fake = rng.normal(size=7) + away, rng.normal(size=5) - away
    a, b = (torch.tensor(v, requires_grad=True) for v in (real, fake))
    softplus = functools.partial(torch.nn.functional.softplus, threshold=1e9)
    losses = (
        softplus(-a).mean() + softplus(b).mean(),
        -softplus(b).mean(),
        softplus(-b).mean(),
    )
    result = solve("gan_losses")(real, fake)
    np.testing.assert_allclose(result[:3], [float(v.detach()) for v in losses], rtol=1e-10)
    gradients = torch.autograd.grad(losses[0], (a, b))
    gradients += tuple(torch.autograd.grad(v, b)[0] for v in losses[1:])
    for mine, theirs in zip(result[3:], gradients, strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), rtol=1e-10)


# The best linear autoencoder


def shared(X, W, b, V, c):
    """Return what all best autoencoders share: projector, product and shift."""
    return V @ np.linalg.pinv(V), V @ W, V @ b + c


def test_the_numbers_of_the_linear_example_are_correct():
    shown = example("pca_autoencoder")
    X, k = shown["X"], int(shown["k"])
    np.testing.assert_array_equal(X, PROBLEMS["pca_autoencoder"].by_hand[0])
    result = shared(X, *solve("pca_autoencoder")(X, k))
    for name, value in zip(("subspace", "product", "shift"), result, strict=True):
        np.testing.assert_allclose(value, shown[name], atol=1e-12)


# What the text says of four rows of pictures


def test_the_numbers_of_the_reading_match_the_rows():
    cell, text = cells()["ps7_generative traversals"], cells()["reading"]
    packed_rows = "".join(re.findall(r'^    "(.+)"$', cell, re.MULTILINE))
    raw = np.frombuffer(zlib.decompress(base64.b64decode(packed_rows)), np.uint8)
    rows = np.stack([raw // 16, raw % 16], axis=1).reshape(4, 7, 14, 14) / 15
    ends = np.abs(rows[:, 0] - rows[:, -1]).mean(axis=(1, 2))
    A, B, C, D = (f"{v:.2f}" for v in ends)
    assert f"a pixel changes by {B} and {C} of full black" in text
    assert f"whereas it changes by {A} and {D} in A and D" in text
    ink = rows[3].mean(axis=(1, 2))
    assert f"falls from {ink[0]:.2f} to {ink[3]:.2f} of full black, and to {ink[4]:.2f}" in text
    assert (np.diff(ink[:5]) < 0).all()
    assert ink[6] >= ink[4]


# The challenge


@both
def test_the_solution_file_reaches_what_the_text_says(visible):
    got, _ = reached(P.solved_path.read_bytes(), visible=visible)
    assert got > max(P.thresholds.values()) + 3
    words = {True: "{:.0f} in the check", False: "reached {:.0f} in grading"}[visible]
    assert words.format(got) in cells()["text_elbo"]


def test_the_first_threshold_is_above_what_small_networks_reach():
    way, text = tool("make_vae").WAYS["short"], cells()["text_elbo"]
    size = f"{way['code']} numbers and hidden layers of {way['units']} units"
    assert f"{size}, for {way['epochs']} epochs with Adam" in text
    highest = re.search(r"reached 118 to (\d+) nats", text)[1]
    assert min(P.thresholds.values()) >= int(highest) + 10


def some_arrays(H=4, D=3, G=5):
    rng = np.random.default_rng(0)
    shapes = {"body": (H, 196), "mean": (D, H), "log_var": (D, H), "hidden": (G, D)}
    shapes["out"] = (196, G)
    arrays = {f"{name}.weight": rng.normal(size=s) / 10 for name, s in shapes.items()}
    return arrays | {f"{name}.bias": rng.normal(size=s[0]) / 10 for name, s in shapes.items()}


def test_the_measure_is_what_torch_computes():
    import torch

    maker = tool("make_vae")
    torch.manual_seed(3)
    net = maker.Coder(3, 5).double()
    rng = np.random.default_rng(0)
    pictures = rng.integers(256, size=(7, 28, 28), dtype=np.uint8)
    eps = rng.normal(size=(7, 32))
    file = {name: p.detach().numpy() for name, p in net.state_dict().items()}
    with torch.no_grad():
        x = torch.tensor(maker.small(pictures.reshape(7, 784) / 255))
        fits, kl = net.terms(x, torch.tensor(eps[:, :3]))
    expected = -(fits + kl).numpy() - 98 * np.log(2 * np.pi * 0.1**2)
    np.testing.assert_allclose(P.solve(file, pictures, eps), expected, rtol=1e-9)


GOOD = some_arrays()
CONSTANT = 98 * np.log(2 * np.pi * 0.1**2)


def codes(file, pictures):
    """Return the means and the log-variances of each picture's code."""
    x = pictures.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) / 255
    h = np.maximum(x @ file["body.weight"].T + file["body.bias"], 0)
    return (h @ file[f"{k}.weight"].T + file[f"{k}.bias"] for k in ("mean", "log_var"))


def divergence(file, pictures):
    """Return the divergence of each picture's code from the prior."""
    mean, v = codes(file, pictures)
    return (mean**2 + np.exp(v) - 1 - v).sum(axis=1) / 2


FAR = GOOD | {"mean.bias": np.array([2.0, -3.0, 1.0])}  # with a divergence that is seen
WIDE = {**GOOD, "log_var.bias": np.array([2.0, 1.0, 2.0])}


def stretched(file, pictures, eps):
    """Return noise that is multiplied by sigma once more."""
    v = list(codes(file, pictures))[1]
    return eps[:, : v.shape[1]] * np.exp(v / 2)


def with_the_variance_a_tenth(file, pictures, eps):
    """Return the bound with 2 * 0.1 below the squared error."""
    kl = divergence(file, pictures)
    return (P.solve(file, pictures, eps) + kl + CONSTANT) / 10 - CONSTANT - kl


WRONG = {
    "guesses": (GOOD, lambda f, x, e: np.full(len(x), 200.0), "isn't the ELBO of the network"),
    "loss": (GOOD, lambda *a: -P.solve(*a), "minus the ELBO"),
    "fit": (FAR, lambda f, x, e: P.solve(f, x, e) + divergence(f, x), "only ln p(x | z)"),
    "added": (
        FAR,
        lambda f, x, e: P.solve(f, x, e) + 2 * divergence(f, x),
        "adds the divergence",
    ),
    "constant": (GOOD, lambda *a: P.solve(*a) + CONSTANT, "constant of the Gaussian"),
    "means": (WIDE, lambda f, x, e: P.solve(f, x, 0 * e), "decode the means"),
    "variance": (
        WIDE,
        lambda f, x, e: P.solve(f, x, stretched(f, x, e)),
        "multiply the noise by exp(log_var)",
    ),
    "pixel": (FAR, with_the_variance_a_tenth, "variance of a pixel"),
    "one number": (GOOD, lambda *a: P.solve(*a).mean(), "for each image"),
    "other pixels": (
        GOOD,
        lambda f, x, e: P.solve(f, x // 2, e),
        "isn't the ELBO of the network",
    ),
    "nan": (GOOD | {"out.bias": np.full(196, np.nan)}, P.solve, "finite real numbers"),
    "too wide": (some_arrays(H=257), P.solve, "G up to 256"),
    "too long": (some_arrays(D=33), lambda f, x, e: np.zeros(len(x)), "D up to 32"),
    "one missing": (
        {k: v for k, v in GOOD.items() if k != "out.bias"},
        lambda f, x, e: np.zeros(len(x)),
        "ten arrays",
    ),
    "large": (
        GOOD | {"log_var.bias": np.full(3, 2000.0)},
        lambda f, x, e: np.zeros(len(x)),
        "How large are your weights?",
    ),
}


@both
def test_bad_input_is_refused_with_a_reason(visible):
    assert untold(P, WRONG, visible) == []
