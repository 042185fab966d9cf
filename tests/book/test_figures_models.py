"""Figures of models and networks: what they compute is what nnlib and scikit-learn compute."""

import base64
import re
from itertools import product

import numpy as np
import pytest
from figure import number

import nnlib
from nnlib.datasets import penguins
from nnlib.nn import functional as F
from nnlib.probability import MultivariateGaussian

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def cls():
    """Return the classifiers of nnlib, which take seconds to load."""
    from nnlib import classifiers

    return classifiers


# activation functions
PIECES = [[1.0, 0.0], [-0.5, -1.5]]


def maxout(z):
    (w, b), (v, c) = PIECES
    return F.maxout(nnlib.stack([w * z + b, v * z + c], dim=1), 2).squeeze(1)


FUNCTIONS = {
    "sigmoid": F.sigmoid,
    "tanh": F.tanh,
    "ReLU": F.relu,
    "leaky ReLU": F.leaky_relu,
    "PReLU": lambda z: F.prelu(z, nnlib.tensor([0.25], dtype=z.dtype)),
    "ELU": F.elu,
    "softplus": F.softplus,
    "GELU": F.gelu,
    "SiLU": F.silu,
    "maxout": maxout,
}


@pytest.mark.slow
def test_values_and_derivatives_of_activation_functions_are_nnlibs(open_figure):
    start = {"start": "sigmoid", "at": 2.0, "pieces": PIECES, "choices": list(FUNCTIONS)}
    figure = open_figure("activation", start)
    cursor = figure.get_by_role("slider", name="z, in the plot of the function")
    for name, f in FUNCTIONS.items():
        figure.press(name)
        figure.settle()
        cursor.press("Home")
        for keys in (
            (),
            ["Shift+ArrowRight"] * 3,
            ["ArrowRight"] * 6,
            ["Shift+ArrowRight"] * 5,
        ):
            for key in keys:
                cursor.press(key)
            place, shown, derivative, weight, factor, left = figure.numbers()
            z = nnlib.tensor(np.array([place]), requires_grad=True)
            y = f(z)
            y.sum().backward()
            slope = z.grad.item()
            assert shown == pytest.approx(y.item(), abs=5.1e-5), (name, place)
            assert derivative == factor == pytest.approx(slope, abs=5.1e-5), (name, place)
            assert weight == 1
            assert left == pytest.approx(slope**10, rel=0.006, abs=1e-300)


# bias and variance
def sampled_sets(sets=12, most=60):
    """Return a function, and data sets sampled from it with noise of standard deviation 0.3."""
    rng, grid = np.random.default_rng(0), np.linspace(-1, 1, 41)
    x = rng.uniform(-1, 1, (sets, most)).round(3)
    y = (np.sin(3 * x) + x**2 + 0.3 * rng.standard_normal(x.shape)).round(3)
    draws = [{"x": a.tolist(), "y": b.tolist()} for a, b in zip(x, y, strict=True)]
    law = {"x": grid.tolist(), "f": (np.sin(3 * grid) + grid**2).tolist()}
    start = {"degree": 6, "samples": 20, "degrees": 9, "few": 12, "y": [-2, 3]}
    return {"law": law, "noise": 0.09, "draws": draws} | start


def test_bias_variance_and_noise_match_the_fits_of_nnlib(open_figure, cls):
    figure = open_figure("complexity", sampled_sets())
    data = figure.data
    x, f = np.array(data["law"]["x"])[:, None], np.array(data["law"]["f"])
    for degree, samples in [(6, 20), (0, 12), (1, 12), (3, 30), (9, 12), (9, 60)]:
        figure.slide("degree", degree)
        figure.slide("samples", samples)
        values, train = [], []
        for draw in data["draws"]:
            X, y = np.array(draw["x"])[:samples, None], np.array(draw["y"])[:samples]
            model = cls.PolynomialRegression(degree).fit(X, y)
            values.append(model.predict(x))
            train.append(((model.predict(X) - y) ** 2).mean())
        bias = ((np.mean(values, axis=0) - f) ** 2).mean()
        variance = np.var(values, axis=0).mean()
        expected = [bias, variance, 0.09, bias + variance + 0.09, np.mean(train)]
        np.testing.assert_allclose(figure.numbers(), expected, rtol=0.006)


def test_a_worse_ruler_multiplies_noise_and_variance(open_figure):
    truth = [1.0, 3.0, 4.0, 4.5]
    wrong = np.array(list(product([-1, 0, 1], repeat=4)))
    draws = [{"x": [0, 1, 2, 3], "y": (truth + e).tolist()} for e in wrong]
    at = {"x": [0, 1, 2, 3], "f": truth}
    start = {"degree": 1, "samples": 4, "degrees": 3, "few": 4, "y": [-1, 7], "top": 3}
    ruler = {"label": "ruler", "most": 4, "step": 0.5, "unit": "cm"}
    shown = {"law": at, "at": at, "range": [0, 3], "noise": 2 / 3, "draws": draws}
    figure = open_figure("complexity", shown | start | {"ruler": ruler})
    for scale in (1, 2, 0.5, 0):
        figure.slide("ruler", scale)
        noise = 2 / 3 * scale**2
        expected = [0.14375, noise / 2, noise, 0.14375 + 1.5 * noise, 0.14375 + noise / 2]
        np.testing.assert_allclose(figure.numbers(), expected, rtol=0.006, atol=1e-6)


# likelihood of a Gaussian
@pytest.mark.slow
def test_the_likelihood_of_a_gaussian_is_nnlibs(book_figure):
    figure, data = book_figure("likelihood"), penguins()[0]
    starts = {
        "Adelie": ([40.5, 17.0], [4.0, 1.0]),
        "Chinstrap": ([47.0, 19.5], [2.0, 1.5]),
        "Gentoo": ([50.5, 14.2], [3.0, 1.2]),
    }

    def compare(model, X, best):
        shown = {name: number(text) for name, text in figure.facts().items()}
        each, top = (m.log_likelihood(X) / len(X) for m in (model, best))
        assert shown["log-likelihood per bird"] == pytest.approx(each, abs=6e-4)
        assert shown["below the best, per bird"] == pytest.approx(top - each, abs=6e-4)
        det = np.log(np.linalg.det(model.covariance_matrix))
        assert shown["−½ ln det Σ"] == pytest.approx(-det / 2, abs=6e-4)
        far = np.mean(model.mahalanobis(X) ** 2)
        assert shown["−½ mean of r²"] == pytest.approx(-far / 2, abs=6e-4)

    for k, (name, (mean, sd)) in enumerate(starts.items()):
        figure.press(name)
        X = data.X[data.y == k][:, :2]
        best = MultivariateGaussian.fit(X)
        compare(MultivariateGaussian(mean, np.diag(np.square(sd))), X, best)
        figure.press("to the maximum")
        compare(best, X, best)
        figure.press("both sd × 2")
        compare(MultivariateGaussian(best.loc, 4 * best.covariance_matrix), X, best)


# margins
@pytest.mark.slow
def test_the_street_matches_scikit_learn(book_figure):
    from sklearn.svm import SVC  # which loads for seconds

    figure = book_figure("margin")
    points, moved = np.array(figure.data["points"]), figure.data["moved"]
    for exponent in (-1, 0, 1, 2):
        figure.slide(0, exponent)
        svc = SVC(kernel="linear", C=10.0**exponent, tol=1e-9).fit(points[:, :2], points[:, 2])
        lead = points[:, 2] * svc.decision_function(points[:, :2])
        width, wrong = 2 / np.linalg.norm(svc.coef_), (lead <= 0).sum()
        expected = [width, len(svc.support_), wrong, max(0, 1 - lead[moved])]
        assert figure.numbers() == pytest.approx(expected, abs=0.006)


# voting neighbours
NORMS = {"L1": 1, "L2": 2, "max": np.inf}
ACROSS, UP, QUERY = [-2.4, 2.4], [-2.2, 2.6], (0.25, 0.45)
SPECIES = ["Adelie", "Chinstrap", "Gentoo"]


def birds():
    """Return every fifth bird: bill depth and mass in standard deviations, as on the figure."""
    train = penguins()[0]
    Z = train.X[:, [1, 3]]
    return ((Z - Z.mean(axis=0)) / Z.std(axis=0))[::5].round(3), train.y[::5]


def neighbours(X, y, **start):
    shown = {"names": SPECIES, "points": np.array(X).tolist(), "labels": np.array(y).tolist()}
    rest = {"k": 1, "query": QUERY, "distance": 1, "xlabel": "x", "ylabel": "y"}
    return shown | {"x": ACROSS, "y": UP} | rest | start


def check_votes(cls, figure, X, y, k, distance, query=QUERY):
    """Assert that everything that the figure shows is what nnlib computes."""
    votes, far, wrong = figure.texts()
    regions = figure.evaluate("e => [e.regions.rows, e.regions.columns, [...e.regions.of]]")
    a = ACROSS[0] + (np.arange(regions[1]) + 0.5) * 0.05
    b = UP[1] - (np.arange(regions[0]) + 0.5) * 0.05
    centres = np.stack(np.meshgrid(a, b), axis=-1).reshape(-1, 2)
    p = NORMS[distance]
    model = cls.KNeighborsClassifier(min(k, len(X)), p=p).fit(X, y)
    assert (np.array(regions[2]) == model.predict(centres)).all()
    answer = SPECIES[model.predict([query])[0]]
    assert re.search(rf"\bVote of the .*: {answer}\b", figure.sentence())
    d = np.sort(np.linalg.norm(X - query, p, axis=1))
    assert far == f"{d[min(k, len(X)) - 1]:.2f}"
    near = y[model.kneighbors([query], return_distance=False)[0]]
    counts = dict(word.rsplit(" ", 1) for word in votes.split(", "))
    assert counts == {SPECIES[c]: str((near == c).sum()) for c in set(near)}
    others = model.kneighbors(n_neighbors=min(k, len(X) - 1), return_distance=False)
    results = [np.bincount(y[row], minlength=3).argmax() for row in others]
    assert wrong == f"{(results != y).sum()} of {len(X)}"


@pytest.mark.slow
@pytest.mark.parametrize("distance", NORMS)
def test_regions_votes_and_distances_are_nnlibs(open_figure, cls, distance):
    figure = open_figure("neighbours", neighbours(*birds()))
    figure.press(distance)
    for k in (1, 2, 5, 15):
        figure.slide(0, k)
        check_votes(cls, figure, *birds(), k, distance)


def test_points_are_kept_by_keys_and_taken_back(open_figure, cls):
    figure = open_figure("neighbours", neighbours(*birds()))
    X, y = birds()
    figure.get_by_role("radio", name="Gentoo").check()
    for key in ("Shift+ArrowLeft", "Shift+ArrowLeft", "ArrowUp", "Enter"):
        figure.locator(".nn-point").press(key)
    more = np.vstack([X, [-0.25, 0.5]]), np.append(y, 2)
    check_votes(cls, figure, *more, 1, "L2", query=(-0.25, 0.5))
    figure.press("undo")
    check_votes(cls, figure, X, y, 1, "L2", query=(-0.25, 0.5))
    figure.locator(".nn-point").press("Enter")
    figure.press("reset")
    check_votes(cls, figure, X, y, 1, "L2")


@pytest.mark.slow
def test_ties_go_to_the_smallest_label_and_are_reported(open_figure):
    start = neighbours([[-1.0, 0.0], [1.0, 0.0]], [2, 0], query=[-0.5, 0.5], k=2)
    figure = open_figure("neighbours", start)
    assert figure.sentence().startswith(
        "Vote of the 2 nearest points: Adelie, the first of the tied"
    )
    assert figure.evaluate("e => [...e.regions.of].every(c => c === 0)")


# softmax and its gradient
def softmax(z):
    """Return the probabilities of scores."""
    e = np.exp(z - np.max(z))
    return e / e.sum()


@pytest.mark.slow
def test_probabilities_and_loss_follow_scores_and_temperature(book_figure):
    figure, start = book_figure("softmax"), np.array([2.1, 3.5, -2.3])

    def check(z, T=1):
        figure.settle()
        handles = figure.locator("svg[role=group]").nth(1).locator(".nn-handle").all()[:3]
        p = [float(h.get_attribute("aria-valuenow")) for h in handles]
        np.testing.assert_allclose(p, softmax(z / T), rtol=1e-6, atol=1e-8)
        words = figure.locator("svg").first.locator("text", has_text="loss").text_content()
        loss = float(re.search(r"loss ([\d.]+)", words)[1])
        assert loss == pytest.approx(-np.log(softmax(z / T)[0]), abs=0.006)

    check(start)
    figure.get_by_role("slider", name="score of dress", exact=True).press("Shift+ArrowRight")
    check(np.add(start, [0, 0.5, 0]))
    figure.press("reset")
    figure.press("all scores × 2")
    check(2 * start)
    figure.press("reset")
    for place in (-0.5, 0.5):
        figure.slide("temperature T", place)
        check(start, 10**place)


@pytest.mark.slow
def test_a_temperature_changes_confidence_and_loss_as_nnlib_says(open_figure):
    rng, step = np.random.default_rng(0), 0.001
    sets, scores = [], []
    for name in ("validation images", "test images"):
        Z, t = rng.normal(0, 3, (60, 4)), rng.integers(0, 4, 60)
        below = np.round((Z.max(axis=1, keepdims=True) - Z) / step).astype("<u2")
        columns = {
            "truth": t.astype(np.uint8),
            "top": Z.argmax(axis=1).astype(np.uint8),
            "below": below,
        }
        packed = {k: base64.b64encode(v.tobytes()).decode() for k, v in columns.items()}
        sets.append({"name": name} | packed)
        scores.append((-step * below.astype(float), t))
    check = {"T": 1, "confidence": 0, "gap": 0, "loss": 0}
    data = {"sets": sets, "classes": 4, "step": step, "bins": 10, "check": check}
    figure = open_figure("calibration", data)
    for (Z, t), one in zip(scores, sets, strict=True):
        figure.press(one["name"])
        for place in (-0.3, 0, 0.4):
            figure.slide("temperature T", place)
            accuracy, confidence, _, loss = (text.rstrip("%") for text in figure.texts())
            p = F.softmax(nnlib.tensor(Z / 10**place), dim=1).numpy()
            assert float(accuracy) == pytest.approx(
                100 * (Z.argmax(axis=1) == t).mean(), abs=0.06
            )
            assert float(confidence) == pytest.approx(100 * p.max(axis=1).mean(), abs=0.06)
            assert float(loss) == pytest.approx(-np.log(p[range(60), t]).mean(), abs=6e-4)


@pytest.mark.slow
def test_a_pushed_score_moves_probabilities_and_slopes_as_nnlib_says(book_figure):
    figure, classes = book_figure("push"), ["trouser", "dress", "sneaker"]
    for pushed, value in ((0, -1.35), (1, 2.5), (2, 0)):
        figure.press("reset")
        z = np.log([1.0, 5.0, 2.0])
        z[pushed] = value
        figure.get_by_role("slider", name=f"z of {classes[pushed]}").fill(str(value))
        for truth, name in enumerate(classes):
            figure.get_by_role("radio", name=name).check()
            J = []
            for i in range(3):
                scores = nnlib.tensor(z).requires_grad_()
                F.softmax(scores, dim=0)[i].backward()
                J.append(scores.grad.numpy())
            scores = nnlib.tensor(z[None]).requires_grad_()
            loss = F.cross_entropy(scores, np.array([truth]))
            loss.backward()
            shown = [*figure.texts(), *figure.locator(".nn-counts td").all_inner_texts()]
            plot = figure.locator("svg[aria-label^='Slopes of the loss']")
            shown += [p.split()[-1] for p in plot.get_attribute("aria-label").split(", ")]
            right = [*F.softmax(z, dim=0), loss.item(), *np.ravel(J), *scores.grad.numpy()[0]]
            slopes = [number(text.strip("<>")) for text in shown]
            assert slopes == pytest.approx(right, abs=0.0011)


# a threshold
def test_counts_and_shares_at_a_threshold_match_scikit_learn(open_figure):
    from sklearn import metrics

    rng, truth = np.random.default_rng(0), (np.arange(200) % 5 == 0).astype(int)
    scores = (1 / (1 + np.exp(1.5 - 2 * truth - rng.standard_normal(200)))).round(2)
    data = {"scores": scores.tolist(), "truth": truth.tolist(), "threshold": 0.5}
    figure = open_figure("threshold", data | {"positive": "shirts", "negative": "others"})
    for threshold in (0, 0.1, 0.255, 0.37, 0.5, 0.8):
        figure.slide("threshold", threshold)
        predicted = (threshold <= scores).astype(int)
        (TN, FP), (FN, TP) = metrics.confusion_matrix(truth, predicted, labels=[0, 1])
        figure.settle()
        cells = figure.locator(".nn-counts tbody td").all_inner_texts()
        counts = [int(cell.split()[-1]) for cell in cells]
        assert counts == [TP, FN, TP + FN, FP, TN, FP + TN, TP + FP, FN + TN, 200]
        precision, recall, f1, _ = metrics.precision_recall_fscore_support(
            truth, predicted, average="binary", zero_division=0
        )
        specificity = metrics.recall_score(truth, predicted, pos_label=0)
        accuracy = metrics.accuracy_score(truth, predicted)
        shares = [precision, recall, specificity, f1, accuracy]
        *shown, area, average = figure.texts()
        assert [float(t.strip("%")) for t in shown] == pytest.approx(
            [100 * share for share in shares], abs=0.0501
        )
        assert float(area) == pytest.approx(metrics.roc_auc_score(truth, scores), abs=0.00051)
        right = metrics.average_precision_score(truth, scores)
        assert float(average) == pytest.approx(right, abs=0.00051)


# shapes of gradients


BAR = "\u0304"
# For each array: how the figure writes its rule, and the same rule computed from values v and
# gradients g of the arrays.
RULES = {
    "X": (f"Z{BAR}[1] W[1]", lambda v, g: g["Z[1]"] @ v["W[1]"]),
    "W[1]": (f"Z{BAR}[1]ᵀ X", lambda v, g: g["Z[1]"].T @ v["X"]),
    "b[1]": (f"sum of the rows of Z{BAR}[1]", lambda v, g: g["Z[1]"].sum(axis=0)),
    "Z[1]": (f"A{BAR}[1] ⊙ 1(Z[1] > 0)", lambda v, g: g["A[1]"] * (v["Z[1]"] > 0)),
    "A[1]": (f"Z{BAR}[2] W[2]", lambda v, g: g["Z[2]"] @ v["W[2]"]),
    "W[2]": (f"Z{BAR}[2]ᵀ A[1]", lambda v, g: g["Z[2]"].T @ v["A[1]"]),
    "b[2]": (f"sum of the rows of Z{BAR}[2]", lambda v, g: g["Z[2]"].sum(axis=0)),
    "Z[2]": (
        f"P ⊙ (P{BAR} − row sums of P{BAR} ⊙ P)",
        lambda v, g: v["P"] * (g["P"] - (g["P"] * v["P"]).sum(axis=1, keepdims=True)),
    ),
    "P": ("−Q / (N P)", lambda v, g: -v["Q"] / (len(v["P"]) * v["P"])),
    "L": ("1", lambda v, g: 1.0),
}


def arrays(N, D, H, C):
    """Return values and gradients of all arrays of a network, as nnlib finds them."""
    rng = np.random.default_rng(N + D + H + C)
    shapes = {"X": (N, D), "W[1]": (H, D), "b[1]": (H,), "W[2]": (C, H), "b[2]": (C,)}
    v = {k: nnlib.tensor(rng.normal(size=s) / s[-1] ** 0.5) for k, s in shapes.items()}
    for x in v.values():
        x.requires_grad_()
    v["Z[1]"] = F.linear(v["X"], v["W[1]"], v["b[1]"])
    v["A[1]"] = F.relu(v["Z[1]"])
    v["Z[2]"] = F.linear(v["A[1]"], v["W[2]"], v["b[2]"])
    v["P"] = F.softmax(v["Z[2]"], dim=1)
    Q = np.eye(C)[rng.integers(C, size=N)]
    v["L"] = -(nnlib.tensor(Q) * nnlib.log(v["P"])).sum() / N
    for x in v.values():
        x.retain_grad()
    v["L"].backward()
    values = {k: x.detach().numpy() for k, x in v.items()} | {"Q": Q}
    return values, {k: x.grad.numpy() for k, x in v.items()}


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(32, 784, 128, 10), (3, 5, 4, 2), (7, 2, 7, 3)])
def test_shapes_and_rules_of_gradients_are_nnlibs(book_figure, sizes):
    figure = book_figure("tracer")
    names = ("images N", "pixels D", "hidden units H", "classes C")
    for label, size in zip(names, sizes, strict=True):
        figure.get_by_label(label).fill(str(size))
    values, gradients = arrays(*sizes)
    for name, (written, rule) in RULES.items():
        figure.locator(f"g[role=button][aria-label^='{name}, shape']").click()
        right = gradients[name]
        np.testing.assert_allclose(rule(values, gradients), right, atol=1e-12, err_msg=name)
        expected = f"{name} has the shape {right.shape}, and so has its gradient, {written}"
        assert figure.sentence().startswith(expected)
        assert figure.texts()[:3] == [str(right.shape)] * 2 + [f"{right.size:,}"]
