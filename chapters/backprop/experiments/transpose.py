"""What a network learns on clothes if the transpose is wrong on the way back.

About half of the pictures are shown as negatives, so that a linear model can learn little.

Between the hidden layers the weight matrices W are square, so W and its transpose both fit.
The contenders differ only in what stands in the place of such a W when the gradient goes back.
Every weight matrix itself gets the product of what arrives and of its input. In the ablations
the square matrices, or they and the last one, are not trained.
"""

from itertools import pairwise

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

NETS = {"two": (784, 32, 32, 10), "four": (784, 64, 64, 64, 64, 10)}  # by their hidden layers
RATES, EPOCHS, BATCH, LEARN = (0.03, 0.1, 0.3, 1.0, 3.0), 15, 50, 4000
BACK = {  # what the gradient is multiplied by at a square W
    "right": lambda W, fixed, rng: W,
    "wrong transpose": lambda W, fixed, rng: W.T,
    "fixed random matrix": lambda W, fixed, rng: fixed,
    "new random matrix each step": lambda W, fixed, rng: draw(rng, *W.shape),
    "nothing": lambda W, fixed, rng: 0 * W,
}
HELD, BOTH = ", W held", ", W and last layer held"
CONTENDERS = (
    *BACK,
    *(back + held for held in (HELD, BOTH) for back in ("right", "wrong transpose", "nothing")),
)
TOLERANCES = {"accuracy": {"absolute": 0.05}, "cosine": {"absolute": 0.3}}


def draw(rng, m, n):
    """Draw the weights of m units with n inputs, of variance 2 / n."""
    return rng.normal(0, (2 / n) ** 0.5, (m, n)).astype(np.float32)


def forward(X, layers):
    """Return the input and what each layer makes of it."""
    kept = [X]
    for W, b in layers[:-1]:
        kept.append(np.maximum(kept[-1] @ W.T + b, 0))
    W, b = layers[-1]
    return [*kept, kept[-1] @ W.T + b]


def upstream(Z, t):
    """Return the gradient of the mean cross-entropy with respect to the scores."""
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    P[np.arange(len(t)), t] -= 1
    return P / len(t)


def backward(G, kept, way_back):
    """Return all gradients; way_back holds the matrix of each layer."""
    gradients = []
    for k in reversed(range(len(way_back))):
        gradients.insert(0, (G.T @ kept[k], G.sum(axis=0)))
        if k > 0:
            G = (G @ way_back[k]) * (kept[k] > 0)
    return gradients


def loss(layers, X, t):
    """Return the mean cross-entropy."""
    Z = forward(X, layers)[-1].astype(float)
    Z -= Z.max(axis=1, keepdims=True)
    return float((np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(t)), t]).mean())


def cosine(a, b):
    """Return the cosine of the angle between two arrays, 0 where one of them is 0."""
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    return float((a * b).sum() / lengths) if lengths > 0 else 0.0


def train(X, t, sizes, contender, rate, seed):
    """Return the layers, and what is recorded: first the cosine of the first layer's gradient.

    The cosines are means over an epoch, the first is that of the first step. Then come the
    cosine of W of the second layer with the matrix in its place, the sums of the squares of the
    first layer's weights and biases before and after training, and the loss at the end.
    """
    rng, other = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    layers = [[draw(rng, m, n), np.zeros(m, np.float32)] for n, m in pairwise(sizes)]
    back, square = BACK[contender.split(",")[0]], range(1, len(layers) - 1)
    held = [*square] if contender.endswith((HELD, BOTH)) else []
    held += [len(layers) - 1] if contender.endswith(BOTH) else []
    squares = [sum(float((p**2).sum()) for p in layers[0])]
    fixed = {k: draw(other, *layers[k][0].shape) for k in square}
    angles = []
    for epoch in range(EPOCHS):
        order, cosines = rng.permutation(len(X)), []
        for i in np.split(order, range(BATCH, len(X), BATCH)):
            kept, Ws = forward(X[i], layers), [W for W, _ in layers]
            G = upstream(kept[-1], t[i])
            ways = [back(W, fixed[k], other) if k in square else W for k, W in enumerate(Ws)]
            gradients = backward(G, kept, ways)
            cosines.append(cosine(gradients[0][0], backward(G, kept, Ws)[0][0]))
            for k, (layer, gradient) in enumerate(zip(layers, gradients, strict=True)):
                for p, g in zip(layer, gradient, strict=True):
                    if p.ndim == 1 or k not in held:
                        p -= rate * (1 - epoch / EPOCHS) * g
        angles += [float(np.mean(cosines))] if angles else [cosines[0], float(np.mean(cosines))]
    squares.append(sum(float((p**2).sum()) for p in layers[0]))
    turned = cosine(back(layers[1][0], fixed[1], other), layers[1][0]) if square else 0.0
    end = np.nan_to_num(
        [*squares, loss(layers, X, t)], nan=1e9, posinf=1e9
    )  # after an overflow
    return layers, {"cosines": angles, "W": turned, "squares": end[:2], "loss": float(end[2])}


def right(layers, X, t):
    """For each picture whether it gets its label."""
    return forward(X, layers)[-1].argmax(axis=1) == t


def data(seed):
    """Pictures to learn from, to choose the rate by, and to judge by; half negatives."""
    (X, t), (X_test, t_test) = fashion_mnist()
    rng = np.random.default_rng(2000 + seed)
    signs = rng.choice(np.float32([-1, 1]), len(X) + len(X_test))
    mean, order = X.mean(axis=0), np.random.default_rng(1000 + seed).permutation(len(X))
    learn, choose = order[:LEARN], order[LEARN:]
    X, X_test = np.split(np.concatenate([X - mean, X_test - mean]) * signs[:, None], [len(X)])
    return (X[learn], t[learn]), (X[choose], t[choose]), (X_test, t_test)


def tuned(contender, sizes, seed, rates=RATES):
    """Train with each rate; return the network with the best validation accuracy."""
    (X, t), choose, _ = data(seed)
    best = (-1,)
    for rate in rates:
        with np.errstate(all="ignore"):  # too large a rate overflows, its accuracy tells
            layers, traced = train(X, t, sizes, contender, rate, seed)
        accuracy = right(layers, *choose).mean()
        if accuracy > best[0]:
            best = accuracy, layers, traced, rate
    return best[1:]


def run(seed):
    """All contenders on one draw of pictures and weights."""
    found, judged = {}, data(seed)[2]
    for net, sizes in NETS.items():
        for contender in CONTENDERS:
            layers, traced, rate = tuned(contender, sizes, seed)
            found[f"{net}: {contender}"] = float(right(layers, *judged).mean())
            found[f"{net}: {contender}: rate"] = rate
            found |= {f"{net}: {contender}: {name}": value for name, value in traced.items()}
    layers, _, rate = tuned("right", (784, 10), seed)
    return found | {"linear": float(right(layers, *judged).mean()), "linear: rate": rate}


def thin():
    """The wrong transpose between two hidden layers, at one learning rate."""
    layers, traced, _ = tuned("wrong transpose", NETS["two"], 0, (0.3,))
    return {
        "accuracy": float(right(layers, *data(0)[2]).mean()),
        "cosine": traced["cosines"][-1],
    }


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)
