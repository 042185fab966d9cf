"""Naive wrong answers to the problems of ps4 that have a driver, written as students would."""

import math

import numpy as np

from tests.exercises.wrong_answers.register import wrong

# initialize


@wrong("initialize", "the variance stands where its root belongs")
def scale_is_variance(method, n_in, n_out, rng):
    if method == "xavier":
        return rng.normal(0, 2 / (n_in + n_out), (n_out, n_in))
    if method == "he":
        return rng.normal(0, 2 / n_in, (n_out, n_in))
    c = math.sqrt(6 / (n_in + n_out))
    return rng.uniform(-c, c, (n_out, n_in))


@wrong("initialize", "the variance is a third of what is asked")
def glorot_between_deviations(method, n_in, n_out, rng):
    sd = np.sqrt(2 / n_in) if method == "he" else np.sqrt(2 / (n_in + n_out))
    if method == "glorot_uniform":
        return rng.uniform(-sd, sd, (n_out, n_in))
    return sd * rng.standard_normal((n_out, n_in))


@wrong("initialize", "the mean of the weights is not 0")
def uniform_from_zero(method, n_in, n_out, rng):
    if method == "glorot_uniform":
        return rng.random((n_out, n_in)) * np.sqrt(6 / (n_in + n_out))
    n = {"he": n_in, "xavier": n_in + n_out}[method]
    return rng.normal(scale=np.sqrt(2 / n), size=(n_out, n_in))


@wrong("initialize", '"xavier" counts the inputs alone, as LeCun did')
def xavier_of_other_courses(method, n_in, n_out, rng):
    variances = {"xavier": 1 / n_in, "he": 2 / n_in}
    if method in variances:
        return rng.normal(size=(n_out, n_in)) * np.sqrt(variances[method])
    c = np.sqrt(6 / (n_in + n_out))
    return -c + 2 * c * rng.random((n_out, n_in))


@wrong("initialize", '"he" counts the outputs')
def he_of_the_outputs(method, n_in, n_out, rng):
    W = rng.standard_normal((n_out, n_in))
    if method == "he":
        return W / np.sqrt(n_out / 2)
    if method == "xavier":
        return W / np.sqrt((n_in + n_out) / 2)
    return np.sqrt(6 / (n_in + n_out)) * rng.uniform(-1, 1, W.shape)


@wrong("initialize", "two equal generators give different weights")
def numpys_own_generator(method, n_in, n_out, rng):
    n = n_in if method == "he" else n_in + n_out
    if method == "glorot_uniform":
        return np.sqrt(6 / n) * rng.uniform(-1, 1, (n_out, n_in))
    return np.random.default_rng().normal(size=(n_out, n_in)) * np.sqrt(2 / n)


@wrong("initialize", "W is turned round")
def shape_turned(method, n_in, n_out, rng):
    n = n_in if method == "he" else n_in + n_out
    if method == "glorot_uniform":
        return np.sqrt(6 / n) * rng.uniform(-1, 1, (n_in, n_out))
    return rng.normal(size=(n_in, n_out)) * np.sqrt(2 / n)


@wrong("initialize", "all weights are equal")
def all_zero(method, n_in, n_out, rng):
    return np.zeros((n_out, n_in))


@wrong("initialize", "the variance is right, and the distribution is another one")
def always_normal(method, n_in, n_out, rng):
    n = n_in if method == "he" else n_in + n_out
    return rng.normal(loc=0.0, scale=np.sqrt(2 / n), size=(n_out, n_in))


@wrong("initialize", "the variance is too small")
def one_hundredth(method, n_in, n_out, rng):
    if method == "glorot_uniform":
        return rng.uniform(-0.01, 0.01, (n_out, n_in))
    return 0.01 * rng.normal(size=(n_out, n_in))


@wrong("initialize", '"he" has half of the variance')
def one_over_the_inputs(method, n_in, n_out, rng):
    if method == "he":
        return rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
    if method == "xavier":
        return rng.normal(size=(n_out, n_in)) / np.sqrt((n_in + n_out) / 2)
    c = np.sqrt(6) / np.sqrt(n_in + n_out)
    return rng.uniform(-c, c, (n_out, n_in))


@wrong("initialize", '"glorot_uniform" has half of the variance')
def three_under_the_root(method, n_in, n_out, rng):
    c = np.sqrt(3 / (n_in + n_out))
    if method == "glorot_uniform":
        return rng.uniform(-c, c, (n_out, n_in))
    n = n_in if method == "he" else n_in + n_out
    return np.sqrt(2 / n) * rng.normal(size=(n_out, n_in))


@wrong("initialize", '"xavier" has half of the variance')
def one_variance_for_both(method, n_in, n_out, rng):
    variance = 2 / n_in if method == "he" else 1 / (n_in + n_out)
    if method == "glorot_uniform":
        c = math.sqrt(3 * variance)
        return rng.uniform(-c, c, (n_out, n_in))
    return math.sqrt(variance) * rng.standard_normal((n_out, n_in))


@wrong("initialize", "the weights are cut off at two standard deviations")
def he_clipped(method, n_in, n_out, rng):
    sd = np.sqrt(2 / n_in if method == "he" else 2 / (n_in + n_out))
    if method == "glorot_uniform":
        return rng.uniform(-np.sqrt(3) * sd, np.sqrt(3) * sd, (n_out, n_in))
    W = sd * rng.standard_normal((n_out, n_in))
    return np.clip(W, -2 * sd, 2 * sd) if method == "he" else W


@wrong("initialize", "the weights are cut off at two standard deviations")
def drawn_until_within_two_deviations(method, n_in, n_out, rng):
    sd = np.sqrt(2 / n_in if method == "he" else 2 / (n_in + n_out))
    if method == "glorot_uniform":
        return rng.uniform(-np.sqrt(3) * sd, np.sqrt(3) * sd, (n_out, n_in))
    W = rng.standard_normal((n_out, n_in))
    while (far := np.abs(W) > 2).any():
        W[far] = rng.standard_normal(far.sum())
    return sd / 0.8796 * W  # so that the variance is what is asked, as in Keras


@wrong("initialize", '"glorot_uniform" has four times the variance')
def width_for_limit(method, n_in, n_out, rng):
    variance = 2 / n_in if method == "he" else 2 / (n_in + n_out)
    if method == "glorot_uniform":
        width = math.sqrt(12 * variance)
        return rng.uniform(-width, width, (n_out, n_in))
    return rng.normal(0, math.sqrt(variance), (n_out, n_in))


# dropout


@wrong("dropout", "the share that happened to be kept")
def scaled_by_what_is_left(X, dY, p, training, rng):
    if not training:
        return X, dY
    mask = (rng.random(X.shape) > p).astype(float)
    mask *= mask.size / mask.sum()
    return X * mask, dY * mask


@wrong("dropout", "the share p of the entries is kept")
def keeps_p(X, dY, p, training, rng):
    if training:
        mask = rng.random(X.shape) < p
        return X * mask / p, dY * mask / p
    return X, dY


@wrong("dropout", "what is kept is not scaled")
def no_division(X, dY, p, training, rng):
    mask = rng.binomial(1, 1 - p, X.shape) if training else 1.0
    return X * mask, dY * mask


@wrong("dropout", "in evaluation everything is multiplied by 1 - p")
def both_ways(X, dY, p, training, rng):
    if not training:
        return X * (1 - p), dY * (1 - p)
    mask = (rng.random(X.shape) > p) / (1 - p)
    return mask * X, mask * dY


@wrong("dropout", "dX is 0 at other places than Y")
def two_draws(X, dY, p, training, rng):
    if not training:
        return X, dY

    def drop(A):
        return A * (rng.random(A.shape) > p) / (1 - p)

    return drop(X), drop(dY)


@wrong("dropout", "dX is dY, as if nothing had been dropped")
def straight_back(X, dY, p, training, rng):
    Y = X.copy()
    if training:
        Y[rng.random(X.shape) < p] = 0
        Y /= 1 - p
    return Y, dY


@wrong("dropout", "dX has the right zeros, and elsewhere it is dY")
def zeros_alone(X, dY, p, training, rng):
    if not training:
        return X, dY
    dropped = rng.uniform(size=X.shape) < p
    Y, dX = X / (1 - p), dY.copy()
    Y[dropped] = 0
    dX[dropped] = 0
    return Y, dX


@wrong("dropout", "whole rows or columns are dropped together")
def whole_units(X, dY, p, training, rng):
    if not training:
        return X, dY
    mask = (rng.random(X.shape[1]) >= p) / (1 - p)
    return X * mask, dY * mask


@wrong("dropout", "in evaluation entries are dropped, too")
def training_ignored(X, dY, p, training, rng):
    mask = rng.choice([0, 1], size=X.shape, p=[p, 1 - p]) / (1 - p)
    return X * mask, dY * mask


@wrong("dropout", "whatever rng is, the mask is the same")
def seeded_inside(X, dY, p, training, rng):
    rng = np.random.default_rng(42)
    mask = (rng.random(X.shape) >= p) / (1 - p) if training else np.ones(X.shape)
    return X * mask, dY * mask


@wrong("dropout", "another share than 1 - p is kept")
def from_a_bell_curve(X, dY, p, training, rng):
    if not training:
        return X, dY
    mask = (rng.normal(size=X.shape) > p) / (1 - p)
    return X * mask, dY * mask


@wrong("dropout", "dX is dY times Y")
def output_for_mask(X, dY, p, training, rng):
    if not training:
        return X, dY
    Y = X * (rng.random(X.shape) >= p) / (1 - p)
    return Y, dY * Y


@wrong("dropout", "the function changes its caller's X")
def written_into_x(X, dY, p, training, rng):
    if training:
        mask = (rng.random(X.shape) >= p) / (1 - p)
        X *= mask
        return X, dY * mask
    return X, dY


# optimizer_step


def step_of(momentum=None, nesterov=None, rmsprop=None, adam=None):
    """Return a student's function with one branch in another way."""

    def optimizer_step(method, w, g, state, lr, momentum=0.9, alpha=0.99, betas=(0.9, 0.999),
                       eps=1e-8):  # fmt: skip
        v, s = state.get("v", 0.0), state.get("s", 0.0)
        m, t = state.get("m", 0.0), state.get("t", 0)
        if given[method]:
            return given[method](w, g, v, s, m, t, lr, momentum, alpha, betas, eps)
        if method == "momentum":
            v = momentum * v + g
            return w - lr * v, {"v": v}
        if method == "nesterov":
            v = momentum * v + g
            return w - lr * (g + momentum * v), {"v": v}
        if method == "rmsprop":
            s = alpha * s + (1 - alpha) * g**2
            return w - lr * g / (np.sqrt(s) + eps), {"s": s}
        t += 1
        m = betas[0] * m + (1 - betas[0]) * g
        s = betas[1] * s + (1 - betas[1]) * g**2
        m_hat, s_hat = m / (1 - betas[0] ** t), s / (1 - betas[1] ** t)
        return w - lr * m_hat / (np.sqrt(s_hat) + eps), {"m": m, "s": s, "t": t}

    given = dict(momentum=momentum, nesterov=nesterov, rmsprop=rmsprop, adam=adam)
    return optimizer_step


@wrong("optimizer_step", "the velocity is an average here")
def average_of_gradients(method, w, g, state, lr, momentum, *options):
    if method in ("rmsprop", "adam"):
        return step_of()(method, w, g, state, lr, momentum, *options)
    v = momentum * state.get("v", 0.0) + (1 - momentum) * g
    return w - lr * (v if method == "momentum" else g + momentum * v), {"v": v}


@wrong("optimizer_step", "this is momentum without Nesterov")
def nesterov_before_the_step(*given):
    def nesterov(w, g, v, s, m, t, lr, momentum, alpha, betas, eps):
        step = g + momentum * v
        return w - lr * step, {"v": step}

    return step_of(nesterov=nesterov)(*given)


@wrong("optimizer_step", "in RMSProp eps stands inside the root")
def rms_of_the_page(*given):
    def rmsprop(w, g, v, s, m, t, lr, momentum, alpha, betas, eps):
        s = alpha * s + (1 - alpha) * g * g
        return w - lr / np.sqrt(s + eps) * g, {"s": s}

    return step_of(rmsprop=rmsprop)(*given)


@wrong("optimizer_step", "v is the sum of all squares: this is AdaGrad")
def squares_added(*given):
    def rmsprop(w, g, v, s, m, t, lr, momentum, alpha, betas, eps):
        s = s + g**2
        return w - lr * g / (s**0.5 + eps), {"s": s}

    return step_of(rmsprop=rmsprop)(*given)


@wrong("optimizer_step", "Adam corrects neither m nor v")
def adam_uncorrected(*given):
    def adam(w, g, v, s, m, t, lr, momentum, alpha, betas, eps):
        b1, b2 = betas
        m, s = b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * g**2
        return w - lr * m / (np.sqrt(s) + eps), {"m": m, "s": s}

    return step_of(adam=adam)(*given)


@wrong("optimizer_step", "Adam keeps the corrected m and v for the next step")
def hats_kept(*given):
    def adam(w, g, v, s, m, t, lr, momentum, alpha, betas, eps):
        b1, b2, t = *betas, t + 1
        m = (b1 * m + (1 - b1) * g) / (1 - b1**t)
        s = (b2 * s + (1 - b2) * g**2) / (1 - b2**t)
        return w - lr * m / (np.sqrt(s) + eps), {"m": m, "s": s, "t": t}

    return step_of(adam=adam)(*given)


@wrong("optimizer_step", "adam_w is nan")
def counted_afterwards(*given):
    def adam(w, g, v, s, m, t, lr, momentum, alpha, betas, eps):
        b1, b2 = betas
        m, s = b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * g**2
        with np.errstate(all="ignore"):
            step = m / np.float64(1 - b1**t) / (np.sqrt(s / np.float64(1 - b2**t)) + eps)
        return w - lr * step, {"m": m, "s": s, "t": t + 1}

    return step_of(adam=adam)(*given)


@wrong("optimizer_step", "Adam multiplies beta by t", "adam")
def beta_times_t(*given):
    def adam(w, g, v, s, m, t, lr, momentum, alpha, betas, eps):
        (b1, b2), t = betas, t + 1
        m, s = b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * g**2
        with np.errstate(all="ignore"):
            step = m / np.float64(1 - b1 * t) / (np.sqrt(s / np.float64(1 - b2 * t)) + eps)
        return w - lr * step, {"m": m, "s": s, "t": t}

    return step_of(adam=adam)(*given)


@wrong("optimizer_step", "in Adam v is an average of the gradients themselves", "adam")
def adam_without_square(*given):
    def adam(w, g, v, s, m, t, lr, momentum, alpha, betas, eps):
        (b1, b2), t = betas, t + 1
        m, s = b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * g
        with np.errstate(all="ignore"):
            step = m / (1 - b1**t) / (np.sqrt(s / (1 - b2**t)) + eps)
        return w - lr * step, {"m": m, "s": s, "t": t}

    return step_of(adam=adam)(*given)


@wrong("optimizer_step", "in RMSProp eps is added to the parameters", "rmsprop")
def rmsprop_without_brackets(*given):
    def rmsprop(w, g, v, s, m, t, lr, momentum, alpha, betas, eps):
        s = alpha * s + (1 - alpha) * g**2
        return w - lr * g / np.sqrt(s) + eps, {"s": s}

    return step_of(rmsprop=rmsprop)(*given)


@wrong("optimizer_step", "Adam divides by 1 - beta in every step")
def step_not_counted(*given):
    def adam(w, g, v, s, m, t, lr, momentum, alpha, betas, eps):
        b1, b2, t = *betas, 1
        m, s = b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * g**2
        step = m / (1 - b1**t) / (np.sqrt(s / (1 - b2**t)) + eps)
        return w - lr * step, {"m": m, "s": s, "t": t}

    return step_of(adam=adam)(*given)


@wrong("optimizer_step", "each step is that of a first step")
def empty_state(method, w, g, state, lr, *options):
    new, _ = step_of()(method, w, g, {}, lr, *options)
    return new, state


@wrong("optimizer_step", "Adam corrects v by the same number as m", "adam")
def one_bias(method, w, g, state, lr, momentum, alpha, betas, eps):
    if method != "adam":
        return step_of()(method, w, g, state, lr, momentum, alpha, betas, eps)
    (b1, b2), t = betas, state.get("t", 0) + 1
    m = b1 * state.get("m", 0) + (1 - b1) * g
    v = b2 * state.get("v", 0) + (1 - b2) * g * g
    lacks = 1 - b1**t
    w = w - lr * (m / lacks) / (np.sqrt(v / lacks) + eps)
    return w, {"m": m, "v": v, "t": t}


@wrong("optimizer_step", "this is the answer for the numbers that stand in the signature")
def constants_of_the_book(method, w, g, state, lr, *options):
    return step_of()(method, w, g, state, lr)


@wrong("optimizer_step", "expected (w, state)")
def parameters_alone(method, w, g, state, lr, *options):
    return step_of()(method, w, g, state, lr, *options)[0]


@wrong("optimizer_step", "it goes uphill")
def plus_for_minus(method, w, g, state, lr, *options):
    new, state = step_of()(method, w, g, state, lr, *options)
    return w + (w - new), state


@wrong("optimizer_step", "the function changes its caller's w")
def written_into_w(method, w, g, state, lr, *options):
    new, state = step_of()(method, w, g, state, lr, *options)
    w[:] = new
    return w, state


@wrong("optimizer_step", "the function changes its caller's g")
def written_into_g(method, w, g, state, lr, *options):
    new, state = step_of()(method, w, g.copy(), {k: np.copy(v) for k, v in state.items()}, lr,
                           *options)  # fmt: skip
    g *= lr
    return new, state


# learning_rate


def later(schedule, t, lr, T, gamma, step_size):
    if schedule == "step":
        return lr * gamma ** (t // step_size)
    if schedule == "exponential":
        return lr * gamma**t
    return lr * (1 + math.cos(math.pi * t / T)) / 2


@wrong("learning_rate", "the warm-up begins with 0")
def from_zero(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * step / warmup
    return later(schedule, step - warmup, lr, total - warmup, gamma, step_size)


@wrong("learning_rate", "after the warm-up the schedule has already lost some steps")
def by_the_step(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * (step + 1) / warmup
    return later(schedule, step, lr, total, gamma, step_size)


@wrong("learning_rate", "the warm-up lasts one step longer")
def up_to_and_with(step, schedule, lr, warmup, total, gamma, step_size):
    if warmup and step <= warmup:
        return lr * (step + 1) / warmup
    return later(schedule, step - warmup, lr, total - warmup, gamma, step_size)


@wrong("learning_rate", "ZeroDivisionError", "edge")
def divided_by_no_steps(step, schedule, lr, warmup, total, gamma, step_size):
    if (step + 1) / warmup <= 1:
        return lr * (step + 1) / warmup
    return later(schedule, step - warmup, lr, total - warmup, gamma, step_size)


@wrong("learning_rate", '"step" falls a little in every step')
def floor_forgotten(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * (step + 1) / warmup
    t = step - warmup
    if schedule == "step":
        return lr * gamma ** (t / step_size)
    return later(schedule, t, lr, total - warmup, gamma, step_size)


@wrong("learning_rate", '"cosine" divides t by all steps')
def cosine_of_all_steps(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * (step + 1) / warmup
    return later(schedule, step - warmup, lr, total, gamma, step_size)


@wrong("learning_rate", '"cosine" does not begin at lr')
def cosine_of_the_step(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * (step + 1) / warmup
    if schedule == "cosine":
        return lr / 2 + lr / 2 * math.cos(math.pi * step / (total - warmup))
    return later(schedule, step - warmup, lr, total - warmup, gamma, step_size)


@wrong("learning_rate", '"exponential" grows')
def divided_by_gamma(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * (step + 1) / warmup
    if schedule == "exponential":
        return lr / gamma ** (step - warmup)
    return later(schedule, step - warmup, lr, total - warmup, gamma, step_size)


@wrong("learning_rate", '"cosine" falls in jumps')
def whole_numbers_in_the_cosine(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * (step + 1) / warmup
    if schedule == "cosine":
        return lr * (1 + math.cos(math.pi * (step - warmup) // (total - warmup))) / 2
    return later(schedule, step - warmup, lr, total - warmup, gamma, step_size)


@wrong("learning_rate", '"cosine" becomes negative')
def cosine_alone(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * (step + 1) / warmup
    t = step - warmup
    if schedule == "cosine":
        return lr * np.cos(np.pi * t / (total - warmup))
    return later(schedule, t, lr, total - warmup, gamma, step_size)


@wrong("learning_rate", '"exponential" is exp(-gamma t)')
def natural_exponential(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * (step + 1) / warmup
    t = step - warmup
    if schedule == "exponential":
        return lr * math.exp(-gamma * t)
    return later(schedule, t, lr, total - warmup, gamma, step_size)


@wrong("learning_rate", "there is no warm-up")
def without_any_warm_up(step, schedule, lr, warmup, total, gamma, step_size):
    return later(schedule, step, lr, total, gamma, step_size)


@wrong("learning_rate", "the warm-up is 0 until its last step")
def integer_division(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * ((step + 1) // warmup)
    return later(schedule, step - warmup, lr, total - warmup, gamma, step_size)


@wrong("learning_rate", "here comes the cosine")
def names_misspelt(step, schedule, lr, warmup, total, gamma, step_size):
    if step < warmup:
        return lr * (step + 1) / warmup
    return later(schedule.upper(), step - warmup, lr, total - warmup, gamma, step_size)


@wrong("learning_rate", "expected as one number")
def all_at_once(step, schedule, lr, warmup, total, gamma, step_size):
    return np.full(total, lr)
