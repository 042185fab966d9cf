"""Right answers to ps4 in other styles than the references', unregistered."""

import math

import numpy as np

from tests.exercises.right_answers.register import right


@right("initialize")
def by_a_gain(method, n_in, n_out, rng):
    fan, gain = ((n_in + n_out) / 2, 1.0) if method != "he" else (n_in, math.sqrt(2))
    std = gain / math.sqrt(fan)
    if "uniform" in method:
        bound = math.sqrt(3) * std
        return rng.uniform(low=-bound, high=bound, size=[n_out, n_in])
    return rng.standard_normal(size=[n_out, n_in]) * std


@right("initialize")
def column_by_column(method, n_in, n_out, rng):
    columns = []
    for _ in range(n_in):
        if method == "xavier":
            columns.append(rng.normal(0, (2 / (n_in + n_out)) ** 0.5, n_out))
        elif method == "he":
            columns.append(rng.normal(0, (2 / n_in) ** 0.5, n_out))
        else:
            columns.append((rng.random(n_out) - 0.5) * 2 * (6 / (n_in + n_out)) ** 0.5)
    return np.stack(columns, axis=1)


@right("batch_norm_forward")
def averages_as_moves(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    N, m, v = len(X), running_mean, running_var
    if training:
        m = X.sum(0) / N
        v = (X * X).sum(0) / N - m * m
        running_mean = running_mean + momentum * (m - running_mean)
        running_var = running_var + momentum * (v * N / (N - 1) - running_var)
    a = gamma / np.sqrt(v + eps)
    return a * X + (beta - a * m), np.array(running_mean), np.array(running_var)


@right("batch_norm_forward")
def sample_by_sample(X, running_mean, running_var, gamma, beta, training, momentum, eps):
    columns = list(zip(*X.tolist(), strict=True))
    if training:
        means = [sum(c) / len(c) for c in columns]
        sums = [sum((x - m) ** 2 for x in c) for c, m in zip(columns, means, strict=True)]
        var = np.array(sums) / len(X)
        new = np.array(means), np.array(sums) / (len(X) - 1)
        kept = [momentum * b + (1 - momentum) * a for a, b in zip(
            (running_mean, running_var), new, strict=True)]  # fmt: skip
        means = np.array(means)
    else:
        means, var, kept = running_mean, running_var, [running_mean, running_var]
    Y = np.array([gamma * (row - means) / np.sqrt(var + eps) + beta for row in X])
    return Y, kept[0], kept[1]


@right("batch_norm_backward")
def by_the_centred_gradient(dY, X, gamma, eps):
    inverse = 1 / np.sqrt(X.var(0) + eps)
    hat = (X - X.mean(0)) * inverse
    g = dY * gamma
    g = g - g.mean(0) - hat * (g * hat).mean(0)
    return g * inverse, np.sum(dY * hat, 0), np.sum(dY, 0)


@right("batch_norm_backward")
def column_by_column_back(dY, X, gamma, eps):
    out = np.zeros_like(X)
    dgamma, dbeta = [], []
    for d, (g, x) in enumerate(zip(dY.T, X.T, strict=True)):
        N = len(x)
        a = x - x.mean()
        e = a @ a / N + eps
        P = np.eye(N) - np.ones((N, N)) / N
        J = P / e**0.5 - np.outer(a, a) / (N * e**1.5)
        out[:, d] = gamma[d] * J.T @ g
        dgamma.append(a @ g / e**0.5)
        dbeta.append(g.sum())
    return out, np.array(dgamma), np.array(dbeta)


@right("dropout")
def with_where(X, dY, p, training, rng):
    keep = rng.random(X.shape) < 1 - p if training else np.ones(X.shape, bool)
    scale = 1 / (1 - p) if training else 1
    return np.where(keep, X * scale, 0), np.where(keep, dY * scale, 0)


@right("dropout")
def row_by_row(X, dY, p, training, rng):
    Y, dX = [], []
    for x, g in zip(X, dY, strict=True):
        mask = rng.choice(2, size=len(x), p=[p, 1 - p]) / (1 - p) if training else 1.0
        Y.append(x * mask)
        dX.append(g * mask)
    return [np.array(Y), np.array(dX)]


@right("optimizer_step")
def with_a_deep_state(
    method, w, g, state, lr, momentum=0.9, alpha=0.99, betas=(0.9, 0.999), eps=1e-8
):
    own = {"buffers": dict(state.get("buffers", {})), "n": state.get("n", 0) + 1}

    def average(name, value, share):
        old = own["buffers"].get(name, np.zeros_like(value))
        own["buffers"][name] = share * old + (1 - share) * value
        return own["buffers"][name]

    if method == "adam":
        m, s = average("m", g, betas[0]), average("s", np.square(g), betas[1])
        m, s = m / (1 - betas[0] ** own["n"]), s / (1 - betas[1] ** own["n"])
        return w - lr * m / (np.sqrt(s) + eps), own
    if method == "rmsprop":
        return w - lr * g / (np.sqrt(average("s", np.square(g), alpha)) + eps), own
    v = average("v", g / (1 - momentum), momentum)
    return w - lr * (v if method == "momentum" else g + momentum * v), own


@right("optimizer_step")
def weight_by_weight(
    method, w, g, state, lr, momentum=0.9, alpha=0.99, betas=(0.9, 0.999), eps=1e-8
):
    t, new, kept = state.get("t", 0) + 1, w.copy(), {}
    for i in np.ndindex(w.shape):
        a, b = state.get(i, (0.0, 0.0))
        if method in ("momentum", "nesterov"):
            a = momentum * a + g[i]
            step = a if method == "momentum" else g[i] + momentum * a
        elif method == "rmsprop":
            b = alpha * b + (1 - alpha) * g[i] ** 2
            step = g[i] / (math.sqrt(b) + eps)
        else:
            a = betas[0] * a + (1 - betas[0]) * g[i]
            b = betas[1] * b + (1 - betas[1]) * g[i] ** 2
            step = a / (1 - betas[0] ** t) / (math.sqrt(b / (1 - betas[1] ** t)) + eps)
        kept[i] = a, b
        new[i] -= lr * step
    return new, kept | {"t": t}


@right("learning_rate")
def with_match(step, schedule, lr, warmup, total, gamma, step_size):
    if warmup > step:
        return np.float64(lr) / warmup * (1 + step)
    done = step - warmup
    match schedule:
        case "step":
            return lr * gamma ** int(done / step_size)
        case "exponential":
            return lr * np.exp(np.log(gamma) * done)
    return lr * math.sin(math.pi / 2 * (1 - done / (total - warmup))) ** 2


@right("learning_rate")
def by_functions(step, schedule, lr, warmup, total, gamma, step_size):
    t, T = step - warmup, total - warmup
    rules = {
        "step": lambda: gamma ** math.floor(t / step_size),
        "exponential": lambda: gamma**t,
        "cosine": lambda: 0.5 + 0.5 * np.cos(t / T * np.pi),
    }
    return lr * ((step + 1) / warmup if t < 0 else rules[schedule]())
