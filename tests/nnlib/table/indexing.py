"""Cases of ops/indexing.py."""

import numpy as np

from tests.nnlib.harness import Case, apart, index, integers, leaf, refused, truths

INDEX = np.array([[0, 2, 1, 0], [3, 3, 0, 4], [1, 0, 2, 2]])
CLASSES = np.array([2, 0, 4])
MASK = np.array([True, False, True])
ONE_ZERO = np.array([True, False, True, True, True])
MATRIX = ((3, 5),)
inf, nan = np.inf, np.nan


def written(i, value=None):
    """Return a call that writes its second input, or a value, at an index."""

    def call(L, x, v=None):
        y = x * 1
        y[i(L) if callable(i) else i] = v if value is None else value
        return y

    return call


def at(L, array):
    return index(L, array)


def one_hot(L, *args):
    return L.nn.functional.one_hot(*args)


CASES = [
    Case("argsort", lambda L, x: x * L.argsort(x, 0), MATRIX, apart),
    Case("gather", lambda L, x: L.gather(x, 0, at(L, INDEX)), ((5, 4),)),
    Case("getitem", lambda L, x: x[1:, ::2], MATRIX, note="slices"),
    Case("getitem", lambda L, x: x[-1:, -4:-1:2], MATRIX, note="from the end"),
    Case("getitem", lambda L, x: x[5:], MATRIX, note="outside"),
    Case("getitem", lambda L, x: x[None, ..., 1], MATRIX, note="newaxis"),
    Case("getitem", lambda L, x: x[1], MATRIX, note="integer"),
    Case("getitem", lambda L, x: x[at(L, 1)], MATRIX, note="0-d integer"),
    Case("getitem", lambda L, x: x[()], MATRIX, note="everything"),
    Case("getitem", lambda L, x: x[...], ((),), note="0-d"),
    Case("getitem", lambda L, x: x[[0, 0, 2]], MATRIX, note="list"),
    Case("getitem", lambda L, x: x[[]], MATRIX, note="empty list"),
    Case("getitem", lambda L, x: x[range(2)], MATRIX, note="range"),
    Case("getitem", lambda L, x: x[[0, 0, 2], [1, 1, 4]], MATRIX, note="pairs"),
    Case("getitem", lambda L, x: x[at(L, [[0, -1], [-1, 2]])], MATRIX, note="table"),
    Case("getitem", lambda L, x: x[at(L, [[0], [2]]), at(L, [1, 3])], MATRIX, note="cross"),
    Case("getitem", lambda L, x: x[:, at(L, CLASSES)], MATRIX, note="mixed"),
    Case("getitem", lambda L, x: x[at(L, [0, 1]), None, 1:], MATRIX, note="mixed newaxis"),
    Case("getitem", lambda L, x: x[1, :, [0, 2]], ((2, 3, 4),), arrays=False),
    Case(
        "getitem",
        lambda L, x: x[[0, 1], None, 1, ..., at(L, MASK)],
        ((2, 3, 4, 3),),
        note="number between",
        arrays=False,
    ),
    Case("getitem", lambda L, x: x[at(L, INDEX > 1)], ((3, 4),), note="boolean"),
    Case("getitem", lambda L, x: x[at(L, MASK)], MATRIX, note="boolean rows"),
    Case("getitem", lambda L, x: x[at(L, MASK), 1:], MATRIX, note="boolean and slice"),
    Case("getitem", lambda L, x: x[[True, False, True]], MATRIX, note="list of truths"),
    Case("getitem", lambda L, x: x[True], MATRIX, note="true"),
    Case("getitem", lambda L, x: x[at(L, False)], MATRIX, note="false"),
    Case("getitem", lambda L, x: x[at(L, np.arange(400) % 14 - 7)], ((7, 30),), note="many"),
    Case("index_add", lambda L, x, v: L.index_add(x, 1, at(L, CLASSES), v), ((2, 5), (2, 3))),
    Case("index_copy", lambda L, x, v: L.index_copy(x, 1, at(L, CLASSES), v), ((2, 5), (2, 3))),
    Case("index_copy", lambda L, x, v: L.index_copy(x, 0, at(L, 0), v), ((), ())),
    Case("index_fill", lambda L, x, v: L.index_fill(x, 0, at(L, [2, 0, 2]), v), ((3, 5), ())),
    Case("index_fill", lambda L, x: L.index_fill(x, 1, at(L, CLASSES), 2), MATRIX),
    *[
        Case(
            "index_put",
            lambda L, x, v, i=i, add=add: L.index_put(x, tuple(at(L, j) for j in i), v, add),
            (MATRIX[0], shape),
        )
        for add in (False, True)
        for i, shape in (
            (([2, 0],), (5,)),
            (([2, 0], [1, -1]), (2,)),
            ((MASK,), (2, 5)),
            (([[0], [2]], [4, 1]), (2, 1)),
            *((([1, 1], [2, 2]), (2,)),) * add,
        )
    ],
    Case("index_select", lambda L, x: L.index_select(x, -1, at(L, CLASSES)), MATRIX),
    Case("masked_select", lambda L, x: L.masked_select(x, at(L, INDEX > 1)), ((3, 4),)),
    Case("scatter", lambda L, x, v: L.scatter(x, 0, at(L, INDEX[:1]), v), ((5, 4), (1, 4))),
    Case("scatter", lambda L, x: L.scatter(x, -1, at(L, INDEX[:, :2]), 2.5), MATRIX),
    Case("scatter_add", lambda L, x, v: L.scatter_add(x, 0, at(L, INDEX), v), ((5, 4), (3, 4))),
    *[
        Case(
            "scatter_reduce",
            lambda L, x, v, r=reduce, own=own: L.scatter_reduce(
                x, 0, at(L, INDEX), v, r, include_self=own
            ),
            ((5, 4), (3, 4)),
            apart,
            f"{reduce}, include_self={own}",
            second=None if reduce == "prod" else True,
        )
        for reduce in ("sum", "prod", "mean", "amax", "amin")
        for own in (True, False)
    ],
    *[
        Case(
            "scatter_reduce",
            lambda L, x, r=reduce: L.scatter_reduce(
                x * 0,
                -1,
                at(L, np.zeros((3, 5), int)),
                x * at(L, ONE_ZERO),
                r,
                include_self=False,
            ),
            MATRIX,
            second=None,
            note=f"{reduce} with ties",
        )
        for reduce in ("amax", "amin", "prod")
    ],
    Case("masked_scatter", lambda L, x, v: L.masked_scatter(x, at(L, MASK), v), ((2, 3), (9,))),
    Case("setitem", written((slice(1, None), slice(None, None, 2))), ((3, 5), (2, 1))),
    Case("setitem", written(1), ((3, 5), ()), note="row"),
    Case("setitem", written(1), ((3, 5), (1, 1, 5)), note="leading ones"),
    Case("setitem", written((..., None, 2)), ((3, 5), (3, 1)), note="newaxis"),
    Case("setitem", written(lambda L: at(L, 1)), ((3, 5), (5,)), note="0-d integer"),
    Case("setitem", written([0, 2]), ((3, 5), (1, 1, 5)), note="list"),
    Case("setitem", written(([0, 2], [1, 4])), ((3, 5), (2,)), note="pairs"),
    Case("setitem", written(lambda L: at(L, INDEX > 1)), ((3, 4), ()), note="boolean"),
    Case("setitem", written(lambda L: at(L, MASK), 7), MATRIX, note="value"),
    Case("setitem", written(lambda L: at(L, True)), ((), ()), note="0-d mask", arrays=False),
    Case("setitem", written((1, slice(None), [0, 2])), ((2, 3, 4), (3, 2)), arrays=False),
    Case("sort", lambda L, x: L.sort(x)[0], MATRIX, apart),
    Case("sort", lambda L, x: L.sort(x, 0, descending=True).values, MATRIX, apart),
    Case("kthvalue", lambda L, x: L.kthvalue(x, 2)[0], MATRIX, apart),
    Case("topk", lambda L, x: L.topk(x, 3)[0], MATRIX, apart),
]

TIES = np.array([[2, 1, 2, 1, 0], [0, 0, 1, 2, 2]])


VALUES = [
    Case(
        "scatter",
        lambda L, x, v: L.scatter(x, 1, at(L, [[4, 0], [1, 2]]), v),
        ((3, 5), (2, 3)),
        note="part of src",
    ),
    Case("argsort", lambda L, x: L.argsort(x), MATRIX, apart),
    Case(
        "argsort",
        lambda L, x: L.argsort(x, dim=0, descending=True, stable=True),
        MATRIX,
        apart,
        "down",
    ),
    Case("argsort", lambda L, x: L.argsort(L.tensor(TIES), stable=True), (), note="ties"),
    Case("bincount", lambda L, x: L.bincount(x * x), ((6,),), integers),
    *[
        Case(
            "searchsorted",
            lambda L, x, s, o=options: L.searchsorted(L.sort(s).values, x, **o),
            ((3, 4), (3, 5)),
            integers,
        )
        for options in ({}, dict(right=True), dict(side="left"), dict(side="right"))
    ],
    Case(
        "searchsorted",
        lambda L, x: L.searchsorted(x, 0.5, sorter=L.argsort(x), out_int32=True),
        ((5,),),
        note="sorter",
    ),
    *[
        Case(
            "searchsorted", lambda L, _, a=a: L.searchsorted(L.tensor(a[0]), L.tensor(a[1])), ()
        )
        for a in (([0.0, 1.0], [nan, 1]), ([0.5, 0.7], [0, 1]), ([0, 1], [0.5]))
    ],
    Case("searchsorted", lambda L, _: L.searchsorted(L.tensor([0.1, 2]), 0.1, right=True), ()),
    *[
        Case(
            "scatter_reduce",
            lambda L, x, r=reduce, own=own: x.scatter_reduce(0, x % 5, x, r, include_self=own),
            ((5,),),
            integers,
            f"{reduce} of integers",
        )
        for reduce in ("sum", "prod", "mean", "amax", "amin")
        for own in (True, False)
    ],
    Case("bincount", lambda L, x: L.bincount(x * x, minlength=40), ((6,),), integers, "long"),
    Case(
        "bincount",
        lambda L, x: L.bincount(x * x, weights=L.linspace(0, 1, 6)),
        ((6,),),
        integers,
        note="weights",
    ),
    Case("bincount", lambda L, x: L.bincount(x * x, x), ((6,),), integers, note="int weights"),
    Case("getitem", lambda L, x: x[1:], ((3,),), truths, note="truths"),
    Case("masked_select", lambda L, x: x.masked_select(x > 0), MATRIX, integers),
    Case("nonzero", lambda L, x: L.nonzero(x), MATRIX, integers),
    Case("nonzero", lambda L, x: x.nonzero(as_tuple=True), MATRIX, integers, note="tuple"),
    Case("one_hot", lambda L, x: one_hot(L, x * x), ((2, 3),), integers),
    Case("one_hot", lambda L, x: one_hot(L, x * x, 30), ((),), integers, note="classes"),
    Case("scatter_add", lambda L, x: x.scatter_add(0, x * 0, x), ((4,),), integers),
    Case("sort", lambda L, x: L.sort(x), MATRIX, apart),
    Case("sort", lambda L, x: L.sort(x, 0, True), MATRIX, apart, note="down"),
    Case("sort", lambda L, x: L.sort(L.tensor(TIES), stable=True), (), note="ties"),
    Case("sort", lambda L, x: L.sort(L.tensor(TIES), descending=True, stable=True), ()),
    Case("sort", lambda L, x: L.sort(L.tensor([nan, 1, -inf, inf, 0])), (), note="NaN"),
    Case("sort", lambda L, x: L.sort(L.tensor([nan, 1, -inf, inf, 0]), descending=True), ()),
    Case("kthvalue", lambda L, x: L.kthvalue(x, 2, 0), MATRIX, apart),
    Case("topk", lambda L, x: L.topk(x, 2, dim=0), MATRIX, apart),
    Case("topk", lambda L, x: L.topk(L.tensor([1, nan, 2.0]), 2), (), note="NaN"),
    *[
        Case(
            "bucketize",
            lambda L, x, o=o: L.bucketize(x, L.tensor([-2, 0, 3]), **o),
            MATRIX,
            integers,
        )
        for o in ({}, dict(out_int32=True, right=True))
    ],
    Case("unique", lambda L, x: L.unique(x), MATRIX, integers),
    Case("unique", lambda L, x: x.unique(return_counts=True), MATRIX, truths, note="counts"),
    Case("unique", lambda L, x: L.unique(L.tensor(TIES % 2), return_inverse=True, dim=1), ()),
    Case("unique", lambda L, x: L.unique(L.tensor([nan, 1.0, nan])), (), note="NaN"),
]
VALUES = [
    case if case.shapes else case._replace(call=lambda L, f=case.call: f(L, None))
    for case in VALUES
]


def ones(L, *shape):
    return leaf(L, np.ones(shape), False)


def put(L, i, value, *shape):
    ones(L, *shape)[i] = value


BAD = [
    *refused(
        globals(),
        IndexError="""
        L.argsort(ones(L, 3), 1); L.gather(ones(L, 3), 1, at(L, [0])); getitem: ones(L, 3)[3];
        getitem: ones(L, 3)[[0, 3]]; getitem: ones(L, 3)[0, 0]; getitem: ones(L, 3)[1.0];
        getitem: ones(L, 3)[ones(L, 1)]; getitem: ones(L, 3)[at(L, [True])];
        L.index_select(ones(L, 3), 0, at(L, [-1])); L.index_select(ones(L, 3), 1, at(L, [0]));
        L.index_select(ones(L, 3), 0, at(L, [[0]]));
        L.scatter_add(ones(L, 3), 1, at(L, [0]), ones(L, 1)); setitem: put(L, 3, 1, 3);
        setitem: put(L, [3], 1, 3); L.sort(ones(L, 3), 1); L.topk(ones(L, 3), 1, 1);
        L.unique(ones(L, 3), dim=1); L.index_copy(ones(L, 3, 2), 0, at(L, [3]), ones(L, 1, 2));
        L.index_copy(ones(L, 3, 2), 0, at(L, [-1]), ones(L, 1, 2));
        L.index_copy(ones(L, 3, 2), 0, at(L, [[0]]), ones(L, 1, 2));
        L.index_copy(ones(L, 3, 2), 0, at(L, [0, 1]), ones(L, 1, 2));
        L.index_fill(ones(L, 3), 0, at(L, [3]), 1); L.index_fill(ones(L, 3), 0, ones(L, 1), 1);
        L.index_put(ones(L, 3), (at(L, [3]),), ones(L));
        L.index_put(ones(L, 3), (ones(L, 1),), ones(L));
        L.index_put(ones(L, 3), (at(L, [0]), at(L, [0])), ones(L))
        """,
        RuntimeError="""
        L.bincount(at(L, [1, -1])); L.bincount(at(L, [[1]])); L.bincount(ones(L, 2));
        L.bincount(at(L, [1]), ones(L, 2)); L.gather(ones(L, 3), 0, at(L, [3]));
        L.gather(ones(L, 3), 0, at(L, [-1])); L.gather(ones(L, 3), 0, at(L, [[1]]));
        L.gather(ones(L, 3, 2), 0, at(L, [[0, 0, 0]])); L.gather(ones(L, 3), 0, ones(L, 3));
        L.index_add(ones(L, 3, 2), 0, at(L, [3]), ones(L, 1, 2));
        L.index_add(ones(L, 3), 0, at(L, [0]), ones(L, 2));
        L.index_add(ones(L, 3), 0, at(L, [0]), at(L, [1]));
        L.index_select(ones(L, 3), 0, ones(L, 1));
        L.masked_select(ones(L, 3), at(L, [1, 0, 1]));
        L.masked_select(ones(L, 3), at(L, [True, False])); one_hot(L, at(L, [-1]));
        one_hot(L, at(L, [3]), 3); one_hot(L, ones(L, 3)); one_hot(L, at(L, np.zeros(0, int)));
        L.scatter(ones(L, 3), 0, at(L, [3]), 1);
        L.scatter(ones(L, 3), 0, at(L, [0, 1]), ones(L, 1));
        L.scatter(ones(L, 3), 0, at(L, [0]), at(L, [1]));
        L.scatter_add(ones(L, 3), 0, at(L, [0, 1]), ones(L, 1));
        ones(L, 3).scatter_reduce(0, at(L, [0]), ones(L, 1), "maximum");
        ones(L, 3).scatter_reduce(0, at(L, [3]), ones(L, 1), "sum");
        L.masked_scatter(ones(L, 3), at(L, MASK), ones(L, 1));
        L.masked_scatter(ones(L, 3), at(L, MASK), at(L, [1, 2]));
        L.masked_scatter(ones(L, 3), at(L, [1, 2, 3]), ones(L, 3));
        L.bucketize(ones(L, 2), ones(L, 2, 2)); L.searchsorted(ones(L, 2, 3), ones(L, 3, 3));
        L.searchsorted(ones(L, 3), ones(L, 3), side="middle");
        L.searchsorted(ones(L, 3), 1.0, right=True, side="left");
        setitem: put(L, 0, ones(L, 3), 2, 4); setitem: put(L, [0], ones(L, 3), 2, 4);
        L.kthvalue(ones(L, 3), 0); L.topk(ones(L, 3), 4); L.topk(ones(L, 3), -1);
        L.index_copy(ones(L, 3, 2), 0, at(L, [0]), ones(L, 1, 3));
        L.index_copy(ones(L, 3), 0, at(L, [0]), at(L, [1]));
        L.index_copy(ones(L, 3), 0, *[ones(L, 1)] * 2);
        L.index_fill(ones(L, 3), 0, at(L, [[0]]), 1);
        L.index_fill(ones(L, 3), 0, at(L, [0]), ones(L, 1));
        L.index_put(ones(L, 3), (at(L, [0]),), at(L, 1));
        L.index_put(ones(L, 3), (at(L, [0, 1, 2]),), ones(L, 2))
        """,
        ValueError="""
        getitem: ones(L, 3)[::-1]; setitem: put(L, slice(None, None, -1), 1, 3)
        """,
        TypeError="""
        L.index_put(ones(L, 3), at(L, [0]), ones(L)); L.index_put(ones(L, 3), (0,), ones(L));
        L.index_put(ones(L, 3), (at(L, [0]),), 1.0); L.nonzero(ones(L, 3), 1, 2)
        """,
    )
]
