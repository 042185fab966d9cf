"""Mistakes that students make in code of another style than the reference are named."""

import pytest
from nngrader.engine.declaration.edit import edited

from tests.exercises.declared_problems import OTHER_DRAWS, PROBLEMS, SEED, judged, lost, packed

slow = pytest.mark.slow

MEAN = "np.mean(X, axis=0, keepdims=True)"

# problem, alternative or "" for the reference, replacements or statements, name, fraction kept
FAULTS = [
    ("pca", "by_products_of_samples", [(MEAN, "0.0")], "not centred", 0.5),
    ("pca", "by_products_of_samples", [(MEAN, "np.mean(X)")], "one mean for all", 0.5),
    (
        "pca",
        "by_covariance",
        [("np.argsort(values)[::-1][:k]", "np.arange(k)")],
        "least variance",
        0.5,
    ),
    (
        "pca",
        "by_covariance",
        "X = (X - X.mean(axis=0)) / X.std(axis=0)",
        "each feature scaled by n",
        0.5,
    ),
    (
        "pca",
        "by_products_of_samples",
        [(f"X - {MEAN}", f"(X - {MEAN}) / X.std(axis=0)")],
        "each feature scaled by n",
        0.5,
    ),
    (
        "pca",
        "",
        [("np.linalg.svd(Z", "np.linalg.svd(Z / Z.std(axis=0, ddof=1)")],
        "correlation matrix",
        0.5,
    ),
    ("pca", "", [("svd(Z", "svd(X")], "covariance not centred", 0.5),
    (
        "pca",
        "",
        [("Vt[:k]", "Vt[1 : k + 1]"), ("s[:k]", "s[1 : k + 1]")],
        "variances one too far as well",
        0.5,
    ),
    (
        "ridge_fit",
        "with_a_column_of_ones",
        [
            ("alpha * np.eye(A.shape[1])", "alpha**0.5 * np.diag([0] + [1] * X.shape[1])"),
            ("    penalty[-1, -1] = 0\n", ""),
            ("A.T @ A + penalty", "A.T @ A + penalty @ penalty"),
        ],
        "first weight free",
        0.4,
    ),
    (
        "gaussian_classifier_fit",
        "by_loops",
        [("means[c] /= priors[c]", "pass")],
        "means not divided",
        0.5,
    ),
    (
        "softmax_cross_entropy",
        "by_loops",
        [(" + row.max()", "")],
        "sum alone shifted",
        0.7,
    ),
    (
        "softmax_cross_entropy",
        "in_place_on_a_copy",
        [("p /= total", "p /= total * len(p)"), ("    p /= len(p)\n", "")],
        "one not averaged",
        0.7,
    ),
]


def faulty(name, of, change):
    """Return the reference or an alternative with some replacements, or statements first."""
    p = PROBLEMS[name]
    f = p.alternatives[of] if of else p.solve
    how = {"given": change} if isinstance(change, str) else {"edit": change}
    return edited(f, f"{name} {of}", **how)


@pytest.mark.parametrize(
    ("seed", "visible"),
    [(SEED, False), *(pytest.param(*draw, marks=slow) for draw in OTHER_DRAWS)],
)
@pytest.mark.parametrize(("name", "of", "change", "mistake", "kept"), FAULTS)
def test_a_fault_is_named_and_charged_once(name, of, change, mistake, kept, seed, visible):
    verdict = judged(packed(name, seed, visible), faulty(name, of, change))
    p, known = PROBLEMS[name], PROBLEMS[name].mistakes[mistake]
    assert {finding.mistake for finding in verdict.findings} == {mistake}
    assert lost(verdict) <= known.loses
    assert len(lost(verdict)) == 1 or p.measure
    assert verdict.score >= 100 * kept
