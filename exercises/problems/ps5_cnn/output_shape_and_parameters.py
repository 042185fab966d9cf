"""output_shape_and_parameters: shapes, parameters and receptive fields of some layers."""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE

table = problem(
    "output_shape_and_parameters",
    lists=True,
    returns={"shapes": "value", "parameters": "parameters", "fields": "field"},
    points={
        "shape": (
            1,
            "L rows of three integers for `shapes`, and L integers each for `parameters` and "
            "`fields`; lists are fine",
        ),
        "value": (4, "`shapes`"),
        "parameters": (4, "`parameters`"),
        "field": (4, "`fields`"),
    },
    forbidden={"all": ELSEWHERE},
    zeros={"parameters": "max pooling layers"},
)


@table.reference
def output_shape_and_parameters(layers, shape):
    """Compute output shape, parameters and receptive field of each layer of a network.

    layers : list of L dicts of two kinds:
        {"kind": "conv", "out_channels": F, "kernel_size": K, "stride": S, "padding": P}
        {"kind": "max_pool", "kernel_size": K, "stride": S}
        A "conv" layer has F kernels with K rows and K columns, and each kernel has a bias.
        A "max_pool" layer has no padding.
    shape : (C, H, W), three integers, the shape of an image
    Returns (shapes, parameters, fields):
    shapes : (L, 3) integers, C, H and W after each layer
    parameters : (L,) integers, the number of weights and biases of each layer
    fields : (L,) integers, the number of image rows that one output of the layer depends on;
        columns work in the same way, and rows of padding count
    """
    C, H, W = shape
    shapes, parameters, fields = [], [], []
    field, apart = 1, 1
    for layer in layers:
        K, S, P = layer["kernel_size"], layer["stride"], layer.get("padding", 0)
        H, W = ((n + 2 * P - K) // S + 1 for n in (H, W))
        count = 0
        if layer["kind"] == "conv":
            F = layer["out_channels"]
            count, C = (K * K * C + 1) * F, F
        field, apart = field + (K - 1) * apart, S * apart
        shapes.append([C, H, W])
        parameters.append(count)
        fields.append(field)
    return np.array(shapes), np.array(parameters), np.array(fields)


table.example(
    [
        {"kind": "conv", "out_channels": 4, "kernel_size": 5, "stride": 2, "padding": 1},
        {"kind": "max_pool", "kernel_size": 3, "stride": 2},
        {"kind": "conv", "out_channels": 6, "kernel_size": 3, "stride": 1, "padding": 1},
    ],
    [3, 32, 28],
)


def conv(out_channels, kernel_size, stride, padding):
    """Return a convolutional layer."""
    sizes = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    return {"kind": "conv", "out_channels": out_channels} | sizes


@table.case("value", visible=2)
def stacked(rng, L, C):
    """Several layers of both kinds and an image that isn't square."""
    kinds = (
        ["conv"] * 2 + ["max_pool"] + ["conv", *rng.permutation(["conv"] * 2 + ["max_pool"])]
    )
    steps = iter(rng.permutation([2, 2, 1, 1, 1, 3]))
    layers, maps = [], rng.permutation(np.arange(8, 40))
    for k in range(L):
        kind = str(kinds[k]) if k < len(kinds) else "conv"
        if kind == "max_pool":
            layers.append({"kind": kind, "kernel_size": 3, "stride": 2})
        else:
            sizes = ((5, 1), (3, 1), (5, 2))[k % 3 if k < 3 else 1]
            layers.append(conv(int(maps[k]), sizes[0], int(next(steps, 1)), sizes[1]))
    H, W = rng.permutation(np.arange(230, 300))[:2].tolist()
    return layers, [C, H, W]


@table.case("value", hidden=1)
def beyond_the_image(rng, L, C):
    """A receptive field larger than the image."""
    layers, (C, _, W) = stacked(rng, L, C)
    fields = output_shape_and_parameters(layers, [C, W, W])[2]
    return layers, [C, int(fields[-2:].mean()), W]


@table.alternative
def layer_by_layer_backwards(layers, shape):
    shapes, parameters, fields = [], [], []
    for k, layer in enumerate(layers):
        C, *sides = shapes[-1] if shapes else list(shape)
        K, pad = layer["kernel_size"], layer.get("padding", 0)
        sides = [int(np.floor((n + 2 * pad - K) / layer["stride"])) + 1 for n in sides]
        made = layer.get("out_channels", C)
        shapes.append([made, *sides])
        parameters.append(made * C * K**2 + made if layer["kind"] == "conv" else 0)
        rows = 1
        for below in reversed(layers[: k + 1]):
            rows = (rows - 1) * below["stride"] + below["kernel_size"]
        fields.append(rows)
    return shapes, parameters, fields


@table.alternative
def by_arrays(layers, shape):
    K = np.array([layer["kernel_size"] for layer in layers])
    S = np.array([layer["stride"] for layer in layers])
    apart = np.concatenate([[1], np.cumprod(S)[:-1]])
    maps = [shape[0]]
    for layer in layers:
        maps.append(layer["out_channels"] if layer["kind"] == "conv" else maps[-1])
    maps, is_conv = np.array(maps), np.array([layer["kind"] == "conv" for layer in layers])
    parameters = np.where(is_conv, K * K * maps[:-1] * maps[1:] + maps[1:], 0)
    shapes = np.zeros((len(layers), 3), int)
    shapes[:, 0] = maps[1:]
    sides = np.array(shape[1:])
    for k, layer in enumerate(layers):
        free = sides + 2 * (layer["padding"] if is_conv[k] else 0) - K[k]
        sides = free // S[k] + 1
        shapes[k, 1:] = sides
    return shapes, parameters, 1 + np.cumsum((K - 1) * apart)


table.known["value"] = {
    "Your H and W count the padding only once. Does the padding go on one side of the image "
    "along each axis, or on both sides?": {"padding_once": {"2 * P": "P"}},
    "Your W is computed from the height. Which two numbers does your code give to H and W?": {
        "width_from_height": {"for n in (H, W)": "for n in (H, H)"}
    },
    "The rows of your `shapes` contain H, W and C. Which order does the problem statement "
    "give?": {"channels_last": {"[C, H, W]": "[H, W, C]"}},
    "Your H and W ignore the padding. How many rows does it add?": {
        "padding_ignored": {" + 2 * P": ""}
    },
    "Your H and W count one window too few in each layer. How many windows fit into an image "
    "that is as large as the kernel?": {"one_forgotten": {"// S + 1": "// S"}},
    "Your H and W are sometimes too small. Does the formula add 1 before or after it "
    "divides by the stride?": {"one_added_first": {"K) // S + 1": "K + 1) // S"}},
    "Your H and W are rounded to the nearest integer. Does a window count if it reaches past "
    "the edge?": {
        "rounded_to_nearest": {"(n + 2 * P - K) // S": "round((n + 2 * P - K) / S)"},
        "rounded_after_adding_1": {
            "(n + 2 * P - K) // S + 1": "round((n + 2 * P - K) / S + 1)"
        },
    },
    "Your H and W are rounded up. Does a window count if it reaches past the edge?": {
        "rounded_up": {"(n + 2 * P - K) // S": "-(-(n + 2 * P - K) // S)"}
    },
    "Your max pooling layers count a window that doesn't fit completely, for example because H "
    "becomes H // S. How many windows of K rows fit into H rows?": {
        "stride_alone_for_pooling": {
            "S + 1 for": 'S + 1 if layer["kind"] == "conv" else n // S for'
        }
    },
    "Your H and W don't depend on the stride. How far apart are two neighbouring windows?": {
        "stride_ignored": {" // S": ""}
    },
    "In your code, H and W are just the previous H and W divided by the stride. What else "
    "changes the number of windows?": {"stride_alone": {"(n + 2 * P - K) // S + 1": "n // S"}},
    "Your H and W are swapped in `shapes`. Which one comes first in the argument `shape`?": {
        "sides_exchanged": {"[C, H, W]": "[C, W, H]"}
    },
    "Every row of your `shapes` contains the C of the image. How many maps does a layer with F "
    "kernels produce?": {"channels_kept": {"[C, H, W]": "[shape[0], H, W]"}},
    "Your code pads the input of the max pooling layers. How much padding do these layers "
    "have, according to the problem statement?": {
        "padding_of_the_layer_before": {
            '"padding", 0)': '"padding", P if shapes else 0)',
        }
    },
    "Your max pooling layers leave H and W unchanged. How many windows fit into a map?": {
        "pooling_ignored": {"in (H, W))": 'in (H, W)) if layer["kind"] == "conv" else (H, W)'}
    },
}

table.known["shape value"] = {
    "Your H and W aren't always integers. What does the formula do with a window that doesn't "
    "fit completely?": {"not_rounded": {"// S": "/ S"}}
}

table.known["value parameters"] = {
    "Your code never updates the number of channels, so each layer gets the channels of the "
    "image. Which line should store the number of maps for the next layer?": {
        "channels_never_updated": {
            "[C, H, W]": '[C if layer["kind"] == "conv" else shape[0], H, W]',
            "K * K * C": "K * K * shape[0]",
        }
    }
}

table.known["parameters"] = {
    "Your `parameters` don't include the biases. How many biases does a layer have?": {
        "biases_forgotten": {"(K * K * C + 1) * F": "K * K * C * F"}
    },
    "Your `parameters` include one bias per layer. How many biases does a layer with F kernels "
    "have?": {"one_bias": {"(K * K * C + 1) * F": "K * K * C * F + 1"}},
    "Your `parameters` include one bias per channel of the input. How many biases does a layer "
    "with F kernels have?": {"bias_per_input": {"(K * K * C + 1) * F": "(K * K * F + 1) * C"}},
    "Your `parameters` include one bias per channel of each kernel. How many biases does one "
    "kernel have?": {"bias_for_each_channel": {"(K * K * C + 1) * F": "(K * K + 1) * C * F"}},
    "Your code assumes that each kernel has only one channel. How many channels does a "
    "kernel cover?": {"channels_forgotten": {"K * K * C": "K * K"}},
    "Your code counts only K weights per channel of a kernel. How many rows and columns "
    "does a kernel have?": {"not_squared": {"K * K * C": "K * C"}},
    "Your `parameters` count every weight once per position. How many positions share one "
    "weight?": {"counted_at_each_place": {"+ 1) * F": "+ 1) * F * H * W"}},
    "Your code assumes that each kernel has as many channels as its layer's output. Does a "
    "kernel cover the channels before the layer or after it?": {
        "channels_after_the_layer": {"K * K * C": "K * K * F"}
    },
    "Your code assumes that the kernels of all layers have as many channels as the image. "
    "How many channels does the input of the second layer have?": {
        "channels_of_the_picture": {"K * K * C": "K * K * shape[0]"}
    },
    "Your `parameters` add up the counts from layer to layer. How many layers should each "
    "entry count?": {"added_up": {"np.array(parameters)": "np.cumsum(parameters)"}},
    "Your `parameters` include weights for max pooling. What does a max pooling layer learn?": {
        "pooling_with_weights": {"count = 0": "count = (K * K * C + 1) * C"}
    },
}

table.known["field"] = {
    "Your receptive field grows by K - 1 in every layer, as if all strides were 1. How far "
    "apart in the image are two neighbouring outputs of a layer with stride "
    "2?": {"strides_forgotten": {"(K - 1) * apart, S * apart": "K - 1, apart"}},
    "The growth of your receptive field already includes the layer's own stride. Does this "
    "stride change the distance between the inputs of the layer, or between its "
    "outputs?": {"own_stride": {"(K - 1) * apart": "(K - 1) * apart * S"}},
    "Your receptive field is multiplied by each layer's stride, from the first layer to the "
    "last. Does the stride of a layer change how far its own window reaches, or the windows "
    "of later layers?": {
        "wrong_direction": {"field + (K - 1) * apart": "field * S + K - 1"},
        "from_first_to_last": {"field + (K - 1) * apart": "(field - 1) * S + K"},
    },
    "Your receptive field uses only the stride of the previous layer. How far apart in the "
    "image are two neighbours after two layers with stride "
    "2?": {"last_stride_alone": {"S * apart": "S"}},
    "Your receptive field ignores the strides of the max pooling layers. How far apart in the "
    "image are two neighbouring outputs of a pooling layer with stride 2?": {
        "pooling_without_stride": {"S * apart": '(S if layer["kind"] == "conv" else 1) * apart'}
    },
    "Your receptive field grows by K times the distance between neighbours. How many image "
    "rows does one output of the first layer depend "
    "on?": {"grows_by_all_rows": {"(K - 1) * apart": "K * apart"}},
    "Your receptive field is multiplied by K in every layer. Do the fields of neighbouring "
    "entries overlap?": {"multiplied": {"field + (K - 1) * apart": "field * K"}},
    "Your `fields` contain only the kernel size of each layer. Which term of the formula for "
    "r_l comes from the earlier "
    "layers?": {"own_kernel_alone": {"field + (K - 1) * apart": "K"}},
    "In your receptive field, you subtract the padding from the kernel size. Do rows of "
    "padding count, according to the problem statement?": {
        "without_padding": {"(K - 1)": "(K - 1 - 2 * P)"}
    },
    "Your max pooling layers don't enlarge the receptive field. How many entries does one "
    "output of a pooling layer depend "
    "on?": {"pooling_without_field": {"(K - 1)": '(layer["kind"] == "conv") * (K - 1)'}},
    "Your `fields` ignore max pooling completely. How do its window size and its stride affect "
    "the receptive field?": {
        "pooling_left_out": {
            "field, apart = field": 'if layer["kind"] == "conv": field, apart = field'
        }
    },
}

table.known(where="beyond_the_image")["field"] = {
    "Your receptive field is never larger than the image. Do rows of padding count, "
    "according to the problem statement?": {
        "limited_to_the_image": {".append(field)": ".append(min(field, shape[1]))"}
    },
}
