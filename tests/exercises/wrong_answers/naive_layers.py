"""Naive wrong answers to softmax_vjp and two_layer_loss, written as students would."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong

# softmax_vjp


def probabilities(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e)


@wrong("softmax_vjp", "as many as C times C numbers are held at once")
def fills_a_jacobian(g, z):
    p, C = probabilities(z), len(z)
    J = np.zeros((C, C))
    for i in range(C):
        J[i] = -p[i] * p
        J[i, i] += p[i]
    return J.T @ g


@wrong("softmax_vjp", "took longer than it may")
def one_loop_inside_another(g, z):
    p = probabilities(z).tolist()
    dz = [0.0] * len(p)
    for j in range(len(p)):
        for i in range(len(p)):
            dz[j] += g[i] * p[i] * ((i == j) - p[j])
    return np.array(dz)


@wrong("softmax_vjp", "multiplied only by the derivative of p[j] with respect to its own score")
def like_a_sigmoid(g, z):
    p = probabilities(z)
    return g * p * (1 - p)


@wrong("softmax_vjp", "only each probability's own term is there")
def gradient_times_probability(g, z):
    return g * probabilities(z)


@wrong("softmax_vjp", "the sum of g is taken off")
def sum_without_weights(g, z):
    p = probabilities(z)
    total = 0.0
    for entry in g:
        total += entry
    return p * (g - total)


@wrong("softmax_vjp", "the gradient of cross-entropy")
def p_minus_the_target(g, z):
    dz = probabilities(z)
    dz -= g
    return dz


@wrong("softmax_vjp", "are not divided by their sum")
def exponentials_alone(g, z):
    e = np.exp(z - z.max())
    return e * g - e * np.sum(e * g)


@wrong("softmax_vjp", "in the sum over i each g[i] meets p[j]")
def index_mixed_up(g, z):
    p, dz, total = probabilities(z), np.zeros(len(z)), np.sum(g)
    for j in range(len(z)):
        dz[j] = g[j] * p[j] - p[j] * p[j] * total
    return dz


@wrong("softmax_vjp", "If one score grows, what must the other probabilities do?")
def plus_beside_the_diagonal(g, z):
    p = probabilities(z)
    others = p @ g - p * g
    return np.array([p[j] * ((1 - p[j]) * g[j] + others[j]) for j in range(len(z))])


@wrong("softmax_vjp", "changes its caller's z")
def shifts_z_in_place(g, z):
    z -= z.max()
    np.exp(z, out=z)
    z /= z.sum()
    return z * (g - z.dot(g))


@wrong("softmax_vjp", "only one number is left")
def sums_over_everything(g, z):
    p = probabilities(z)
    return np.sum(p * (g - p @ g))


@wrong("softmax_vjp", "the softmax is taken of g")
def arguments_taken_for_each_other(g, z):
    p = probabilities(g)
    return p * (z - np.sum(p * z))


@wrong("softmax_vjp", "exp is taken of minus the scores")
def softmax_of_the_negative(g, z):
    p = 1 / np.exp(z - z.min())
    p = p / p.sum()
    return p * g - p * (p @ g)


# two_layer_loss


def rows_softmax(scores):
    e = np.exp(scores - scores.max(axis=1)[:, None])
    return e / e.sum(axis=1)[:, None]


def student_network(params, X, y):
    """Return what a right answer computes on its way, by name."""
    W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
    a = X @ W1.T + b1
    h = np.where(a > 0, a, 0)
    scores = h @ W2.T + b2
    p = rows_softmax(scores)
    target = np.zeros_like(p)
    target[range(len(y)), y] = 1
    d = (p - target) / len(y)
    return a, h, scores, target, d, d @ W2


def losses(scores, y):
    top = scores.max(axis=1)
    log_sum = top + np.log(np.sum(np.exp(scores - top[:, None]), axis=1))
    return log_sum - scores[range(len(y)), y]


def mean_loss(scores, y):
    return np.mean(losses(scores, y))


@wrong("two_layer_loss", "the upstream gradient passes every unit here")
def forgets_the_relu_backwards(params, X, y):
    _, h, scores, _, d, dh = student_network(params, X, y)
    grads = {"W1": dh.T @ X, "b1": dh.sum(0), "W2": d.T @ h, "b2": d.sum(0)}
    return mean_loss(scores, y), grads


@wrong("two_layer_loss", "Where does 1/N enter?")
def forgets_to_divide_by_n(params, X, y):
    a, h, scores, _, _, _ = student_network(params, X, y)
    d = rows_softmax(scores)
    d[np.arange(len(y)), y] -= 1
    da = (d @ params["W2"]) * (a > 0)
    grads = {"W2": d.T @ h, "b2": np.sum(d, axis=0), "W1": da.T @ X, "b1": np.sum(da, axis=0)}
    return mean_loss(scores, y), grads


@wrong("two_layer_loss", "is a mean over samples here")
def means_for_the_biases(params, X, y):
    a, h, scores, _, d, dh = student_network(params, X, y)
    da = np.where(a > 0, dh, 0)
    grads = {"W1": da.T @ X, "b1": da.mean(0), "W2": d.T @ h, "b2": d.mean(0)}
    return mean_loss(scores, y), grads


@wrong("two_layer_loss", "as it was before the ReLU")
def multiplies_by_a_for_h(params, X, y):
    a, _, scores, _, d, dh = student_network(params, X, y)
    da = dh * (a > 0)
    return mean_loss(scores, y), {
        "W1": da.T @ X,
        "b1": da.sum(0),
        "W2": d.T @ a,
        "b2": d.sum(0),
    }


@wrong("two_layer_loss", "a score of some thousands became infinite or nan")
def exp_of_large_scores(params, X, y):
    a = X @ params["W1"].T + params["b1"]
    h = np.maximum(a, 0)
    e = np.exp(h @ params["W2"].T + params["b2"])
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(len(y)), y]).mean()
    p[np.arange(len(y)), y] -= 1
    p /= len(y)
    da = p @ params["W2"] * (a > 0)
    return loss, {"W1": da.T @ X, "b1": da.sum(0), "W2": p.T @ h, "b2": p.sum(0)}


@wrong("two_layer_loss", "this goes uphill")
def target_minus_p(params, X, y):
    a, h, scores, target, _, _ = student_network(params, X, y)
    d = (target - rows_softmax(scores)) / len(X)
    da = (d @ params["W2"]) * (a > 0)
    return mean_loss(scores, y), {
        "W1": da.T @ X,
        "b1": da.sum(0),
        "W2": d.T @ h,
        "b2": d.sum(0),
    }


@wrong("two_layer_loss", "rows and columns are exchanged")
def inputs_first(params, X, y):
    a, h, scores, _, d, dh = student_network(params, X, y)
    da = dh * (a > 0)
    return mean_loss(scores, y), {
        "W1": X.T @ da,
        "b1": da.sum(0),
        "W2": h.T @ d,
        "b2": d.sum(0),
    }


@wrong("two_layer_loss", "add up to 1 over the samples")
def softmax_down_the_columns(params, X, y):
    a = X @ params["W1"].T + params["b1"]
    h = np.maximum(a, 0)
    scores = h @ params["W2"].T + params["b2"]
    e = np.exp(scores - scores.max(axis=0))
    p = e / e.sum(axis=0)
    d = (p - np.eye(p.shape[1])[y]) / len(y)
    da = d @ params["W2"] * (a > 0)
    grads = {"W1": da.T @ X, "b1": da.sum(0), "W2": d.T @ h, "b2": d.sum(0)}
    return -np.mean(np.log(p[range(len(y)), y])), grads


@wrong("two_layer_loss", "nothing is cut off at 0")
def no_relu_at_all(params, X, y):
    a = X @ params["W1"].T + params["b1"]
    scores = a @ params["W2"].T + params["b2"]
    p = rows_softmax(scores)
    d = (p - np.eye(p.shape[1])[y]) / len(y)
    da = d @ params["W2"]
    return mean_loss(scores, y), {
        "W1": da.T @ X,
        "b1": da.sum(0),
        "W2": d.T @ a,
        "b2": d.sum(0),
    }


@wrong("two_layer_loss", "this is N times too large")
def adds_up_the_losses(params, X, y):
    a, h, scores, target, _, _ = student_network(params, X, y)
    d = rows_softmax(scores) - target
    da = (d @ params["W2"]) * (a > 0)
    return losses(scores, y).sum(), {
        "W1": da.T @ X,
        "b1": da.sum(0),
        "W2": d.T @ h,
        "b2": d.sum(0),
    }


@wrong("two_layer_loss", "changes its caller's")
def updates_on_the_way(params, X, y):
    a, h, scores, _, d, _ = student_network(params, X, y)
    grads = {"W2": d.T @ h, "b2": d.sum(0)}
    params["W2"] -= 0.1 * grads["W2"]
    params["b2"] -= 0.1 * grads["b2"]
    da = d @ params["W2"] * (a > 0)
    return mean_loss(scores, y), grads | {"W1": da.T @ X, "b1": da.sum(0)}


@wrong("two_layer_loss", "each row keeps its own gradient")
def biases_left_as_rows(params, X, y):
    a, h, scores, _, d, dh = student_network(params, X, y)
    da = dh * (a > 0)
    return mean_loss(scores, y), {"W1": da.T @ X, "b1": da, "W2": d.T @ h, "b2": d}


@wrong("two_layer_loss", "the sign of the upstream gradient decides")
def relu_of_the_gradient(params, X, y):
    _, h, scores, _, d, dh = student_network(params, X, y)
    da = np.maximum(dh, 0)
    return mean_loss(scores, y), {
        "W1": da.T @ X,
        "b1": da.sum(0),
        "W2": d.T @ h,
        "b2": d.sum(0),
    }


@wrong("two_layer_loss", "the logarithm of it is infinite")
def logarithm_of_a_rounded_zero(params, X, y):
    a, h, scores, _, d, dh = student_network(params, X, y)
    da = dh * (a > 0)
    with np.errstate(all="ignore"):
        loss = np.mean(-np.log(rows_softmax(scores)[range(len(y)), y]))
    return loss, {"W1": da.T @ X, "b1": da.sum(0), "W2": d.T @ h, "b2": d.sum(0)}
