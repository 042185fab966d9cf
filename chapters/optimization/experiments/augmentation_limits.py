"""What does augmentation do at larger strengths, or if half of the images are originals?

The worlds, draws and networks are those of ``augmentation.py``, with 500 training images. In
the phone world the strength goes beyond the changes that made the images. In the catalogue,
half of each mini-batch are originals, and the other half are copies at full strength.

It takes about two minutes. The page optimization/data-and-noise uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

base = runpy.run_path(str(Path(__file__).with_name("augmentation.py")))
data, train, accuracy, camera, changed = (
    base[name] for name in ("data", "train", "accuracy", "camera", "changed")
)
thin, TOLERANCES, COPIES = base["thin"], base["TOLERANCES"], base["COPIES"]
STRENGTHS, SIZE = (1.0, 1.5, 2.0), 500


def run(seed):
    """Return test accuracies for each strength, and with originals among the copies."""
    rng, accuracies = np.random.default_rng(seed), {}
    for world in ("phone", "catalogue"):
        (X, y), _, (X_test, y_test) = data(world, seed)
        X, y = X[:SIZE], y[:SIZE]
        mean = X.mean(axis=0)

        def pool(strength, X=X):
            return np.stack([changed(X, camera(strength, rng)) for _ in range(COPIES)])

        def test(draw, y=y, mean=mean, X_test=X_test, y_test=y_test):
            return accuracy(train(draw, y, mean, seed), X_test, y_test, mean)

        if world == "phone":
            for strength in STRENGTHS:
                copies = pool(strength)
                accuracies[f"phone {strength}"] = test(
                    lambda rows, rng, copies=copies: copies[rng.integers(COPIES, size=50), rows]
                )
        else:
            copies = pool(1.0)

            def half(rows, rng, X=X, copies=copies):
                images = copies[rng.integers(COPIES, size=50), rows]
                images[:25] = X[rows[:25]]
                return images

            accuracies["originals"] = test(lambda rows, rng, X=X: X[rows])
            accuracies["half originals"] = test(half)
            accuracies["copies"] = test(
                lambda rows, rng, copies=copies: copies[rng.integers(COPIES, size=50), rows]
            )
    return accuracies


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)
