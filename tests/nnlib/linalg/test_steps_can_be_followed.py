"""A reader with a pencil does what each sentence says and comes to the formula beside it."""

import re
from fractions import Fraction as F

import numpy as np
import pytest

from nnlib import linalg
from nnlib.linalg.exact import exact
from tests.nnlib.harness import naming

RNG = np.random.default_rng(11)


def numbers(rows, columns, rank=None):
    """Return a random matrix of small fractions, many of them 0, with at most a given rank."""
    A = RNG.integers(-3, 4, (rows, columns)) * RNG.integers(0, 2, (rows, columns))
    A = exact(A) / exact(RNG.integers(1, 4, (rows, 1)))
    if rank is not None:
        A[rank:] = exact(RNG.integers(-2, 3, (rows - rank, rank))) @ A[:rank]
    return A


CASES = [numbers(m, n) for m in (1, 2, 3, 4) for n in (1, 2, 3, 4)]
CASES += [numbers(n, n, rank=r) for n, r in ((2, 1), (3, 1), (3, 2), (4, 2))]
CASES += [exact(A) for A in ([[0, 2], [3, -1]], [[0, 0, 3], [0, 2, -4]], np.zeros((2, 2), int))]
FRACTION = re.compile(r"(-?)\\frac\{(\d+)\}\{(\d+)\}")


def read(formula):
    """Return the matrix that a formula shows."""
    body = re.search(r"\\begin\{array\}\{[r|c]*\}(.*)\\end\{array\}", formula).group(1)
    body = body.replace(r"\textstyle ", "").replace("[4pt]", "").replace(r"\boxed", "")
    body = FRACTION.sub(r"\1\2/\3", body).replace("{", "").replace("}", "")
    return exact([[F(entry.strip()) for entry in row.split("&")] for row in body.split(r"\\")])


def done(sentence, A):
    """Return the matrix that results from doing what a step's sentence says to A."""
    A = A.copy()
    if match := re.match(r"Swap rows (\d) and (\d)", sentence):
        i, k = (int(word) - 1 for word in match.groups())
        A[[i, k]] = A[[k, i]]
    elif match := re.match(r"Divide row (\d) by (\S+),", sentence):
        A[int(match[1]) - 1] /= F(match[2].replace("−", "-"))
    elif match := re.match(
        r"(Subtract|Add) (?:(\S+) times )?row (\d) (?:from|to) row (\d)", sentence
    ):
        c = F(match[2] or 1) * (-1 if match[1] == "Subtract" else 1)
        A[int(match[4]) - 1] += c * A[int(match[3]) - 1]
    return A


def test_row_operations_give_the_matrices_that_are_shown():
    for A in CASES:
        for name in ["row_reduce", "lu", "det", "inverse", "solution_set"]:
            with naming(name):
                square = A.shape[0] == A.shape[1]
                if name in ("det", "inverse") and not square:
                    with pytest.raises(np.linalg.LinAlgError):
                        getattr(linalg, name)(A)
                    continue
                if name == "inverse" and linalg.det(A, exact=True) == 0:
                    with pytest.raises(np.linalg.LinAlgError):
                        linalg.inverse(A, exact=True)
                    continue
                more = [np.arange(1, len(A) + 1)] if name == "solution_set" else []
                steps = getattr(linalg, name)(A, *more, steps=True)
                before = read(steps[0].latex)
                np.testing.assert_array_equal(before[:, : A.shape[1]], A)
                for step in steps[1:]:
                    if re.match("Swap|Divide row|Subtract|Add ", step.text):
                        np.testing.assert_array_equal(read(step.latex), done(step.text, before))
                        before = read(step.latex)
