"""ResidualMLP: a module whose state_dict has given names, and which computes what is asked.

The driver makes the module, counts for each line of the table how many entries of its
state_dict and of its parameters are as they should be, puts given numbers in, and calls it.
What has no line is set to 0, so that no random number is left. An error of forward, or of
autograd on its way back, costs what it prevents, and the names keep their points.
"""

import numpy as np
import torch
from nngrader.engine import Failed, problem
from torch import nn

from .common import DIGITS, TORCH


def loaded(Module, sizes, numbers, x, dy):
    import torch

    D, H, B, C = (int(n) for n in sizes)
    module = Module(D, H, B, C)
    if not isinstance(module, torch.nn.Module):
        raise TypeError("the class is expected to be a torch.nn.Module")
    module = module.double()
    blocks = [f"blocks.{k}." for k in range(B)]
    table = [
        {"mean": (D,), "std": (D,)},
        {"embed.weight": (H, D), "embed.bias": (H,)},
        {b + "norm." + n: (H,) for b in blocks for n in ("weight", "bias")},
        {b + "linear.weight": (H, H) for b in blocks}
        | {b + "linear.bias": (H,) for b in blocks},
        {"out.weight": (C, H)},
    ]
    mine, trained = module.state_dict(), dict(module.named_parameters(remove_duplicate=False))
    given, place = {}, 0
    for line in table:
        for name, shape in line.items():
            size = int(np.prod(shape))
            values = torch.tensor(numbers[place : place + size]).reshape(shape)
            given[name], place = values, place + size

    def fits(name):
        return name in mine and tuple(mine[name].shape) == tuple(given[name].shape)

    def begins(name):
        first = {"mean": 0.0, "std": 1.0}
        return name not in first or bool((mine[name] == first[name]).all())

    names = [sum(fits(n) and begins(n) for n in line) for line in table]
    names.append(sum(not (n in given and fits(n)) for n in mine))
    free = [sum(n in trained and trained[n].requires_grad for n in line) for line in table]
    new = {n: given[n] if n in given and fits(n) else torch.zeros_like(mine[n]) for n in mine}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more would wait for each other longer than they compute
    came = False
    try:
        module.load_state_dict(new)
        t = torch.tensor(x, requires_grad=True)
        y = module(t)
        came = True
        (dx,) = torch.autograd.grad(y, t, torch.tensor(dy))
        dx = dx.numpy()
    except Exception as e:
        dx = Failed(e, "autograd, on its way back,")
        if not came:
            y = dx = Failed(e, "`forward`")
    finally:
        torch.set_num_threads(threads)
    if isinstance(y, torch.Tensor):
        y = y.detach().numpy()
    if isinstance(dx, Failed) and names[:5] != [len(line) for line in table]:
        y, dx = np.zeros(dy.shape), np.zeros(x.shape)  # with other names nothing can be asked
    return np.array(names), np.array(free), y, dx


model = problem(
    "ResidualMLP",
    driver=loaded,
    rtol=DIGITS,
    uses=TORCH,
    returns={"names": "names", "trained": "trained", "y": "value", "dx": "value"},
    steps={
        "names": "the names and shapes of the `state_dict`",
        "trained": "which of them an optimiser would change",
        "value": "`forward`",
    },
    points={
        "shape": (1, "`y` is a tensor (N, C)"),
        "names": (5, "step 1: names and shapes of the `state_dict`, and nothing besides"),
        "trained": (2, "step 2: which entries an optimiser would change"),
        "value": (6, "step 3: `y`, and its gradient with respect to `x`, half each"),
    },
)


@model.reference
class ResidualMLP(nn.Module):
    """A network whose blocks add what they compute to what they are given.

    h = embed((x - mean) / std)
    for each block:   h = h + relu(linear(norm(h)))
    y = out(h)

    ResidualMLP(D, H, B, C) has B blocks; D, H and C are the numbers of inputs, hidden units
    and outputs. norm is nn.LayerNorm(H). At the start all means are 0 and all std are 1.
    """

    def __init__(self, D, H, B, C):
        """Make all layers, and the two buffers."""
        super().__init__()
        self.register_buffer("mean", torch.zeros(D))
        self.register_buffer("std", torch.ones(D))
        self.embed = nn.Linear(D, H)
        self.blocks = nn.ModuleList(
            nn.ModuleDict({"norm": nn.LayerNorm(H), "linear": nn.Linear(H, H)})
            for _ in range(B)
        )
        self.out = nn.Linear(H, C, bias=False)

    def forward(self, x):
        """Return y, a tensor (N, C), for x, a tensor (N, D)."""
        h = self.embed((x - self.mean) / self.std)
        for block in self.blocks:
            h = h + torch.relu(block["linear"](block["norm"](h)))
        return self.out(h)


def count(D, H, B, C):
    """Return how many numbers the state_dict holds."""
    return 2 * D + H * D + H + B * (3 * H + H * H) + C * H


model.example(
    np.array([2, 2, 1, 1]),
    np.array(
        [
            *(1.0, 2.0, 1.0, 2.0),  # mean and std
            *(3.0, 1.0, 0.0, 2.0, 1.0, 0.0),  # embed
            *(1.0, 2.0, 3.0, 1.0),  # norm
            *(1.0, 0.0, 1.0, 2.0, 1.0, -3.0),  # linear
            *(1.0, 2.0),  # out
        ]
    ),
    np.array([[2.0, 4.0]]),
    np.array([[1.0]]),
)


@model.case("value", visible=2)
def some_sizes(rng, N, D, H, C):
    """Some sizes, two or three blocks, and random numbers in the state_dict."""
    B = 2 + int(rng.integers(2))
    numbers = rng.normal(size=count(D, H, B, C)) / 2 + 0.2
    numbers[D : 2 * D] = rng.uniform(0.5, 2.0, size=D)
    x, dy = rng.normal(size=(N, D)) + 0.5, rng.normal(size=(N, C)) + 0.3
    return np.array([D, H, B, C]), numbers, x, dy


class Block(nn.Module):
    """A block as a module of its own."""

    def __init__(self, H):
        super().__init__()
        self.norm, self.linear = nn.LayerNorm(H), nn.Linear(H, H)

    def forward(self, h):
        return h + self.linear(self.norm(h)).relu()


class OfBlocks(nn.Module):
    """The usual style, in parts, of which mistakes replace one."""

    block = Block

    def __init__(self, D, H, B, C):
        super().__init__()
        self.make_buffers(D)
        self.embed = nn.Linear(D, H)
        self.blocks = self.listed(H, B)
        self.out = nn.Linear(H, C, bias=False)

    def make_buffers(self, D):
        self.register_buffer("mean", torch.zeros(D))
        self.register_buffer("std", torch.ones(D))

    def listed(self, H, B):
        return nn.Sequential(*(self.block(H) for _ in range(B)))

    def prepared(self, x):
        return (x - self.mean) / self.std

    def forward(self, x):
        h = self.embed(self.prepared(x))
        for block in self.blocks:
            h = block(h)
        return self.out(h)


@model.alternative
class Sequentially(OfBlocks):
    """Blocks that are modules, in a Sequential."""

    def forward(self, x):
        return self.out(self.blocks(self.embed(self.prepared(x))))


@model.alternative
class ByHand(nn.Module):
    """Containers without forward, and functions in place of calls of modules."""

    def __init__(self, D, H, B, C):
        super().__init__()
        self.mean = nn.Buffer(torch.zeros(D))
        self.std = nn.Buffer(torch.ones(D))
        self.embed, self.out = nn.Linear(D, H), nn.Linear(H, C, bias=False)
        self.blocks = nn.ModuleList()
        for _ in range(B):
            block = nn.Module()
            block.norm = nn.LayerNorm(H)
            block.add_module("linear", nn.Linear(H, H))
            self.blocks.append(block)

    def forward(self, x):
        h = nn.functional.linear(x.sub(self.mean).div(self.std), self.embed.weight)
        h = h + self.embed.bias
        for block in self.blocks:
            centred = h - h.mean(-1, keepdim=True)
            spread = (centred.square().mean(-1, keepdim=True) + block.norm.eps).sqrt()
            n = centred / spread * block.norm.weight + block.norm.bias
            h = h + torch.clamp(n @ block.linear.weight.T + block.linear.bias, min=0)
        return h @ self.out.weight.T


@model.mistake(
    "mean and std are not in the state_dict. What does a module list there by itself: every "
    "attribute, every buffer? Look the arguments of register_buffer up.",
    loses="names value",
)
class PlainAttributes(OfBlocks):
    def make_buffers(self, D):
        self.mean, self.std = torch.zeros(D), torch.ones(D)


@model.mistake(
    "mean and std are parameters, so an optimiser would train them. What does a module call a "
    "tensor that is saved and moved with it, and not trained?",
    loses="trained",
)
class TrainedMean(OfBlocks):
    def make_buffers(self, D):
        self.mean = nn.Parameter(torch.zeros(D))
        self.std = nn.Parameter(torch.ones(D))


@model.mistake(
    "mean is not in the state_dict, and std is. What does a module list there by itself: every "
    "attribute, every buffer? Compare how the two are made.",
    loses="names value",
)
class PlainMean(OfBlocks):
    def make_buffers(self, D):
        super().make_buffers(D)
        del self.mean
        self.mean = torch.zeros(D)


@model.mistake(
    "std is not in the state_dict, and mean is. What does a module list there by itself: every "
    "attribute, every buffer? Compare how the two are made.",
    loses="names value",
)
class PlainStd(OfBlocks):
    def make_buffers(self, D):
        super().make_buffers(D)
        del self.std
        self.std = torch.ones(D)


@model.mistake(
    "one of mean and std is a parameter, so an optimiser would train it. Both are known from "
    "the data. How do you make the other one?",
    loses="trained",
)
class OneIsTrained(OfBlocks):
    def make_buffers(self, D):
        super().make_buffers(D)
        del self.mean
        self.mean = nn.Parameter(torch.zeros(D))


@model.mistake(
    "nothing of the blocks is in the state_dict. Does a module look for modules inside of "
    "plain lists and dicts, and which container does it know?",
    loses="names trained value",
)
class PlainList(OfBlocks):
    def listed(self, H, B):
        return [self.block(H) for _ in range(B)]


class Numbered(nn.Sequential):
    """A block whose layers have numbers for names."""

    def __init__(self, H):
        super().__init__(nn.LayerNorm(H), nn.Linear(H, H), nn.ReLU())

    def forward(self, h):
        return h + super().forward(h)


@model.mistake(
    "no entry of a block has its name, and there are others. By which name does a layer inside "
    "of a block stand in the table, and which name do you give it?",
    loses="names trained value",
)
class NamedByNumbers(OfBlocks):
    block = Numbered


def renamed(part):
    """Return a class whose module of a block has another name, as if it had another shape."""

    class Named(Block):
        def __init__(self, H):
            super().__init__(H)
            self.layer = self._modules.pop(part)

        def __getattr__(self, name):
            return super().__getattr__("layer" if name == part else name)

    return Named


@model.mistake(
    "no entry of linear is as the table asks, and others are there. Which names and shapes do "
    "your blocks give them?",
    loses="names trained value",
)
class LinearIsOtherwise(OfBlocks):
    block = renamed("linear")


@model.mistake(
    "no entry of norm is as the table asks, and others are there. Which names and shapes do "
    "your blocks give them?",
    loses="names trained value",
)
class NormIsOtherwise(OfBlocks):
    block = renamed("norm")


@model.mistake(
    "mean and std are there, but not as the table asks. Which names and shapes do yours have?",
    loses="names value",
)
class BuffersAsRows(OfBlocks):
    def make_buffers(self, D):
        self.register_buffer("mean", torch.zeros(1, D))
        self.register_buffer("std", torch.ones(1, D))


@model.mistake(
    "one of mean and std is there, but does not begin as the table says. With which two "
    "numbers does x stay as it is?",
    loses="names",
)
class StdBeginsWithZero(OfBlocks):
    def make_buffers(self, D):
        self.register_buffer("mean", torch.zeros(D))
        self.register_buffer("std", torch.zeros(D))


@model.mistake(
    "out.weight is there, but not as the table asks. Which name and shape does yours have?",
    loses="names value",
)
class OutOfAnotherShape(OfBlocks):
    def __init__(self, D, H, B, C):
        super().__init__(D, H, B, C)
        self.out = nn.Linear(H + 1, C, bias=False)


@model.mistake(
    "the state_dict holds one entry that has no line in the table. Which layer of yours has a "
    "tensor that it should not have?",
    loses="names",
)
class OutWithBias(OfBlocks):
    def __init__(self, D, H, B, C):
        super().__init__(D, H, B, C)
        self.out = nn.Linear(H, C)


@model.mistake(
    "all blocks have the same numbers. How many modules did you make, and does a list that "
    "names one of them several times hold several?",
    loses="value",
)
class OneBlockForAll(OfBlocks):
    def listed(self, H, B):
        return nn.Sequential(*[self.block(H)] * B)


@model.mistake(
    "x arrives at embed as it came. What happens to it before?",
    loses="value",
)
class NotPrepared(OfBlocks):
    def prepared(self, x):
        return x


@model.mistake(
    "the inputs are multiplied by std. What makes their spread 1?",
    loses="value",
)
class TimesStd(OfBlocks):
    def prepared(self, x):
        return (x - self.mean) * self.std


@model.mistake(
    "std is taken for a variance. Of what is it the root already?",
    loses="value",
)
class RootOfStd(OfBlocks):
    def prepared(self, x):
        return (x - self.mean) / self.std.sqrt()


@model.mistake(
    "the blocks pass on what they compute, and not what they were given besides. What is added "
    "to h?",
    loses="value",
)
class NoShortcut(OfBlocks):
    class block(Block):
        def forward(self, h):
            return torch.relu(self.linear(self.norm(h)))


@model.mistake(
    "the ReLU comes after the addition. What does it see in the formula?",
    loses="value",
)
class ReluOfTheSum(OfBlocks):
    class block(Block):
        def forward(self, h):
            return torch.relu(h + self.linear(self.norm(h)))


@model.mistake(
    "the blocks normalise after the linear layer. What does linear see in the formula?",
    loses="value",
)
class NormAfterLinear(OfBlocks):
    class block(Block):
        def forward(self, h):
            return h + torch.relu(self.norm(self.linear(h)))


@model.mistake(
    "the blocks normalise the sum at their end. What is normalised in the formula, and what is "
    "added without it?",
    loses="value",
)
class NormOfTheSum(OfBlocks):
    class block(Block):
        def forward(self, h):
            return self.norm(h + torch.relu(self.linear(h)))


@model.mistake(
    "the normalised h is added, and not h itself. What does the shortcut carry?",
    loses="value",
)
class ShortcutOfTheNorm(OfBlocks):
    class block(Block):
        def forward(self, h):
            h = self.norm(h)
            return h + torch.relu(self.linear(h))


@model.mistake(
    "the blocks are linear but for norm. Which function stands around linear?",
    loses="value",
)
class NoRelu(OfBlocks):
    class block(Block):
        def forward(self, h):
            return h + self.linear(self.norm(h))
