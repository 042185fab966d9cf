"""Right answers to ps5 in other styles than the references', unregistered."""

import numpy as np

from tests.exercises.right_answers.register import right


@right("conv2d_forward")
def sample_by_sample_and_kernel_by_kernel(x, weight, bias, stride, padding):
    KH, KW = weight.shape[2:]
    y = []
    for picture in x:
        big = np.pad(picture, ((0, 0), (padding, padding), (padding, padding)))
        y.append([])
        for kernel, b in zip(weight, bias, strict=True):
            rows = range(0, big.shape[1] - KH + 1, stride)
            columns = range(0, big.shape[2] - KW + 1, stride)
            parts = [[big[:, i : i + KH, j : j + KW] for j in columns] for i in rows]
            y[-1].append([[b + np.vdot(kernel, part) for part in row] for row in parts])
    return np.array(y)


@right("conv2d_backward")
def by_a_matrix(dy, x, weight, stride, padding):
    (N, C, H, W), (F, _, KH, KW) = x.shape, weight.shape
    H_out, W_out = dy.shape[2:]
    place = np.pad(np.arange(H * W).reshape(H, W) + 1, padding)
    view = np.lib.stride_tricks.sliding_window_view(place, (KH, KW))[::stride, ::stride]
    dx, dweight = np.zeros((N, C, H * W + 1)), np.zeros(weight.shape)
    flat = np.concatenate([np.zeros((N, C, 1)), x.reshape(N, C, -1)], axis=2)
    for k in range(KH):
        for v in range(KW):
            which = view[:H_out, :W_out, k, v].ravel()
            g = dy.reshape(N, F, -1)
            np.add.at(
                dx.transpose(2, 0, 1), which, (weight[:, :, k, v].T @ g).transpose(2, 0, 1)
            )
            dweight[:, :, k, v] = (g @ flat[:, :, which].swapaxes(1, 2)).sum(axis=0)
    return dx[:, :, 1:].reshape(x.shape), dweight, np.sum(dy, axis=(0, 2, 3))


@right("conv2d_fast")
def by_fourier(x, weight, bias, stride, padding):
    big = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    KH, KW = weight.shape[2:]
    shape = big.shape[2:]
    X, W = np.fft.rfft2(big), np.fft.rfft2(weight, shape).conj()
    y = np.fft.irfft2(np.einsum("ncij,fcij->nfij", X, W), shape)
    last = shape[0] - KH + 1, shape[1] - KW + 1
    return y[:, :, : last[0] : stride, : last[1] : stride] + bias.reshape(-1, 1, 1)


@right("conv2d_fast")
def channels_at_the_end(x, weight, bias, stride, padding):
    x = np.pad(np.moveaxis(x, 1, -1), ((0, 0), (padding,) * 2, (padding,) * 2, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    y = np.dot(windows.reshape(*windows.shape[:3], -1), weight.reshape(len(weight), -1).T)
    y += bias
    return y.transpose(0, 3, 1, 2)


@right("conv2d_fast")
def with_a_row_of_ones_for_the_bias(x, weight, bias, stride, padding):
    around, (KH, KW) = ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2), weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, around), (KH, KW), (2, 3))
    windows = windows[:, :, ::stride, ::stride]
    N, _, H_out, W_out = windows.shape[:4]
    columns = np.ones((weight[0].size + 1, N * H_out * W_out))
    columns[:-1] = windows.transpose(1, 4, 5, 0, 2, 3).reshape(weight[0].size, -1)
    y = np.c_[weight.reshape(len(weight), -1), bias] @ columns
    return np.swapaxes(y.reshape(-1, N, H_out, W_out), 0, 1)


@right("conv2d_backward")
def by_the_matrix_of_the_layer(dy, x, weight, stride, padding):
    (N, C, H, W), (F, _, KH, KW), p = x.shape, weight.shape, padding
    (H_out, W_out), sides = dy.shape[2:], (C, H + 2 * p, W + 2 * p)
    windows = [
        (i, j, np.s_[i * stride : i * stride + KH], np.s_[j * stride : j * stride + KW])
        for i in range(H_out)
        for j in range(W_out)
    ]
    M = np.zeros((F, H_out, W_out, *sides))
    for i, j, rows, columns in windows:
        M[:, i, j, :, rows, columns] = weight
    dpadded = (dy.reshape(N, -1) @ M.reshape(F * H_out * W_out, -1)).reshape(N, *sides)
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    dM = (dy.reshape(N, -1).T @ padded.reshape(N, -1)).reshape(M.shape)
    dweight = sum(dM[:, i, j, :, rows, columns] for i, j, rows, columns in windows)
    return [dpadded[:, :, p : p + H, p : p + W], dweight, dy.sum(3).sum(2).sum(0)]


@right("max_pool")
def by_the_best_so_far(x, dy, kernel_size, stride):
    (H_out, W_out), dx = dy.shape[2:], np.zeros_like(x)
    y, found = np.full(dy.shape, -np.inf), np.zeros(dy.shape, int)
    offsets = [
        np.s_[:, :, k : k + stride * H_out : stride, v : v + stride * W_out : stride]
        for k in range(kernel_size)
        for v in range(kernel_size)
    ]
    for number, offset in enumerate(offsets):
        part = x[offset][:, :, :H_out, :W_out]
        better = part > y
        y[better], found[better] = part[better], number
    for number, offset in enumerate(offsets):
        dx[offset][:, :, :H_out, :W_out] += np.where(found == number, dy, 0)
    return y, dx


@right("max_pool")
def by_sorting(x, dy, kernel_size, stride):
    (N, C, H, W), K = x.shape, kernel_size
    number = np.arange(H * W).reshape(H, W)
    view = np.lib.stride_tricks.sliding_window_view
    places = view(number, (K, K))[::stride, ::stride].reshape(*dy.shape[2:], -1)
    values = x.reshape(N, C, -1)[:, :, places]
    order = np.argsort(-values, axis=-1, kind="stable")[..., :1]
    y = np.take_along_axis(values, order, -1)[..., 0]
    chosen = np.take_along_axis(np.broadcast_to(places, values.shape), order, -1)[..., 0]
    dx = np.zeros((N * C, H * W))
    for m, (to, g) in enumerate(
        zip(chosen.reshape(N * C, -1), dy.reshape(N * C, -1), strict=True)
    ):
        dx[m] = np.bincount(to, weights=g, minlength=H * W)
    return y, dx.reshape(x.shape)


@right("output_shape_and_parameters")
def by_recursion(layers, shape):
    if not layers:
        return [], [], []
    shapes, parameters, fields = by_recursion(layers[:-1], shape)
    last, (C, H, W) = layers[-1], ([shape, *shapes])[-1]
    K, S = last["kernel_size"], last["stride"]
    P = last["padding"] if last["kind"] == "conv" else 0
    F = last["out_channels"] if last["kind"] == "conv" else C
    sides = [len(range(0, n + 2 * P - K + 1, S)) for n in (H, W)]
    apart = 1
    for layer in layers[:-1]:
        apart *= layer["stride"]
    new = (fields[-1] if fields else 1) + (K - 1) * apart
    weights = np.zeros((F, C, K, K)).size + F if last["kind"] == "conv" else 0
    return [*shapes, [F, *sides]], [*parameters, weights], [*fields, new]


@right("output_shape_and_parameters")
def by_intervals(layers, shape):
    (C, H, W), rows = shape, []
    for number, layer in enumerate(layers, 1):
        K, S, P = layer["kernel_size"], layer["stride"], layer.get("padding") or 0
        H, W = ((n - K + 2 * P) // S + 1 for n in (H, W))
        F = layer.get("out_channels", C)
        count = F * C * K**2 + F if "padding" in layer else 0
        first = last = 0
        for below in reversed(layers[:number]):
            first = first * below["stride"] - below.get("padding", 0)
            last = last * below["stride"] - below.get("padding", 0) + below["kernel_size"] - 1
        rows.append(((F, H, W), count, last - first + 1))
        C = F
    return tuple(zip(*rows, strict=True))


@right("residual_block")
def in_place_on_copies(x, dy, weight1, weight2):
    view = np.lib.stride_tricks.sliding_window_view

    def windows(a):
        return view(np.pad(a, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3), (2, 3))

    def back(g, weight):
        return np.einsum("nfijkl,fckl->ncij", windows(g), np.flip(weight, (2, 3)))

    h = np.einsum("ncijkl,fckl->nfij", windows(x), weight1)
    np.maximum(h, 0, out=h)
    y = np.einsum("ncijkl,fckl->nfij", windows(h), weight2)
    y += x
    np.maximum(y, 0, out=y)
    dx = dy.copy()
    dx[y == 0] = 0
    da = back(dx, weight2)
    da[h == 0] = 0
    dweight2 = np.einsum("nfij,ncijkl->fckl", dx, windows(h))
    dx += back(da, weight1)
    return y, dx, np.einsum("nfij,ncijkl->fckl", da, windows(x)), dweight2
