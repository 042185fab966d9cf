"""Is a diffusion model better than a VAE, a GAN and a Gaussian at equal training time?

All learn the 5,000 images of copies.py. The Fréchet distance compares 2,000 samples with 2,000
held-back images in 64 hidden units of a classifier. Each model has four settings, chosen on a
different seed. The diffusion model is judged by its number of sampling steps.

It takes about 19 minutes. The pages generative/diffusion and generative/gan use the results.
"""

import runpy
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn import functional as F

copies = runpy.run_path(str(Path(__file__).with_name("copies.py")))
PIXELS, BATCH, CODE, WIDTH, DRAWN = copies["PIXELS"], copies["BATCH"], 16, 512, 2000
STEPS = {"diffusion": 4000, "VAE": 2400, "GAN": 1350}
COUNTS = (1, 2, 4, 8, 16, 32, 64, 100)
SETTINGS = {
    "diffusion": [(512, 0.001), (512, 0.002), (512, 0.004), (512, 0.008)],
    "VAE": [(0.4, 0.001), (0.4, 0.003), (0.8, 0.003), (1.6, 0.003)],
    "GAN": [(0.0002, 0.0002), (0.0005, 0.0005), (0.0002, 0.0005), (0.001, 0.001)],
}
TOLERANCES = {"slice": {"relative": 0.1}}


def dense(*sizes, unit=nn.SiLU):
    """Linear layers with an activation function between them."""
    layers = []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), unit()]
    return nn.Sequential(*layers[:-1])


def normal(rng, *shape):
    """Standard normal numbers as a tensor."""
    return nnlib.tensor(np.float32(rng.standard_normal(shape)))


def vae(X, seed, steps, setting):
    """Pictures of a VAE whose decoder has a fixed variance: n, rng to (n, 196)."""
    variance, rate = setting
    rng = np.random.default_rng(seed)
    nnlib.manual_seed(seed)
    encoder = dense(PIXELS, WIDTH, WIDTH, 2 * CODE)
    decoder = dense(CODE, WIDTH, WIDTH, PIXELS)
    optimizer = optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=rate)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        x = nnlib.tensor(X[rng.integers(len(X), size=BATCH)])
        h = encoder(x)
        mean, log_variance = h[:, :CODE], h[:, CODE:]
        z = mean + nnlib.exp(0.5 * log_variance) * normal(rng, BATCH, CODE)
        squares = ((decoder(z) - x) ** 2).sum(dim=1) / (2 * variance)
        kl = 0.5 * (mean**2 + nnlib.exp(log_variance) - 1 - log_variance).sum(dim=1)
        loss = (squares + kl).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return lambda n, rng: decoder(normal(rng, n, CODE)).detach().numpy()


def says(logits, real):
    """The loss of a critic that is asked to say real, or made."""
    asked = nnlib.full(logits.shape, float(real))
    return F.binary_cross_entropy_with_logits(logits, asked)


def gan(X, seed, steps, setting):
    """Pictures of a GAN with the non-saturating loss: n, rng to (n, 196)."""
    rng = np.random.default_rng(seed)
    nnlib.manual_seed(seed)
    generator = nn.Sequential(dense(CODE, WIDTH, WIDTH, PIXELS), nn.Tanh())
    critic = dense(PIXELS, WIDTH, WIDTH, 1, unit=lambda: nn.LeakyReLU(0.2))
    pace = [optim.Adam(m.parameters(), lr=rate, betas=(0.5, 0.999))
            for m, rate in zip((generator, critic), setting, strict=True)]  # fmt: skip
    for _ in range(steps):
        x = nnlib.tensor(X[rng.integers(len(X), size=BATCH)])
        made = generator(normal(rng, BATCH, CODE))
        loss = says(critic(x), True) + says(critic(made.detach()), False)
        pace[1].zero_grad()
        loss.backward()
        pace[1].step()
        loss = says(critic(generator(normal(rng, BATCH, CODE))), True)
        pace[0].zero_grad()
        loss.backward()
        pace[0].step()
    return lambda n, rng: generator(normal(rng, n, CODE)).detach().numpy()


def diffusion(X, seed, steps, setting):
    """Pictures of a diffusion model: n, rng and the number of steps down to (n, 196)."""
    clean = copies["guess"](copies["train"](X, seed, steps, *setting))
    return lambda n, rng, count=copies["T"]: copies["draw"](clean, n, rng, count)


TRAIN = {"diffusion": diffusion, "VAE": vae, "GAN": gan}


def classifier(X, y):
    """The 64 hidden units of a classifier, as a function of pictures."""
    rng = np.random.default_rng(0)
    nnlib.manual_seed(0)
    hidden = dense(PIXELS, 256, 64)
    scores = nn.Sequential(nn.SiLU(), nn.Linear(64, 10))
    optimizer = optim.Adam([*hidden.parameters(), *scores.parameters()], lr=0.001)
    for _ in range(1500):
        k = rng.integers(len(X), size=BATCH)
        loss = F.cross_entropy(scores(hidden(nnlib.tensor(X[k]))), nnlib.tensor(y[k]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def see(A):
        return hidden(nnlib.tensor(np.float32(A.clip(-1, 1)))).detach().numpy()

    def label(A):
        return scores(nnlib.tensor(see(A))).detach().numpy().argmax(axis=1)

    return see, label


def frechet(A, B):
    """The Fréchet distance of two sets of features, (n, 64) each."""
    S, R = np.cov(A.T.astype(float)), np.cov(B.T.astype(float))
    cross = np.sqrt(np.maximum(np.linalg.eigvals(S @ R).real, 0)).sum()
    return float(((A.mean(0) - B.mean(0)) ** 2).sum() + np.trace(S) + np.trace(R) - 2 * cross)


def prepared():
    """Training pictures, and functions that judge pictures by those held back."""
    (X, y), (held, labels) = fashion_mnist()
    X, held = copies["small"](X), copies["small"](held)
    see, label = classifier(X, np.asarray(y))
    right = float((label(held) == np.asarray(labels)).mean())
    choose, judge = see(held[:DRAWN]), see(held[DRAWN:])
    return X, see, label, choose, judge, right


def chosen(X, see, features):
    """The best setting of each contender, by pictures of a seed that is not judged."""
    best, tried = {}, {}
    for name, train in TRAIN.items():
        scores = []
        for setting in SETTINGS[name]:
            pictures = train(X, 0, STEPS[name], setting)
            drawn = pictures(DRAWN, np.random.default_rng(0))
            scores.append(frechet(see(drawn), features))
        best[name], tried[name] = SETTINGS[name][int(np.argmin(scores))], scores
    return best, tried


def run(seed):
    """Train each contender with its best setting and judge what it draws."""
    X, see, label, choose, judge, right = prepared()
    best, tried = chosen(X, see, choose) if seed == 1 else (KNOWN["best"], KNOWN["tried"])
    KNOWN.update(best=best, tried=tried)
    found = {"settings": {name: list(s) for name, s in best.items()}, "tried": tried}
    found |= {"floor": frechet(see(X[:DRAWN]), judge), "right": right}
    mean, covariance = X.mean(axis=0), np.cov(X.T)
    sets = {
        "Gaussian": np.random.default_rng(seed).multivariate_normal(mean, covariance, DRAWN)
    }
    for name, train in TRAIN.items():
        started = time.process_time()
        pictures = train(X, seed, STEPS[name], best[name])
        found[f"{name}, seconds"] = time.process_time() - started
        sets[name] = pictures(DRAWN, np.random.default_rng(seed))
        if name == "diffusion":
            for count in COUNTS:
                drawn = pictures(DRAWN, np.random.default_rng(seed), count)
                found[f"steps {count}"] = frechet(see(drawn), judge)
    for name, drawn in sets.items():
        share = np.bincount(label(drawn), minlength=10) / DRAWN
        found[name] = {
            "distance": frechet(see(drawn), judge),
            "classes": float(np.exp(-(share * np.log(np.maximum(share, 1e-12))).sum())),
            "nearest": float(np.median(copies["distances"](drawn[:500].clip(-1, 1), X)[:, 0])),
            "copies": copies["copies"](drawn[:500].clip(-1, 1), X),
        }
        if seed == 1:
            found[name]["drawn"] = np.round(127.5 * (drawn[:8].clip(-1, 1) + 1)).astype(int)
    return found


KNOWN = {}


def thin():
    """The distance of the Gaussian's samples."""
    X, see, *_, judge, _ = prepared()
    rng = np.random.default_rng(1)
    made = rng.multivariate_normal(X.mean(axis=0), np.cov(X.T), DRAWN)
    return {"slice": frechet(see(made), judge)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 4), thin=thin)
