"""Likelihoods, estimates, posteriors and Bayes tables, with exact numbers."""

from fractions import Fraction as F

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from nnlib.probability import (
    BayesTable,
    Bernoulli,
    Beta,
    Binomial,
    Categorical,
    Dirichlet,
    Gaussian,
    JointTable,
    Laplace,
    MultivariateGaussian,
    bayes,
    diagnostic_test,
)

COIN = [1, 0, 1, 1, 0, 0, 1, 0]  # HTHHTTHT


def test_coin_of_the_notes_has_the_likelihoods_by_hand():
    exact = {0.5: F(1, 256), 0.75: F(81, 65536), 1.0: F(0)}
    found = {p: Bernoulli(p).likelihood(COIN) for p in exact}
    for p, value in exact.items():
        assert found[p] == pytest.approx(float(value), rel=1e-14)
    assert max(found, key=found.get) == 0.5
    assert round(found[0.75], 5) == 0.00124


def test_likelihood_of_no_data_is_one():
    assert Gaussian(0, 1).likelihood([]) == 1


def test_log_likelihood_is_the_sum_of_logarithms_where_the_product_underflows(rng):
    x = rng.standard_normal(5000)
    assert Gaussian(0, 1).likelihood(x) == 0
    expected = stats.norm.logpdf(x).sum()
    assert Gaussian(0, 1).log_likelihood(x) == pytest.approx(expected, rel=1e-12)


def test_estimates_by_hand():
    assert Bernoulli.fit(COIN) == Bernoulli(0.5)
    assert Binomial.fit([3, 1, 2], total_count=4) == Binomial(4, 0.5)
    assert Categorical.fit([0, 2, 2, 1], num_classes=4) == Categorical([0.25, 0.25, 0.5, 0])
    assert Laplace.fit([0, 1, 5]) == Laplace(1, 5 / 3)
    assert Gaussian.fit([1, 2, 4, 9]).mean == 4
    np.testing.assert_allclose(Gaussian.fit([1, 2, 4, 9]).variance, 19 / 2)
    np.testing.assert_allclose(Gaussian.fit([1, 2, 4, 9], unbiased=True).variance, 38 / 3)


@pytest.mark.parametrize(
    ("family", "start"),
    [(Gaussian, (0.0, 0.0)), (Laplace, (0.5, 0.0))],
)
def test_estimate_maximises_the_likelihood(family, start, rng):
    x = rng.normal(2, 3, 41)
    found = optimize.minimize(
        lambda t: -family(t[0], np.exp(t[1])).log_likelihood(x),
        start,
        method="Nelder-Mead",
        options=dict(xatol=1e-8, fatol=1e-10),
    )
    ours = family.fit(x)
    np.testing.assert_allclose([ours.loc, np.log(ours.scale)], found.x, atol=1e-5)
    assert ours.log_likelihood(x) >= -found.fun - 1e-9


def test_covariance_estimate_divides_by_the_number_of_examples(rng):
    """Erratum ee147-err-008: the maximum of the likelihood is the biased matrix."""
    X = rng.standard_normal((20, 3)) @ rng.standard_normal((3, 3))
    ours = MultivariateGaussian.fit(X)
    np.testing.assert_allclose(ours.covariance_matrix, np.cov(X.T, bias=True))
    unbiased = MultivariateGaussian.fit(X, unbiased=True)
    np.testing.assert_allclose(unbiased.covariance_matrix, np.cov(X.T))
    assert ours.log_likelihood(X) > unbiased.log_likelihood(X)


def test_steps_of_the_coin_are_exact():
    steps = Bernoulli.fit(COIN, steps=True)
    assert steps.result == Bernoulli.fit(COIN)
    assert "4/8 = 1/2" in str(steps[3])
    assert "1/256" in str(steps[4])
    assert steps[0].latex == "L(p) = p^{4} (1-p)^{4}"


@pytest.mark.parametrize(("tosses", "direction"), [([0, 0], "falls"), ([1, 1, 1], "grows")])
def test_steps_of_tosses_that_all_agree_end_at_the_edge(tosses, direction):
    steps = Bernoulli.fit(tosses, steps=True)
    assert f"It {direction} all the way, so p = {tosses[0]}." in str(steps)
    assert steps.result.probs == tosses[0]


def test_steps_of_the_gaussian_keep_signs_and_whole_roots():
    steps = Gaussian.fit([-1, 3], steps=True)
    assert steps[1].latex == r"\hat\mu = \frac{\left(-1\right) + 3}{2} = 1"
    assert steps[4].latex == r"\hat\sigma = 2"


def test_steps_of_the_gaussian_are_exact():
    steps = Gaussian.fit([1, 2, 4, 9], steps=True)
    assert steps.result == Gaussian.fit([1, 2, 4, 9])
    assert "16 / 4 = 4" in str(steps[1])
    assert "9 + 4 + 0 + 25 = 38" in steps[2].latex
    assert "Divide by 4" in str(steps[3])
    assert "19/2" in str(steps[3])
    assert "√38/2" in str(steps[4])
    assert "38/3" in str(Gaussian.fit([1, 2, 4, 9], unbiased=True, steps=True)[3])


def normalised(prior, likelihood, points):
    """Return a posterior density computed numerically from prior times likelihood."""
    weights = np.array([prior(t) * likelihood(t) for t in points])
    return weights / integrate.simpson(weights, x=points)


def test_posterior_of_the_coin_is_prior_times_likelihood():
    t = np.linspace(0.001, 0.999, 2001)
    prior = Beta(2, 3)
    expected = normalised(prior.pdf, lambda p: Bernoulli(p).likelihood(COIN), t)
    np.testing.assert_allclose(prior.posterior(COIN).pdf(t), expected, rtol=1e-6, atol=1e-6)
    assert prior.posterior(COIN) == Beta(6, 7)
    assert prior.posterior([3, 1], total_count=4) == Beta(6, 7)


def test_posterior_may_be_found_toss_by_toss():
    belief = Beta(1, 1)
    for toss in COIN:
        belief = belief.posterior(toss)
    assert belief == Beta(1, 1).posterior(COIN) == Beta(5, 5)
    assert belief.mode == Bernoulli.fit(COIN).probs  # MAP under a uniform prior


def test_steps_of_the_coin_s_posterior_are_exact():
    steps = Beta(2, 3).posterior(COIN, steps=True)
    assert steps.result == Beta(6, 7)
    assert steps[0].latex == r"p(\theta) \propto \theta \, (1-\theta)^{2}"
    assert str(steps[2]).endswith("the posterior is Beta(6, 7).")
    assert str(steps[3]) == "Its mean is 6/13; the mode, the MAP estimate, is 5/11."
    assert steps.result.mode == pytest.approx(5 / 11)
    flat = Beta(1, 1).posterior([0], steps=True)
    assert flat[0].latex == r"p(\theta) \propto 1"
    assert str(flat[3]) == "Its mean is 1/3."


def test_steps_of_a_mean_s_posterior_are_exact():
    steps = Gaussian(-1, 2).posterior([2, 4], scale=1, steps=True)
    assert steps.result == Gaussian(-1, 2).posterior([2, 4], scale=1)
    assert str(steps[2]) == "Precisions add to 9/4: the variance is 4/9."
    assert str(steps[3]) == (
        "Weighted by them, −1 and 3 have the mean 23/9; the standard deviation is 2/3."
    )
    assert r"\frac{1}{4} \cdot \left(-1\right) + 2 \cdot 3" in steps[3].latex
    np.testing.assert_allclose([steps.result.mean, steps.result.variance], [23 / 9, 4 / 9])


def test_posterior_of_a_mean_is_prior_times_likelihood():
    t = np.linspace(-6, 10, 4001)
    prior, x = Gaussian(1, 2), [2.5, 3.5, 1.0]
    expected = normalised(prior.pdf, lambda m: Gaussian(m, 1.5).likelihood(x), t)
    np.testing.assert_allclose(prior.posterior(x, scale=1.5).pdf(t), expected, atol=1e-9)


def test_posterior_of_a_mean_by_hand():
    belief = Gaussian(0, 1).posterior([2, 4], scale=1)  # precision 1 + 2, sum 6
    assert belief.mean == belief.mode == pytest.approx(2, rel=1e-14)
    assert belief.variance == pytest.approx(1 / 3, rel=1e-14)


def test_posterior_of_a_vector_s_mean_is_that_of_numbers_where_nothing_correlates():
    X = np.array([[1.0, 5], [2, 3], [4, 4]])
    prior = MultivariateGaussian([0, 1], np.diag([4.0, 9]))
    found = prior.posterior(X, covariance_matrix=np.diag([1.0, 2.25]))
    one = Gaussian(0, 2).posterior(X[:, 0], scale=1)
    two = Gaussian(1, 3).posterior(X[:, 1], scale=1.5)
    np.testing.assert_allclose(found.mean, [one.mean, two.mean])
    np.testing.assert_allclose(found.covariance_matrix, np.diag([one.variance, two.variance]))


def test_posterior_of_a_vector_s_mean_may_be_found_example_by_example(rng):
    X, noise = rng.standard_normal((4, 2)), np.array([[1, 0.5], [0.5, 2]])
    prior = MultivariateGaussian([0, 1], [[2, -0.3], [-0.3, 1]])
    belief = prior
    for x in X:
        belief = belief.posterior(x[None], covariance_matrix=noise)
    once = prior.posterior(X, covariance_matrix=noise)
    np.testing.assert_allclose(belief.mean, once.mean)
    np.testing.assert_allclose(belief.covariance_matrix, once.covariance_matrix)


def test_posterior_of_classes_counts_them():
    assert Dirichlet([1, 1, 2]).posterior([0, 2, 2, 2]) == Dirichlet([2, 1, 5])
    np.testing.assert_allclose(Dirichlet([2, 1.5, 5]).mode, np.array([1, 0.5, 4]) / 5.5)


def test_laplace_prior_makes_the_map_estimate_the_l1_penalty():
    w, b = np.linspace(-1, 2, 7), 0.5
    np.testing.assert_allclose(
        -Laplace(0, b).log_prob(w) + Laplace(0, b).log_prob(0), np.abs(w) / b
    )


def test_bayes_by_hand():
    table = bayes([F(1, 2), F(1, 2)], [F(1, 256), F(81, 65536)], exact=True)
    assert table.evidence == F(337, 131072)
    assert list(table.posterior) == [F(256, 337), F(81, 337)]
    assert table.posterior.sum() == 1
    assert table.map_estimate == "h1"
    assert table["h2"] == F(81, 337)


def test_posterior_of_two_coins_exceeds_three_quarters():
    """Erratum ee147-err-130: the sum of the evidence runs over the parameters."""
    table = bayes([0.5, 0.5], [Bernoulli(p).likelihood(COIN) for p in (0.5, 0.75)])
    assert table.posterior.dtype == np.float64
    np.testing.assert_allclose(table.posterior, [256 / 337, 81 / 337])


@pytest.mark.parametrize(("positive", "ill"), [(True, F(10, 109)), (False, F(10, 9019))])
def test_diagnostic_test_by_hand(positive, ill):
    """1 % are ill, 90 % of them test positive, 9 % of the others do."""
    table = diagnostic_test(0.01, 0.9, 0.91, positive=positive, exact=True)
    assert table["ill"] == ill
    assert table["ill"] + table["well"] == 1
    plain = diagnostic_test(0.01, 0.9, 0.91, positive=positive)
    assert plain["ill"] == pytest.approx(float(ill), rel=1e-14)


def test_second_test_starts_where_the_first_ended():
    table = diagnostic_test(0.01, 0.9, 0.91, exact=True)
    again = table.update([0.9, 0.09])
    assert again["ill"] == F(100, 199)
    assert again["ill"] == bayes([0.01, 0.99], [0.81, 0.0081], exact=True)["h1"]


def test_steps_of_a_table_are_exact_and_end_in_the_table():
    steps = diagnostic_test(0.01, 0.9, 0.91, steps=True)
    assert isinstance(steps.result, BayesTable)
    assert len(steps) == 5
    assert "1/100 · 9/10 = 9/1000" in str(steps[0])
    assert "9/1000 + 891/10000 = 981/10000" in str(steps[2])
    assert "10/109" in str(steps[3])
    assert r"\text{ill}" in steps.latex


def test_names_of_hypotheses_are_escaped():
    table = bayes([0.5, 0.5], [1, 0.5], hypotheses=["50 % & <b>", "x_1"])
    assert "50 % &amp; &lt;b&gt;" in table._repr_html_()
    steps = bayes([0.5, 0.5], [1, 0.5], hypotheses=["50 % & <b>", "x_1"], steps=True)
    assert r"\text{50 \% \& <b>}" in steps.latex


def test_class_is_that_of_the_larger_posterior_not_density():
    """Erratum ee147-err-009: densities alone decide only under equal priors."""
    densities = [Gaussian(m, 1).pdf(0.6) for m in (0, 1)]
    assert bayes([0.5, 0.5], densities).map_estimate == "h2"
    table = bayes([0.9, 0.1], densities)
    assert table.map_estimate == "h1"
    # log of the odds: log 9 plus (0.6 - 1)²/2 - 0.6²/2
    odds = np.log(table["h1"] / table["h2"])
    assert odds == pytest.approx(np.log(9) + 0.08 - 0.18)


def test_three_gaussian_classes_of_the_notes_are_told_apart_by_density(rng):
    """ee147-036 to 040: equal priors; each class by its own mean and covariance."""
    means = np.array([[0.0, 0], [6, 0], [0, 6]])
    drawn = [MultivariateGaussian(m, np.eye(2)).sample(200, rng=rng) for m in means]
    classes = [MultivariateGaussian.fit(X) for X in drawn]
    for k, X in enumerate(drawn):
        densities = [c.pdf(X[0]) for c in classes]
        assert bayes([1 / 3] * 3, densities).map_estimate == f"h{k + 1}"


def test_inputs_stay_as_they_are():
    x, p = np.array([1.0, 2, 4]), np.array([[0.1, 0.2], [0.3, 0.4]])
    before = x.copy(), p.copy()
    Gaussian.fit(x, steps=True)
    Laplace.fit(x)
    Gaussian(0, 1).posterior(x, scale=2)
    JointTable(p, {"x": [0, 1], "y": [0, 1]}, exact=True).bayes("x", given={"y": 1})
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(p, before[1])


def test_sentences_of_posteriors_bracket_their_fractions_and_count_in_english():
    steps = Beta(0.5, 1).posterior([3], total_count=4, steps=True)
    assert str(steps[1]) == (
        "What was seen, 3 ones and 1 zero, has the likelihood θ for each one times 1 − θ for "
        "each zero."
    )
    assert str(steps[-1]).startswith("Its mean is (7/2) / (11/2) = 7/11;")
    steps = Gaussian(-1, 2).posterior([2, 4], scale=1.5, steps=True)
    assert str(steps[0]) == "The prior's precision is 1/4."
    assert "has the precision 2 / (9/4) = 8/9." in str(steps[1])
    steps = Gaussian.fit([1, -3, 5, 0.5], steps=True)
    assert "at the mean: (7/2) / 4 = 7/8." in str(steps[1])


def test_words_with_signs_of_latex_stand_in_formulas_without_breaking_them():
    steps = bayes([0.5, 0.5], [0.2, 0.4], hypotheses=["a^2 ~ b", r"50% & \c_d {$}"], steps=True)
    assert steps[0].latex.startswith(r"p(D, \text{a" + "ˆ2 ˜ b})")
    assert steps[1].latex.startswith(r"p(D, \text{50\% \& ∖c\_d \{\$\}})")
