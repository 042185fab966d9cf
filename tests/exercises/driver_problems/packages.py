"""Problems with packages: tensors of nnlib, modules of torch."""

import numpy as np
from nngrader.engine import problem


def with_tensor(squash, x):
    import nnlib

    t = nnlib.tensor(x, requires_grad=True)
    y = squash(t)
    y.sum().backward()
    return y.detach().numpy(), t.grad.numpy()


tensors = problem(
    "squash",
    driver=with_tensor,
    uses=("nnlib",),
    returns={"output": "value", "gradient": "gradient"},
    points={"shape": 1, "value": 4, "gradient": 4},
)


@tensors.reference
def squash(t):
    """tanh(t) * t, of a tensor."""
    return t.tanh() * t


tensors.example(np.array([0.0, 1.0]))


@tensors.case("value", visible=2)
def entries(rng, N):
    """Some numbers."""
    return (rng.normal(size=N),)


tensors.alternative(lambda t: t * t.tanh())


@tensors.alternative
def by_exp(t):
    e = (2 * t).exp()
    return t * (e - 1) / (e + 1)


@tensors.mistake("which factor has no gradient?", loses="gradient")
def one_factor_detached(t):
    return t.tanh() * t.detach()


@tensors.mistake("which factor has no gradient?", loses="gradient")
def other_factor_detached(t):
    return t.tanh().detach() * t


@tensors.mistake("where is the second factor?", loses="value gradient")
def tanh_alone(t):
    return t.tanh()


@tensors.mistake("which function is this?", loses="value gradient")
def exp_for_tanh(t):
    return t.exp() * t


def with_module(Scale, weight, x):
    import torch

    module = Scale(len(weight))
    module.load_state_dict({"weight": torch.tensor(weight)})
    y = module(torch.tensor(x))
    y.sum().backward()
    return y.detach().numpy(), module.weight.grad.numpy()


modules = problem(
    "Scale",
    driver=with_module,
    uses=("torch",),
    returns={"output": "value", "gradient": "gradient"},
    points={"shape": 1, "value": 4, "gradient": 4},
)


def scales(forward):
    """A class of modules, made where torch is imported first."""

    def Scale(n):
        import torch

        class Module(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = torch.nn.Parameter(torch.ones(n, dtype=torch.float64))

        Module.forward = lambda self, x: forward(x, self.weight)
        return Module()

    return Scale


def named(name, forward):
    made = scales(forward)
    made.__name__, made.__doc__ = (
        name,
        "A module that multiplies by its weight, entry by entry.",
    )
    return made


modules.reference(named("Scale", lambda x, w: x * w))
modules.example(np.array([1.0, 2.0]), np.array([3.0, 4.0]))


@modules.case("value", visible=2)
def vectors(rng, N):
    """Vectors."""
    return rng.normal(size=N), rng.normal(size=N)


modules.alternative(named("turned", lambda x, w: w * x))
modules.alternative(named("twice_a_half", lambda x, w: 0.5 * w * x * 2))
modules.mistake("a sum or a product?", loses="value gradient")(
    named("adds", lambda x, w: x + w)
)
modules.mistake("how often is w used?", loses="value gradient")(
    named("squared", lambda x, w: x * w * w)
)
modules.mistake("where is x?", loses="value gradient")(named("no_x", lambda x, w: w * 1))
modules.mistake("which way does the sign go?", loses="value gradient")(
    named("turned_sign", lambda x, w: -x * w)
)
