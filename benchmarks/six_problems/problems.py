"""Three problems for the benchmark of the grader: a matrix product, a loop, a stable sum.

The benchmark appends them to the three problems of ps2 in one file.
"""

import numpy as np
from nngrader.engine import problem

# linear_backward: matrices

linear = problem(
    "linear_backward",
    rtol=1e-8,
    returns={"by_input": "value", "by_weight": "gradient"},
    points={"shape": 2, "value": 8, "gradient": 8, "inputs-unchanged": 2},
)


@linear.reference
def linear_backward(X, W, upstream):
    """Gradients of a linear layer Y = X W^T with respect to its input and its weight.

    X : (N, D) array, float64
    W : (C, D) array, float64
    upstream : (N, C) array, float64, the gradient of the loss with respect to Y
    Returns (by_input, by_weight): (N, D) and (C, D) arrays, float64.
    The function does not change X, W or upstream.
    """
    return upstream @ W, upstream.T @ X


linear.example(
    np.array([[1.0, 2.0], [3.0, 5.0]]),
    np.array([[2.0, -1.0], [1.0, 4.0], [0.0, 3.0]]),
    np.array([[1.0, 2.0, -1.0], [2.0, 0.5, 3.0]]),
)


@linear.case("value", visible=2)
def random_layer(rng, N, D, C):
    """Random layers."""
    return rng.normal(size=(N, D)), rng.normal(size=(C, D)), rng.normal(size=(N, C))


@linear.alternative
def linear_by_einsum(X, W, upstream):
    return np.einsum("nc,cd->nd", upstream, W), np.einsum("nc,nd->cd", upstream, X)


@linear.alternative
def linear_by_samples(X, W, upstream):
    by_input, by_weight = np.zeros(X.shape), np.zeros(W.shape)
    for n in range(len(X)):
        by_input[n] = W.T @ upstream[n]
        by_weight += np.outer(upstream[n], X[n])
    return by_input, by_weight


@linear.mistake("this is N times too small. Where does the formula divide?", loses="gradient")
def weight_averaged(X, W, upstream):
    return upstream @ W, upstream.T @ X / len(X)


@linear.mistake("only the first sample counts. What is added up?", loses="gradient")
def weight_of_the_first_sample(X, W, upstream):
    return upstream @ W, np.outer(upstream[0], X[0])


@linear.mistake("this has the wrong sign. Does the formula contain a minus?", loses="value")
def input_negative(X, W, upstream):
    return -(upstream @ W), upstream.T @ X


@linear.mistake("this ignores the upstream gradient. Where does it enter?", loses="value")
def upstream_left_out(X, W, upstream):
    ones = np.ones(upstream.shape)
    return ones @ W, ones.T @ X


# running_average: a loop in which each step needs the previous one

average = problem(
    "running_average",
    rtol=1e-8,
    returns={"averages": "value"},
    points={"shape": 2, "value": 8, "edge": 4, "inputs-unchanged": 1},
)


@average.reference
def running_average(x, beta):
    """Exponential running average, which starts at 0.

    a[t] = beta * a[t - 1] + (1 - beta) * x[t]

    x : (T,) array, float64
    beta : float, from 0 up to but not including 1
    Returns a : (T,) array, float64. The function does not change x.
    """
    a, out = 0.0, np.zeros(len(x))
    for t, value in enumerate(x):
        out[t] = a = beta * a + (1 - beta) * value
    return out


average.example(np.array([2.0, 4.0, -1.0]), 0.5)


@average.case("value", visible=2)
def random_signal(rng, T):
    """Random signals."""
    return rng.normal(size=T) + 1, float(rng.uniform(0.3, 0.9))


@average.case("edge")
def without_memory(rng, T):
    """A beta of 0."""
    return rng.normal(size=T), 0.0


@average.alternative
def average_by_weights(x, beta):
    t = np.arange(len(x))
    age = t[:, None] - t
    return np.where(age >= 0, (1 - beta) * np.power(beta, np.maximum(age, 0)), 0.0) @ x


@average.alternative
def average_by_list(x, beta):
    averages = [0.0]
    for value in x.tolist():
        averages.append(averages[-1] + (1 - beta) * (value - averages[-1]))
    return np.array(averages[1:])


@average.mistake("at which value does the average start?", loses="value")
def starts_at_the_first(x, beta):
    out = np.zeros(len(x))
    out[0] = a = x[0]
    for t in range(1, len(x)):
        out[t] = a = beta * a + (1 - beta) * x[t]
    return out


@average.mistake("which of the two weights belongs to the past?", loses="value edge")
def weights_swapped(x, beta):
    return running_average(x, 1 - beta)


@average.mistake("what do the weights of one step add up to?", loses="value")
def sum_instead_of_average(x, beta):
    return running_average(x, beta) / (1 - beta)


@average.mistake("this corrects the first averages, but the formula doesn't.", loses="value")
def start_corrected(x, beta):
    return running_average(x, beta) / (1 - beta ** np.arange(1, len(x) + 1))


# log_sum_exp: stability

total = problem(
    "log_sum_exp",
    rtol=1e-8,
    returns={"sums": "value"},
    points={"shape": 2, "value": 7, "stability": 5, "inputs-unchanged": 1},
)


@total.reference
def log_sum_exp(z):
    """Logarithm of the sum of the exponentials of each row.

    s[n] = log(sum over c of exp(z[n, c]))

    z : (N, C) array, float64, with entries of any size (even 1000 or -1000)
    Returns s : (N,) array, float64. The function does not change z.
    """
    top = z.max(axis=1)
    return top + np.log(np.exp(z - top[:, None]).sum(axis=1))


total.example(np.log([[1.0, 2.0, 3.0], [4.0, 5.0, 1.0]]))


@total.case("value", visible=2)
def ordinary_rows(rng, N, C):
    """Ordinary rows."""
    return (rng.normal(size=(N, C)) * 2,)


@total.case("stability")
def huge_rows(rng, N, C):
    """Rows in the thousands."""
    return (rng.normal(size=(N, C)) * 1000,)


@total.alternative
def sum_by_logaddexp(z):
    return np.logaddexp.reduce(z, axis=1)


@total.alternative
def sum_by_rows(z):
    return np.array([row.max() + np.log(np.exp(row - row.max()).sum()) for row in z])


@total.mistake("what is exp(1000)?", loses="stability")
def sum_not_shifted(z):
    return np.log(np.exp(z).sum(axis=1))


@total.mistake("you subtracted a maximum. Where do you add it again?", loses="value stability")
def shift_not_added(z):
    return np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1))


@total.mistake("does the formula contain a sum or a mean?", loses="value")
def mean_instead_of_sum(z):
    return log_sum_exp(z) - np.log(z.shape[1])


@total.mistake("which logarithm is it?", loses="value")
def other_logarithm(z):
    return log_sum_exp(z) / np.log(2)


PROBLEMS = [linear, average, total]
