"""Right answers to ps6 in other styles than the references', unregistered."""

import numpy as np

from tests.exercises.right_answers.register import right


def logistic(z):
    """Return the sigmoid, in a form that never overflows."""
    return np.exp(-np.logaddexp(0, -z))


@right("rnn_forward")
def calls_itself(x, h0, W_xh, W_hh, b):
    if len(x) == 0:
        return np.empty((0, *h0.shape))
    h = np.tanh((W_xh @ x[0].T + W_hh @ h0.T).T + b[None, :])
    return np.concatenate((h[None], calls_itself(x[1:], h, W_xh, W_hh, b)))


@right("rnn_forward")
def with_a_one_for_the_bias(x, h0, W_xh, W_hh, b):
    T, N, _ = x.shape
    whole = np.block([W_xh, W_hh, b[:, None]])
    out = np.zeros((T + 1, N, len(b)))
    out[0] = h0
    for t in range(T):
        out[t + 1] = np.tanh(np.c_[x[t], out[t], np.ones(N)] @ whole.T)
    return out[1:].copy()


@right("rnn_backward")
def recursion_on_the_end(dh, x, h0, W_xh, W_hh, h):
    T = len(x)
    if T == 0:
        return np.zeros_like(x), np.zeros_like(h0), 0 * W_xh, 0 * W_hh, np.zeros(len(W_hh))
    before = h[T - 2] if T > 1 else h0
    dz = dh[-1] * (1 - np.square(h[-1]))
    earlier = dh[:-1].copy()
    if T > 1:
        earlier[-1] += np.dot(dz, W_hh)
    dx, dh0, dV, dW, db = recursion_on_the_end(earlier, x[:-1], h0, W_xh, W_hh, h[:-1])
    dx = np.concatenate([dx, np.dot(dz, W_xh)[None]])
    dh0 = dz.dot(W_hh) if T == 1 else dh0
    return dx, dh0, dV + np.dot(dz.T, x[-1]), dW + np.dot(dz.T, before), db + dz.sum(0)


@right("rnn_backward")
def by_a_large_jacobian(dh, x, h0, W_xh, W_hh, h):
    (T, N, H), D = h.shape, x.shape[2]
    grads = [np.zeros((T, N, D)), np.zeros((N, H)), 0.0 * W_xh, 0.0 * W_hh, np.zeros(H)]
    for n in range(N):
        system = np.eye(T * H)
        for t in range(1, T):
            rows, columns = slice(t * H, t * H + H), slice(t * H - H, t * H)
            system[rows, columns] = -(1 - h[t, n] ** 2)[:, None] * W_hh
        whole = np.linalg.solve(system.T, dh[:, n].ravel()).reshape(T, H)
        dz = whole * (1 - h[:, n] ** 2)
        grads[0][:, n] = dz @ W_xh
        grads[1][n] = W_hh.T @ dz[0]
        grads[2] += dz.T @ x[:, n]
        grads[3] += dz.T @ np.vstack([h0[n], h[:-1, n]])
        grads[4] += dz.sum(0)
    return grads


@right("lstm_step")
def transposed_arrays(x, h, c, W, U, b, dh_new, dc_new):
    H = len(b) // 4
    z = W @ x.T + U @ h.T + b[:, None]
    i, f, o = logistic(z[:H]), logistic(z[H : 2 * H]), logistic(z[3 * H :])
    g = np.tanh(z[2 * H : -H])
    new = f * c.T + i * g
    t = np.tanh(new)
    d = dc_new.T + dh_new.T * o / np.cosh(new) ** 2
    dz = np.vstack(
        (
            d * g * i * (1 - i),
            d * c.T * f * (1 - f),
            d * i * (1 - g * g),
            dh_new.T * t * o * (1 - o),
        )
    )
    return (
        (o * t).T,
        new.T,
        (W.T @ dz).T,
        (U.T @ dz).T,
        (d * f).T,
        dz @ x,
        dz @ h,
        dz.sum(axis=1),
    )


@right("lstm_step")
def gates_in_a_dict(x, h, c, W, U, b, dh_new, dc_new):
    H = h.shape[1]
    rows = {name: slice(k * H, (k + 1) * H) for k, name in enumerate("ifgo")}
    a = {name: x @ W[r].T + h @ U[r].T + b[r] for name, r in rows.items()}
    s = {name: np.tanh(v) if name == "g" else 1 / (1 + np.exp(-v)) for name, v in a.items()}
    c_new = s["i"] * s["g"] + s["f"] * c
    grad_c = dc_new + dh_new * s["o"] * (1 - np.tanh(c_new) ** 2)
    up = {"i": s["g"], "g": s["i"], "f": c}
    grad = {name: grad_c * other for name, other in up.items()}
    grad["o"] = dh_new * np.tanh(c_new)
    for name in grad:
        grad[name] = grad[name] * (1 - s[name] ** 2 if name == "g" else s[name] * (1 - s[name]))
    dW, dU, db = np.empty(W.shape), np.empty(U.shape), np.empty(b.shape)
    for name, r in rows.items():
        dW[r], dU[r], db[r] = grad[name].T @ x, grad[name].T @ h, grad[name].sum(axis=0)
    dx = sum(grad[name] @ W[r] for name, r in rows.items())
    dh = sum(grad[name] @ U[r] for name, r in rows.items())
    return s["o"] * np.tanh(c_new), c_new, dx, dh, grad_c * s["f"], dW, dU, db


@right("gru_step")
def two_halves(x, h, W, U, b, c):
    H = h.shape[1]
    gates = logistic(x @ W[: 2 * H].T + h @ U[: 2 * H].T + (b + c)[: 2 * H])
    r, z = gates[:, :H], gates[:, H:]
    inner = h.dot(U[2 * H :].T)
    inner += c[2 * H :]
    return z * h + (1 - z) * np.tanh(x.dot(W[2 * H :].T) + b[2 * H :] + r * inner)


@right("gru_step")
def each_sequence(x, h, W, U, b, c):
    new = []
    for v, state in zip(x, h, strict=True):
        one, two = (W @ v + b).reshape(3, -1), (U @ state + c).reshape(3, -1)
        r, z = 1 / (1 + np.exp(-(one + two)[:2]))
        new.append(z * state + (1 - z) * np.tanh(one[2] + r * two[2]))
    return np.vstack(new)


@right("perplexity")
def by_flat_places(logits, target):
    V = logits.shape[-1]
    flat = np.asarray(logits).reshape(-1, V)
    log_p = flat - np.logaddexp.reduce(flat, axis=1, keepdims=True)
    nats = -log_p.ravel()[np.arange(len(flat)) * V + target.ravel()]
    return (np.average(nats) / np.log(2)).item(), np.exp(np.average(nats)).item()


@right("perplexity")
def by_selection(logits, target):
    T, N, V = logits.shape
    chosen = target[..., None] == np.arange(V)
    z = logits - np.max(logits, axis=-1)[..., None]
    log2 = np.log2(np.e) * z[chosen].reshape(T, N) - np.log2(np.sum(np.exp(z), -1))
    bits = -log2.mean(axis=0).mean()
    return np.array(bits), np.array(2.0) ** bits


@right("sample")
def by_searching(logits, temperature, rng):
    drawn = np.empty(len(logits), dtype=np.int64)
    for n, row in enumerate(logits):
        p = np.exp((row - row.max()) / temperature)
        drawn[n] = np.searchsorted(np.cumsum(p), rng.uniform(0, p.sum()))
    return drawn


@right("sample")
def by_counting_down(logits, temperature, rng):
    z = np.divide(logits, temperature)
    p = np.exp(z - np.logaddexp.reduce(z, axis=1)[:, None])
    left, drawn = rng.random(len(p)), np.full(len(p), p.shape[1] - 1)
    open_rows = np.ones(len(p), bool)
    for v in range(p.shape[1]):
        left -= p[:, v]
        stops = open_rows & (left < 0)
        drawn[stops], open_rows = v, open_rows & ~stops
    return drawn


@right("surprisal")
def step_by_step(file, text):
    W, U, b = (file[name].astype(float) for name in ("W", "U", "b"))
    H, bits = U.shape[1], []
    h = c = np.zeros((text.shape[1], H))
    for t in range(len(text) - 1):
        z = W[:, text[t]].T + h @ U.T + b
        gate = logistic(z)
        c = gate[:, H : 2 * H] * c + gate[:, :H] * np.tanh(z[:, 2 * H : 3 * H])
        h = gate[:, 3 * H :] * np.tanh(c)
        logits = h @ file["W_hy"].T + file["b_y"]
        log_p = logits - np.logaddexp.reduce(logits, axis=1)[:, None]
        bits.append([-row[k] / np.log(2) for row, k in zip(log_p, text[t + 1], strict=True)])
    return np.array(bits)
