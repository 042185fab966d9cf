"""Cases of ops/shape.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, index, integers, leaf, refused, truths

MATRIX, CUBE = ((3, 5),), ((3, 5, 2),)


def joined(parts):
    """Return a scalar that depends on each of several tensors in a different way."""
    return sum((k + 1) * (part * part).sum() for k, part in enumerate(parts))


def pad(L, x, *args, **named):
    return L.nn.functional.pad(x, *args, **named)


def grid(L, *vectors, **named):
    a, b, c = L.meshgrid(*vectors, **named)
    return a * b + b * c


def shared(L, *tensors):
    a, b = L.broadcast_tensors(*tensors)
    return a * b


CASES = [
    Case("broadcast_tensors", shared, ((3, 1), (2, 1, 5))),
    Case("cat", lambda L, a, b: L.cat([a, b, a], 1), ((3, 5), (3, 2))),
    Case("chunk", lambda L, x: joined(L.chunk(x, 3, -1)), ((2, 7),)),
    Case("clone", lambda L, x: L.clone(x), MATRIX),
    Case("column_stack", lambda L, *x: L.column_stack(x), ((3,), (3, 2), (3,))),
    Case("contiguous", lambda L, x: L.transpose(x, 0, 1).contiguous(), MATRIX, arrays=False),
    Case("diag", lambda L, x: L.diag(x, -2), ((4,),), note="vector"),
    Case("diag_embed", lambda L, x: L.diag_embed(x), MATRIX),
    Case("diagonal", lambda L, x: L.diagonal(x, -1, 2, 0), CUBE),
    Case("expand", lambda L, x: x.expand(2, -1, 5), ((3, 1),), arrays=False),
    Case("expand_as", lambda L, x, y: x.expand_as(y) * y, ((5,), (3, 5)), arrays=False),
    Case("flatten", lambda L, x: L.flatten(x, 1, 2), ((3, 5, 2, 2),)),
    Case("flip", lambda L, x: L.flip(x, (0, -1)), CUBE),
    Case("flip", lambda L, x: x.flip(1), MATRIX, note="method", arrays=False),
    Case("hstack", lambda L, a, b: L.hstack([a, b]), ((3, 2), (3, 5))),
    Case("hstack", lambda L, a, b: L.hstack((a, b)), ((), (5,)), note="vectors"),
    Case("meshgrid", lambda L, *v: grid(L, *v, indexing="ij"), ((3,), (5,), ())),
    Case("meshgrid", lambda L, *v: grid(L, v, indexing="xy"), ((3,), (5,), (2,)), note="xy"),
    Case("movedim", lambda L, x: L.movedim(x, (0, 1), (-1, 0)), CUBE),
    Case("narrow", lambda L, x: L.narrow(x, -1, 1, 3), MATRIX),
    Case("pad", lambda L, x: pad(L, x, (1, 2)), MATRIX),
    Case("pad", lambda L, x: pad(L, x, (1, -2, -1, 3), value=4.0), MATRIX, note="cropped"),
    Case("permute", lambda L, x: L.permute(x, (2, 0, 1)), CUBE),
    Case("ravel", lambda L, x: L.ravel(x), CUBE),
    Case("repeat", lambda L, x: x.repeat(2, 3, 1), MATRIX, arrays=False),
    Case("repeat_interleave", lambda L, x: L.repeat_interleave(x, 3, -1), MATRIX),
    Case("reshape", lambda L, x: L.reshape(x, (5, -1)), CUBE),
    Case("roll", lambda L, x: L.roll(x, 4), MATRIX, note="flat"),
    Case("split", lambda L, x: joined(L.split(x, [2, 3], 1)), MATRIX),
    Case("squeeze", lambda L, x: L.squeeze(x), ((1, 3, 1, 5),)),
    Case("stack", lambda L, a, b: L.stack([a, b], 1), ((3, 5), (3, 5))),
    Case("t", lambda L, x: L.t(x), MATRIX),
    Case("tile", lambda L, x: L.tile(x, (2,)), MATRIX),
    Case("transpose", lambda L, x: L.transpose(x, 0, -1), CUBE),
    Case("transpose", lambda L, x: L.transpose(x, 0, -1), ((),), note="0-d"),
    Case("tril", lambda L, x: L.tril(x), ((2, 3, 5),)),
    Case("triu", lambda L, x: L.triu(x, 2), MATRIX),
    Case("unbind", lambda L, x: joined(L.unbind(x, -1)), MATRIX),
    Case("unflatten", lambda L, x: L.unflatten(x, -1, (2, -1)), ((3, 6),)),
    Case("unfold", lambda L, x: x.unfold(-1, 3, 2), ((3, 8),), arrays=False),
    Case("unsqueeze", lambda L, x: L.unsqueeze(x, -1), MATRIX),
    Case("view", lambda L, x: x.contiguous().view(5, -1), CUBE, arrays=False),
    Case(
        "view_as", lambda L, x, y: x.contiguous().view_as(y) * y, ((6,), (2, 3)), arrays=False
    ),
    Case("vstack", lambda L, a, b: L.vstack([a, b]), ((5,), (3, 5))),
]

VALUES = [
    Case("is_contiguous", lambda L, x: x.is_contiguous(), CUBE),
    Case("is_contiguous", lambda L, x: x.permute(1, 0, 2).is_contiguous(), CUBE, note="no"),
    Case("cat", lambda L, a: L.cat([a, L.tensor([0.5])]), ((2,),), integers, note="mixed"),
    Case("cat", lambda L, a: L.cat([L.tensor([]), a], 1), ((2, 3),), note="legacy"),
    Case("stack", lambda L, a: L.stack([a, L.tensor([1, 2])]), ((2,),), truths, note="mixed"),
    Case("chunk", lambda L, x: L.chunk(x, 3), ((0, 3),), note="of nothing"),
    Case("unbind", lambda L, x: L.unbind(x), ((2, 0),), note="of nothing"),
    Case("diagonal", lambda L, x: x.trace(), MATRIX, integers, note="trace of integers"),
    Case("view", lambda L, x: x.view(5, 0), ((0, 3),), note="nothing"),
]


def at(L, array):
    return index(L, array)


def ones(L, *shape):
    return leaf(L, np.ones(shape), False)


BAD = [
    *refused(
        globals(),
        RuntimeError="""
        L.broadcast_tensors(ones(L, 3), ones(L, 2)); L.column_stack([ones(L, 2), ones(L, 3)]);
        L.cat([ones(L, 2, 3), ones(L, 3)]); L.cat([ones(L, 2, 3), ones(L, 2, 4)]);
        L.cat([ones(L)]); L.chunk(ones(L, 3), 0); L.chunk(ones(L), 1); L.diag(ones(L, 2, 2, 2));
        L.diag(ones(L)); L.diag_embed(ones(L, 2), 0, 1, 1); L.diagonal(ones(L, 3, 3), 0, 1, -1);
        ones(L, 3).expand(2); ones(L, 3).expand(-1, 3); ones(L, 3, 1).expand(3);
        ones(L, 3).expand_as(ones(L, 2)); L.flatten(ones(L, 2, 3), 1, 0);
        L.flip(ones(L, 3), (0, -1)); L.hstack([ones(L, 2, 3), ones(L, 3, 3)]);
        L.meshgrid(ones(L, 2, 3), indexing="ij"); L.meshgrid([], indexing="ij");
        L.meshgrid(ones(L, 2), indexing="ab"); L.movedim(ones(L, 2, 3), (0, 0), (0, 1));
        L.movedim(ones(L, 2, 3), (0, 1), (0,)); L.narrow(ones(L, 3), 0, 2, 2);
        L.narrow(ones(L, 3), 0, 0, -1); L.narrow(ones(L), 0, 0, 1); pad(L, ones(L, 3), (1,));
        pad(L, ones(L, 3), (1, 1, 1, 1)); pad(L, ones(L, 3), (-4, 0));
        pad(L, ones(L, 2, 3), (3, 0), mode="reflect");
        pad(L, ones(L, 2, 3), (0, 4), mode="circular");
        pad(L, ones(L, 2, 3), (1, 1), mode="no"); L.permute(ones(L, 2, 3), (0,));
        L.permute(ones(L, 2, 3), (0, 0)); ones(L, 2, 3).repeat(2); ones(L, 2).repeat(-1);
        L.repeat_interleave(ones(L, 3), at(L, [1, 2]), 0); L.repeat_interleave(ones(L, 3), -1);
        L.reshape(ones(L, 6), (4, 2)); L.reshape(ones(L, 6), (-2, 3));
        L.reshape(ones(L, 6), (-1, -1)); L.roll(ones(L, 3), (1, 2));
        L.split(ones(L, 3), [1, 1]); L.split(ones(L, 3), [4, -1]); L.split(ones(L, 3), 0);
        L.split(ones(L, 3), -1); L.split(ones(L), 1); L.squeeze(ones(L, 3), (0, 0));
        L.stack([ones(L, 2), ones(L, 3)]); L.stack([]); L.t(ones(L, 2, 2, 2));
        L.tile(ones(L, 3), (-1,)); L.tril(ones(L, 3)); L.triu(ones(L, 3));
        L.unflatten(ones(L, 6), 0, (4, 2)); ones(L, 3).unfold(0, 4, 1);
        ones(L, 3).unfold(0, -1, 1); ones(L, 3).unfold(0, 1, 0);
        view: ones(L, 2, 3).t().view(6); ones(L, 6).view(5); ones(L, 6).view_as(ones(L, 5));
        L.vstack([ones(L, 2), ones(L, 3)])
        """,
        IndexError="""
        L.cat([ones(L, 2)], 1); L.diag_embed(ones(L)); L.diagonal(ones(L, 3));
        L.flatten(ones(L, 2, 3), 2); L.flip(ones(L, 3), (1,)); L.movedim(ones(L, 2, 3), 0, 2);
        L.narrow(ones(L, 3), 0, 4, 0); L.permute(ones(L, 2, 3), (0, 2));
        L.repeat_interleave(ones(L, 3), 2, 1); L.roll(ones(L, 3), 1, 1);
        L.split(ones(L, 3), 1, 1); L.squeeze(ones(L, 3), 1); L.stack([ones(L, 2)], 2);
        L.transpose(ones(L, 3), 0, 1); L.unbind(ones(L, 3), 1);
        L.unflatten(ones(L, 6), 1, (6,)); ones(L, 3).unfold(1, 1, 1); L.unsqueeze(ones(L, 3), 2)
        """,
        TypeError="""
        L.clone(1, 2, 3); ones(L, 2).contiguous(1, 2); ones(L, 2).is_contiguous(1, 2);
        L.ravel(ones(L, 2), 3)
        """,
        ValueError="""
        L.cat([])
        """,
    ),
    Bad("cat", lambda L: L.cat(["a"]), TypeError, TypeError),
]
