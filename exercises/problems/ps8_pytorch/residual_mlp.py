"""ResidualMLP: a module with the required results, whose state_dict has the required names.

The driver creates the module and counts, for each line of the table in the problem, how
many entries of its state_dict and of its parameters match. Then it loads given numbers and
calls the module. Entries that aren't in the table are set to 0, so that no random number
remains. An error in forward, or in the backward pass of autograd, costs only the parts that it
prevents, so the names still get their points.
"""

import numpy as np
import torch
from nngrader.engine import Failed, problem
from torch import nn

from .common import DIGITS, TORCH


def loaded(Module, sizes, numbers, x, dy):
    import torch

    D, H, B, C = (int(n) for n in sizes)
    try:
        module = Module(D, H, B, C)
    except AttributeError as e:
        if "Module.__init__() call" not in str(e):
            raise
        raise ValueError(
            "your `__init__` creates a layer or buffer before the module itself is ready. "
            "Which call comes first in the `__init__` of every module?"
        ) from None
    if not isinstance(module, torch.nn.Module):
        raise TypeError("your class should be a subclass of torch.nn.Module")
    module = module.double().train(len(x) > 1)  # BatchNorm1d refuses to train on one sample
    blocks = [f"blocks.{k}." for k in range(B)]
    table = [
        {"mean": (D,), "std": (D,)},
        {"embed.weight": (H, D), "embed.bias": (H,)},
        {b + n: (H,) for b in blocks for n in ("norm.weight", "norm.bias")},
        {b + "linear.weight": (H, H) for b in blocks}
        | {b + "linear.bias": (H,) for b in blocks},
        {"out.weight": (C, H)},
    ]
    mine, trained = module.state_dict(), dict(module.named_parameters(remove_duplicate=False))
    given, place = {}, 0
    for name, shape in [entry for line in table for entry in line.items()]:
        size = int(np.prod(shape))
        given[name] = torch.tensor(numbers[place : place + size]).reshape(shape)
        place += size

    def fits(name):
        return name in mine and tuple(mine[name].shape) == tuple(given[name].shape)

    def begins(name):
        first = {"mean": 0.0, "std": 1.0}
        return name not in first or bool((mine[name] == first[name]).all())

    names = [sum(fits(n) and begins(n) for n in line) for line in table]
    names.append(sum(not (n in given and fits(n) and begins(n)) for n in mine))
    free = [sum(n in trained and trained[n].requires_grad for n in line) for line in table]
    # a frozen parameter doesn't count as a buffer either
    free[0] = sum(n in trained for n in table[0])
    new = {n: given[n] if n in given and fits(n) else torch.zeros_like(mine[n]) for n in mine}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # several threads would wait longer than they compute
    forward_ended = False
    try:
        module.load_state_dict(new)
        t = torch.tensor(x, requires_grad=True)
        y = module(t)
        forward_ended = True
        dx = torch.autograd.grad(y, t, torch.tensor(dy))[0].numpy()
    except Exception as e:
        dx = Failed(e, "autograd, in the backward pass,")
        if not forward_ended:
            y = dx = Failed(e, "`forward`")
    finally:
        torch.set_num_threads(threads)
    if isinstance(y, torch.Tensor):
        y = y.detach().numpy()
    if isinstance(dx, Failed) and names[:5] != [len(line) for line in table]:
        y, dx = np.zeros(dy.shape), np.zeros(x.shape)  # without the names, nothing is loaded
    return np.array(names), np.array(free), y, dx


model = problem(
    "ResidualMLP",
    driver=loaded,
    rtol=DIGITS,
    uses=TORCH,
    returns={"names": "names", "trained": "trained", "y": "value", "dx": "value"},
    steps={
        "names": "the names and shapes of the `state_dict`",
        "trained": "which entries an optimiser would change",
        "value": "`forward`",
    },
    computed=("names", "trained", "dx"),
    wrong={
        "names": "Your `state_dict` doesn't match the table. Which count in `names` is too "
        "small, or which of your entries aren't in the table?",
        "trained": "Your parameters don't match the table. Which count in `trained` is wrong, "
        "and which entries should an optimiser change?",
    },
    points={
        "shape": (1, "`y`: a tensor of shape (N, C), even if N or C is 1"),
        "names": (
            5,
            "step 1: names, shapes and initial values of `state_dict`, no extra entries",
        ),
        "trained": (2, "step 2: which entries an optimiser would change"),
        "value": (6, "step 3: `y`, and its gradient with respect to `x`, half for each"),
    },
)


@model.reference
class ResidualMLP(nn.Module):
    """A network whose blocks add their result to their input.

    h = embed((x - mean) / std)
    for each block:   h = h + relu(linear(norm(h)))
    y = out(h)

    ResidualMLP(D, H, B, C) has B blocks; D, H and C are the numbers of inputs, hidden units
    and outputs. norm is nn.LayerNorm(H). At the start, mean contains zeros and std ones.
    """

    def __init__(self, D, H, B, C):
        """Create all layers and the two buffers."""
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
        """Return y, a tensor of shape (N, C), for x, a tensor of shape (N, D)."""
        h = self.embed((x - self.mean) / self.std)
        for block in self.blocks:
            h = h + torch.relu(block["linear"](block["norm"](h)))
        return self.out(h)


# mean and std, embed, norm, linear, out
NUMBERS = "1 2 1 2   3 1 0 2 1 0   1 2 3 1   1 0 1 2 1 -3   1 2"
SIZES, NUMBERS = np.array([2, 2, 1, 1]), np.array(NUMBERS.split(), dtype=float)
model.example(SIZES, NUMBERS, np.array([[2.0, 4.0]]), np.array([[1.0]]))


@model.case("value", visible=2)
def some_sizes(rng, N, D, H, C):
    """Various sizes, two or three blocks, and random numbers in the state_dict."""
    B = 2 + int(rng.integers(2))
    numbers = rng.normal(size=2 * D + H * D + H + B * (3 * H + H * H) + C * H) / 2 + 0.2
    numbers[D : 2 * D] = rng.uniform(0.5, 2.0, size=D)
    x, dy = rng.normal(size=(N, D)) + 0.5, rng.normal(size=(N, C)) + 0.3
    return np.array([D, H, B, C]), numbers, x, dy


@model.case("shape", parts="y")
def one_output(rng, N, D, H):
    """A network with a single output, C = 1."""
    return some_sizes(rng, N, D, H, 1)


@model.case("shape", parts="y")
def one_sample(rng, D, H, C):
    """A batch with a single sample, N = 1."""
    return some_sizes(rng, 1, D, H, C)


@model.alternative
class ByHand(nn.Module):
    """Containers without forward, and functions instead of calls of modules."""

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


@model.alternative
class Sequentially(nn.Module):
    """Blocks that are modules, in a Sequential."""

    class Block(nn.Module):
        def __init__(self, H):
            super().__init__()
            self.norm, self.linear = nn.LayerNorm(H), nn.Linear(H, H)

        def forward(self, h):
            return h + self.linear(self.norm(h)).relu()

    def __init__(self, D, H, B, C):
        super().__init__()
        self.register_buffer("mean", torch.zeros(D))
        self.register_buffer("std", torch.ones(D))
        self.embed = nn.Linear(D, H)
        self.blocks = nn.Sequential(*(self.Block(H) for _ in range(B)))
        self.out = nn.Linear(H, C, bias=False)

    def forward(self, x):
        return self.out(self.blocks(self.embed((x - self.mean) / self.std)))


model.known["names value"] = {
    "Your `state_dict` contains neither `mean` nor `std`. Which attributes does a module list "
    "there, and which arguments does `register_buffer` take?": {
        "PlainAttributes": {
            'register_buffer("mean", torch.zeros(D))': "mean = torch.zeros(D)",
            'register_buffer("std", torch.ones(D))': "std = torch.ones(D)",
        }
    },
    "Your `state_dict` contains only one of `mean` and `std`. What is different about the way "
    "you create them, and which attributes does a module include in its `state_dict`?": {
        "PlainMean": {'register_buffer("mean", torch.zeros(D))': "mean = torch.zeros(D)"},
        "PlainStd": {'register_buffer("std", torch.ones(D))': "std = torch.ones(D)"},
    },
    "Your entries for `mean` and `std` don't match the table. Which names and shapes do they "
    "have in your "
    "`state_dict`?": {"BuffersAsRows": {"zeros(D)": "zeros(1, D)", "ones(D)": "ones(1, D)"}},
    "Your entry for `out.weight` doesn't match the table. Which name and which shape does it "
    "have in your "
    "`state_dict`?": {"OutOfAnotherShape": {"nn.Linear(H, C": "nn.Linear(H + 1, C"}},
    "Your blocks use batch normalisation, which adds extra entries to the `state_dict`. "
    "What kind of layer is `norm` in the problem statement?": {
        "BatchNorm": {"nn.LayerNorm(H)": "nn.BatchNorm1d(H)"}
    },
}
model.known["names trained value"] = {
    "Your `state_dict` contains nothing from the blocks. Does a module search plain lists and "
    "dicts for other modules, and which containers does it "
    "search?": {"PlainList": {"nn.ModuleList": "list"}},
    "The names of the blocks' entries in your `state_dict` don't match the table. Which "
    "names does the table use for the list of blocks and for the layers inside a block?": {
        "NamedByNumbers": {
            '"norm": nn': '"0": nn',
            '"linear": nn': '"1": nn',
            '["linear"](block["norm"]': '["1"](block["0"]',
        }
    },
    "Your `state_dict` doesn't contain the entries that the table lists for `linear`. What "
    "name and shapes does this layer have in your "
    "blocks?": {"LinearIsOtherwise": {'"linear": nn': '"layer": nn', '"linear"': '"layer"'}},
    "Your `state_dict` doesn't contain the entries that the table lists for `norm`. What name "
    "and shapes does this layer have in your "
    "blocks?": {"NormIsOtherwise": {'"norm": nn': '"layer": nn', '["norm"]': '["layer"]'}},
    "Your `linear` has no bias. Which entries does the table list for it?": {
        "LinearWithoutBias": {"nn.Linear(H, H)": "nn.Linear(H, H, bias=False)"}
    },
    "Your `norm` has no bias. Which entries does the table list for it?": {
        "NormWithoutBias": {"nn.LayerNorm(H)": "nn.LayerNorm(H, bias=False)"}
    },
    "Your `embed` has no bias. Which entries does the table list for it?": {
        "EmbedWithoutBias": {"nn.Linear(D, H)": "nn.Linear(D, H, bias=False)"}
    },
}
model.known["names"] = {
    "The name, shape or initial value of `mean` or `std` doesn't match the table. Which "
    "two initial values leave `x` unchanged?": {"StdBeginsWithZero": {"ones(D)": "zeros(D)"}},
    "Your `state_dict` contains an entry that isn't in the table. Which of your layers creates "
    "it, and does `out` have a "
    "bias?": {"OutWithBias": {", bias=False": ""}},
    "Your `state_dict` contains one block too many. How many times does the loop that creates "
    "the blocks run?": {"OneBlockMore": {"range(B)": "range(B + 1)"}},
}
model.known["shape value"] = {
    "Your inputs are normalised with the statistics of the batch. Which statistics does the "
    "formula "
    "use?": {
        "BatchStatistics": {
            "(x - self.mean) / self.std": (
                "(x - x.mean(0)) / x.var(0, correction=min(1, len(x) - 1)) ** 0.5"
            )
        }
    }
}
model.known["value"] = {
    "Your blocks all use the same parameters. How many modules does your code create, and how "
    "many different modules does a list contain if you put the same module into it several "
    "times?": {
        "OneBlockForAll": {
            "nn.ModuleDict({": "[nn.ModuleDict({",
            "})\n            for _ in range(B)": "})] * B",
        }
    },
    "Your `embed` gets `x` unchanged. What does the formula do to `x` before it applies "
    "`embed`?": {"NotPrepared": {"(x - self.mean) / self.std": "x"}},
    "Your inputs are multiplied by `std`. Which operation gives a standard deviation of 1?": {
        "TimesStd": {"/ self.std": "* self.std"}
    },
    "Your code adds a small constant to `std`. What does the formula divide by?": {
        "StdAndFiveZeros": {"/ self.std": "/ (self.std + 1e-5)"},
        "StdAndSixZeros": {"/ self.std": "/ (self.std + 1e-6)"},
    },
    "Your blocks return only the output of the ReLU. What does the formula add to it?": {
        "NoShortcut": {"h = h + ": "h = "}
    },
    "Your blocks apply the ReLU after the addition. What is the input of the ReLU in the "
    "formula?": {"ReluOfTheSum": {"h = h + torch.relu(": "h = torch.relu(h + "}},
    "Your blocks add h twice. Does the `forward` of your block already add it, and your loop "
    "again?": {"ShortcutTwice": {"h = h + ": "h = h + h + "}},
    "Your blocks apply the ReLU before `linear`. What is the input of the ReLU in the "
    "formula?": {
        "ReluBeforeLinear": {
            'torch.relu(block["linear"](block["norm"](h)))': (
                'block["linear"](torch.relu(block["norm"](h)))'
            )
        }
    },
    "Your `forward` leaves out the last block. Where does your loop over the blocks end?": {
        "LastBlockLeftOut": {"in self.blocks:": "in self.blocks[:-1]:"}
    },
    "Your blocks apply `norm` after `linear`. What is the input of `linear` in the formula?": {
        "NormAfterLinear": {'"linear"](block["norm"': '"norm"](block["linear"'}
    },
    "Your blocks normalise without the weight and bias of `norm`. Which module applies them?": {
        "NormWithoutParameters": {
            'block["norm"](h)': "nn.functional.layer_norm(h, h.shape[-1:])"
        }
    },
    "Your blocks normalise the output of the ReLU. What does the formula normalise?": {
        "NormOfTheRelu": {
            'torch.relu(block["linear"](block["norm"](h)))': (
                'block["norm"](torch.relu(block["linear"](h)))'
            )
        }
    },
    "Your blocks normalise the sum at the end. What does the formula normalise, and where does "
    "it use h without normalising it?": {
        "NormOfTheSum": {
            "h = h + torch": 'h = block["norm"](h + torch',
            '(block["norm"](h)))': "(h)))",
        }
    },
    "Your blocks add the normalised h to the output of the ReLU. Which h does the formula "
    "add?": {"ShortcutOfTheNorm": {"h = h + ": 'h = block["norm"](h) + '}},
    "Your blocks don't normalise h. What is the input of `linear` in the formula?": {
        "NoNorm": {'block["norm"](h)': "h"}
    },
    "Your blocks use a different activation function, GELU. Which function does the "
    "formula apply to the output of `linear`?": {
        "Gelu": {"torch.relu(": "nn.functional.gelu("}
    },
    "Your blocks have no activation function after `linear`. Which function does the formula "
    "apply to the output of `linear`?": {"NoRelu": {"torch.relu(": "("}},
    "You divide the inputs by the wrong power of `std`, perhaps its square root or its "
    "square. What should you divide by to get a standard deviation of 1?": {
        "RootOfStd": {"/ self.std": "/ self.std.sqrt()"},
        "SquareOfStd": {"/ self.std": "/ self.std**2"},
    },
    "Your code swaps `mean` and `std`. Which one does the formula subtract?": {
        "MeanAndStdSwapped": {"(x - self.mean) / self.std": "(x - self.std) / self.mean"}
    },
    "Your code divides by `std` before it subtracts `mean`. Which operation comes first in the "
    "formula?": {"DividedFirst": {"(x - self.mean) / self.std": "x / self.std - self.mean"}},
    "Your code applies a ReLU to the output of `embed`. Where does the formula contain a "
    "ReLU?": {"ReluAfterEmbed": {"self.mean) / self.std)": "self.mean) / self.std).relu()"}},
    "Your `forward` uses the first block every time. Which block should come next?": {
        "FirstBlockOnly": {"in self.blocks:": "in [self.blocks[0]] * len(self.blocks):"}
    },
    "Each of your blocks adds its result to the output of `embed`. Which h does the formula "
    "add it "
    "to?": {"AddedToTheEmbedding": {"h = self": "h = start = self", "h = h +": "h = start +"}},
}

model.known["trained"] = {
    "Your `mean` and `std` are parameters instead of buffers. What does PyTorch call a tensor "
    "that is saved and moved with its module, but not trained?": {
        "TrainedMean": {
            'register_buffer("mean", ': 'register_parameter("mean", nn.Parameter(',
            "zeros(D))": "zeros(D)))",
            'register_buffer("std", ': 'register_parameter("std", nn.Parameter(',
            "ones(D))": "ones(D)))",
        }
    }
}
