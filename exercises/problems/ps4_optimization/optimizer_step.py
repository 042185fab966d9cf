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
    changed = np.zeros(2)  # whether a call writes into its w, and into its g
    for method in ("momentum", "nesterov", "rmsprop", "adam"):
        at, state, visited = w.copy(), {}, []
        for given in g.copy():
            kept = at.copy(), given.copy()
            whole = optimizer_step(method, at, given, state, lr, *options)
            changed += [
                not np.array_equal(*pair, equal_nan=True)
                for pair in zip(kept, (at, given), strict=True)
            ]
            if type(whole) not in (tuple, list) or len(whole) != 2:
                raise TypeError(
                    "your function should return two values, the new w and the new state"
                )
            at, state = whole
            if not isinstance(at, np.ndarray) or at.shape != w.shape:
                raise TypeError("the new w should be an array with the shape of the old w")
            visited.append(at.copy())
        places.append(np.array(visited))
    w += changed[0]  # reported as a change of w
    g += changed[1]
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
    "adam":     m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,
                w = w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
    On the right of each formula for m or v, use the value from the previous step. Before the
    first step, m and v are 0. In Adam, t is 1 in the first step.

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


SECOND = "(np.sqrt(v / (1 - betas[1] ** t)) + eps)"  # what Adam divides by
NOT_CORRECTED = "m / (1 - betas[0] ** t) / " + SECOND, "m / (np.sqrt(v) + eps)"

steps.known["value rmsprop adam"] = {
    "Your steps go uphill. Does the loss increase or decrease in the direction of the "
    "gradient?": {"uphill": {"w - lr": "w + lr"}},
    "Your code computes every step as if it were the first one. What do you store in the state "
    "that you return, and what do you read from the state that you are "
    "given?": {"state_forgotten": "state = {}"},
    "Your function always uses the default values from the signature. Where does your code use "
    "the arguments `momentum`, `alpha`, `betas` and "
    "`eps`?": {"options_ignored": "return optimizer_step(method, w, g, state, lr)"},
}

steps.known["value"] = {
    "Your steps with momentum go uphill. "
    "Does the formula add the step to `w`, or subtract it?": {
        "uphill_with_momentum": {"    elif method": "        step = -step\n    elif method"}
    },
    "Your velocity is an average, because your code multiplies the gradient by 1 - "
    "momentum. Does the formula scale the gradient?": {
        "averaged_velocity": {"momentum * v + g": "momentum * v + (1 - momentum) * g"}
    },
    "Your code multiplies the new gradient by `momentum`. Which one should shrink in each "
    "step: the old velocity or the new "
    "gradient?": {"momentum_of_the_gradient": {"momentum * v + g": "v + momentum * g"}},
    "Your code multiplies both the old velocity and the gradient by `momentum`. Which of the "
    "two does the formula leave "
    "unchanged?": {"momentum_of_both": {"momentum * v + g": "momentum * (v + g)"}},
    "Your velocity is the plain sum of all gradients. How much of the old velocity should "
    "remain in each step?": {"nothing_forgotten": {"momentum * v + g": "v + g"}},
    "Your `w` moves by the velocity of the previous step. Which does the formula update first, "
    "`v` or `w`?": {"old_velocity": {"step = v if": 'step = state.get("v", 0 * w) if'}},
    'Your "momentum" step is a Nesterov step. Which branch of your code does "momentum" '
    "reach?": {"momentum_like_nesterov": {'v if method == "momentum" else g': "g"}},
    'Your "nesterov" step is a plain momentum step. Which terms does its formula add, and does '
    "it contain the old velocity or the new one?": {
        "nesterov_like_momentum": {"else g + momentum * v": "else v"}
    },
    'Your "nesterov" step doesn\'t include the gradient itself. Which two terms does the '
    "formula "
    "add?": {"nesterov_without_gradient": {"else g + momentum * v": "else momentum * v"}},
    'Your "nesterov" step adds the whole new velocity to the gradient. What does the formula '
    "multiply the velocity by?": {"velocity_whole": {"else g + momentum * v": "else g + v"}},
    'Your "nesterov" step adds `momentum` times the new velocity to the velocity itself. What '
    "does the formula add it "
    "to?": {"velocity_twice": {"else g + momentum * v": "else v + momentum * v"}},
}

steps.known["adam"] = {
    'Your "adam" step is an RMSProp step. Which branch of your code does "adam" take?': {
        "adam_like_rmsprop": {'method == "rmsprop"': 'method in ("rmsprop", "adam")'}
    },
    "Your Adam corrects neither m nor v. If m starts at 0, by what factor is it too small "
    "after the first step?": {"not_corrected": [NOT_CORRECTED]},
    "Your Adam corrects m but not v. Which value does v have before the first step?": {
        "m_alone_corrected": {"v / (1 - betas[1] ** t)": "v"}
    },
    "Your Adam corrects v but not m. Which value does m have before the first step?": {
        "s_alone_corrected": {"m / (1 - betas[0] ** t)": "m"}
    },
    "Your Adam corrects with powers of 1 - beta. Which number does the formula raise to the "
    "power t?": {
        "power_of_the_difference": {
            "1 - betas[0] ** t": "(1 - betas[0]) ** t",
            "1 - betas[1] ** t": "(1 - betas[1]) ** t",
        }
    },
    "Your Adam divides by 1 - beta at every step. Which power of beta does the formula use "
    "at step t?": {"always_the_first_step": {'state.get("t", 0) + 1': "1"}},
    "Your Adam counts its first step as t = 2. What value does your t start at, and how many "
    "times do you increase it in each "
    "step?": {"begins_with_two": {'state.get("t", 0) + 1': 'state.get("t", 1) + 1'}},
    "Your Adam adds `eps` inside the square root. What does the formula add `eps` to?": {
        "adams_eps_inside": {SECOND: "np.sqrt(v / (1 - betas[1] ** t) + eps)"}
    },
    "Your Adam ignores `eps`. What would you divide by if the gradient of a weight were always "
    "0?": {"adams_eps_forgotten": {SECOND: "np.sqrt(v / (1 - betas[1] ** t))"}},
    "Your Adam divides by v without a square root. If all gradients double, should the steps "
    "get smaller?": {"adams_root_forgotten": {SECOND: "(v / (1 - betas[1] ** t) + eps)"}},
    "In your Adam, v averages the absolute values of the gradients. What does the formula "
    "average instead?": {
        "adams_square_forgotten": {"(1 - betas[1]) * g**2": "(1 - betas[1]) * abs(g)"}
    },
    "Your Adam corrects the square root of v instead of v. Is 1 - beta2^t inside or outside "
    "the square root in the "
    "formula?": {"root_corrected": {" / (1 - betas[1] ** t)": ") / (1 - betas[1] ** t"}},
    "Your Adam stores the corrected m and v, so the next step corrects them again. Does the "
    "formula for the new m start from the old m or from its corrected value?": {
        "corrected_ones_kept": [
            NOT_CORRECTED,
            (
                "betas[0] * m + (1 - betas[0]) * g\n",
                "(betas[0] * m + (1 - betas[0]) * g) / (1 - betas[0] ** t)\n",
            ),
            (
                "betas[1] * v + (1 - betas[1]) * g**2",
                "(betas[1] * v + (1 - betas[1]) * g**2) / (1 - betas[1] ** t)",
            ),
        ]
    },
    "Your Adam uses the gradient instead of m, like RMSProp with a corrected v. What is "
    "the numerator in the formula for w?": {"without_m": {"m / (1 - betas[0] ** t)": "g"}},
    "Your `betas` are swapped. Which one is for the gradients, and which one is for their "
    "squares?": {"betas_exchanged": "betas = betas[::-1]"},
    "Your Adam uses the constants 0.9 and 0.999. Where does your code use the argument "
    "`betas`?": {"betas_fixed": "betas = 0.9, 0.999"},
}

steps.known["rmsprop"] = {
    "Your RMSProp adds `eps` inside the square root. What does the formula add `eps` to?": {
        "eps_inside": {"(np.sqrt(v) + eps)": "np.sqrt(v + eps)"}
    },
    "Your RMSProp ignores `eps`. What would you divide by if the gradient of a weight were "
    "always 0?": {"eps_forgotten": {"(np.sqrt(v) + eps)": "np.sqrt(v)"}},
    "Your RMSProp divides by v without a square root. If all gradients double, should the "
    "steps get smaller?": {"root_forgotten": {"(np.sqrt(v) + eps)": "(v + eps)"}},
    "Your v in RMSProp is the sum of all squares, as in AdaGrad. What weights does RMSProp "
    "give to the old v and to the new "
    "square?": {"adagrad": {"alpha * v + (1 - alpha) * g**2": "v + g**2"}},
    "Your RMSProp adds `eps` to the parameters. Which terms do the parentheses in the formula "
    "group together?": {"brackets_forgotten": {"(np.sqrt(v) + eps)": "np.sqrt(v) - eps / lr"}},
    "Your v in RMSProp is an average of the gradients themselves. Which quantity does the "
    "formula average, so that the square root always "
    "exists?": {"square_forgotten": {"(1 - alpha) * g**2": "(1 - alpha) * g"}},
    "Your v in RMSProp starts at the first squared gradient. Which value does v have before "
    "the first "
    "step?": {"begins_with_the_square": {"alpha * v + ": "alpha * (v if state else g**2) + "}},
    "Your RMSProp adds the whole new square to v. What should the two weights of an average "
    "add up to?": {"square_whole": {"(1 - alpha) * g**2": "g**2"}},
    "Your RMSProp multiplies the new squared gradient by `alpha`. Which term does the "
    "formula multiply by `alpha`?": {"shares_exchanged": "alpha = 1 - alpha"},
}

steps.known["value rmsprop"] = {
    "Your function takes Adam's step for a different method as well. Which branch of your code "
    "does each of the four methods reach?": {"all_like_adam": 'method = "adam"'}
}
