"""Create the held-back data of challenges, and the solution files.

Run this program by hand, like `make_datasets.py`, and commit its output.
"""

import io
from pathlib import Path

import numpy as np
from make_datasets import SIDE as SMALLER
from make_datasets import smaller

from nnlib.datasets import fashion_mnist

HELDBACK = Path(__file__).parents[1] / "exercises" / "heldback"
TOP, LEFT, SIDE = 20, 90, 380  # of the portrait, in pixels
LUMINANCE = np.array([0.299, 0.587, 0.114])
CLASSES, PIXELS = 10, 784
# Width of the blur in pixels; constant added to each pixel's standard deviation.
BLUR, SOFTENING = 0.7, 0.03
DECAY, EPOCHS, RATE, BATCH, MOMENTUM = 0.003, 30, 0.02, 100, 0.9
HIDDEN, UNITS_DECAY = 64, 0.003
# Number of directions of the edges; their offsets from the block's centre, in pixels.
ANGLES, PLACES = 16, (-2.5, -0.8, 0.8, 2.5)


def hopper() -> np.ndarray:
    """Return a crop of the portrait of Grace Hopper that comes with Matplotlib, in grey."""
    from matplotlib.cbook import get_sample_data
    from PIL import Image

    with get_sample_data("grace_hopper.jpg") as file:
        portrait = np.asarray(Image.open(io.BytesIO(file.read())))
    part = portrait[TOP : TOP + SIDE, LEFT : LEFT + SIDE]
    return smaller((part @ LUMINANCE).round().astype(np.uint8), SMALLER)


def cosines() -> np.ndarray:
    """Return the 64 basis vectors of the discrete cosine transform of 8 by 8 pixels."""
    k, x = np.mgrid[:8, :8]
    basis = np.cos(np.pi * k * (2 * x + 1) / 16) * np.sqrt(np.where(k == 0, 1, 2) / 8)
    return np.kron(basis, basis)


def soft_edges() -> np.ndarray:
    """Return 64 soft edges, from dark to bright, in 16 directions and at 4 offsets."""
    y, x = np.mgrid[:8, :8] - 3.5
    angles = np.arange(ANGLES) * np.pi / ANGLES
    steps = [np.tanh(2 * (np.cos(t) * x + np.sin(t) * y - d)) for t in angles for d in PLACES]
    flat = np.array([(step - step.mean()).ravel() for step in steps])
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def blur() -> np.ndarray:
    """Return the matrix that replaces each pixel with a weighted mean of its neighbours."""
    side = np.arange(28)
    near = np.exp(-0.5 * ((side[:, None] - side) / BLUR) ** 2)
    near /= near.sum(axis=1, keepdims=True)
    return np.kron(near, near)


def probabilities(scores: np.ndarray) -> np.ndarray:
    """Return the softmax of each row."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def standardize_and_blur(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each pixel's mean, and the matrix that divides by its spread and blurs."""
    return X.mean(axis=0), blur() / (X.std(axis=0) + SOFTENING)[:, None]


def mini_batches(n: int, rng: np.random.Generator):
    """Yield the learning rate and the sample indices of each step of training."""
    for epoch in range(EPOCHS):
        rate = RATE * (1 + np.cos(np.pi * epoch / EPOCHS)) / 2
        for batch in np.array_split(rng.permutation(n), n // BATCH):
            yield rate, batch


def classifier(X: np.ndarray, y: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return weight (10, 784) and bias (10,) of softmax regression on pixels from 0 to 1.

    We subtract the mean of the pixels, divide by their spread and blur; all three steps are
    affine, so they are folded into the weights and the bias. The constants above were chosen by
    five-fold cross-validation.
    """
    mean, transform = standardize_and_blur(X)
    Z, Y = (X - mean) @ transform, np.eye(CLASSES)[y]
    W, b = np.zeros((CLASSES, PIXELS)), np.zeros(CLASSES)
    velocity_W, velocity_b = np.zeros_like(W), np.zeros_like(b)
    for rate, batch in mini_batches(len(Z), np.random.default_rng(seed)):
        error = (probabilities(Z[batch] @ W.T + b) - Y[batch]) / len(batch)
        velocity_W = MOMENTUM * velocity_W - rate * (error.T @ Z[batch] + DECAY * W)
        velocity_b = MOMENTUM * velocity_b - rate * error.sum(axis=0)
        W, b = W + velocity_W, b + velocity_b
    weight = W @ transform.T
    return weight, b - weight @ mean


def network(X: np.ndarray, y: np.ndarray, seed: int = 0) -> dict[str, np.ndarray]:
    """Return W1 (64, 784), b1, W2 (10, 64) and b2 of a ReLU network trained in the same way.

    The preparation of the pixels is folded into the first layer.
    """
    rng, (mean, transform) = np.random.default_rng(seed), standardize_and_blur(X)
    Z, Y = (X - mean) @ transform, np.eye(CLASSES)[y]
    W1 = rng.normal(size=(HIDDEN, PIXELS)) * np.sqrt(2 / (Z**2).sum(axis=1).mean())
    W2 = rng.normal(size=(CLASSES, HIDDEN)) / np.sqrt(HIDDEN)
    p = {"W1": W1, "b1": np.zeros(HIDDEN), "W2": W2, "b2": np.zeros(CLASSES)}
    velocity = {name: np.zeros_like(v) for name, v in p.items()}
    for rate, batch in mini_batches(len(Z), rng):
        a = Z[batch] @ p["W1"].T + p["b1"]
        h = np.maximum(a, 0)
        error = (probabilities(h @ p["W2"].T + p["b2"]) - Y[batch]) / len(batch)
        delta = error @ p["W2"] * (a > 0)
        grads = {"W1": delta.T @ Z[batch] + UNITS_DECAY * p["W1"], "b1": delta.sum(axis=0)}
        grads |= {"W2": error.T @ h + UNITS_DECAY * p["W2"], "b2": error.sum(axis=0)}
        for name, g in grads.items():
            velocity[name] = MOMENTUM * velocity[name] - rate * g
            p[name] = p[name] + velocity[name]
    W1 = p["W1"] @ transform.T
    return p | {"W1": W1, "b1": p["b1"] - W1 @ mean}


def linear_weights() -> dict[str, np.ndarray]:
    """Return the arrays that solve the challenge of ps2, trained on the packaged images."""
    train = fashion_mnist()[0]
    weight, bias = classifier(train.X.astype(float), train.y)
    return {"weight": weight.astype(np.float32), "bias": bias.astype(np.float32)}


def hidden_weights() -> dict[str, np.ndarray]:
    """Return the arrays that solve the challenge of ps3, in half precision."""
    train = fashion_mnist()[0]
    return {
        n: v.astype(np.float16) for n, v in network(train.X.astype(float), train.y, 1).items()
    }


def main() -> None:
    """Write the held-back image, and weight files that reach every threshold."""
    np.savez_compressed(HELDBACK / "hopper.npz", picture=hopper())
    solved = HELDBACK / "ps1_linear_algebra"
    solved.mkdir(exist_ok=True)
    basis = np.vstack([cosines(), soft_edges()])
    np.savez_compressed(solved / "basis.npz", basis=basis.astype(np.float32))
    linear, deep = HELDBACK / "ps2_classifiers", HELDBACK / "ps3_backprop"
    linear.mkdir(exist_ok=True)
    np.savez_compressed(linear / "weights.npz", **linear_weights())
    deep.mkdir(exist_ok=True)
    np.savez_compressed(deep / "network.npz", **hidden_weights())
    made = (solved / "basis.npz", linear / "weights.npz", deep / "network.npz")
    for file in (HELDBACK / "hopper.npz", *made):
        print(f"{file.name}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
