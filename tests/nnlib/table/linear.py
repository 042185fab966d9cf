"""Cases of ops/linear.py."""

import math

import numpy as np

from tests.nnlib.harness import Bad, Case, integers, refused


def product(name, shapes, note=""):
    return Case(name, lambda L, a, b: getattr(L, name)(a, b), shapes, note=note)


def linear(shapes, note):
    return Case("linear", lambda L, *a: L.nn.functional.linear(*a), shapes, note=note)


def einsum(equation, *sizes):
    """Return a case of operands whose shapes are digits, such as "35" for (3, 5)."""
    shapes = tuple(tuple(map(int, digits.strip("-"))) for digits in sizes)
    return Case("einsum", lambda L, *a: L.einsum(equation, *a), shapes, note=equation)


EINSUMS = """
ij,jk->ik 35 52; ij,jk 35 52; bA,Ab 35 53; bhqd,bhkd->bhqk 2345 2365;
ij,jk,kl,l->i 23 34 42 2; i,j,k->kij 2 3 4; ij,ij->ij 35 35; bi,bi->b 35 35; ij->ji 35;
ij-> 35; ij->j 35; ij 35; ii->i 44; ii 44; iji->j 323; iii->i 333; iij,jk->ik 332 24;
ij,jk->k 35 52; ij,k-> 35 2; ...i,oij,...j->...o 234 542 32; ...ij,...jk->...ik 2134 542;
...i->... 234; i...->i 234; ...,... 23 3; i...j,j...->...i 234 43; ij,ij->ij 31 15;
ij,jk->ik 31 52; i,i-> 1 5; ij,jk->ik 30 02; ij->i 03; ,-> - -; -> -; ,i->i - 3
"""


def addmm(note, shape, **options):
    shapes = shape, (3, 5), (5, 2)
    return Case("addmm", lambda L, *a: L.addmm(*a, **options), shapes, note=note)


def of_matrices(name, *shape):
    """Return a case of matrices near 2 I, whose determinants are above 0."""
    return Case(
        name,
        lambda L, x: getattr(L, name)(x / 4 + 2 * L.eye(3, dtype=x.dtype)),
        (shape,),
        arrays=False,
    )


def cross(*shapes, dim=-1):
    return Case("cross", lambda L, a, b: L.cross(a, b, dim), shapes)


def tensordot(dims, a, b):
    return Case("tensordot", lambda L, x, z: L.tensordot(x, z, dims), (a, b), note=str(dims))


def cdist(note, shapes, **options):
    # torch has no second derivative to compare with
    return Case(
        "cdist", lambda L, a, b: L.cdist(a, b, **options), shapes, note=note, second=None
    )


BATCHES = ((4, 3, 5), (4, 5, 2))
CASES = [
    product("matmul", ((3, 5), (5, 2))),
    product("matmul", ((4, 1, 3, 5), (2, 5, 2)), "batches"),
    product("mm", ((3, 5), (5, 2))),
    addmm("", (3, 2)),
    addmm("vector and factors", (2,), beta=0.5, alpha=-2),
    addmm("nothing of the input", (3, 1), beta=0),
    Case("baddbmm", lambda L, *a: L.baddbmm(*a), ((2,), *BATCHES)),
    Case("baddbmm", lambda L, *a: L.baddbmm(*a, beta=2, alpha=-3), ((4, 3, 2), *BATCHES)),
    product("kron", ((2, 3), (4, 5))),
    product("kron", ((3,), (2, 1, 4)), "axes"),
    cross((4, 3), (4, 3)),
    cross((3, 1, 2), (3, 5, 1), dim=0),
    of_matrices("inverse", 3, 3),
    of_matrices("inverse", 2, 3, 3),
    of_matrices("logdet", 3, 3),
    product("bmm", ((4, 3, 5), (4, 5, 2))),
    product("mv", ((3, 5), (5,))),
    product("dot", ((5,), (5,))),
    product("outer", ((3,), (5,))),
    linear(((3, 5), (2, 5), (2,)), "bias"),
    linear(((4, 3, 5), (2, 5)), "no bias"),
    *(einsum(*call.split()) for call in EINSUMS.split(";")),
    einsum(" i j , j -> i ", "35", "5"),
    Case("einsum", lambda L, a, b: L.einsum("ij,jk->ik", [a, b]), ((3, 5), (5, 2))),
    Case("einsum", lambda L, a: L.einsum("i,i->", a, a), ((4,),), note="twice the same"),
    tensordot(1, (3, 5), (5, 2)),
    tensordot(0, (2, 3), (4,)),
    tensordot(([0, 2], [1, 0]), (2, 3, 4), (4, 2, 5)),
    Case("tensordot", lambda L, a, b: L.tensordot(a, b), ((2, 3), (2, 3)), note="default"),
    cdist("euclid", ((3, 5), (4, 5))),
    cdist("many rows", ((30, 3), (4, 3))),
    cdist("batches", ((2, 1, 3, 2), (4, 3, 2))),
    cdist("many rows in batches", ((2, 1, 3, 2), (4, 27, 2))),
    cdist("one", ((3, 5), (4, 5)), p=1.0),
    cdist("three", ((3, 5), (4, 5)), p=3.0),
    cdist("largest", ((3, 5), (4, 5)), p=math.inf),
    cdist("products", ((3, 5), (4, 5)), compute_mode="use_mm_for_euclid_dist"),
    cdist("differences", ((30, 3), (4, 3)), compute_mode="donot_use_mm_for_euclid_dist"),
]

VALUES = [
    Case("addmm", lambda L, *a: L.addmm(*a, beta=2, alpha=3), ((2,), (3, 5), (5, 2)), integers),
    Case("cdist", lambda L, a, b: L.cdist(a * 1.0, b * 1.0, 0.0), ((3, 5), (4, 5)), integers),
    *(
        Case(name, lambda L, a, b, name=name: getattr(L, name)(a, b), shapes, integers)
        for name, shapes in (
            ("matmul", ((2, 3, 5), (5, 2))),
            ("mm", ((3, 5), (5, 2))),
            ("bmm", ((2, 3, 5), (2, 5, 2))),
            ("mv", ((3, 5), (5,))),
            ("dot", ((5,), (5,))),
            ("outer", ((5,), (3,))),
            ("kron", ((5, 2), (3,))),
            ("tensordot", ((3, 5), (3, 5))),
        )
    ),
    Case("einsum", lambda L, a, b: L.einsum("ij,kj->ik", a, b), ((3, 5), (2, 5)), integers),
    Case("einsum", lambda L, a: L.einsum("ij->ji", a.to(L.int32)), ((3, 5),), integers),
    Case("einsum", lambda L, a: L.einsum("ij->", a.to(L.int32)), ((3, 5),), integers, "sum"),
]


def ones(L, *shape):
    return L.tensor(np.ones(shape))


def narrow(L, *shape):
    return L.tensor(np.ones(shape, "f4"))


def bad(name, call, error=RuntimeError, torch="same"):
    return Bad(name, call, error, torch)


BAD = [
    *refused(
        globals(),
        RuntimeError="""
        L.matmul(ones(L, 2, 3), ones(L, 4, 2)); L.matmul(ones(L), ones(L, 2));
        L.matmul(ones(L, 2), ones(L, 3)); L.matmul(ones(L, 2, 3), narrow(L, 3, 2));
        L.matmul(ones(L, 2, 2, 3), ones(L, 3, 3, 2)); L.mm(ones(L, 2, 3), ones(L, 3));
        L.mm(ones(L, 2, 3), ones(L, 2, 3)); L.mm(ones(L, 2, 3), narrow(L, 3, 2));
        L.addmm(ones(L, 2), ones(L, 3), ones(L, 3, 2));
        L.addmm(ones(L, 1, 2, 2), ones(L, 2, 3), ones(L, 3, 2));
        L.addmm(narrow(L, 2), ones(L, 2, 3), ones(L, 3, 2));
        L.bmm(ones(L, 2, 3), ones(L, 3, 2)); L.bmm(ones(L, 1, 2, 3), ones(L, 2, 3, 2));
        L.mv(ones(L, 2, 3), ones(L, 3, 1)); L.mv(ones(L, 2, 3), ones(L, 2));
        L.dot(ones(L, 2), ones(L, 3)); L.dot(ones(L, 2, 1), ones(L, 2));
        L.dot(ones(L, 2), narrow(L, 2)); L.outer(ones(L, 2, 1), ones(L, 2));
        F.linear(ones(L, 2, 3), ones(L, 4, 2));
        F.linear(ones(L, 2, 3), ones(L, 4, 3), ones(L, 5));
        F.linear(ones(L, 2, 3), narrow(L, 4, 3)); F.linear(ones(L), ones(L, 4, 3));
        L.einsum("i,i", ones(L, 3), narrow(L, 3)); L.tensordot(ones(L, 2), narrow(L, 2), 1);
        L.cdist(ones(L, 2, 3), ones(L, 4, 2)); L.cdist(ones(L, 3), ones(L, 4, 3));
        L.cdist(ones(L, 2, 3), ones(L, 4, 3), -1.0); L.cdist(ones(L, 2, 3), narrow(L, 4, 3));
        L.cdist(ones(L, 2, 3).to(L.int64), ones(L, 4, 3).to(L.int64));
        L.baddbmm(ones(L, 5), *[ones(L, 1, 2, 2)] * 2);
        L.baddbmm(ones(L, 1, 1, 2, 2), *[ones(L, 1, 2, 2)] * 2);
        L.baddbmm(ones(L, 3, 2, 2), *[ones(L, 1, 2, 2)] * 2);
        L.baddbmm(narrow(L, 2), *[ones(L, 1, 2, 2)] * 2); L.cross(ones(L, 2), ones(L, 2), 0);
        L.cross(ones(L, 3), ones(L, 2), 0); L.cross(ones(L, 4, 3), ones(L, 3), -1);
        L.cross(ones(L, 3), narrow(L, 3), 0); L.cross(ones(L, 3, 2), ones(L, 3, 4), 0);
        L.inverse(ones(L, 2, 2)); L.inverse(ones(L, 2, 3)); L.inverse(ones(L, 2));
        L.inverse(ones(L, 2, 2).to(L.int64)); L.logdet(ones(L, 2, 3)); L.logdet(ones(L, 2));
        L.logdet(ones(L, 2, 2).to(L.int64))
        """,
        TypeError="""
        L.matmul(ones(L, 2, 3), "a"); L.kron(ones(L, 2), "a"); L.outer(ones(L, 2), "a");
        L.einsum(3, ones(L, 2)); L.einsum("i", "a")
        """,
        IndexError="""
        L.cross(ones(L, 3), ones(L, 3), 1);
        L.tensordot(ones(L, 2, 3), ones(L, 2, 3), ([5], [1]))
        """,
    ),
    bad("addmm", lambda L: L.addmm(*[ones(L, 2, 2).to(L.int64)] * 3, beta=0.5), torch=None),
    bad("cross", lambda L: L.cross(ones(L, 3), ones(L, 3)), UserWarning, None),
    *(
        bad("einsum", lambda L, e=e, s=s: L.einsum(e, *[ones(L, *x) for x in s]))
        for e, s in (
            ("ij,jk->ik", [(2, 3)]),
            ("ij,jk", [(2, 3), (3, 2), (2,)]),
            ("ij->ik", [(2, 3)]),
            ("ij->ii", [(2, 3)]),
            ("i1->i", [(2, 3)]),
            ("ij", [(2, 3, 4)]),
            ("ij,jk", [(2, 3), (4, 2)]),
            ("ii", [(2, 3)]),
            ("ii", [(2, 1)]),
            ("ij...->...", [(3,)]),
            ("i->i->i", [(3,)]),
        )
    ),
    bad("einsum", lambda L: L.einsum("i->i"), torch=ValueError),
    *(
        bad("tensordot", lambda L, dims=dims: L.tensordot(ones(L, 2, 3), ones(L, 2, 3), dims))
        for dims in (1, 3, -1, ([0], [1]), ([0], [0, 1]), ([0, 0], [0, 1]), ([0, 1], [0, 0]))
    ),
    bad(
        "cdist",
        lambda L: L.cdist(ones(L, 2, 3), ones(L, 4, 3), compute_mode="x"),
        torch=ValueError,
    ),
]
