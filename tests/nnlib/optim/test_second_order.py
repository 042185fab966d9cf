"""Newton, BFGS and nonlinear conjugate gradients: agreement with SciPy, and properties."""

import numpy as np
import pytest

import nnlib
from nnlib.optim import BFGS, LBFGS, Newton, NonlinearCG
from nnlib.optim.closure import ClosureOptimizer
from tests.nnlib.harness import assert_refused, naming
from tests.nnlib.optim.optimizers import closure_of, leaf

MAKERS = [(BFGS, {}), (NonlinearCG, {}), (Newton, {}), (Newton, dict(damping=0.1))]


def rosenbrock(x):
    return ((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2).sum()


def quadratic(x, size=6):
    rng = np.random.default_rng(0)
    A, b = rng.standard_normal((size, size)), nnlib.tensor(rng.standard_normal(size))
    return 0.5 * (x * (nnlib.tensor(A @ A.T + 0.1 * np.eye(size)) @ x)).sum() - (b * x).sum()


def minimised(make, options, f, start):
    """Return the minimum found, and the numbers of iterations and of evaluations."""
    x = nnlib.tensor(np.array(start), requires_grad=True)
    limits = dict(max_iter=1000, max_eval=5000, tolerance_change=0.0)
    optimizer = make([x], **limits, **options)
    optimizer.step(closure_of(optimizer, [x], f))
    memory = optimizer.state[x]
    return x.detach().numpy(), memory["n_iter"], memory["func_evals"]


def test_conjugate_gradients_with_exact_lengths_need_an_iteration_for_each_parameter():
    for beta in ["polak_ribiere", "fletcher_reeves"]:
        with naming(beta):

            def f(
                x,
            ):  # the lengths are exact: cubic interpolation of a parabola gives its minimum
                return (x * x * nnlib.tensor([1.0, 7.0, 30.0], dtype=nnlib.float64)).sum()

            x = leaf(1.0, -2.0, 3.0)
            optimizer = NonlinearCG([x], beta=beta, max_iter=3, lr=1e-3)
            optimizer.c2 = 1e-12
            optimizer.step(closure_of(optimizer, [x], f))
            np.testing.assert_allclose(x.detach().numpy(), 0, atol=1e-9)
            assert optimizer.state[x]["n_iter"] == 3


def test_bfgs_learns_the_inverse_of_the_hessian():
    x = nnlib.tensor(np.full(6, 3.0), requires_grad=True)
    optimizer = BFGS([x], max_iter=200, tolerance_grad=1e-12, tolerance_change=0.0)
    optimizer.c2 = 1e-8  # with exact lengths H is exact after one iteration a parameter
    optimizer.step(closure_of(optimizer, [x], quadratic))
    H = nnlib.autograd.functional.hessian(quadratic, x.detach()).numpy()
    np.testing.assert_allclose(optimizer.state[x]["H"].numpy(), np.linalg.inv(H), rtol=1e-3)


def test_newton_goes_to_a_saddle_and_with_a_line_search_away_from_it():
    def f(x):
        return x[0] ** 2 - x[1] ** 2 + x[1] ** 4

    x, _, _ = minimised(Newton, {}, f, [1.0, 0.1])
    np.testing.assert_allclose(x, [0, 0], atol=1e-6)
    x, _, _ = minimised(Newton, dict(line_search_fn="strong_wolfe"), f, [1.0, 0.1])
    np.testing.assert_allclose(np.abs(x), [0, np.sqrt(0.5)], atol=1e-6)


def test_training_continues_from_a_saved_state():
    for make, options in MAKERS:
        with naming(make, options):
            limits = dict(max_iter=2, tolerance_change=0.0)
            start = np.array([-1.2, 1.0, 0.5])
            whole = nnlib.tensor(start, requires_grad=True)
            half = nnlib.tensor(start, requires_grad=True)
            first, rest = make([whole], **limits, **options), make([half], **limits, **options)
            for _ in range(6):
                first.step(closure_of(first, [whole], rosenbrock))
            for _ in range(3):
                rest.step(closure_of(rest, [half], rosenbrock))
            state = rest.state_dict()
            half = nnlib.tensor(half.detach(), requires_grad=True)
            rest = make([half])
            rest.load_state_dict(state)
            for _ in range(3):
                rest.step(closure_of(rest, [half], rosenbrock))
            assert half.tolist() == whole.tolist()


def test_mistakes_are_named():
    p = leaf(1.0)
    calls = [
        (lambda: BFGS([p], lr=-1), ValueError),
        (lambda: NonlinearCG([p], lr=-1), ValueError),
        (lambda: Newton([p], lr=-1), ValueError),
        (lambda: Newton([p], damping=-1), ValueError),
        (lambda: NonlinearCG([p], beta="hestenes"), ValueError),
        (lambda: BFGS([dict(params=[p]), dict(params=[leaf(1.0)])]), ValueError),
        (lambda: Newton([p]).step(None), TypeError),
        (lambda: BFGS([p], line_search_fn="armijo").step(lambda: p.sum()), RuntimeError),
        (lambda: Newton([p]).step(lambda: p.sum()), RuntimeError),
        (lambda: Newton([p]).step(lambda: (p * p * float("nan")).sum()), RuntimeError),
        (
            lambda: ClosureOptimizer(
                [p], lr=1, max_iter=1, max_eval=1, tolerance_grad=-1.0, line_search_fn=None
            ).step(lambda: p.sum()),
            NotImplementedError,
        ),
    ]
    assert_refused(calls)


@pytest.mark.parametrize(
    ("make", "options"),
    [
        *[(BFGS, {}), (NonlinearCG, {}), (NonlinearCG, dict(beta="fletcher_reeves"))],
        *[(Newton, {}), (Newton, dict(line_search_fn="strong_wolfe"))],
        (LBFGS, dict(line_search_fn="strong_wolfe")),
    ],
    ids=str,
)
def test_the_minimum_matches_scipy(make, options):
    from scipy.optimize import minimize

    for f, start in ((rosenbrock, [-1.2, 1.0]), (quadratic, [0.0] * 6)):
        x, iterations, _ = minimised(make, options, f, start)
        expected = minimize(lambda x, f=f: f(nnlib.tensor(x)).item(), start, tol=1e-9)
        np.testing.assert_allclose(x, expected.x, atol=1e-4)
        assert iterations < 100
