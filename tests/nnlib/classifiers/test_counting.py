from fractions import Fraction

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from nnlib.classifiers import precision_recall_f1


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_precision_recall_and_f1_are_the_exact_fractions_of_scikit_learns(pairs):
    y, y_hat = np.array(pairs).T.astype(int)
    if not (y.any() or y_hat.any()):
        return  # no positive label
    expected = sklearn.metrics.precision_recall_fscore_support(
        y, y_hat, average="binary", zero_division=0
    )
    np.testing.assert_allclose(np.array(precision_recall_f1(y, y_hat), float), expected[:3])


def test_precision_recall_and_f1_of_ten_by_hand():
    y_true = [1, 1, 0, 0, 1, 0, 0, 0, 1, 1]
    y_pred = [1, 0, 0, 0, 1, 0, 1, 0, 1, 0]
    found = precision_recall_f1(y_true, y_pred)
    assert found == (Fraction(3, 4), Fraction(3, 5), Fraction(2, 3))


def test_labels_of_three_classes_are_refused():
    with pytest.raises(ValueError, match="classes"):
        precision_recall_f1([0, 1, 2], [0, 1, 2])
