"""output_shape_and_parameters: what a list of layers makes of a picture, in three columns."""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE

table = problem(
    "output_shape_and_parameters",
    lists=True,
    returns={"shapes": "value", "parameters": "parameters", "fields": "field"},
    points={
        "shape": (1, "L rows of three integers, and twice L integers; lists will do"),
        "value": (4, "`shapes`"),
        "parameters": (4, "`parameters`"),
        "field": (4, "`fields`"),
    },
    forbidden={"all": ELSEWHERE},
)


@table.reference
def output_shape_and_parameters(layers, shape):
    """Output shape, parameters and receptive field of each layer of a convolutional network.

    layers : list of L dicts, of two kinds:
        {"kind": "conv", "out_channels": F, "kernel_size": K, "stride": S, "padding": P}
        {"kind": "max_pool", "kernel_size": K, "stride": S}
        A "conv" has F kernels of K by K with a bias each. A "max_pool" has no padding.
    shape : (C, H, W), three ints: the shape of a picture
    Returns (shapes, parameters, fields):
    shapes : (L, 3) integers, C, H and W after each layer
    parameters : (L,) integers, weights and biases of each layer
    fields : (L,) integers, on how many rows of the picture one output of the layer
        depends; columns are the same, and rows of padding count
    """
    C, H, W = shape
    shapes, parameters, fields = [], [], []
    field, apart = 1, 1
    for layer in layers:
        K, S, P = layer["kernel_size"], layer["stride"], layer.get("padding", 0)
        H, W = (H + 2 * P - K) // S + 1, (W + 2 * P - K) // S + 1
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
    """Some layers of both kinds, on a picture that is not square."""
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


def with_shapes(step):
    """Return a solution with other heights and widths: ``step(n, K, S, P)``."""

    def changed(layers, shape):
        shapes, parameters, fields = output_shape_and_parameters(layers, shape)
        sides, other = list(shape[1:]), []
        for layer in layers:
            K, S, P = layer["kernel_size"], layer["stride"], layer.get("padding", 0)
            sides = [step(n, K, S, P) for n in sides]
            other.append(sides)
        return np.column_stack([shapes[:, 0], other]), parameters, fields

    return changed


def with_parameters(count):
    """Return a solution with other numbers: ``count(K, C, F, H * W)`` of a layer "conv"."""

    def changed(layers, shape):
        shapes, _, fields = output_shape_and_parameters(layers, shape)
        before = [shape[0], *shapes[:-1, 0].tolist()]
        other = [
            count(layer["kernel_size"], C, int(F), int(H * W)) if layer["kind"] == "conv" else 0
            for layer, C, (F, H, W) in zip(layers, before, shapes, strict=True)
        ]
        return shapes, np.array(other), fields

    return changed


def with_fields(step):
    """Return a solution with other receptive fields: ``step(field, apart, K, S, P)``."""

    def changed(layers, shape):
        shapes, parameters, _ = output_shape_and_parameters(layers, shape)
        found, state = [], (1, 1)
        for layer in layers:
            K, S, P = layer["kernel_size"], layer["stride"], layer.get("padding", 0)
            state = step(*state, K, S, P)
            found.append(state[0])
        return shapes, parameters, np.array(found)

    return changed


@table.mistake(
    "padding is counted once in H and W. On how many sides does it add rows?", loses="value"
)
def padding_once(*given):
    return with_shapes(lambda n, K, S, P: (n + P - K) // S + 1)(*given)


@table.mistake("padding does not count in H and W. How many rows does it add?", loses="value")
def padding_ignored(*given):
    return with_shapes(lambda n, K, S, P: (n - K) // S + 1)(*given)


@table.mistake(
    "one row and column are missing after each layer. How many places has a kernel that is as "
    "large as the picture?",
    loses="value",
)
def one_forgotten(*given):
    return with_shapes(lambda n, K, S, P: (n + 2 * P - K) // S)(*given)


@table.mistake(
    "H and W are rounded up. Does a window count that reaches beyond the edge?", loses="value"
)
def rounded_up(*given):
    return with_shapes(lambda n, K, S, P: -(-(n + 2 * P - K) // S) + 1)(*given)


@table.mistake(
    "H and W have fractions. What does the formula do with a window that does not fit wholly?",
    loses="shape value",
)
def not_rounded(*given):
    return with_shapes(lambda n, K, S, P: (n + 2 * P - K) / S + 1)(*given)


@table.mistake("the stride does not count in H and W. How far apart are two windows?",
    loses="value")  # fmt: skip
def stride_ignored(*given):
    return with_shapes(lambda n, K, S, P: n + 2 * P - K + 1)(*given)


@table.mistake(
    "H and W are divided by the stride and nothing else. What else does the size of a kernel "
    "take away?",
    loses="value",
)
def stride_alone(*given):
    return with_shapes(lambda n, K, S, P: n // S)(*given)


@table.mistake(
    "H and W have changed places in shapes. In which order do they stand in shape?",
    loses="value",
)
def sides_exchanged(layers, shape):
    shapes, *rest = output_shape_and_parameters(layers, shape)
    return shapes[:, [0, 2, 1]], *rest


@table.mistake(
    "C stays that of the picture in shapes. How many maps does a layer of F kernels make?",
    loses="value",
)
def channels_kept(layers, shape):
    shapes, *rest = output_shape_and_parameters(layers, shape)
    return np.column_stack([np.full(len(layers), shape[0]), shapes[:, 1:]]), *rest


@table.mistake(
    "H and W stay as they are in pooling. How many windows has a map?", loses="value"
)
def pooling_ignored(layers, shape):
    shapes, *rest = output_shape_and_parameters(layers, shape)
    other, sides = [], list(shape[1:])
    for layer, row in zip(layers, shapes, strict=True):
        if layer["kind"] == "conv":
            K, S, P = layer["kernel_size"], layer["stride"], layer["padding"]
            sides = [(n + 2 * P - K) // S + 1 for n in sides]
        other.append([row[0], *sides])
    return np.array(other), *rest


@table.mistake("the biases are not counted. How many has a layer?", loses="parameters")
def biases_forgotten(*given):
    return with_parameters(lambda K, C, F, places: K * K * C * F)(*given)


@table.mistake(
    "one bias is counted for each layer. How many has a layer of F kernels?", loses="parameters"
)
def one_bias(*given):
    return with_parameters(lambda K, C, F, places: K * K * C * F + 1)(*given)


@table.mistake(
    "a bias is counted for each channel of each kernel. How many has one kernel?",
    loses="parameters",
)
def bias_for_each_channel(*given):
    return with_parameters(lambda K, C, F, places: (K * K + 1) * C * F)(*given)


@table.mistake(
    "a bias is counted for each channel that comes in. How many kernels has a layer, and how "
    "many biases has one kernel?",
    loses="parameters",
)
def biases_of_what_comes_in(*given):
    return with_parameters(lambda K, C, F, places: K * K * C * F + C)(*given)


@table.mistake(
    "a bias is counted for each place of each map. How many places share one bias?",
    loses="parameters",
)
def biases_at_each_place(*given):
    return with_parameters(lambda K, C, F, places: K * K * C * F + F * places)(*given)


@table.mistake(
    "a kernel is counted as if it had one channel. On how many channels does it look?",
    loses="parameters",
)
def channels_forgotten(*given):
    return with_parameters(lambda K, C, F, places: (K * K + 1) * F)(*given)


@table.mistake(
    "K weights are counted for each channel of a kernel. How many rows and columns has it?",
    loses="parameters",
)
def not_squared(*given):
    return with_parameters(lambda K, C, F, places: (K * C + 1) * F)(*given)


@table.mistake(
    "the weights are counted at each place. How many places share one weight?",
    loses="parameters",
)
def counted_at_each_place(*given):
    return with_parameters(lambda K, C, F, places: (K * K * C + 1) * F * places)(*given)


@table.mistake(
    "each kernel is counted with as many channels as the layer has outputs. Which number of "
    "channels does it look at, that before the layer or after it?",
    loses="parameters",
)
def channels_after_the_layer(*given):
    return with_parameters(lambda K, C, F, places: (K * K * F + 1) * F)(*given)


@table.mistake(
    "each kernel is counted with the channels of the picture. What does the second layer look "
    "at?",
    loses="parameters",
)
def channels_of_the_picture(layers, shape):
    c = shape[0]
    return with_parameters(lambda K, C, F, places: (K * K * c + 1) * F)(layers, shape)


@table.mistake(
    "parameters are added up from layer to layer. Of what is each entry the number?",
    loses="parameters",
)
def added_up(layers, shape):
    shapes, parameters, fields = output_shape_and_parameters(layers, shape)
    return shapes, np.cumsum(parameters), fields


@table.mistake(
    "pooling is counted as if it had weights. What does it learn?", loses="parameters"
)
def pooling_with_weights(layers, shape):
    shapes, parameters, fields = output_shape_and_parameters(layers, shape)
    pools = [
        0 if layer["kind"] == "conv" else (layer["kernel_size"] ** 2 * int(C) + 1) * int(C)
        for layer, (C, _, _) in zip(layers, shapes, strict=True)
    ]
    return shapes, parameters + pools, fields


@table.mistake(
    "the receptive field grows by K - 1 in each layer, whatever the strides before it. How "
    "many rows of the picture lie between two rows of a map after a layer with stride 2?",
    loses="field",
)
def strides_forgotten(*given):
    return with_fields(lambda field, apart, K, S, P: (field + K - 1, apart))(*given)


@table.mistake(
    "a layer's own stride enlarges its receptive field. Are the numbers that one output looks "
    "at as far apart as the outputs of the layer or as its inputs?",
    loses="field",
)
def own_stride(*given):
    return with_fields(lambda field, apart, K, S, P: (field + (K - 1) * apart * S, apart * S))(
        *given
    )


@table.mistake(
    "only the stride of the layer before counts in the receptive field. What do two strides of "
    "2, one after the other, make?",
    loses="field",
)
def last_stride_alone(*given):
    return with_fields(lambda field, apart, K, S, P: (field + (K - 1) * apart, S))(*given)


@table.mistake(
    "the receptive field grows by K and not by K - 1 windows. On how many rows does one output "
    "of a single layer depend?",
    loses="field",
)
def grows_by_all_rows(*given):
    return with_fields(lambda field, apart, K, S, P: (field + K * apart, S * apart))(*given)


@table.mistake(
    "the receptive field is multiplied by K in each layer. How many new rows does a window of "
    "three rows add, where its neighbours overlap?",
    loses="field",
)
def multiplied(*given):
    return with_fields(lambda field, apart, K, S, P: (field * K, apart))(*given)


@table.mistake(
    "fields holds the kernel sizes. Through how many layers does an output look at the "
    "picture?",
    loses="field",
)
def own_kernel_alone(*given):
    return with_fields(lambda field, apart, K, S, P: (K, apart))(*given)


@table.mistake(
    "the strides are added where the receptive field grows. What do two strides of 2, one "
    "after the other, make?",
    loses="field",
)
def strides_added(*given):
    return with_fields(lambda field, apart, K, S, P: (field + (K - 1) * apart, S + apart))(
        *given
    )


@table.mistake(
    "padding makes the receptive field smaller. Do its rows count, by the text?", loses="field"
)
def without_padding(*given):
    return with_fields(
        lambda field, apart, K, S, P: (field + (K - 1 - 2 * P) * apart, S * apart)
    )(*given)


@table.mistake(
    "pooling does not enlarge the receptive field. On how many numbers does one of its outputs "
    "depend?",
    loses="field",
)
def pooling_without_field(layers, shape):
    shapes, parameters, _ = output_shape_and_parameters(layers, shape)
    field, apart, found = 1, 1, []
    for layer in layers:
        if layer["kind"] == "conv":
            field += (layer["kernel_size"] - 1) * apart
        apart *= layer["stride"]
        found.append(field)
    return shapes, parameters, np.array(found)


def without_some(steps, rows):
    """Return fields where pooling does not count by its `steps`, or by its `rows`."""

    def changed(layers, shape):
        shapes, parameters, _ = output_shape_and_parameters(layers, shape)
        field, apart, found = 1, 1, []
        for layer in layers:
            counts = layer["kind"] == "conv"
            field += (layer["kernel_size"] - 1) * apart * (counts or rows)
            apart *= layer["stride"] if counts or steps else 1
            found.append(field)
        return shapes, parameters, np.array(found)

    return changed


@table.mistake(
    "pooling does not count in the receptive field at all. What do its windows do, and what "
    "its stride?",
    loses="field",
)
def pooling_left_out(*given):
    return without_some(steps=False, rows=False)(*given)


@table.mistake(
    "the strides of pooling do not count in the receptive field. How far apart in the picture "
    "are two neighbours after a pooling of stride 2?",
    loses="field",
)
def stride_of_pooling_left_out(*given):
    return without_some(steps=False, rows=True)(*given)


@table.mistake(
    "padding is taken away from the receptive field, a row for each row that was added. Do its "
    "rows count, by the text?",
    loses="field",
)
def padding_taken_away(*given):
    return with_fields(
        lambda field, apart, K, S, P: (field + (K - 1) * apart - 2 * P, S * apart)
    )(*given)
