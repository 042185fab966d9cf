"""optimizer_step: a step of momentum, Nesterov, RMSProp or Adam, with a state that is passed.

The driver takes some steps with each method, on gradients that are given, so that the order in
which they come tells a state that is kept from one that is not. What the state holds is free.
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
                g += 1  # seen as a change of g
            if type(whole) not in (tuple, list) or len(whole) != 2:
                raise TypeError("expected (w, state), the new parameters and the new state")
            at, state = whole
            if not isinstance(at, np.ndarray) or at.shape != w.shape:
                raise TypeError("the new w is expected as an array in the shape of the old one")
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
        "shape": (1, "`w` an array of `float64`"),
        "value": (7, "momentum and Nesterov momentum, half each"),
        "rmsprop": (4, "RMSProp"),
        "adam": (5, "Adam"),
        "inputs-unchanged": (1, "`w` and `g` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@steps.reference
def optimizer_step(
    method, w, g, state, lr, momentum=0.9, alpha=0.99, betas=(0.9, 0.999), eps=1e-8
):
    """One step of an optimiser, from parameters w with the gradient g.

    "momentum": v = momentum v + g,                   w = w - lr v
    "nesterov": v = momentum v + g,                   w = w - lr (g + momentum v)
    "rmsprop":  v = alpha v + (1 - alpha) g^2,        w = w - lr g / (sqrt(v) + eps)
    "adam":     m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,  in step t from 1
                w = w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
    The m or v on the right is that of the step before; before the first they are 0.

    method : str, one of these four
    w, g : arrays of the same shape
    state : dict, {} in the first step, later what you returned with the step before
    lr, momentum, alpha, eps : floats; betas : two floats
    Returns (w, state): the new parameters, and a dict of what you need in the next step.
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
    """Some steps with each method, on gradients that are given."""
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
    """Return a solution with another rule for one method.

    ``make(g, state, t, momentum, alpha, betas, eps)`` returns the step and what is kept.
    """

    def changed(which, w, g, state, lr, momentum, alpha, betas, eps):
        if which != method:
            return optimizer_step(which, w, g, state, lr, momentum, alpha, betas, eps)
        t = state.get("t", 0) + 1
        step, kept = make(g, state, t, momentum, alpha, betas, eps)
        return w - lr * step, {"t": t, **kept}

    return changed


def momentum_as(method, of):
    """Return a solution in which ``of(g, v, momentum)`` gives the step and the new v."""

    def make(g, state, t, momentum, alpha, betas, eps):
        step, v = of(g, state.get("v", 0 * g), momentum)
        return step, {"v": v}

    return with_other(method, make)


def rmsprop_as(of):
    """Return a solution in which ``of(g, v, t, alpha, eps)`` gives the step and the new v."""

    def make(g, state, t, momentum, alpha, betas, eps):
        step, v = of(g, state.get("v", 0 * g), t, alpha, eps)
        return step, {"v": v}

    return with_other("rmsprop", make)


def adam_as(of=None, m_of=None, v_of=None):
    """Return a solution with another m, another v, or another step made from both."""

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
    "each step is that of a first step. What is in the state that you return, and what do you "
    "take out of the state that you are given?",
    loses="value rmsprop adam",
)
def state_forgotten(method, w, g, state, lr, *options):
    return optimizer_step(method, w, g, {}, lr, *options)[0], {}


@steps.mistake(
    "it goes uphill. In which direction does the gradient point?",
    loses="value rmsprop adam",
)
def uphill(method, w, g, state, lr, *options):
    return optimizer_step(method, w, g, state, -lr, *options)


@steps.mistake(
    "this is the answer for the numbers that stand in the signature. Where does your code use "
    "momentum, alpha, betas and eps as they are given?",
    loses="value rmsprop adam",
)
def options_ignored(method, w, g, state, lr, *options):
    return optimizer_step(method, w, g, state, lr)


@steps.mistake(
    "the velocity is an average here: the gradient is multiplied by 1 - momentum. By what does "
    "the formula multiply it, as PyTorch does?",
    loses="value",
)
def averaged_velocity(method, w, g, state, lr, momentum, *options):
    if method not in ("momentum", "nesterov"):
        return optimizer_step(method, w, g, state, lr, momentum, *options)
    v = momentum * state.get("v", 0 * g) + (1 - momentum) * g
    return w - lr * (v if method == "momentum" else g + momentum * v), {"v": v}


@steps.mistake(
    "momentum is multiplied by the new gradient. Of which of the two, the old velocity and the "
    "gradient, should less be left with each step?",
    loses="value",
)
def momentum_of_the_gradient(*given):
    return momentum_as("momentum", lambda g, v, c: (v + c * g, v + c * g))(*given)


@steps.mistake(
    "momentum is multiplied by the old velocity and by the gradient. Which of the two does the "
    "formula leave whole?",
    loses="value",
)
def momentum_of_both(*given):
    return momentum_as("momentum", lambda g, v, c: (c * (v + g), c * (v + g)))(*given)


@steps.mistake(
    "the velocity never forgets: it is the plain sum of all gradients. Which share of the old "
    "velocity stays?",
    loses="value",
)
def nothing_forgotten(*given):
    return momentum_as("momentum", lambda g, v, c: (v + g, v + g))(*given)


@steps.mistake(
    "w moves by the velocity of the step before. Which comes first, the new velocity or the "
    "move?",
    loses="value",
)
def old_velocity(*given):
    return momentum_as("momentum", lambda g, v, c: (v, c * v + g))(*given)


def in_place_of(method, other):
    """Return a solution that takes the step of another method."""

    def changed(which, w, g, state, lr, *options):
        return optimizer_step(other if which == method else which, w, g, state, lr, *options)

    return changed


@steps.mistake(
    "here comes the step of Nesterov. Which branch of your code does this method take?",
    loses="value",
)
def momentum_like_nesterov(*given):
    return in_place_of("momentum", "nesterov")(*given)


@steps.mistake(
    "here comes the step of Adam. Which branch of your code does this method take?",
    loses="value rmsprop",
)
def all_like_adam(method, *given):
    return optimizer_step("adam", *given)


@steps.mistake(
    "here comes the step of RMSProp. Which branch of your code does this method take?",
    loses="adam",
)
def adam_like_rmsprop(*given):
    return in_place_of("adam", "rmsprop")(*given)


@steps.mistake(
    "this is momentum without Nesterov. What does his step do with the new velocity, and what "
    "with the gradient?",
    loses="value",
)
def nesterov_like_momentum(*given):
    return momentum_as("nesterov", lambda g, v, c: (c * v + g, c * v + g))(*given)


@steps.mistake(
    "this is gradient descent without a velocity. What does Nesterov's step add to the "
    "gradient?",
    loses="value",
)
def nesterov_plain(*given):
    return momentum_as("nesterov", lambda g, v, c: (g, c * v + g))(*given)


@steps.mistake(
    "the gradient itself is missing in Nesterov's step. What stands beside momentum times v in "
    "it?",
    loses="value",
)
def nesterov_without_gradient(*given):
    return momentum_as("nesterov", lambda g, v, c: (c * (c * v + g), c * v + g))(*given)


@steps.mistake(
    "the step is v + momentum times v. To what does Nesterov add momentum times v?",
    loses="value",
)
def velocity_twice(*given):
    return momentum_as("nesterov", lambda g, v, c: ((1 + c) * (c * v + g), c * v + g))(*given)


@steps.mistake(
    "the gradient is added to the whole new velocity. What is the velocity multiplied by in "
    "Nesterov's step?",
    loses="value",
)
def velocity_whole(*given):
    return momentum_as("nesterov", lambda g, v, c: (g + c * v + g, c * v + g))(*given)


@steps.mistake(
    "in RMSProp eps stands inside the root. To what is it added, in the formula and in "
    "PyTorch?",
    loses="rmsprop",
)
def eps_inside(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + (1 - alpha) * g**2
        return g / np.sqrt(v + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "in RMSProp eps is missing. What is the divisor of a weight whose gradient was always 0?",
    loses="rmsprop",
)
def eps_forgotten(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + (1 - alpha) * g**2
        return g / np.sqrt(v), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "in RMSProp the root is missing. In what is v measured, if g is in metres?", loses="rmsprop"
)
def root_forgotten(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + (1 - alpha) * g**2
        return g / (v + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "in RMSProp v is the sum of all squares: this is AdaGrad. Which share of the old v does "
    "RMSProp keep, and which share of the new square does it take?",
    loses="rmsprop",
)
def adagrad(*given):
    def of(g, v, t, alpha, eps):
        return g / (np.sqrt(v + g**2) + eps), v + g**2

    return rmsprop_as(of)(*given)


def eps_on_its_own(method):
    """Return a solution that adds eps to the parameters, for want of brackets."""

    def changed(which, w, g, state, lr, momentum, alpha, betas, eps):
        given = which, w, g, state, lr, momentum, alpha, betas
        if which != method:
            return optimizer_step(*given, eps)
        new, state = optimizer_step(*given, 0.0)
        return new + eps, state

    return changed


@steps.mistake(
    "in RMSProp eps is added to the parameters. What do the brackets of the formula hold "
    "together?",
    loses="rmsprop",
)
def brackets_forgotten(*given):
    return eps_on_its_own("rmsprop")(*given)


@steps.mistake(
    "in Adam eps is added to the parameters. What do the brackets of the formula hold "
    "together?",
    loses="adam",
)
def adams_brackets_forgotten(*given):
    return eps_on_its_own("adam")(*given)


@steps.mistake(
    "in RMSProp v is an average of the gradients themselves. What may stand under a root, and "
    "of what is v the average?",
    loses="rmsprop",
)
def square_forgotten(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + (1 - alpha) * g
        with np.errstate(invalid="ignore"):
            return g / (np.sqrt(v) + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "in Adam v is an average of the gradients themselves, as m is. What may stand under a "
    "root, and of what is v the average?",
    loses="adam",
)
def adams_square_forgotten(*given):
    def of(m, v, t, b1, b2, eps):
        with np.errstate(invalid="ignore"):
            return adams(m, v, t, b1, b2, eps)

    return adam_as(of, v_of=lambda g, v, b2: b2 * v + (1 - b2) * g)(*given)


@steps.mistake(
    "in RMSProp alpha is the share of the new square. Of which is it the share in the formula?",
    loses="rmsprop",
)
def shares_exchanged(*given):
    def of(g, v, t, alpha, eps):
        v = (1 - alpha) * v + alpha * g**2
        return g / (np.sqrt(v) + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "in RMSProp the new square is added whole. What do the two shares of an average add up to?",
    loses="rmsprop",
)
def square_whole(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + g**2
        return g / (np.sqrt(v) + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "RMSProp corrects v as Adam does. Does its formula know in which step it is?",
    loses="rmsprop",
)
def rmsprop_corrected(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + (1 - alpha) * g**2
        return g / (np.sqrt(v / (1 - alpha**t)) + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "RMSProp divides by the v of the step before. Which comes first, the new v or the move?",
    loses="rmsprop",
)
def old_square(*given):
    def of(g, v, t, alpha, eps):
        return g / (np.sqrt(v) + eps), alpha * v + (1 - alpha) * g**2

    return rmsprop_as(of)(*given)


@steps.mistake("RMSProp begins with v = g^2. What is v before the first step?", loses="rmsprop")
def starts_with_the_square(*given):
    def of(g, v, t, alpha, eps):
        v = g**2 if t == 1 else alpha * v + (1 - alpha) * g**2
        return g / (np.sqrt(v) + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "in RMSProp all weights share one v. Of which array does v have the shape?",
    loses="rmsprop",
)
def one_square_for_all(*given):
    def of(g, v, t, alpha, eps):
        v = alpha * v + (1 - alpha) * np.mean(g**2)
        return g / (np.sqrt(v) + eps), v

    return rmsprop_as(of)(*given)


@steps.mistake(
    "Adam corrects neither m nor v. By how much too small is m after the first step, since it "
    "began at 0?",
    loses="adam",
)
def not_corrected(*given):
    return adam_as(lambda m, v, t, b1, b2, eps: m / (np.sqrt(v) + eps))(*given)


@steps.mistake("Adam corrects m and not v. Which of the two began at 0?", loses="adam")
def m_alone_corrected(*given):
    return adam_as(lambda m, v, t, b1, b2, eps: m / (1 - b1**t) / (np.sqrt(v) + eps))(*given)


@steps.mistake("Adam corrects v and not m. Which of the two began at 0?", loses="adam")
def s_alone_corrected(*given):
    return adam_as(lambda m, v, t, b1, b2, eps: m / (np.sqrt(v / (1 - b2**t)) + eps))(*given)


@steps.mistake(
    "Adam corrects v by the same number as m. Which share of the old v did it keep?",
    loses="adam",
)
def one_correction(*given):
    return adam_as(lambda m, v, t, b1, b2, eps: adams(m, v, t, b1, b1, eps))(*given)


@steps.mistake(
    "Adam divides by 1 - beta in every step. Which power of beta is it in step t, and who "
    "counts the steps?",
    loses="adam",
)
def always_the_first_step(*given):
    return adam_as(lambda m, v, t, b1, b2, eps: adams(m, v, 1, b1, b2, eps))(*given)


@steps.mistake(
    "Adam counts its first step as number 2. With which t does it begin, and how often is it "
    "raised in a step?",
    loses="adam",
)
def begins_with_two(*given):
    return adam_as(lambda m, v, t, b1, b2, eps: adams(m, v, t + 1, b1, b2, eps))(*given)


@steps.mistake(
    "Adam multiplies beta by t, so that 1 - beta t becomes negative. What does the formula do "
    "with t?",
    loses="adam",
)
def times_t(*given):
    def of(m, v, t, b1, b2, eps):
        with np.errstate(divide="ignore", invalid="ignore"):  # a root of negative numbers
            return m / (1 - b1 * t) / (np.sqrt(v / (1 - b2 * t)) + eps)

    return adam_as(of)(*given)


@steps.mistake(
    "in Adam eps stands inside the root. To what is it added, in the formula and in PyTorch?",
    loses="adam",
)
def adams_eps_inside(*given):
    def of(m, v, t, b1, b2, eps):
        return m / (1 - b1**t) / np.sqrt(v / (1 - b2**t) + eps)

    return adam_as(of)(*given)


@steps.mistake(
    "in Adam eps is added to the root before v is corrected. What is divided by 1 - beta2^t: v "
    "alone, or eps too?",
    loses="adam",
)
def eps_corrected(*given):
    def of(m, v, t, b1, b2, eps):
        return m / (1 - b1**t) * np.sqrt(1 - b2**t) / (np.sqrt(v) + eps)

    return adam_as(of)(*given)


@steps.mistake(
    "in Adam eps is missing. What is the divisor of a weight whose gradient was always 0?",
    loses="adam",
)
def adams_eps_forgotten(*given):
    def of(m, v, t, b1, b2, eps):
        return m / (1 - b1**t) / np.sqrt(v / (1 - b2**t))

    return adam_as(of)(*given)


@steps.mistake(
    "Adam corrects the root, and not what is under it. Is 1 - beta2^t under the root in the "
    "formula?",
    loses="adam",
)
def root_corrected(*given):
    def of(m, v, t, b1, b2, eps):
        return m / (1 - b1**t) / (np.sqrt(v) / (1 - b2**t) + eps)

    return adam_as(of)(*given)


@steps.mistake(
    "in Adam the root is missing. In what is v measured, if g is in metres?", loses="adam"
)
def adams_root_forgotten(*given):
    def of(m, v, t, b1, b2, eps):
        return m / (1 - b1**t) / (v / (1 - b2**t) + eps)

    return adam_as(of)(*given)


@steps.mistake(
    "Adam keeps the corrected m and v for the next step, which corrects them once more. Which "
    "m stands on the right of its formula?",
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
    "beta1 and beta2 have changed places. Which of them belongs to the gradients, and which to "
    "their squares?",
    loses="adam",
)
def betas_exchanged(method, w, g, state, lr, momentum, alpha, betas, eps):
    return optimizer_step(method, w, g, state, lr, momentum, alpha, betas[::-1], eps)


@steps.mistake(
    "Adam takes the gradient where m belongs: this is RMSProp with corrected v. What is m an "
    "average of?",
    loses="adam",
)
def without_m(*given):
    return adam_as(
        m_of=lambda g, m, b1: g * 1.0,
        of=lambda m, v, t, b1, b2, eps: m / (np.sqrt(v / (1 - b2**t)) + eps),
    )(*given)


@steps.mistake(
    "Adam adds the gradient to m whole. What do the two shares of an average add up to?",
    loses="adam",
)
def gradient_whole(*given):
    return adam_as(m_of=lambda g, m, b1: b1 * m + g)(*given)


@steps.mistake(
    "Adam adds the square to v whole. What do the two shares of an average add up to?",
    loses="adam",
)
def adams_square_whole(*given):
    return adam_as(v_of=lambda g, v, b2: b2 * v + g**2)(*given)
