"""Does Wasserstein's penalty prevent mode collapse under the other losses too?

The training is that of critics.py with nine steps of the critic, but we add the penalty to the
critic's minimax and non-saturating loss, and use the rate that was chosen for Wasserstein's
loss. For comparison, both losses are also trained without the penalty at this rate.

It takes about 9 minutes. The page generative/gan uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, optim

first = runpy.run_path(str(Path(__file__).with_name("critics.py")))
RATE, LOSSES = 0.001, ("non-saturating", "minimax")
TOLERANCES = {"distance": {"absolute": 0.3}}


def train(loss, count, seed, steps=first["STEPS"], smooth=True):
    """The generator after its training against a critic, with or without the penalty."""
    rng = np.random.default_rng(seed)
    nnlib.manual_seed(seed)
    generator, critic = first["network"](first["CODE"], 2), first["network"](2, 1)
    of_generator = optim.Adam(generator.parameters(), lr=RATE, betas=(0.5, 0.9))
    of_critic = optim.Adam(critic.parameters(), lr=RATE, betas=(0.5, 0.9))
    batch = first["BATCH"]
    for _ in range(steps + 1):
        for _ in range(count):
            made = generator(first["noise"](batch, rng)).detach().numpy()
            x = first["real"](batch, rng)
            cost = first["critic_loss"](critic, x, made, loss, rng)
            if smooth:
                cost = cost + first["penalty"](critic, x, made, rng)
            of_critic.zero_grad()
            cost.backward()
            of_critic.step()
        cost = first["generator_loss"](critic, generator(first["noise"](batch, rng)), loss)
        of_generator.zero_grad()
        cost.backward()
        of_generator.step()
    return generator


def run(seed):
    """The results of the two losses with nine steps, with and without the penalty."""
    results = {loss: first["judged"](train(loss, 9, seed)) for loss in LOSSES}
    for loss in LOSSES:
        results[f"{loss}, no penalty"] = first["judged"](train(loss, 9, seed, smooth=False))
    return results


def thin():
    """The distance of the non-saturating loss with one step of the critic, after 300 steps."""
    return {"distance": first["judged"](train("non-saturating", 1, 1, steps=300))["distance"]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 4), thin=thin)
