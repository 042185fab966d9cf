"""Cases of nn/functions/normalization.py and ops/normalization.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, refused

ROWS, LINES, IMAGES = (4, 5), (4, 5, 3), (3, 4, 3, 2)


def functional(L):
    return L.nn.functional


def averages(L, x):
    """Return a running mean and a running variance in the dtype of x."""
    dtype, C = str(x.dtype).removeprefix("torch."), x.shape[1]
    both = np.linspace(-0.5, 0.5, C), np.linspace(0.5, 2.0, C)
    return [L.tensor(v.astype(dtype)) for v in both]


def batch(L, x, w=None, b=None, training=True, **options):
    return functional(L).batch_norm(x, *averages(L, x), w, b, training, **options)


def in_use(L, x, w=None, b=None):
    return batch(L, x, w, b, training=False)


def instance(L, x, w=None, b=None, **options):
    return functional(L).instance_norm(x, *averages(L, x), w, b, **options)


def averages_after(name, **options):
    def call(L, x):
        both = averages(L, x)
        getattr(functional(L), name)(x, *both, **options)
        return both

    return call


CASES = [
    Case("batch_norm", batch, (ROWS,), note="rows"),
    Case("batch_norm", batch, (LINES, (5,), (5,)), note="lines"),
    Case(
        "batch_norm",
        lambda L, x, b: functional(L).batch_norm(x, None, None, None, b, True),
        (LINES, (5,)),
        note="bias",
        second=None,  # torch's is an error: "Expected a proper Tensor but got None"
    ),
    Case(
        "batch_norm",
        lambda L, x, b: in_use(L, x, None, b),
        (LINES, (5,)),
        note="in use, bias",
        second=None,  # torch's is an error: "Expected a proper Tensor but got None"
    ),
    Case(
        "layer_norm",
        lambda L, x, w, b: functional(L).layer_norm(x, (5, 3), w, b, eps=0.1),
        (LINES, (5, 3), (5, 3)),
        note="two axes",
    ),
    Case("group_norm", lambda L, x: functional(L).group_norm(x, 2), (IMAGES,)),
    Case(
        "layer_norm",
        lambda L, x, b: functional(L).layer_norm(x, (5, 3), None, b),
        (LINES, (5, 3)),
        note="bias",
        second=None,  # torch's is an error
    ),
    Case("instance_norm", lambda L, x: functional(L).instance_norm(x), (LINES,)),
    Case("instance_norm", instance, (IMAGES, (4,), (4,)), note="averages"),
    Case(
        "rms_norm",
        lambda L, x: functional(L).rms_norm(x * 1e-3, (5,)),  # so small that eps counts
        (ROWS,),
        note="small",
    ),
    Case("local_response_norm", lambda L, x: functional(L).local_response_norm(x, 3), (LINES,)),
]

VALUES = [
    Case("batch_norm", averages_after("batch_norm", training=True), (LINES,), note="averages"),
    Case("batch_norm", averages_after("batch_norm", training=True, momentum=0.7), (IMAGES,)),
    Case("batch_norm", averages_after("batch_norm"), (LINES,), note="averages in use"),
    Case("batch_norm", averages_after("batch_norm", training=True), ((0, 5),)),
    Case("instance_norm", averages_after("instance_norm"), (IMAGES,), note="averages"),
    Case("instance_norm", averages_after("instance_norm", momentum=0.7), (LINES,)),
]


def bad(name, call, error=RuntimeError, torch="same"):
    return Bad(name, lambda L: call(L, functional(L)), error, torch)


def stats(L, n=5):
    return L.zeros(n), L.ones(n)


BAD = [
    *refused(
        globals(),
        RuntimeError="""
        F.batch_norm(L.ones(5), *stats(L)); F.batch_norm(L.ones(4, 5), *stats(L, 4));
        F.batch_norm(L.ones(4, 5), *stats(L), L.ones(3));
        F.batch_norm(L.ones(4, 5), *stats(L), bias=L.ones(5, dtype=L.float64));
        F.batch_norm(L.ones(4, 5, dtype=L.int64), *stats(L));
        F.batch_norm(L.ones(4, 5), None, None); F.layer_norm(L.ones(4, 5), (4,));
        F.layer_norm(L.ones(4, 5), ()); F.layer_norm(L.ones(4, 5), (5,), L.ones(4));
        F.layer_norm(L.ones(4, 5, dtype=L.int64), (5,)); F.group_norm(L.ones(5), 1);
        F.group_norm(L.ones(4, 5), 2); F.group_norm(L.ones(4, 6), 2, bias=L.ones(2));
        F.instance_norm(L.ones(4, 5, 2), *stats(L, 3)); F.rms_norm(L.ones(4, 5), (4,));
        F.instance_norm(L.ones(4, 5, 2), use_input_stats=False);
        F.rms_norm(L.ones(4, 5, dtype=L.int64), (5,)); F.local_response_norm(L.ones(4, 5, 2), 0)
        """,
        ValueError="""
        F.batch_norm(L.ones(1, 5), *stats(L), training=True);
        F.batch_norm(L.ones(4, 5), *stats(L), training=True, eps=0.0);
        F.batch_norm(L.ones(4, 5), *stats(L), eps=-1.0); F.group_norm(L.ones(1, 4), 4);
        F.instance_norm(L.ones(4, 5, 1)); F.instance_norm(L.ones(4, 5, 2), L.zeros(5));
        F.local_response_norm(L.ones(4, 5), 2)
        """,
    ),
    bad("group_norm", lambda L, F: F.group_norm(L.ones(4, 5), 0), torch=ZeroDivisionError),
]
