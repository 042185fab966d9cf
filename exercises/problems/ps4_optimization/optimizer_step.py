"""optimizer_step: one step of momentum, Nesterov, RMSProp or Adam, with a state as argument.

The driver takes several steps with each method, on fixed gradients. The gradients are different
in each step, so the results show whether the function uses its state. Students decide what
the state contains.
"""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE


def taken(optimizer_step, w, g, lr, momentum, alpha, betas, eps):
    places, options = [], (momentum, alpha, (float(betas[0]), float(betas[1])), eps)
    for method in ("momentum", "nesterov", "rmsprop", "adam"):
        at, state, visited = w, {}, []
        for given in g.copy():
            kept = given.copy()
            whole = optimizer_step(method, at, given, state, lr, *options)
            if not np.array_equal(kept, given):
                g += 1  # reported as a change of g
            if type(whole) not in (tuple, list) or len(whole) != 2:
                raise TypeError(
                    "your function should return two values, the new w and the new state"
                )
            at, state = whole
            if not isinstance(at, np.ndarray) or at.shape != w.shape:
                raise TypeError("the new w should be an array with the shape of the old w")
            visited.append(at.copy())
        places.append(np.array(visited))
    return tuple(places)


steps = problem(
    "optimizer_step",
    driver=taken,
    rtol=DIGITS,
    returns={
        "momentum_w": "value",
        "nesterov_w": "value",
        "rmsprop_w": "rmsprop",
        "adam_w": "adam",
    },
    points={
        "shape": (1, "`w`, a `float64` array"),
        "value": (7, "momentum and Nesterov momentum, half for each"),
        "rmsprop": (4, "RMSProp"),
        "adam": (5, "Adam"),
        "inputs-unchanged": (1, "your function doesn't change `w` or `g`"),
    },
    forbidden={"all": ELSEWHERE},
)


@steps.reference
def optimizer_step(
    method, w, g, state, lr, momentum=0.9, alpha=0.99, betas=(0.9, 0.999), eps=1e-8
):
    """Take one step of an optimiser from the parameters w with the gradient g.

    "momentum": v = momentum v + g,                   w = w - lr v
    "nesterov": v = momentum v + g,                   w = w - lr (g + momentum v)
    "rmsprop":  v = alpha v + (1 - alpha) g^2,        w = w - lr g / (sqrt(v) + eps)
    "adam":     m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,  in step t from 1
                w = w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
    On the right of each formula for m or v, use the value from the previous step. Before the
    first step, m and v are 0.

    method : str, one of these four
    w, g : arrays of the same shape
    state : dict, {} in the first step, later the state that you returned in the step before
    lr, momentum, alpha, eps : floats; betas : two floats
    Returns (w, state): the new parameters, and a dict with the values for the next step.
    """
    t = state.get("t", 0) + 1
    m, v = (state.get(name, np.zeros(w.shape)) for name in "mv")
    if method in ("momentum", "nesterov"):
        v = momentum * v + g
        step = v if method == "momentum" else g + momentum * v
    elif method == "rmsprop":
        v = alpha * v + (1 - alpha) * g**2
        step = g / (np.sqrt(v) + eps)
    else:
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        step = m / (1 - betas[0] ** t) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)
    return w - lr * step, {"t": t, "m": m, "v": v}


steps.example(
    np.array([3.0, 5.0]),
    np.array([[4.0, -2.0], [2.0, 4.0]]),
    0.5,
    0.5,
    0.75,
    np.array([0.5, 0.75]),
    1.0,
)


@steps.case("value", visible=2)
def some_steps(rng, T, D):
    """Several steps with each method, on fixed gradients."""
    g = rng.normal(size=(T, D))
    g += 0.2 * np.sign(g)
    numbers = float(rng.uniform(0.1, 0.3)), float(rng.uniform(0.4, 0.8))
    alpha, eps = float(rng.uniform(0.5, 0.8)), float(rng.uniform(0.2, 0.5))
    betas = np.array([rng.uniform(0.3, 0.5), rng.uniform(0.6, 0.8)])
    return rng.normal(size=D), g, *numbers, alpha, betas, eps


@steps.alternative
def a_branch_each(
    method, w, g, state, lr, momentum=0.9, alpha=0.99, betas=(0.9, 0.999), eps=1e-8
):
    new = dict(state)
    if method == "momentum":
        new["velocity"] = momentum * state.get("velocity", 0.0) + g
        return w - lr * new["velocity"], new
    if method == "nesterov":
        new["velocity"] = momentum * state.get("velocity", 0.0) + g
        return w - lr * g - lr * momentum * new["velocity"], new
    if method == "rmsprop":
        new["square"] = alpha * state.get("square", 0.0) + (1 - alpha) * g * g
        return w - lr * g / (new["square"] ** 0.5 + eps), new
    new["step"] = state.get("step", 0) + 1
    new["first"] = betas[0] * state.get("first", 0.0) + (1 - betas[0]) * g
    new["second"] = betas[1] * state.get("second", 0.0) + (1 - betas[1]) * g * g
    mean = new["first"] / (1 - betas[0] ** new["step"])
    root = np.sqrt(new["second"] / (1 - betas[1] ** new["step"]))
    return w - lr * mean / (root + eps), new


@steps.alternative
def in_place_in_the_state(
    method, w, g, state, lr, momentum=0.9, alpha=0.99, betas=(0.9, 0.999), eps=1e-8
):
    if not state:
        state.update(t=0, one=np.zeros_like(w), two=np.zeros_like(w))
    state["t"] += 1
    if method in {"momentum", "nesterov"}:
        state["one"] *= momentum
        state["one"] += lr * g
        if method == "momentum":
            return w - state["one"], state
        return w - lr * g - momentum * state["one"], state
    keep = alpha if method == "rmsprop" else betas[1]
    state["two"] += (1 - keep) * (g**2 - state["two"])
    if method == "rmsprop":
        return w - lr / (np.sqrt(state["two"]) + eps) * g, state
    state["one"] += (1 - betas[0]) * (g - state["one"])
    corrected = np.sqrt(1 - betas[1] ** state["t"])
    size = lr / (1 - betas[0] ** state["t"])
    return w - size * state["one"] / (np.sqrt(state["two"]) / corrected + eps), state


@steps.alternative
def from_all_gradients(
    method, w, g, state, lr, momentum=0.9, alpha=0.99, betas=(0.9, 0.999), eps=1e-8
):
    past = [*state.get("past", []), g.copy()]
    ages = range(len(past) - 1, -1, -1)

    def total(share, numbers):
        return sum(share**age * x for age, x in zip(ages, numbers, strict=True))

    def average(share, numbers):
        return (1 - share) * total(share, numbers)

    squares = [x * x for x in past]
    if method == "momentum":
        step = total(momentum, past)
    elif method == "nesterov":
        step = g + momentum * total(momentum, past)
    elif method == "rmsprop":
        step = g / (np.sqrt(average(alpha, squares)) + eps)
    else:
        m, v = average(betas[0], past), average(betas[1], squares)
        n = len(past)
        step = m / (1 - betas[0] ** n) / (np.sqrt(v / (1 - betas[1] ** n)) + eps)
    return [w - lr * step, {"past": past}]


def with_other(method, make):
    """Return a solution with a different rule for one method.

    ``make(g, state, t, momentum, alpha, betas, eps)`` returns the step and the new state.
    """

    def changed(which, w, g, state, lr, momentum, alpha, betas, eps):
        if which != method:
            return optimizer_step(which, w, g, state, lr, momentum, alpha, betas, eps)
        t = state.get("t", 0) + 1
        step, kept = make(g, state, t, momentum, alpha, betas, eps)
        return w - lr * step, {"t": t, **kept}

    return changed


def momentum_as(method, of):
    """Return a solution where ``of(g, v, momentum)`` returns the step and the new v."""

    def make(g, state, t, momentum, alpha, betas, eps):
        step, v = of(g, state.get("v", 0 * g), momentum)
        return step, {"v": v}

    return with_other(method, make)


def rmsprop_as(of):
    """Return a solution where ``of(g, v, t, alpha, eps)`` returns the step and the new v."""

    def make(g, state, t, momentum, alpha, betas, eps):
        step, v = of(g, state.get("v", 0 * g), t, alpha, eps)
        return step, {"v": v}

    return with_other("rmsprop", make)


def adam_as(of=None, m_of=None, v_of=None):
    """Return a solution with a different m, v, or step computed from both."""

    def make(g, state, t, momentum, alpha, betas, eps):
        m, v, (b1, b2) = state.get("m", 0 * g), state.get("v", 0 * g), betas
        m = m_of(g, m, b1) if m_of else b1 * m + (1 - b1) * g
        v = v_of(g, v, b2) if v_of else b2 * v + (1 - b2) * g**2
        step = (of or adams)(m, v, t, b1, b2, eps)
        return step, {"m": m, "v": v}

    return with_other("adam", make)


def adams(m, v, t, b1, b2, eps):
    """Return the step of Adam, with both corrections."""
    return m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)


@steps.mistake(
    "Your code computes every step as if it were the first one. What do you store in the "
    "state that you return, and what do you read from the state that you are given?",
    loses="value rmsprop adam",
)
def state_forgotten(method, w, g, state, lr, *options):
    return optimizer_step(method, w, g, {}, lr, *options)[0], {}


@steps.mistake(
    "Your steps go uphill. Does the loss grow or shrink in the direction of the gradient?",
    loses="value rmsprop adam",
)
def uphill(method, w, g, state, lr, *options):
    return optimizer_step(method, w, g, state, -lr, *options)


@steps.mistake(
    "Your function uses the default values in the signature. Where does your code use the "
    "arguments `momentum`, `alpha`, `betas` and `eps`?",
    loses="value rmsprop adam",
)
def options_ignored(method, w, g, state, lr, *options):
    return optimizer_step(method, w, g, state, lr)


@steps.mistake(
    "Your velocity is an average, because your code multiplies the gradient by 1 - "
    "momentum. Which factor does the gradient have in the formula?",
    loses="value",
)
def averaged_velocity(method, w, g, state, lr, momentum, *options):
    if method not in ("momentum", "nesterov"):
        return optimizer_step(method, w, g, state, lr, momentum, *options)
    v = momentum * state.get("v", 0 * g) + (1 - momentum) * g
    return w - lr * (v if method == "momentum" else g + momentum * v), {"v": v}


@steps.mistake(
    "Your code multiplies the new gradient by `momentum`. Which should become smaller in "
    "each step, the old velocity or the new gradient?",
    loses="value",
)
def momentum_of_the_gradient(*given):
    return momentum_as("momentum", lambda g, v, c: (v + c * g, v + c * g))(*given)


@steps.mistake(
    "Your code multiplies both the old velocity and the gradient by `momentum`. Which of "
    "the two does the formula leave unchanged?",
    loses="value",
)
def momentum_of_both(*given):
    return momentum_as("momentum", lambda g, v, c: (c * (v + g), c * (v + g)))(*given)


@steps.mistake(
    "Your velocity is the plain sum of all gradients. How much of the old velocity should "
    "remain in each step?",
    loses="value",
)
def nothing_forgotten(*given):
    return momentum_as("momentum", lambda g, v, c: (v + g, v + g))(*given)


@steps.mistake(
    "Your `w` moves by the velocity of the previous step. Which comes first, the new "
    "velocity or the move?",
    loses="value",
)
def old_velocity(*given):
    return momentum_as("momentum", lambda g, v, c: (v, c * v + g))(*given)


def in_place_of(method, other):
    """Return a solution that replaces one method by a different one."""

    def changed(which, w, g, state, lr, *options):
        return optimizer_step(other if which == method else which, w, g, state, lr, *options)

    return changed


@steps.mistake(
    'Your "momentum" step is the step of Nesterov. Which branch of your code does '
    '"momentum" reach?',
    loses="value",
)
def momentum_like_nesterov(*given):
    return in_place_of("momentum", "nesterov")(*given)


@steps.mistake(
    "Your function takes Adam's step for this method. Which branch of your code does this "
    "method reach?",
    loses="value rmsprop",
)
def all_like_adam(method, *given):
    return optimizer_step("adam", *given)


@steps.mistake(
    'Your "adam" step is the step of RMSProp. Which branch of your code does "adam" reach?',
    loses="adam",
)
def adam_like_rmsprop(*given):
    return in_place_of("adam", "rmsprop")(*given)


@steps.mistake(
    'Your "nesterov" step is the step of plain momentum. What does the formula do with the '
    "gradient and the new velocity?",
    loses="value",
)
def nesterov_like_momentum(*given):
    return momentum_as("nesterov", lambda g, v, c: (c * v + g, c * v + g))(*given)


@steps.mistake(
    'Your "nesterov" step is plain gradient descent, without a velocity. What does the '
    "formula add to the gradient?",
    loses="value",
)
def nesterov_plain(*given):
    return momentum_as("nesterov", lambda g, v, c: (g, c * v + g))(*given)


@steps.mistake(
    'Your "nesterov" step doesn\'t include the gradient itself. Which two terms does the '
    "formula add?",
    loses="value",
)
def nesterov_without_gradient(*given):
    return momentum_as("nesterov", lambda g, v, c: (c * (c * v + g), c * v + g))(*given)


@steps.mistake(
    'Your "nesterov" step is v + momentum * v. What does the formula add momentum * v to?',
    loses="value",
)
def velocity_twice(*given):
    return momentum_as("nesterov", lambda g, v, c: ((1 + c) * (c * v + g), c * v + g))(*given)


@steps.mistake(
    'Your "nesterov" step adds the whole new velocity to the gradient. What does the '
    "formula multiply the velocity by?",
    loses="value",
)
def velocity_whole(*given):
    return momentum_as("nesterov", lambda g, v, c: (g + c * v + g, c * v + g))(*given)


@steps.mistake(
    "Your RMSProp adds `eps` inside the square root. What does the formula add `eps` to?",
    loses="rmsprop",
)
def eps_inside(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + (1 - alpha) * g**2
        return g / np.sqrt(v + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "Your RMSProp doesn't include `eps`. What would you divide by if the gradient of a "
    "weight were always 0?",
    loses="rmsprop",
)
def eps_forgotten(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + (1 - alpha) * g**2
        return g / np.sqrt(v), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "Your RMSProp divides by v without taking the root. If g is in metres, what is the "
    "unit of v?",
    loses="rmsprop",
)
def root_forgotten(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + (1 - alpha) * g**2
        return g / (v + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "Your v in RMSProp is the sum of all squares, as in AdaGrad. Which weights does "
    "RMSProp give to the old v and to the new square?",
    loses="rmsprop",
)
def adagrad(*given):
    def of(g, v, t, alpha, eps):
        return g / (np.sqrt(v + g**2) + eps), v + g**2

    return rmsprop_as(of)(*given)


def eps_on_its_own(method):
    """Return a solution that adds eps to the parameters, because parentheses are missing."""

    def changed(which, w, g, state, lr, momentum, alpha, betas, eps):
        given = which, w, g, state, lr, momentum, alpha, betas
        if which != method:
            return optimizer_step(*given, eps)
        new, state = optimizer_step(*given, 0.0)
        return new + eps, state

    return changed


@steps.mistake(
    "Your RMSProp adds `eps` to the parameters. Which terms do the parentheses in the "
    "formula group together?",
    loses="rmsprop",
)
def brackets_forgotten(*given):
    return eps_on_its_own("rmsprop")(*given)


@steps.mistake(
    "Your Adam adds `eps` to the parameters. Which terms do the parentheses in the formula "
    "group together?",
    loses="adam",
)
def adams_brackets_forgotten(*given):
    return eps_on_its_own("adam")(*given)


@steps.mistake(
    "Your v in RMSProp is an average of the gradients themselves. Which values can be "
    "under a root, and which quantity should v average?",
    loses="rmsprop",
)
def square_forgotten(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + (1 - alpha) * g
        with np.errstate(invalid="ignore"):
            return g / (np.sqrt(v) + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "Your v in Adam is an average of the gradients themselves, like m. Which values can be "
    "under a root, and which quantity should v average?",
    loses="adam",
)
def adams_square_forgotten(*given):
    def of(m, v, t, b1, b2, eps):
        with np.errstate(invalid="ignore"):
            return adams(m, v, t, b1, b2, eps)

    return adam_as(of, v_of=lambda g, v, b2: b2 * v + (1 - b2) * g)(*given)


@steps.mistake(
    "Your RMSProp multiplies the new square by `alpha`. Which term does `alpha` belong to "
    "in the formula?",
    loses="rmsprop",
)
def shares_exchanged(*given):
    def of(g, v, t, alpha, eps):
        v = (1 - alpha) * v + alpha * g**2
        return g / (np.sqrt(v) + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "Your RMSProp adds the whole new square to v. What should the two weights of an "
    "average add up to?",
    loses="rmsprop",
)
def square_whole(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + g**2
        return g / (np.sqrt(v) + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "Your RMSProp corrects v as Adam does. Does the formula for RMSProp depend on the "
    "number of the step?",
    loses="rmsprop",
)
def rmsprop_corrected(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + (1 - alpha) * g**2
        return g / (np.sqrt(v / (1 - alpha**t)) + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "Your RMSProp divides by the root of the previous v. Which comes first, the new v or "
    "the move?",
    loses="rmsprop",
)
def old_square(*given):
    def of(g, v, t, alpha, eps):
        return g / (np.sqrt(v) + eps), alpha * v + (1 - alpha) * g**2

    return rmsprop_as(of)(*given)


@steps.mistake(
    "Your RMSProp starts with v = g^2. What should v be before the first step?", loses="rmsprop"
)
def starts_with_the_square(*given):
    def of(g, v, t, alpha, eps):
        v = g**2 if t == 1 else alpha * v + (1 - alpha) * g**2
        return g / (np.sqrt(v) + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "Your RMSProp uses one v for all weights. Which shape should v have?",
    loses="rmsprop",
)
def one_square_for_all(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + (1 - alpha) * np.mean(g**2)
        return g / (np.sqrt(v) + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "Your Adam corrects neither m nor v. If m starts at 0, how much too small is it after "
    "the first step?",
    loses="adam",
)
def not_corrected(*given):
    return adam_as(lambda m, v, t, b1, b2, eps: m / (np.sqrt(v) + eps))(*given)


@steps.mistake("Your Adam corrects m but not v. Which of the two starts at 0?", loses="adam")
def m_alone_corrected(*given):
    return adam_as(lambda m, v, t, b1, b2, eps: m / (1 - b1**t) / (np.sqrt(v) + eps))(*given)


@steps.mistake("Your Adam corrects v but not m. Which of the two starts at 0?", loses="adam")
def s_alone_corrected(*given):
    return adam_as(lambda m, v, t, b1, b2, eps: m / (np.sqrt(v / (1 - b2**t)) + eps))(*given)


@steps.mistake(
    "Your Adam divides m and v by the same correction. Which factor does the old v have in "
    "its formula?",
    loses="adam",
)
def one_correction(*given):
    return adam_as(lambda m, v, t, b1, b2, eps: adams(m, v, t, b1, b1, eps))(*given)


@steps.mistake(
    "Your Adam divides by 1 - beta in every step. Which power of beta does the formula "
    "have in step t?",
    loses="adam",
)
def always_the_first_step(*given):
    return adam_as(lambda m, v, t, b1, b2, eps: adams(m, v, 1, b1, b2, eps))(*given)


@steps.mistake(
    "Your Adam counts its first step as t = 2. What does your t start from, and how often "
    "do you increase it in each step?",
    loses="adam",
)
def begins_with_two(*given):
    return adam_as(lambda m, v, t, b1, b2, eps: adams(m, v, t + 1, b1, b2, eps))(*given)


@steps.mistake(
    "Your Adam multiplies beta by t, so 1 - beta t is negative after some steps. What does "
    "the formula do with t?",
    loses="adam",
)
def times_t(*given):
    def of(m, v, t, b1, b2, eps):
        with np.errstate(divide="ignore", invalid="ignore"):  # a root of negative numbers
            return m / (1 - b1 * t) / (np.sqrt(v / (1 - b2 * t)) + eps)

    return adam_as(of)(*given)


@steps.mistake(
    "Your Adam adds `eps` inside the square root. What does the formula add `eps` to?",
    loses="adam",
)
def adams_eps_inside(*given):
    def of(m, v, t, b1, b2, eps):
        return m / (1 - b1**t) / np.sqrt(v / (1 - b2**t) + eps)

    return adam_as(of)(*given)


@steps.mistake(
    "Your Adam adds `eps` to the root before it corrects v. Does the formula divide only v "
    "by 1 - beta2^t, or also `eps`?",
    loses="adam",
)
def eps_corrected(*given):
    def of(m, v, t, b1, b2, eps):
        return m / (1 - b1**t) * np.sqrt(1 - b2**t) / (np.sqrt(v) + eps)

    return adam_as(of)(*given)


@steps.mistake(
    "Your Adam doesn't include `eps`. What would you divide by if the gradient of a weight "
    "were always 0?",
    loses="adam",
)
def adams_eps_forgotten(*given):
    def of(m, v, t, b1, b2, eps):
        return m / (1 - b1**t) / np.sqrt(v / (1 - b2**t))

    return adam_as(of)(*given)


@steps.mistake(
    "Your Adam corrects the root of v instead of v. Is 1 - beta2^t inside or outside the "
    "root in the formula?",
    loses="adam",
)
def root_corrected(*given):
    def of(m, v, t, b1, b2, eps):
        return m / (1 - b1**t) / (np.sqrt(v) / (1 - b2**t) + eps)

    return adam_as(of)(*given)


@steps.mistake(
    "Your Adam divides by the corrected v without taking the root. If g is in metres, what "
    "is the unit of v?",
    loses="adam",
)
def adams_root_forgotten(*given):
    def of(m, v, t, b1, b2, eps):
        return m / (1 - b1**t) / (v / (1 - b2**t) + eps)

    return adam_as(of)(*given)


@steps.mistake(
    "Your Adam stores the corrected m and v, so the next step corrects them again. Which m "
    "does the formula for m have on the right?",
    loses="adam",
)
def corrected_ones_kept(*given):
    def make(g, state, t, momentum, alpha, betas, eps):
        m, v = state.get("m", 0 * g), state.get("v", 0 * g)
        m = (betas[0] * m + (1 - betas[0]) * g) / (1 - betas[0] ** t)
        v = (betas[1] * v + (1 - betas[1]) * g**2) / (1 - betas[1] ** t)
        return m / (np.sqrt(v) + eps), {"m": m, "v": v}

    return with_other("adam", make)(*given)


@steps.mistake(
    "Your `betas` are swapped. Which of them belongs to the gradients, and which one to "
    "their squares?",
    loses="adam",
)
def betas_exchanged(method, w, g, state, lr, momentum, alpha, betas, eps):
    return optimizer_step(method, w, g, state, lr, momentum, alpha, betas[::-1], eps)


@steps.mistake(
    "Your Adam uses the gradient instead of m, like RMSProp with a corrected v. What is m "
    "an average of?",
    loses="adam",
)
def without_m(*given):
    return adam_as(
        m_of=lambda g, m, b1: g * 1.0,
        of=lambda m, v, t, b1, b2, eps: m / (np.sqrt(v / (1 - b2**t)) + eps),
    )(*given)


@steps.mistake(
    "Your Adam adds the whole gradient to m. What should the two weights of an average add "
    "up to?",
    loses="adam",
)
def gradient_whole(*given):
    return adam_as(m_of=lambda g, m, b1: b1 * m + g)(*given)


@steps.mistake(
    "Your Adam adds the whole new square to v. What should the two weights of an average "
    "add up to?",
    loses="adam",
)
def adams_square_whole(*given):
    return adam_as(v_of=lambda g, v, b2: b2 * v + g**2)(*given)
