"""Naive wrong answers to the problems of ps5, written as students would."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong

view = np.lib.stride_tricks.sliding_window_view


def around(x, p):
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))


def sizes(x, weight, stride, padding):
    """Return H_out and W_out."""
    H_out = (x.shape[2] + 2 * padding - weight.shape[2]) // stride + 1
    return H_out, (x.shape[3] + 2 * padding - weight.shape[3]) // stride + 1


# conv2d_forward


@wrong("conv2d_forward", "no bias is added", "value")
def loops_without_bias(x, weight, bias, stride, padding):
    (N, _, _, _), F = x.shape, len(weight)
    H_out, W_out = sizes(x, weight, stride, padding)
    big, y = around(x, padding), np.zeros((N, F, H_out, W_out))
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    part = big[n, :, top : top + weight.shape[2], left : left + weight.shape[3]]
                    y[n, f, i, j] = np.sum(part * weight[f])
    return y


@wrong("conv2d_forward", "each kernel is turned by half a turn", "value")
def true_convolution(x, weight, bias, stride, padding):
    windows = view(around(x, padding), weight.shape[2:], (2, 3))[:, :, ::stride, ::stride]
    turned = np.flip(weight, (2, 3))
    return np.einsum("ncijkl,fckl->nfij", windows, turned) + bias[:, None, None]


@wrong("conv2d_forward", "only the last channel counts", "value")
def channel_written_over(x, weight, bias, stride, padding):
    H_out, W_out = sizes(x, weight, stride, padding)
    big, y = around(x, padding), np.zeros((len(x), len(weight), H_out, W_out))
    for f in range(len(weight)):
        for c in range(x.shape[1]):
            windows = view(big[:, c], weight.shape[2:], (1, 2))[:, ::stride, ::stride]
            y[:, f] = (windows * weight[f, c]).sum((3, 4)) + bias[f]
    return y


@wrong("conv2d_forward", "the bias is added once for each channel", "value")
def bias_inside_the_loop(x, weight, bias, stride, padding):
    H_out, W_out = sizes(x, weight, stride, padding)
    big, y = around(x, padding), np.zeros((len(x), len(weight), H_out, W_out))
    for f in range(len(weight)):
        for c in range(x.shape[1]):
            windows = view(big[:, c], weight.shape[2:], (1, 2))[:, ::stride, ::stride]
            y[:, f] += (windows * weight[f, c]).sum((3, 4)) + bias[f]
    return y


@wrong("conv2d_forward", "the windows lie one step apart", "stride")
def window_at_i(x, weight, bias, stride, padding):
    H_out, W_out = sizes(x, weight, stride, padding)
    windows = view(around(x, padding), weight.shape[2:], (2, 3))[:, :, :H_out, :W_out]
    return np.tensordot(windows, weight, ((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2) + (
        bias.reshape(1, -1, 1, 1)
    )


@wrong("conv2d_forward", "half as much padding as asked", "padding")
def zeros_above_alone(x, weight, bias, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding, 0), (padding, 0)))
    windows = view(x, weight.shape[2:], (2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijkl,fckl->nfij", windows, weight) + bias[:, None, None]


@wrong("conv2d_forward", "its axes stand in another order")
def channels_at_the_end(x, weight, bias, stride, padding):
    windows = view(around(x, padding), weight.shape[2:], (2, 3))[:, :, ::stride, ::stride]
    return np.tensordot(windows, weight, ((1, 4, 5), (1, 2, 3))) + bias


@wrong("conv2d_forward", "the columns of the windows lie one step apart", "stride")
def steps_down_alone(x, weight, bias, stride, padding):
    H_out, W_out = sizes(x, weight, stride, padding)
    big, y = around(x, padding), np.zeros((len(x), len(weight), H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            top, (KH, KW) = i * stride, weight.shape[2:]
            window = big[:, None, :, top : top + KH, j : j + KW]
            y[:, :, i, j] = (window * weight).sum((2, 3, 4)) + bias
    return y


@wrong("conv2d_forward", "the sum over the channels is divided by their number", "value")
def mean_over_channels(x, weight, bias, stride, padding):
    windows = view(around(x, padding), weight.shape[2:], (2, 3))[:, :, ::stride, ::stride]
    each = np.einsum("ncijkl,fckl->nfcij", windows, weight)
    return each.mean(axis=2) + bias[:, None, None]


@wrong("conv2d_forward", "each kernel is mirrored from left to right", "value")
def mirrored(x, weight, bias, stride, padding):
    windows = view(around(x, padding), weight.shape[2:], (2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("ncijkl,fckl->nfij", windows, weight[..., ::-1])
    return y + bias[:, None, None]


@wrong("conv2d_forward", "What should the third stand for?", "shape")
def width_before_height(x, weight, bias, stride, padding):
    windows = view(around(x, padding), weight.shape[2:], (2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijkl,fckl->nfji", windows, weight) + bias[:, None, None]


# conv2d_backward


def backwards(dy, x, weight, stride, padding, add=True, cut=True):
    big, p = around(x, padding), padding
    dbig, dweight = np.zeros(big.shape), np.zeros(weight.shape)
    KH, KW = weight.shape[2:]
    for n in range(len(x)):
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                rows = slice(i * stride, i * stride + KH)
                columns = slice(j * stride, j * stride + KW)
                g = np.tensordot(dy[n, :, i, j], weight, 1)
                if add:
                    dbig[n, :, rows, columns] += g
                else:
                    dbig[n, :, rows, columns] = g
                dweight += dy[n, :, i, j, None, None, None] * big[n, :, rows, columns]
    dx = dbig[:, :, p : p + x.shape[2], p : p + x.shape[3]] if cut else dbig
    return dx, dweight, dy.sum((0, 2, 3))


@wrong("conv2d_backward", "where windows overlap, only the last one's", "value")
def equals_for_plus(dy, x, weight, stride, padding):
    return backwards(dy, x, weight, stride, padding, add=False)


@wrong("conv2d_backward", "dx still has the rows and columns of padding", "stride")
def never_cut(dy, x, weight, stride, padding):
    return backwards(dy, x, weight, stride, padding, cut=False)


@wrong("conv2d_backward", "dbias keeps a row for each sample")
def bias_by_sample(dy, x, weight, stride, padding):
    return *backwards(dy, x, weight, stride, padding)[:2], dy.sum((2, 3))


@wrong("conv2d_backward", "dbias is a mean over the places", "weights")
def bias_as_a_mean(dy, x, weight, stride, padding):
    return *backwards(dy, x, weight, stride, padding)[:2], dy.mean((2, 3)).sum(0)


@wrong("conv2d_backward", "dx is right for kernels that are turned", "value")
def full_convolution_not_turned(dy, x, weight, stride, padding):
    KH, KW = weight.shape[2:]
    big = around(x, padding)
    apart = np.zeros((*dy.shape[:2], big.shape[2] + KH - 1, big.shape[3] + KW - 1))
    rows, columns = (
        np.arange(n) * stride + K - 1 for n, K in zip(dy.shape[2:], (KH, KW), strict=True)
    )
    apart[:, :, rows[:, None], columns] = dy
    dbig = np.einsum("nfijkl,fckl->ncij", view(apart, (KH, KW), (2, 3)), weight)
    p = padding
    dx = dbig[:, :, p : p + x.shape[2], p : p + x.shape[3]]
    return dx, *backwards(dy, x, weight, stride, padding)[1:]


@wrong("conv2d_backward", "Which numbers does a[p:-p] leave of an array", "value")
def cut_with_a_minus(dy, x, weight, stride, padding):
    dbig, *rest = backwards(dy, x, weight, stride, padding, cut=False)
    return dbig[:, :, padding:-padding, padding:-padding], *rest


@wrong("conv2d_backward", "rows move by the stride and columns by 1", "stride")
def steps_back_down_alone(dy, x, weight, stride, padding):
    big, p, KH = around(x, padding), padding, weight.shape[2]
    dbig, dweight = np.zeros(big.shape), np.zeros(weight.shape)
    for n, f, i, j in np.ndindex(dy.shape):
        part = np.s_[n, :, i * stride : i * stride + KH, j : j + weight.shape[3]]
        dbig[part] += dy[n, f, i, j] * weight[f]
        dweight[f] += dy[n, f, i, j] * big[part]
    dx = dbig[:, :, p : p + x.shape[2], p : p + x.shape[3]]
    return dx, dweight, dy.sum((0, 2, 3))


@wrong("conv2d_backward", "in another order: expected dx, then dweight, then dbias", "shape")
def pictures_last(dy, x, weight, stride, padding):
    dx, dweight, dbias = backwards(dy, x, weight, stride, padding)
    return dweight, dbias, dx


@wrong("conv2d_backward", "dbias is a mean over samples and places", "weights")
def bias_by_mean(dy, x, weight, stride, padding):
    return *backwards(dy, x, weight, stride, padding)[:2], dy.mean((0, 2, 3))


# conv2d_fast


def columns_of(x, weight, stride, padding):
    """Return the windows (N, H_out, W_out, C, KH, KW)."""
    windows = view(around(x, padding), weight.shape[2:], (2, 3))[:, :, ::stride, ::stride]
    return windows.transpose(0, 2, 3, 1, 4, 5)


@wrong("conv2d_fast", "they were reshaped into their places", "value")
def reshape_for_transpose(x, weight, bias, stride, padding):
    windows, F = columns_of(x, weight, stride, padding), len(weight)
    y = windows.reshape(-1, weight[0].size) @ weight.reshape(F, -1).T + bias
    return y.reshape(len(x), F, *windows.shape[1:3])


@wrong("conv2d_fast", "a column does not hold one window", "value")
def view_reshaped_at_once(x, weight, bias, stride, padding):
    windows = view(around(x, padding), weight.shape[2:], (2, 3))[:, :, ::stride, ::stride]
    N, _, H_out, W_out, _, _ = windows.shape
    F = len(weight)
    y = windows.reshape(N * H_out * W_out, -1) @ weight.reshape(F, -1).T + bias
    return y.reshape(N, H_out, W_out, F).transpose(0, 3, 1, 2)


@wrong("conv2d_fast", "and then the biases were added", "value")
def samples_before_maps_and_bias_last(x, weight, bias, stride, padding):
    windows, F = columns_of(x, weight, stride, padding), len(weight)
    y = weight.reshape(F, -1) @ windows.reshape(-1, weight[0].size).T
    return y.reshape(len(x), F, *windows.shape[1:3]) + bias[:, None, None]


@wrong("conv2d_fast", "samples and maps are mixed up", "value")
def samples_before_maps(x, weight, bias, stride, padding):
    windows, F = columns_of(x, weight, stride, padding), len(weight)
    y = weight.reshape(F, -1) @ windows.reshape(-1, weight[0].size).T + bias[:, None]
    return y.reshape(len(x), F, *windows.shape[1:3])


@wrong("conv2d_fast", "come in another order than those of a kernel", "value")
def windows_with_channels_last(x, weight, bias, stride, padding):
    windows, F = columns_of(x, weight, stride, padding), len(weight)
    rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, weight[0].size)
    y = rows @ weight.reshape(F, -1).T + bias
    return y.reshape(*windows.shape[:3], F).transpose(0, 3, 1, 2)


@wrong("conv2d_fast", "no bias is added", "value")
def product_alone(x, weight, bias, stride, padding):
    windows = columns_of(x, weight, stride, padding)
    return np.tensordot(windows, weight, ((3, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)


@wrong("conv2d_fast", "the windows lie one step apart, whatever the stride")
def no_steps(x, weight, bias, stride, padding):
    windows = columns_of(x, weight, 1, padding)
    y = np.tensordot(windows, weight, ((3, 4, 5), (1, 2, 3)))
    return y.transpose(0, 3, 1, 2) + bias[:, None, None]


@wrong("conv2d_fast", "nothing is added around the pictures")
def no_zeros(x, weight, bias, stride, padding):
    windows = columns_of(x, weight, stride, 0)
    y = np.tensordot(windows, weight, ((3, 4, 5), (1, 2, 3)))
    return y.transpose(0, 3, 1, 2) + bias[:, None, None]


@wrong("conv2d_fast", "each kernel is turned by half a turn", "value")
def by_fourier(x, weight, bias, stride, padding):
    big = around(x, padding)
    KH, KW = weight.shape[2:]
    shape = big.shape[2] + KH - 1, big.shape[3] + KW - 1
    X, W = np.fft.rfft2(big, shape), np.fft.rfft2(weight, shape)
    y = np.stack([np.fft.irfft2((X * w).sum(1), shape) for w in W], axis=1)
    y = y[:, :, KH - 1 : big.shape[2] : stride, KW - 1 : big.shape[3] : stride]
    return y + bias[:, None, None]


def small_alone(f):
    """Return a function that is right on large pictures and otherwise another one.

    The other one would run for most of a minute there; the sandbox's limit is tried apart.
    """

    def either(x, weight, bias, stride, padding):
        if x.shape[2] > 100:
            windows = columns_of(x, weight, stride, padding)
            y = np.tensordot(windows, weight, ((3, 4, 5), (1, 2, 3)))
            return y.transpose(0, 3, 1, 2) + bias[:, None, None]
        return f(x, weight, bias, stride, padding)

    either.__name__ = f.__name__
    return either


@wrong("conv2d_fast", "a loop of Python runs over rows, columns or samples", "loops")
@small_alone
def loop_over_samples(x, weight, bias, stride, padding):
    y = []
    for picture in x:
        windows = columns_of(picture[None], weight, stride, padding)[0]
        y.append(np.tensordot(windows, weight, ((2, 3, 4), (1, 2, 3))).transpose(2, 0, 1))
    return np.array(y) + bias[:, None, None]


@wrong("conv2d_fast", "a loop of Python runs over rows, columns or samples", "loops")
@small_alone
def loop_over_rows(x, weight, bias, stride, padding):
    big = around(x, padding)
    H_out, W_out = sizes(x, weight, stride, padding)
    y = np.empty((len(x), len(weight), H_out, W_out))
    for i in range(H_out):
        band = big[:, :, i * stride : i * stride + weight.shape[2]]
        windows = view(band, weight.shape[3], 3)[:, :, :, ::stride]
        y[:, :, i] = np.einsum("nckjl,fckl->nfj", windows, weight) + bias[:, None]
    return y


@wrong("conv2d_fast", "a loop of Python runs over rows, columns or samples", "loops")
@small_alone
def loops_over_everything(x, weight, bias, stride, padding):
    big = around(x, padding)
    H_out, W_out = sizes(x, weight, stride, padding)
    y = np.empty((len(x), len(weight), H_out, W_out))
    for n, f, i, j in np.ndindex(y.shape):
        top, left = i * stride, j * stride
        part = big[n, :, top : top + weight.shape[2], left : left + weight.shape[3]]
        y[n, f, i, j] = (part * weight[f]).sum() + bias[f]
    return y


@wrong("conv2d_fast", "only the last offset in the kernel counts", "value")
def offsets_written_over(x, weight, bias, stride, padding):
    big = around(x, padding)
    H_out, W_out = sizes(x, weight, stride, padding)
    for k, v in np.ndindex(weight.shape[2:]):
        part = big[:, :, k::stride, v::stride][:, :, :H_out, :W_out]
        y = np.einsum("ncij,fc->nfij", part, weight[:, :, k, v])
    return y + bias[:, None, None]


# max_pool


def pooled_by(x, dy, K, stride, give):
    y, dx = np.zeros(dy.shape), np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dy.shape):
        rows = slice(i * stride, i * stride + K)
        columns = slice(j * stride, j * stride + K)
        window = x[n, c, rows, columns]
        y[n, c, i, j] = window.max()
        dx[n, c, rows, columns] += give(window) * dy[n, c, i, j]
    return y, dx


@wrong("max_pool", "all pixels that are equally large get the whole gradient", "ties")
def mask_of_the_largest(x, dy, kernel_size, stride):
    return pooled_by(x, dy, kernel_size, stride, lambda w: w == w.max())


@wrong("max_pool", "pixels that are equally large share the gradient", "ties")
def mask_that_is_shared(x, dy, kernel_size, stride):
    return pooled_by(
        x, dy, kernel_size, stride, lambda w: (w == w.max()) / np.count_nonzero(w == w.max())
    )


@wrong("max_pool", "the last gets the gradient", "ties")
def at_least_as_large(x, dy, kernel_size, stride):
    y, dx = np.zeros(dy.shape), np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dy.shape):
        best, row, column = -np.inf, 0, 0
        for k in range(i * stride, i * stride + kernel_size):
            for v in range(j * stride, j * stride + kernel_size):
                if x[n, c, k, v] >= best:
                    best, row, column = x[n, c, k, v], k, v
        y[n, c, i, j] = best
        dx[n, c, row, column] += dy[n, c, i, j]
    return y, dx


@wrong("max_pool", "a pixel keeps only the last gradient that it gets", "gradient")
def gradient_written_over(x, dy, kernel_size, stride):
    y, dx = np.zeros(dy.shape), np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dy.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + kernel_size, left : left + kernel_size]
        row, column = np.unravel_index(window.argmax(), window.shape)
        y[n, c, i, j] = window[row, column]
        dx[n, c, top + row, left + column] = dy[n, c, i, j]
    return y, dx


@wrong("max_pool", "y is the mean of each window")
def mean_pool(x, dy, kernel_size, stride):
    windows = view(x, (kernel_size, kernel_size), (2, 3))[:, :, ::stride, ::stride]
    _, dx = pooled_by(x, dy, kernel_size, stride, lambda w: 1 / w.size)
    return windows.mean((4, 5)), dx


@wrong("max_pool", "a window without a number above 0 sends no gradient", "value")
def best_begins_with_zero(x, dy, kernel_size, stride):
    y, dx = np.zeros(dy.shape), np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dy.shape):
        best, place = 0.0, None
        for k in range(i * stride, i * stride + kernel_size):
            for v in range(j * stride, j * stride + kernel_size):
                if x[n, c, k, v] > best:
                    best, place = x[n, c, k, v], (n, c, k, v)
        y[n, c, i, j] = best
        if place is not None:
            dx[place] += dy[n, c, i, j]
    return y, dx


@wrong("max_pool", "y has a place for the rows that are left over", "value")
def smaller_windows_at_the_edge(x, dy, kernel_size, stride):
    rows = range(0, x.shape[2] - kernel_size + stride, stride)
    columns = range(0, x.shape[3] - kernel_size + stride, stride)
    K = kernel_size
    y = [[x[:, :, i : i + K, j : j + K].max((2, 3)) for j in columns] for i in rows]
    dx = gradient_in_each(x, dy, kernel_size, stride)
    return np.array(y).transpose(2, 3, 0, 1), dx


def gradient_in_each(x, dy, kernel_size, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dy.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + kernel_size, left : left + kernel_size]
        row, column = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, top + row, left + column] += dy[n, c, i, j]
    return dx


# output_shape_and_parameters


def walk(layers, shape, side, count, grow):
    C, H, W = shape
    rows, parameters, fields, state = [], [], [], (1, 1)
    for layer in layers:
        K, S, P = layer["kernel_size"], layer["stride"], layer.get("padding", 0)
        H, W = side(H, K, S, P), side(W, K, S, P)
        parameters.append(0)
        if layer["kind"] == "conv":
            parameters[-1] = count(K, C, layer["out_channels"])
            C = layer["out_channels"]
        state = grow(*state, K, S)
        rows.append([C, H, W])
        fields.append(state[0])
    return rows, parameters, fields


def right_side(n, K, S, P):
    return (n + 2 * P - K) // S + 1


def right_count(K, C, F):
    return F * (C * K * K + 1)


def right_growth(field, apart, K, S):
    return field + (K - 1) * apart, apart * S


@wrong("output_shape_and_parameters", "the biases are not counted", "parameters")
def weights_alone(layers, shape):
    return walk(layers, shape, right_side, lambda K, C, F: F * C * K * K, right_growth)


@wrong("output_shape_and_parameters", "H and W are rounded up", "value")
def ceiling(layers, shape):
    def side(n, K, S, P):
        return int(np.ceil((n + 2 * P - K) / S)) + 1

    return walk(layers, shape, side, right_count, right_growth)


@wrong("output_shape_and_parameters", "a layer's own stride enlarges its receptive", "field")
def stride_first(layers, shape):
    def grow(field, apart, K, S):
        return field + (K - 1) * apart * S, apart * S

    return walk(layers, shape, right_side, right_count, grow)


@wrong("output_shape_and_parameters", "whatever the strides before it", "field")
def no_strides(layers, shape):
    return walk(
        layers, shape, right_side, right_count, lambda field, apart, K, S: (field + K - 1, 1)
    )


@wrong("output_shape_and_parameters", "H and W have fractions", "value")
def true_division(layers, shape):
    return walk(
        layers, shape, lambda n, K, S, P: (n + 2 * P - K) / S + 1, right_count, right_growth
    )


@wrong("output_shape_and_parameters", "pooling does not count in the receptive", "field")
def fields_of_convolutions(layers, shape):
    fields, field, apart = [], 1, 1
    for layer in layers:
        if layer["kind"] == "conv":
            field, apart = right_growth(field, apart, layer["kernel_size"], layer["stride"])
        fields.append(field)
    return *walk(layers, shape, right_side, right_count, right_growth)[:2], fields


# residual_block


def conv(x, weight):
    return np.einsum("ncijkl,fckl->nfij", view(around(x, 1), (3, 3), (2, 3)), weight)


def conv_back(dy, x, weight):
    dweight = np.einsum("nfij,ncijkl->fckl", dy, view(around(x, 1), (3, 3), (2, 3)))
    return conv(dy, weight[:, :, ::-1, ::-1].swapaxes(0, 1)), dweight


@wrong("residual_block", "the shortcut is missing in dx", "gradient")
def one_path_back(x, dy, weight1, weight2):
    a = conv(x, weight1)
    h = a * (a > 0)
    s = x + conv(h, weight2)
    ds = dy * (s > 0)
    dh, dweight2 = conv_back(ds, h, weight2)
    dx, dweight1 = conv_back(dh * (a > 0), x, weight1)
    return s * (s > 0), dx, dweight1, dweight2


@wrong("residual_block", "on the shortcut dy goes back as it came", "gradient")
def dy_for_ds(x, dy, weight1, weight2):
    y, dx, dweight1, dweight2 = one_path_back(x, dy, weight1, weight2)
    return y, dx + dy, dweight1, dweight2


@wrong("residual_block", "passes the ReLU between the convolutions everywhere", "gradient")
def one_mask(x, dy, weight1, weight2):
    a = conv(x, weight1)
    h = np.maximum(a, 0)
    s = x + conv(h, weight2)
    ds = dy * (s > 0)
    dh, dweight2 = conv_back(ds, h, weight2)
    dx, dweight1 = conv_back(dh, x, weight1)
    return np.maximum(s, 0), ds + dx, dweight1, dweight2


@wrong("residual_block", "the second ReLU comes before x is added")
def relu_then_add(x, dy, weight1, weight2):
    h = np.maximum(conv(x, weight1), 0)
    t = conv(h, weight2)
    dt = dy * (t > 0)
    dh, dweight2 = conv_back(dt, h, weight2)
    dx, dweight1 = conv_back(dh * (h > 0), x, weight1)
    return x + np.maximum(t, 0), dy + dx, dweight1, dweight2


@wrong("residual_block", "h is added in place of x", "gradient")
def x_written_over(x, dy, weight1, weight2):
    inner = conv(x, weight1)
    first, x = x, np.maximum(inner, 0)
    s = x + conv(x, weight2)
    ds = dy * (s > 0)
    dh, dweight2 = conv_back(ds, x, weight2)
    dx, dweight1 = conv_back((dh + ds) * (inner > 0), first, weight1)
    return np.maximum(s, 0), dx, dweight1, dweight2


def back_through(x, dy, weight1, weight2, last, first, mask):
    """Return y and gradients that leave the convolutions through `last`, then `first`."""
    a = conv(x, weight1)
    h = np.maximum(a, 0)
    s = x + conv(h, weight2)
    ds = dy * (s > 0)
    da = conv_back(ds, h, last)[0] * (mask(x, a) > 0)
    dx = ds + conv_back(da, x, first)[0]
    return np.maximum(s, 0), dx, conv_back(da, x, first)[1], conv_back(ds, h, last)[1]


@wrong("residual_block", "in the backward pass weight1 stands in both convolutions", "gradient")
def copied_line(x, dy, weight1, weight2):
    return back_through(x, dy, weight1, weight2, weight1, weight1, lambda x, a: a)


@wrong("residual_block", "the sign of x decides what passes", "gradient")
def mask_of_the_input(x, dy, weight1, weight2):
    return back_through(x, dy, weight1, weight2, weight2, weight1, lambda x, a: x)
