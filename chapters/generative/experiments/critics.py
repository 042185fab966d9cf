"""Does a GAN's generator learn more from a critic that takes more steps?

The data are eight Gaussians on a ring. The critic takes 1, 3 or 9 steps for each step of the
generator, under the minimax loss, the non-saturating loss (also with a critic that sees pairs
of samples), and Wasserstein's loss with a gradient penalty. Each loss uses the best of three
rates, by the energy distance on seed 0.

It takes about 41 minutes. The page generative/gan uses the results.
"""

from itertools import product

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.autograd import grad
from nnlib.nn import functional as F

MODES, RADIUS, SPREAD, CODE = 8, 2.0, 0.1, 4
STEPS, BATCH = 1500, 64
LOSSES = ("minimax", "non-saturating", "pairs", "Wasserstein")
CRITIC, RATES = (1, 3, 9), (0.001, 0.003, 0.01)
FRAMES = (0, 50, 100, 200, 400, 800, 1500)
ANGLES = 2 * np.pi * np.arange(MODES) / MODES
CENTRES = RADIUS * np.c_[np.cos(ANGLES), np.sin(ANGLES)]
TOLERANCES = {"distance": {"absolute": 0.2}}


def real(n, rng):
    """Draw n samples from the ring."""
    spots = CENTRES[rng.integers(MODES, size=n)]
    return np.float32(spots + SPREAD * rng.standard_normal((n, 2)))


def network(inputs, outputs):
    """Two hidden layers of 64 ReLU units."""
    return nn.Sequential(
        nn.Linear(inputs, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, outputs)
    )


def noise(n, rng):
    """Codes of the generator."""
    return nnlib.tensor(np.float32(rng.standard_normal((n, CODE))))


def penalty(critic, x, made, rng):
    """Squared distance of the gradient's norm from 1, between real and generated samples."""
    u = np.float32(rng.random((len(x), 1)))
    between = nnlib.tensor(u * x + (1 - u) * made, requires_grad=True)
    (slope,) = grad(critic(between).sum(), [between], create_graph=True)
    lengths = ((slope**2).sum(dim=1) + 1e-12) ** 0.5
    return 0.5 * ((lengths - 1) ** 2).mean()


def paired(x, loss):
    """The samples as the critic sees them: two at a time for the loss with pairs."""
    return x.reshape(len(x) // 2, 4) if loss == "pairs" else x


def critic_loss(critic, x, made, loss, rng):
    """The critic's loss, given real and generated samples."""
    says_real = critic(nnlib.tensor(paired(x, loss)))
    says_made = critic(nnlib.tensor(paired(made, loss)))
    if loss == "Wasserstein":
        return says_made.mean() - says_real.mean() + penalty(critic, x, made, rng)
    return F.softplus(-says_real).mean() + F.softplus(says_made).mean()


def generator_loss(critic, made, loss):
    """The generator's loss."""
    says = critic(paired(made, loss))
    if loss == "Wasserstein":
        return -says.mean()
    return -F.softplus(says).mean() if loss == "minimax" else F.softplus(-says).mean()


def train(loss, count, rate, seed, steps=STEPS, frames=()):
    """The generator after its training, and 100 of its samples at each step in ``frames``."""
    rng, film = np.random.default_rng(seed), []
    nnlib.manual_seed(seed)
    generator, critic = network(CODE, 2), network(4 if loss == "pairs" else 2, 1)
    of_generator = optim.Adam(generator.parameters(), lr=rate, betas=(0.5, 0.9))
    of_critic = optim.Adam(critic.parameters(), lr=rate, betas=(0.5, 0.9))
    still = noise(100, np.random.default_rng(7))
    for step in range(steps + 1):
        if step in frames:
            film.append(generator(still).detach().numpy().round(2))
        for _ in range(count):
            made = generator(noise(BATCH, rng)).detach().numpy()
            cost = critic_loss(critic, real(BATCH, rng), made, loss, rng)
            of_critic.zero_grad()
            cost.backward()
            of_critic.step()
        cost = generator_loss(critic, generator(noise(BATCH, rng)), loss)
        of_generator.zero_grad()
        cost.backward()
        of_generator.step()
    return generator, film


def energy(A, B):
    """The energy distance between two sets of samples: 0 for equal distributions."""

    def apart(P, Q):
        return np.sqrt(((P[:, None] - Q[None]) ** 2).sum(axis=2)).mean()

    return float(2 * apart(A, B) - apart(A, A) - apart(B, B))


def judged(generator):
    """Energy distance, number of modes reached (of eight), and fraction of good samples."""
    drawn = generator(noise(1000, np.random.default_rng(8))).detach().numpy()
    apart = np.sqrt(((drawn[:, None] - CENTRES[None]) ** 2).sum(axis=2))
    good = apart.min(axis=1) < 3 * SPREAD
    counts = np.bincount(apart.argmin(axis=1)[good], minlength=MODES)
    target = real(1000, np.random.default_rng(9))
    return {
        "distance": energy(drawn, target),
        "modes": int((counts >= 10).sum()),
        "good": float(good.mean()),
    }


BEST = {}


def best_rate(loss, count):
    """The learning rate with the smallest distance on seed 0."""
    if (loss, count) not in BEST:
        tried = [judged(train(loss, count, rate, 0)[0])["distance"] for rate in RATES]
        BEST[loss, count] = RATES[int(np.argmin(tried))], tried
    return BEST[loss, count]


def run(seed):
    """Evaluate every loss with every number of critic steps, each at its best rate."""
    results = {}
    for loss, count in product(LOSSES, CRITIC):
        rate, tried = best_rate(loss, count)
        generator, film = train(loss, count, rate, seed, frames=FRAMES if seed == 1 else ())
        results[f"{loss}, {count}"] = judged(generator) | {"rate": rate, "tried": tried}
        if film:
            results[f"{loss}, {count}"]["film"] = film
    floor = real(1000, np.random.default_rng(10)), real(1000, np.random.default_rng(9))
    return results | {"floor": energy(*floor)}


def thin():
    """The energy distance with the minimax loss after 300 steps."""
    return {"distance": judged(train("minimax", 1, 0.003, 1, steps=300)[0])["distance"]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
