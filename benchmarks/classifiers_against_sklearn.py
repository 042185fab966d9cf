"""Compare nnlib's estimators with scikit-learn's: time and quality on the same data.

Both libraries take turns in fitting (and predicting) each entry of ``ENTRIES``, in one process.
The ratio for a pair of turns is nnlib's time divided by scikit-learn's time, so nnlib is faster
if it is below 1. We measure the processor time of one thread, because wall time also depends on
other jobs on the machine. The quality is the accuracy, or R² for regression, on test data. The
table also contains the standard error, so that you can judge a difference.

    python benchmarks/classifiers_against_sklearn.py [--rounds 5] [--only NAME …]
"""

import argparse
import gc
import os
import platform
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
parser.add_argument("--rounds", type=int, default=5, help="pairs of turns for each entry")
parser.add_argument("--only", nargs="*", help="entries whose title contains one of these")
options = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # read when NumPy is imported
sys.path.insert(0, str(Path(__file__).parents[1]))  # the library of this folder

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from sklearn import (  # noqa: E402
    datasets,
    discriminant_analysis,
    linear_model,
    neighbors,
    svm,
)
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import PolynomialFeatures  # noqa: E402

from nnlib import classifiers as ours  # noqa: E402
from nnlib.__main__ import processor  # noqa: E402
from nnlib.datasets import fashion_mnist  # noqa: E402

warnings.simplefilter("ignore", sklearn.exceptions.ConvergenceWarning)


class Data(NamedTuple):
    """Training and test data of one comparison."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def fashion(n: int = 5000) -> Data:
    """Return the packaged Fashion-MNIST, cut to the first n training images."""
    train, test = fashion_mnist()
    X, X_test = train.X[:n].astype(float), test.X.astype(float)
    return Data(X, train.y[:n], X_test, test.y)


def line(n: int, features: int) -> Data:
    """Return n samples of a noisy linear function of Gaussian features."""
    X, y = datasets.make_regression(2 * n, features, noise=50.0, random_state=0)
    return Data(X[:n], y[:n], X[n:], y[n:])


def cube(n: int, features: int) -> Data:
    """Return points in a cube, with wrong labels for about 10%."""
    rng = np.random.default_rng(0)
    X = rng.random((2 * n, features))
    y = (X[:, 0] + X[:, 1] > 1).astype(int) ^ (rng.random(2 * n) < 0.1)
    return Data(X[:n], y[:n], X[n:], y[n:])


class Entry(NamedTuple):
    """One row of the table: nnlib's estimator, the equivalent in scikit-learn, and the data.

    ``timed`` is the call to measure: "fit", or "predict" if fitting only stores the data.
    ``limit`` is the largest allowed ratio: 2 if scikit-learn's code is compiled, 1 if it uses
    NumPy.
    """

    title: str
    data: Callable[[], Data]
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    limit: float = 2.0
    timed: str = "fit"


def nearest(title: str, data: Callable[[], Data], **of: Any) -> Entry:
    """Return the entry for k-nearest-neighbour prediction with the given options."""
    return Entry(
        f"KNeighborsClassifier, {title}",
        data,
        lambda: ours.KNeighborsClassifier(**of),
        lambda: neighbors.KNeighborsClassifier(algorithm="brute", **of),
        timed="predict",
    )


# scikit-learn lacks Weston and Watkins' loss; the most similar is Crammer and Singer's loss.
# For the first loss, C is the best of 0.001, 0.003, 0.01 and 0.03 in 3-fold cross-validation
# on the training images; for the other two, it is 0.01.
HINGES = {
    "hinge": (0.03, {"loss": "hinge"}),
    "crammer_singer": (0.01, {"multi_class": "crammer_singer"}),
    "weston_watkins": (0.01, {"multi_class": "crammer_singer"}),
}
SOFTMAX = {"alpha": 3e-3, "learning_rate_init": 0.05, "max_iter": 30}  # chosen the same way
ENTRIES = [
    nearest("L2, 784 features", lambda: fashion(n=5000)),
    nearest("L1, 784 features", lambda: fashion(n=1000), p=1),
    nearest("L2, 8 features", lambda: cube(5000, 8)),
    nearest("L3, 8 features", lambda: cube(1000, 8), p=3),
    Entry(
        "LinearRegression, SVD, 5,000 x 200",
        lambda: line(5000, 200),
        lambda: ours.LinearRegression(),
        lambda: linear_model.LinearRegression(),
    ),
    Entry(
        "LinearRegression, normal equation, 5,000 x 200",
        lambda: line(5000, 200),
        lambda: ours.LinearRegression(solver="normal"),
        lambda: linear_model.LinearRegression(),
    ),
    Entry(
        "Ridge, 5,000 x 200",
        lambda: line(5000, 200),
        lambda: ours.Ridge(),
        lambda: linear_model.Ridge(solver="cholesky"),
    ),
    Entry(
        "PolynomialRegression, degree 3, 2,000 x 8",
        lambda: line(2000, 8),
        lambda: ours.PolynomialRegression(3),
        lambda: make_pipeline(
            PolynomialFeatures(3, include_bias=False), linear_model.LinearRegression()
        ),
    ),
    Entry(
        "LogisticRegression, Fashion",
        fashion,
        lambda: ours.LogisticRegression(0.1, tol=1e-3),
        lambda: linear_model.LogisticRegression(C=0.1, tol=1e-3),
    ),
    Entry(
        "GaussianClassifier, shared, Fashion",
        fashion,
        lambda: ours.GaussianClassifier(),
        lambda: discriminant_analysis.LinearDiscriminantAnalysis(solver="lsqr"),
        limit=1.0,
    ),
    Entry(
        "SoftmaxClassifier against LogisticRegression, Fashion",
        fashion,
        lambda: ours.SoftmaxClassifier(**SOFTMAX, random_state=0),
        lambda: linear_model.LogisticRegression(C=0.1, tol=1e-3),
    ),
    Entry(
        "Perceptron, Fashion",
        fashion,
        lambda: ours.Perceptron(max_iter=30, random_state=0),
        lambda: linear_model.Perceptron(random_state=0),
    ),
    *(
        Entry(
            f"LinearSVM, {loss}, Fashion",
            fashion,
            lambda C=C, loss=loss: ours.LinearSVM(C, loss=loss, random_state=0),
            lambda C=C, options=options: svm.LinearSVC(C=C, random_state=0, **options),
        )
        for loss, (C, options) in HINGES.items()
    ),
]


def turn(entry: Entry, make: Callable[[], Any], data: Data) -> tuple[float, np.ndarray]:
    """Return the processor time of one fit or prediction, and the predictions."""
    model = make()
    if entry.timed == "predict":
        model.fit(data.X, data.y)
    start = time.process_time()
    if entry.timed == "fit":
        model.fit(data.X, data.y)
        return time.process_time() - start, model.predict(data.X_test)
    predicted = model.predict(data.X_test)
    return time.process_time() - start, predicted


def quality(data: Data, predicted: np.ndarray) -> tuple[float, float]:
    """Return R² and 0 for regression, or the accuracy and its standard error."""
    if data.y.dtype.kind == "f":
        residual = np.sum((data.y_test - predicted) ** 2)
        return 1 - residual / np.sum((data.y_test - data.y_test.mean()) ** 2), 0.0
    right = float(np.mean(predicted == data.y_test))
    return right, float(np.sqrt(right * (1 - right) / len(data.y_test)))


def compare(entry: Entry) -> str:
    """Measure an entry in alternating turns of both libraries, and return its table row."""
    data = entry.data()
    gc.disable()
    pairs = []
    for k in range(options.rounds + 1):  # alternate which library goes first
        order = (("ours", entry.ours), ("theirs", entry.theirs))[:: 1 if k % 2 else -1]
        pairs.append({name: turn(entry, make, data) for name, make in order})
    gc.enable()
    times = np.array([[p["ours"][0], p["theirs"][0]] for p in pairs[1:]])  # the first warms up
    low, middle, high = np.quantile(times[:, 0] / times[:, 1], [0.25, 0.5, 0.75])
    mine, theirs = np.median(times, axis=0) * 1e3
    (a, _), (b, error) = (quality(data, pairs[-1][name][1]) for name in ("ours", "theirs"))
    return (
        f"| {entry.title} ({entry.timed}) | {mine:.1f} | {theirs:.1f} | {middle:.2f} "
        f"| {low:.2f} to {high:.2f} | {entry.limit:g} | {a:.4f} | {b:.4f} | {error:.4f} |"
    )


def main() -> None:
    """Print the table with one row for each selected entry."""
    print(
        f"{processor()}, {os.cpu_count()} cores; one thread, processor time; "
        f"Python {platform.python_version()}, NumPy {np.__version__}, "
        f"scikit-learn {sklearn.__version__}; {options.rounds} rounds\n"
    )
    print("| estimator | nnlib, ms | sklearn, ms | ratio | quartiles | limit ", end="")
    print("| nnlib, quality | sklearn | standard error |\n|---" + "|--:" * 8 + "|")
    for entry in ENTRIES:
        if not options.only or any(part in entry.title for part in options.only):
            print(compare(entry), flush=True)


if __name__ == "__main__":
    main()
