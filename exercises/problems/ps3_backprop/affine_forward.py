"""affine_forward: one layer of a network, for many samples at once."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

forwards = problem(
    "affine_forward",
    rtol=DIGITS,
    returns={"y": "value"},
    points={
        "shape": (0.5, "an (N, H) array of `float64`"),
        "value": (2.5, "random numbers get the right outputs"),
        "integers": (0.75, "so do pictures: `x` of type `uint8`, with numbers from 0 to 255"),
        "inputs-unchanged": (0.25, "`x`, `W` and `b` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@forwards.reference
def affine_forward(x, W, b):
    """What a layer makes of each sample.

    y[n, h] = (sum over d of W[h, d] * x[n, d]) + b[h]

    x : (N, D) array, float64 or uint8, one sample a row
    W : (H, D) array, float64, the weights of one output a row
    b : (H,) array, float64
    Returns y : (N, H) array, float64. All arrays stay as they are.
    """
    return x @ W.T + b


forwards.example(
    np.array([[1.0, 2.0], [3.0, -1.0]]),
    np.array([[1.0, 0.0], [2.0, 1.0], [-1.0, 1.0]]),
    np.array([1.0, 0.0, 2.0]),
)


@forwards.case("value", visible=2)
def random_numbers(rng, N, D, H):
    """Random samples, weights and biases."""
    return rng.normal(size=(N, D)), rng.normal(size=(H, D)), rng.normal(size=H)


@forwards.case("integers")
def pictures(rng, N, D, H):
    """Pictures of type uint8."""
    x = rng.integers(256, size=(N, D), dtype=np.uint8)
    return x, rng.normal(size=(H, D)), rng.normal(size=H)


@forwards.alternative
def by_loops(x, W, b):
    y = np.zeros((len(x), len(W)))
    for n, row in enumerate(x):
        for h, weights in enumerate(W):
            y[n, h] = b[h] + sum(weights[d] * row[d] for d in range(len(row)))
    return y


@forwards.alternative
def by_einsum(x, W, b):
    return np.einsum("nd,hd->nh", x, W) + b[None, :]


@forwards.alternative
def bias_as_a_weight(x, W, b):
    ones = np.ones((x.shape[0], 1))
    return np.hstack([x, ones]) @ np.column_stack([W, b]).T


@forwards.alternative
def columns_of_outputs(x, W, b):
    y = np.dot(W, x.T)
    y += b.reshape(-1, 1)
    return y.transpose()


@forwards.mistake("the output is 0 where x is 0. Which term is missing?", loses="value")
def bias_forgotten(x, W, b):
    return x @ W.T


@forwards.mistake("the bias is taken away. Which sign has it in the formula?", loses="value")
def bias_subtracted(x, W, b):
    return x @ W.T - b


@forwards.mistake(
    "the shapes fit, but W was reshaped. Which numbers stand in one row of W, and where do "
    "they stand after reshape?",
    loses="value",
)
def weights_reshaped(x, W, b):
    return x @ W.reshape(W.shape[::-1]) + b


@forwards.mistake(
    "the bias is added to the weights here. How often should b[h] count in y[n, h]?",
    loses="value",
)
def bias_in_the_weights(x, W, b):
    return x @ (W.T + b)


@forwards.mistake(
    "the bias is multiplied here. What does the formula do with it?", loses="value"
)
def bias_as_a_factor(x, W, b):
    return x @ W.T * b


@forwards.mistake(
    "nothing is below 0. Does this layer have a nonlinearity of its own?", loses="value"
)
def with_relu(x, W, b):
    return np.maximum(x @ W.T + b, 0)


@forwards.mistake(
    "every output has the sum of all biases. Which bias belongs to output h?", loses="value"
)
def all_biases(x, W, b):
    return x @ W.T + b.sum()


@forwards.mistake(
    "every output has the same bias. Which bias belongs to output h?", loses="value"
)
def first_bias(x, W, b):
    return x @ W.T + b[0]


@forwards.mistake(
    "the products are averaged here. What does the formula do with the D of them?",
    loses="value",
)
def mean_of_the_products(x, W, b):
    return x @ W.T / x.shape[1] + b


@forwards.mistake(
    "the last input never counts. Where does your loop over d end?", loses="value"
)
def last_input_left_out(x, W, b):
    return x[:, :-1] @ W[:, :-1].T + b


@forwards.mistake(
    "only the last input counts. Is the sum added to, or written over?", loses="value"
)
def last_input_alone(x, W, b):
    return np.outer(x[:, -1], W[:, -1]) + b


@forwards.mistake(
    "the bias is added once for each of the D products. Where does it stand in the formula?",
    loses="value",
)
def bias_with_each_product(x, W, b):
    return x @ W.T + x.shape[1] * b


@forwards.mistake(
    "only the first sample gets its numbers. Where does the return stand?", loses="value"
)
def first_sample_alone(x, W, b):
    y = np.zeros((len(x), len(W)))
    y[0] = W @ x[0] + b
    return y


@forwards.mistake(
    "the outputs have lost their fractions. Of which type is an array made like x?",
    loses="integers",
)
def made_like_the_samples(x, W, b):
    y = np.zeros((len(x), len(W)), dtype=x.dtype if x.dtype.kind == "f" else int)
    y[:] = x @ W.T + b
    return y


@forwards.mistake("pictures are divided by 255 here. Does the formula do so?", loses="integers")
def pictures_scaled(x, W, b):
    return (x / 255 if x.dtype == np.uint8 else x) @ W.T + b
