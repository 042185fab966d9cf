"""The functions of linalg that record gradients, against torch."""

import numpy as np
import pytest
import torch

import nnlib
from tests.nnlib.harness import naming

inf = np.inf


def definite(A):
    return A @ A.swapaxes(-1, -2) + 0.1


NORMS = [
    *[dict(), dict(ord=3), dict(ord=inf), dict(ord=-inf), dict(ord=1, dim=1)],
    *[
        dict(dim=0),
        dict(dim=(0, 2)),
        dict(dim=(1, 2), keepdim=True),
        dict(dim=-1, keepdim=True),
    ],
    *[
        dict(ord=ord, dim=dim, keepdim=keepdim)
        for ord in ("fro", "nuc", 1, -1, 2, -2, inf, -inf)
        for dim, keepdim in (((0, 2), False), ((-1, 0), True))
    ],
]
CASES = [
    *[
        (lambda L, A, o=o: L.linalg.norm(A, **o), (3, 2, 4))
        for o in NORMS
        if "dim" in o or not o
    ],
    *[(lambda L, A, o=o: L.linalg.norm(A, **o), (5,)) for o in NORMS[:4]],
    *[(lambda L, A, p=p: L.linalg.norm(A, p), (3, 4)) for p in (None, "nuc", 1, 2, inf)],
    *[(lambda L, A, o=o: L.linalg.vector_norm(A, **o), (3, 2, 4)) for o in NORMS[:9]],
    (lambda L, A: L.linalg.vector_norm(A, dtype=L.float64), (3,)),
    (lambda L, A: L.linalg.matrix_norm(A), (2, 3, 4)),
    (lambda L, A: L.linalg.matrix_norm(A, 1, (0, 1), True), (4, 3, 2)),
    (lambda L, A: L.linalg.svdvals(A), (2, 3, 5)),
    (lambda L, A: L.linalg.norm(A, dim=[0, 1]), (2, 3)),
    (lambda L, A: L.linalg.inv(A), (4, 4)),
    (lambda L, A: L.linalg.inv(A), (2, 3, 3)),
    (lambda L, A: L.linalg.cholesky(definite(A)), (4, 4)),
    (lambda L, A: L.linalg.cholesky(definite(A), upper=True), (2, 3, 3)),
    (lambda L, A: L.linalg.eigvalsh(A + A.swapaxes(-1, -2)), (4, 4)),
    (lambda L, A: L.linalg.eigvalsh(definite(A), UPLO="U"), (2, 3, 3)),
]


def test_values_and_gradients_match_torch(rng):
    for call, shape in CASES:
        array = rng.standard_normal(shape)
        results = []
        for L in (nnlib, torch):
            A = L.tensor(array, requires_grad=True)
            y = call(L, A)
            weights = L.tensor(np.cos(np.arange(array.size + 9))[: int(np.prod(y.shape))])
            (g,) = L.autograd.grad((y.reshape(-1) * weights).sum(), A)
            results.append((y.detach().numpy(), g.numpy()))
        with naming(call.__defaults__, shape):
            for got, expected in zip(*results, strict=True):
                np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12, strict=True)
            if call.__defaults__ is None:
                plain = call(nnlib, array)
                assert isinstance(plain, (np.ndarray, np.generic))
                np.testing.assert_array_equal(plain, results[0][0])


@pytest.mark.parametrize("f", ["inv", "cholesky"])
def test_second_derivatives_match_torch(f, rng):
    array = definite(rng.standard_normal((3, 3)))
    results = []
    for L in (nnlib, torch):
        A = L.tensor(array, requires_grad=True)
        (g,) = L.autograd.grad((getattr(L.linalg, f)(A) ** 3).sum(), A, create_graph=True)
        results.append(L.autograd.grad((g**3).sum(), A)[0].numpy())
    np.testing.assert_allclose(*results, rtol=1e-8)


def test_arrays_are_accepted_with_options_of_torch():
    A = np.array([[3.0, 4.0]], "f4")
    assert nnlib.linalg.norm(A, keepdim=True).tolist() == [[5.0]]
    assert nnlib.linalg.norm(A, dtype=nnlib.float64).dtype == "f8"


def test_mistakes_are_named():
    ones = np.ones((2, 2))
    for name, A, error, match in (
        ("inv", np.ones((2, 3)), np.linalg.LinAlgError, "square matrices A"),
        ("inv", ones, np.linalg.LinAlgError, "invertible"),
        ("inv", ones.astype(int), RuntimeError, "floating-point"),
        ("cholesky", -ones, np.linalg.LinAlgError, "positive definite"),
        ("eigvalsh", np.ones(3), np.linalg.LinAlgError, "square matrices A"),
        ("inv", [[1.0]], TypeError, "a Tensor"),
        ("vector_norm", ones.astype(int), RuntimeError, "floating-point"),
        ("matrix_norm", np.ones(3), RuntimeError, "two different axes"),
    ):
        with naming(name), pytest.raises(error, match=rf"^{name}: .*{match}"):
            getattr(nnlib.linalg, name)(A)
    with pytest.raises(RuntimeError, match="norm: expected ord"):
        nnlib.linalg.norm(nnlib.ones(2, 2), "max")
    with pytest.raises(RuntimeError, match="norm: expected one or two axes"):
        nnlib.linalg.norm(nnlib.ones(2, 2, 2), 2)
    for L in (nnlib, torch):  # "fro" is a norm of matrices only
        with pytest.raises(RuntimeError, match=r"norm: .*dim|two axes"):
            L.linalg.norm(L.ones(3), "fro")
        with pytest.raises(TypeError, match=r"vector_norm.* to be a number|must be Number"):
            L.linalg.vector_norm(L.ones(3), "fro")
