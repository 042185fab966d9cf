"""gaussian_classifier_fit: priors, means and the shared covariance, by maximum likelihood."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

gaussians = problem(
    "gaussian_classifier_fit",
    rtol=DIGITS,
    returns={"priors": "value", "means": "value", "covariance": "covariance"},
    points={
        "shape": (1, "three `float64` arrays of these shapes, in this order"),
        "value": (6, "the priors and the means, half each"),
        "covariance": (7, "the covariance"),
        "inputs-unchanged": (1, "your function doesn't change `X` or `y`"),
    },
    forbidden={"all": ELSEWHERE},
)


@gaussians.reference
def gaussian_classifier_fit(X, y):
    """Fit one Gaussian per class by maximum likelihood, with one covariance for all classes.

    priors[c] = N_c / N, where N_c is the number of samples in class c
    means[c] = (1 / N_c) * (sum of X[n] over all n with y[n] = c)
    covariance = (1 / N) * (sum over n of z_n z_n^T), where z_n = X[n] - means[y[n]]

    X : (N, D) array of float64
    y : (N,) array of integers from 0 to C - 1; each class has at least two samples
    Returns (priors, means, covariance): arrays of shape (C,), (C, D) and (D, D), float64.
    The function doesn't change X or y.
    """
    counts = np.bincount(y)
    means = np.array([X[y == c].mean(axis=0) for c in range(len(counts))])
    Z = X - means[y]
    return counts / len(X), means, Z.T @ Z / len(X)


gaussians.example(
    np.array([[0.0, 1.0], [5.0, 0.0], [2.0, 3.0], [4.0, 2.0], [7.0, 4.0]]),
    np.array([0, 1, 0, 0, 1]),
)


def some_labels(rng, C):
    """Return labels in random order; the classes have different sizes, at least 2."""
    sizes = rng.integers(2, 6, size=C)
    sizes[rng.integers(C)] = 7
    return rng.permutation(np.repeat(np.arange(C), sizes))


@gaussians.case("value", visible=2)
def clouds(rng, C, D):
    """Classes of different sizes around different means."""
    y = some_labels(rng, C)
    mixing = rng.normal(size=(D, D)) + np.eye(D)
    return rng.normal(size=(len(y), D)) @ mixing + 3 * rng.normal(size=(C, D))[y] + 2, y


@gaussians.alternative
def by_loops(X, y):
    N, D = X.shape
    C = max(y) + 1
    priors, means, covariance = np.zeros(C), np.zeros((C, D)), np.zeros((D, D))
    for x, c in zip(X, y, strict=True):
        priors[c] += 1
        means[c] += x
    for c in range(C):
        means[c] /= priors[c]
    for x, c in zip(X, y, strict=True):
        covariance += np.outer(x - means[c], x - means[c])
    return priors / N, means, covariance / N


@gaussians.alternative
def class_by_class(X, y):
    priors, means, covariance = [], [], 0
    for c in sorted(set(y.tolist())):
        own = X[y == c] * 1.0
        priors.append(len(own) / len(X))
        means.append(own.mean(axis=0))
        covariance = covariance + priors[-1] * np.cov(own.T, bias=True)
    return np.array(priors), np.array(means), np.atleast_2d(covariance)


SCATTER = "priors[-1] * np.cov(own.T, bias=True)"
gaussians.known["shape value"] = {
    "Your priors are the numbers of samples in each class. What should the priors add up to?": {
        "counts_for_shares": {"counts / len(X)": "counts"}
    }
}

FIRST = "y = np.unique(y, return_index=True)[1].argsort().argsort()[y]"
gaussians.known["value covariance"] = {
    "Your classes are in the order in which they first appear in `y`. Which class should row c "
    "of your results belong to?": {
        "in_order_of_appearance": FIRST,
        "in_order_of_appearance_for_the_means": {
            "    counts": f"    own = y; {FIRST}\n    counts",
            "means[y]": "means[own]",
        },
    }
}

gaussians.known["value"] = {
    "Your means are N_c / N times the correct ones, because you divide the sum over each class "
    "by N. How many samples does each of these sums contain?": {
        "means_divided_by_n_at_the_end": {", means, Z": ", means * counts[:, None] / len(X), Z"}
    },
    "Your priors are the counts divided by the number of classes. What should the priors add "
    "up to?": {"divided_by_the_classes": {"counts / len(X)": "counts / len(counts)"}},
    "Your priors are the same for all classes. Are the classes equally frequent in `y`?": {
        "equal_shares": {"counts / len(X)": "np.full(len(means), 1 / len(means))"}
    },
}

gaussians.known["shape value covariance"] = {
    "Your means are integers. Which type does the array have in which you store them?": {
        "means_as_integers": {"range(len(counts))])": "range(len(counts))]).astype(int)"}
    }
}

gaussians.known["value covariance"] = {
    "Your code cuts `X` into blocks as if the samples were sorted by class. Which samples "
    "belong to class c?": {
        "blocks_of_unsorted_samples": "y = np.sort(y)",
        "means_of_unsorted_blocks": {"[y == c]": "[np.sort(y) == c]"},
    },
    "Your means contain only one sample of each class. How often does `means[y] += X` apply an "
    "index that occurs several times?": {
        "index_applied_once": {"].mean(axis=0)": "][-1] / (y == c).sum()"}
    },
    "Your means are N_c / N times the correct ones, because you divide the sum over each class "
    "by N. How many samples does each of these sums contain?": {
        "means_divided_by_n": {"].mean(axis=0)": "].sum(axis=0) / len(X)"}
    },
    "Your means have the same value for all features of a class. Which axis should you average "
    "over?": {
        "one_mean_a_class": {"X[y == c].mean(axis=0)": "np.full(X.shape[1], X[y == c].mean())"}
    },
    "Your means are the sums over each class, without a division. What does the formula "
    "divide each of these sums by?": {"means_not_divided": {"].mean(axis=0)": "].sum(axis=0)"}},
}

gaussians.known(of=by_loops)["covariance"] = {
    "Your code adds the same vector of squared deviations to every row of the covariance. "
    "Which product of two vectors gives a matrix?": {
        "squares_in_every_row": {"np.outer(x - means[c], x - means[c])": "(x - means[c]) ** 2"}
    }
}

gaussians.known["covariance"] = {
    "Your covariance is a mean over all samples, minus an unweighted mean over the classes. "
    "Should a small class count as much as a large one?": {
        "unweighted_products_of_means": {
            "Z.T @ Z / len(X)": "X.T @ X / len(X) - means.T @ means / len(means)"
        }
    },
    "In your covariance, you divide by the number of samples in the last class. Which line of "
    "your loop changes your divisor?": {
        "size_of_the_last_class": {"Z / len(X)": "Z / counts[-1]"}
    },
    "Your covariance measures the spread around the mean of the class means. Which mean does "
    "the formula subtract from a sample of class c?": {
        "around_the_mean_of_the_means": {"means[y]": "means.mean(axis=0)"}
    },
    "Your covariance measures the spread around the mean of all samples. Which mean does the "
    "formula subtract from a sample of class "
    "c?": {"around_one_mean": {"means[y]": "X.mean(axis=0)"}},
    "Your covariance measures the spread around the mean of all samples, and it divides by N - "
    "1. Which mean and which divisor does the formula "
    "use?": {"cov_of_all": {"Z.T @ Z / len(X)": "np.cov(X, rowvar=False)"}},
    "Your covariance is computed without subtracting a mean. Which mean does the formula "
    "subtract from each sample?": {"around_the_origin": {"X - means[y]": "X"}},
    "Your covariance subtracts the mean of the last class from all samples. Which value does a "
    "loop's variable have after the "
    "loop?": {"around_the_last_mean": {"X - means[y]": "X - means[-1]"}},
    "Your covariance subtracts the means as if `y` were sorted. Which mean belongs to sample "
    "n?": {"means_repeated": {"means[y]": "np.repeat(means, counts, axis=0)"}},
    "Your covariance gives each class two weights: its prior, and its number of samples. How "
    "often does the formula count each sample?": {
        "weighted_twice": {"Z.T @ Z / len(X)": "(Z.T * (counts / len(X))[y]) @ Z / len(X)"}
    },
    "Your covariance divides the sum by N - 1. Which divisor maximises the likelihood?": {
        "divided_by_one_less": {"Z / len(X)": "Z / (len(X) - 1)"}
    },
    "In your covariance, you divide the sum by N - C. Which divisor maximises the "
    "likelihood?": {"divided_without_bias": {"Z / len(X)": "Z / (len(X) - len(means))"}},
    "Your covariance is a sum over the samples. What does the formula divide this sum by?": {
        "not_divided": {"Z / len(X)": "Z"}
    },
    "Your covariance is 0 off the diagonal. Should the entry for two different features be 0 "
    "if they tend to increase "
    "together?": {"diagonal_alone": {"Z.T @ Z / len(X)": "np.diag(np.diag(Z.T @ Z / len(X)))"}},
    "Your covariance has ones on the diagonal, like the result of `np.corrcoef`. What is the "
    "difference between a correlation and a "
    "covariance?": {"correlations": {"Z.T @ Z / len(X)": "np.corrcoef(Z, rowvar=False)"}},
    "Your covariance measures the spread of the class means. From which vector does the "
    "formula subtract the class "
    "mean?": {"between_the_classes": {"X - means[y]": "means[y] - X.mean(axis=0)"}},
}

gaussians.known["shape covariance"] = {
    "Your covariance has a row for each sample instead of each feature. Which factor of the "
    "product should you transpose?": {"samples_by_samples": {"Z.T @ Z": "Z @ Z.T"}},
    "Your covariance has a row for each sample instead of each feature. Are the variables of "
    "`np.cov` the rows or the columns of its "
    "argument?": {"samples_as_variables": {"Z.T @ Z / len(X)": "np.cov(Z, bias=True)"}},
}

gaussians.known(of=class_by_class)["covariance"] = {
    "Your covariance is the unweighted mean of the class covariances. Should a small class "
    "count as much as a large "
    "one?": {"classes_not_weighted": {SCATTER: "np.cov(own.T, bias=True) / (y.max() + 1)"}},
    "Your covariance is the unweighted mean of the class covariances, each divided by N_c - 1. "
    "Should a small class count as much as a large one, and which divisor does the formula "
    "use?": {"mean_of_np_cov": {SCATTER: "np.cov(own.T) / (y.max() + 1)"}},
    "Your code weights the class covariances correctly, but each of them is divided by N_c - "
    "1. Which divisor does `np.cov` use by default?": {"weighted_np_cov": {", bias=True": ""}},
    "Your code adds up the class covariances without weighting them. How much weight "
    "should each class get?": {"covariances_added": {"priors[-1] * ": ""}},
    "Your covariance comes only from the last class. What does each pass of your loop do with "
    "the result of the previous "
    "pass?": {
        "last_class_alone": {"covariance + priors[-1] * ": ""},
        "last_class_alone_weighted": {"covariance + ": ""},
    },
}

gaussians.known(of=class_by_class)["shape covariance"] = {
    "Your result has a separate covariance for each class. How many covariances does the "
    "problem require?": {
        "one_for_each_class": {
            "means, covariance = [], [], 0": "means, covariance = [], [], []",
            "covariance + priors[-1] * np.cov(own.T, bias=True)": (
                "[*covariance, np.cov(own.T, bias=True)]"
            ),
            "np.atleast_2d": "np.array",
        }
    }
}
