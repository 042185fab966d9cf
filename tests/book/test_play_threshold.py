"""The figure of the threshold: its counts and shares against nnlib's, and every control."""

import numpy as np
import pytest
from browser import DESKTOP, PHONE

from nnlib.classifiers import (
    accuracy_score,
    confusion_matrix,
    precision_recall_fscore_support,
    recall_score,
    roc_auc_score,
)

pytestmark = [pytest.mark.browser, pytest.mark.deep(5)]

ELEMENT = "threshold"


def sampled(N=200, seed=0):
    """Return scores of two overlapping classes with ties, one in five positive."""
    rng = np.random.default_rng(seed)
    truth = (np.arange(N) % 5 == 0).astype(int)
    scores = 1 / (1 + np.exp(1.5 - 2 * truth - rng.standard_normal(N)))
    return scores.round(2), truth


SCORES, TRUTH = sampled()
START = {"threshold": 0.5, "positive": "shirts", "negative": "others"}


def data(scores=SCORES, truth=TRUTH, **start):
    shown = {"scores": list(map(float, scores)), "truth": list(map(int, truth))}
    return shown | START | start


def counts(figure):
    """Return the nine numbers of the table, row by row."""
    figure.settle()
    cells = figure.locator(".nn-counts tbody td").all_inner_texts()
    return [int(cell.split()[-1]) for cell in cells]


@pytest.mark.parametrize("threshold", [0, 0.1, 0.255, 0.37, 0.5, 0.8])
def test_counts_and_shares_are_those_of_nnlib(open_figure, threshold):
    figure = open_figure()
    figure.slide("threshold", threshold)
    predicted = (threshold <= SCORES).astype(int)
    (TN, FP), (FN, TP) = confusion_matrix(TRUTH, predicted, labels=[0, 1])
    assert counts(figure) == [TP, FN, TP + FN, FP, TN, FP + TN, TP + FP, FN + TN, len(TRUTH)]
    precision, recall, f1, _ = precision_recall_fscore_support(
        TRUTH, predicted, average="binary"
    )
    specificity = recall_score(TRUTH, predicted, pos_label=0)
    shares = [precision, recall, specificity, f1, accuracy_score(TRUTH, predicted)]
    *shown, area = figure.texts()
    for text, share in zip(shown, shares, strict=True):
        assert float(text.strip("%")) == pytest.approx(100 * share, abs=0.0501)
    assert float(area) == pytest.approx(roc_auc_score(TRUTH, SCORES), abs=0.00051)


def test_nobody_called_has_no_precision(open_figure):
    figure = open_figure()
    figure.press("call nobody")
    precision, recall, specificity, f1, accuracy, _ = figure.texts()
    assert (precision, recall, specificity, f1) == ("0 of 0", "0.0%", "100.0%", "0.0%")
    assert accuracy == "80.0%"
    assert (
        figure.sentence()
        == "Threshold 1.000: 0 of 40 shirts are found, and 0 of 160 others are called shirts."
    )


def test_the_buttons_find_what_they_name(open_figure):
    figure = open_figure()
    figure.press("largest F1")
    grid = np.arange(201) / 200
    f1 = [
        precision_recall_fscore_support(TRUTH, (t <= SCORES).astype(int), average="binary")[2]
        for t in grid
    ]
    assert float(figure.texts()[3].strip("%")) == pytest.approx(100 * max(f1), abs=0.0501)
    figure.press("recall of 90%")
    assert float(figure.texts()[1].strip("%")) >= 90
    reached = float(figure.get_by_label("threshold", exact=True).input_value())
    figure.slide("threshold", reached + 0.005)
    assert float(figure.texts()[1].strip("%")) < 90
    figure.press("0.5")
    assert figure.sentence().startswith("Threshold 0.500:")


def test_the_keyboard_moves_the_threshold_and_every_mark(open_figure):
    figure = open_figure()

    def marks():
        figure.settle()
        dots = figure.locator("svg.nn-plot path.nn-dots").all()
        return [dot.get_attribute("d") for dot in dots]

    before, told_before = marks(), figure.sentence()
    slider = figure.get_by_label("threshold", exact=True)
    for _ in range(20):
        slider.press("ArrowLeft")
    assert figure.sentence() != told_before
    assert slider.get_attribute("aria-valuetext") == "0.400"
    assert len(before) == 5
    assert all(a != b for a, b in zip(before, marks(), strict=True))


def test_a_perfect_order_has_area_one(open_figure):
    figure = open_figure(scores=[0.1, 0.2, 0.8, 0.9], truth=[0, 0, 1, 1])
    assert figure.texts() == ["100.0%", "100.0%", "100.0%", "100.0%", "100.0%", "1.000"]


def test_the_table_fits_its_window(open_figure):
    figure = open_figure()
    assert figure.locator("summary").count() == 0
    table = figure.locator(".nn-counts").bounding_box()
    assert table["x"] >= 0
    assert table["x"] + table["width"] <= DESKTOP[0]


def test_on_a_phone_the_roc_curve_and_the_table_wait_in_folds_that_they_fit(open_figure):
    figure = open_figure(size=PHONE)
    table = figure.locator(".nn-counts")
    assert figure.locator("svg.nn-plot:visible").count() == 1
    assert not table.is_visible()
    figure.unfold("ROC curve")
    figure.unfold("Confusion matrix and shares")
    assert figure.locator("svg.nn-plot:visible").count() == 2
    box = table.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE[0]


def test_the_foot_of_the_line_is_dragged_and_moved_by_keys(open_figure):
    figure = open_figure()
    slider = figure.get_by_label("threshold", exact=True)
    figure.pull(40, 0)
    figure.settle()
    dragged = float(slider.input_value())
    assert dragged > 0.55
    assert figure.sentence().startswith(f"Threshold {dragged:.3f}:")
    figure.locator(".nn-point").press("ArrowLeft")
    assert float(slider.input_value()) == pytest.approx(dragged - 0.005)
    figure.press("largest F1")
    figure.settle()
    shown = float(figure.locator(".nn-point").get_attribute("aria-valuenow"))
    assert shown == pytest.approx(float(slider.input_value()))
