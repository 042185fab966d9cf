"""Newton, BFGS and nonlinear conjugate gradients against SciPy, and their own laws."""

import numpy as np
import pytest
import scipy.optimize

import nnlib
from nnlib.optim import BFGS, LBFGS, Newton, NonlinearCG
from nnlib.optim.closure import ClosureOptimizer
from tests.nnlib.optim.test_sgd import leaf

# Ours, its options, and SciPy's method.
METHODS = [
    (BFGS, {}, "BFGS"),
    (NonlinearCG, {}, "CG"),
    (NonlinearCG, dict(beta="fletcher_reeves"), "CG"),
    (LBFGS, dict(line_search_fn="strong_wolfe"), "BFGS"),
    (Newton, {}, "Newton-CG"),
    (Newton, dict(line_search_fn="strong_wolfe"), "trust-exact"),
]
MAKERS = [(BFGS, {}), (NonlinearCG, {}), (Newton, {}), (Newton, dict(damping=0.1))]


def rosenbrock(x):
    return ((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2).sum()


def quadratic(x, size=6):
    rng = np.random.default_rng(0)
    A, b = rng.standard_normal((size, size)), nnlib.tensor(rng.standard_normal(size))
    return 0.5 * (x * (nnlib.tensor(A @ A.T + 0.1 * np.eye(size)) @ x)).sum() - (b * x).sum()


def closure_of(optimizer, p, f):
    """Return a closure in torch's style, which computes the loss and its derivatives."""

    def closure():
        optimizer.zero_grad()
        loss = f(*p)
        loss.backward(create_graph=isinstance(optimizer, Newton))
        return loss

    return closure


def minimised(make, options, f, start):
    """Return the minimum found, the number of iterations, and that of evaluations."""
    x = nnlib.tensor(np.array(start), requires_grad=True)
    limits = dict(max_iter=1000, max_eval=5000, tolerance_change=0.0)
    optimizer = make([x], **limits, **options)
    optimizer.step(closure_of(optimizer, [x], f))
    memory = optimizer.state[x]
    return x.detach().numpy(), memory["n_iter"], memory["func_evals"]


def by_scipy(method, f, start):
    def both(x):
        t = nnlib.tensor(x, requires_grad=True)
        loss = f(t)
        loss.backward()
        return loss.item(), t.grad.numpy()

    def hessian(x):
        return nnlib.autograd.functional.hessian(f, nnlib.tensor(x)).numpy()

    second = dict(hess=hessian) if method in ("Newton-CG", "trust-exact") else {}
    option = "xtol" if method == "Newton-CG" else "gtol"
    return scipy.optimize.minimize(
        both, np.array(start), jac=True, method=method, options={option: 1e-7}, **second
    )


PROBLEMS = [(rosenbrock, [-1.2, 1.0]), (rosenbrock, [-1.0] * 10), (quadratic, [0.0] * 6)]


@pytest.mark.deep(3)
@pytest.mark.parametrize(("f", "start"), PROBLEMS)
@pytest.mark.parametrize(("make", "options", "method"), METHODS)
def test_the_minimum_is_that_of_scipy_in_about_as_many_iterations(
    make, options, method, f, start
):
    counts = []
    for near in near_by(start, 7 if make is NonlinearCG and len(start) > 6 else 1):
        x, iterations, evaluations = minimised(make, options, f, near)
        expected = by_scipy(method, f, near)
        np.testing.assert_allclose(x, expected.x, atol=1e-5)
        counts.append((iterations, evaluations, expected.nit, expected.nfev))
    iterations, evaluations, nit, nfev = np.median(counts, axis=0)
    # Fletcher and Reeves need more than SciPy's Polak and Ribière.
    factor = 2.5 if "beta" in options else 1.6
    factor *= 1 if len(counts) == 1 else 2  # SciPy's own counts lie as far from their median
    assert iterations <= factor * nit
    assert evaluations <= factor * 2 * nfev


def near_by(start, n):
    """Return a start, and others that differ from it by some billionths.

    Conjugate gradients go through a long valley by another way after each rounding: from starts
    so near to each other SciPy needs 133 to 376 iterations. So the median is compared.
    """
    nudges = np.random.default_rng(0).normal(size=(n, len(start))) * 1e-9
    nudges[0] = 0
    return (start + nudges).tolist()


def test_newton_solves_a_quadratic_in_one_iteration():
    x, iterations, evaluations = minimised(Newton, {}, quadratic, [3.0] * 6)
    g = nnlib.tensor(x, requires_grad=True)
    quadratic(g).backward()
    np.testing.assert_allclose(g.grad.numpy(), 0, atol=1e-10)
    assert (iterations, evaluations) == (1, 3)


@pytest.mark.parametrize("beta", ["polak_ribiere", "fletcher_reeves"])
def test_conjugate_gradients_with_exact_lengths_need_an_iteration_for_each_parameter(beta):
    def f(x):  # the lengths are exact: cubic interpolation of a parabola gives its minimum
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


def test_bfgs_keeps_its_estimate_where_there_is_no_curvature():
    x = leaf(1.0, 2.0)
    optimizer = BFGS([x], lr=0.1, max_iter=2, max_eval=9, line_search_fn=None)
    optimizer.step(closure_of(optimizer, [x], lambda x: (2 * x).sum()))
    assert "H" not in optimizer.state[x]
    # The very first step is lr long in all, 0.1/4 · (2, 2); then comes 0.1 · (2, 2).
    np.testing.assert_allclose(x.detach().numpy(), [0.75, 1.75])


def test_newton_goes_to_a_saddle_and_with_a_line_search_away_from_it():
    def f(x):
        return x[0] ** 2 - x[1] ** 2 + x[1] ** 4

    x, _, _ = minimised(Newton, {}, f, [1.0, 0.1])
    np.testing.assert_allclose(x, [0, 0], atol=1e-6)
    x, _, _ = minimised(Newton, dict(line_search_fn="strong_wolfe"), f, [1.0, 0.1])
    np.testing.assert_allclose(np.abs(x), [0, np.sqrt(0.5)], atol=1e-6)


def test_damping_adds_to_the_hessian():
    x = leaf(2.0, -1.0)
    Newton([x], damping=3.0, max_iter=1, lr=0.5).step(lambda: (x * x).sum() / 2)
    np.testing.assert_allclose(x.detach().numpy(), [2 - 0.5 * 2 / 4, -1 + 0.5 / 4])


def test_newton_needs_no_backward_and_leaves_grad_alone():
    x = leaf(2.0)
    optimizer = Newton([x], max_iter=1)
    assert optimizer.step(lambda: (x * x).sum()).item() == 4.0
    assert (x.item(), x.grad) == (0.0, None)


def test_newton_sees_how_parameters_depend_on_each_other():
    a, b, unused = leaf(1.0, 2.0), leaf(3.0), leaf(5.0)
    optimizer = Newton([a, b, unused], max_iter=1, line_search_fn="strong_wolfe")
    optimizer.step(lambda: ((a - b) ** 2).sum() + (b * b).sum() + a.sum())
    # The gradient 2(a - b) + 1 = 0, -2 Σ(a - b) + 2b = 0 gives b = -1, a = -1.5.
    np.testing.assert_allclose(a.detach().numpy(), [-1.5, -1.5])
    assert (b.item(), unused.item()) == (pytest.approx(-1.0), 5.0)


def test_newton_handles_a_loss_that_is_linear_in_a_parameter():
    a, b = leaf(1.0), leaf(2.0)
    optimizer = Newton([a, b], max_iter=1, damping=1.0)
    optimizer.step(lambda: (a * a / 2).sum() + b.sum())
    assert (a.item(), b.item()) == (0.5, 1.0)
    flat = Newton([b], max_iter=1, line_search_fn="strong_wolfe")
    flat.step(lambda: b.sum())  # no curvature at all: downhill all the same
    assert b.item() < 1.0


@pytest.mark.parametrize(("make", "options"), MAKERS)
def test_without_a_line_search_lengths_are_given(make, options):
    x = leaf(3.0, -1.0)
    optimizer = make([x], lr=0.3, max_iter=200, max_eval=500, line_search_fn=None, **options)
    optimizer.step(closure_of(optimizer, [x], lambda x: (x * x).sum() / 2))
    np.testing.assert_allclose(x.detach().numpy(), 0, atol=1e-3)


def test_conjugate_gradients_start_again_where_the_direction_leads_uphill():
    x, seen = leaf(1.0), []
    optimizer = NonlinearCG([x], lr=3, max_iter=2, beta="fletcher_reeves", line_search_fn=None)

    def f(x):
        seen.append(x.item())
        return (x * x).sum()

    # The first step, 3 long, ends at -2. There g = -4, and with β = 4 the last direction, -2,
    # outdoes -g; the step along -g is lr long again.
    optimizer.step(closure_of(optimizer, [x], f))
    assert seen == [1.0, -2.0]
    assert (optimizer.state[x]["d"].tolist(), x.tolist()) == ([4.0], [10.0])


@pytest.mark.parametrize(("make", "options"), MAKERS)
def test_training_goes_on_from_a_saved_state(make, options):
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


@pytest.mark.parametrize(("make", "options"), MAKERS)
def test_float32_stays_float32(make, options):
    x = nnlib.tensor([-1.2, 1.0], requires_grad=True)
    optimizer = make([x], **options)
    optimizer.step(closure_of(optimizer, [x], rosenbrock))
    kinds = {v.dtype for v in optimizer.state[x].values() if isinstance(v, nnlib.Tensor)}
    assert kinds == {x.dtype} == {nnlib.float32}


@pytest.mark.parametrize(("make", "options"), MAKERS)
def test_the_loss_of_a_network_falls(make, options, rng):
    net = nnlib.nn.Sequential(nnlib.nn.Linear(4, 3), nnlib.nn.Tanh(), nnlib.nn.Linear(3, 1))
    X, t = (nnlib.tensor(rng.standard_normal((20, n)).astype("f4")) for n in (4, 1))
    options = dict(options, line_search_fn="strong_wolfe")
    optimizer = make(net.parameters(), max_iter=50, **options)

    def loss_of(*_):
        return nnlib.nn.functional.mse_loss(net(X), t)

    first = optimizer.step(closure_of(optimizer, [], loss_of))
    assert loss_of().item() < 0.7 * first.item()


ERRORS = [
    (lambda p: BFGS([p], lr=-1), ValueError, "BFGS: expected lr >= 0, got -1"),
    (lambda p: NonlinearCG([p], lr=-1), ValueError, "NonlinearCG: expected lr >= 0, got -1"),
    (lambda p: Newton([p], lr=-1), ValueError, "Newton: expected lr >= 0, got -1"),
    (lambda p: Newton([p], damping=-1), ValueError, "Newton: expected damping >= 0, got -1"),
    (
        lambda p: NonlinearCG([p], beta="hestenes"),
        ValueError,
        "NonlinearCG: expected beta in .*polak_ribiere.*, got 'hestenes'",
    ),
    (
        lambda p: BFGS([dict(params=[p]), dict(params=[leaf(1.0)])]),
        ValueError,
        "BFGS: expected one parameter group, got more",
    ),
    (lambda p: Newton([p]).step(None), TypeError, "Newton: expected a closure, got NoneType"),
    (
        lambda p: BFGS([p], line_search_fn="armijo").step(lambda: p.sum()),
        RuntimeError,
        "BFGS: expected line_search_fn 'strong_wolfe' or None, got 'armijo'",
    ),
    (
        lambda p: Newton([p]).step(lambda: p.sum()),
        RuntimeError,
        "Newton: the Hessian is singular; use damping > 0 or a line search",
    ),
    (
        lambda p: Newton([p]).step(lambda: (p * p * float("nan")).sum()),
        RuntimeError,
        "Newton: expected a finite Hessian",
    ),
    (
        lambda p: ClosureOptimizer(
            [p], lr=1, max_iter=1, max_eval=1, tolerance_grad=-1.0, line_search_fn=None
        ).step(lambda: p.sum()),
        NotImplementedError,
        r"ClosureOptimizer: define propose\(\)",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), ERRORS)
def test_mistakes_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call(leaf(1.0))


def test_a_closure_that_frees_the_graph_is_named():
    x = leaf(1.0)

    def closure():
        loss = (x * x).sum()
        loss.backward()
        return loss

    with pytest.raises(RuntimeError, match=r"Newton: the closure's backward\(\) freed"):
        Newton([x]).step(closure)


def test_other_errors_of_the_closure_pass_through():
    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match=r"one element|scalar"):
        Newton([x]).step(lambda: x * x)
