"""Vocabularies, n-grams, sequences cut and filled up, series in time, made-up tasks."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import tensor, text
from nnlib.nn import functional as F

TEXTS = st.text(st.sampled_from("abc dé\n"), min_size=1, max_size=40)


def test_words_keep_apostrophes_and_punctuation_is_separate():
    words = ["I'll", "go", ",", "say'st", "—", "no", "!"]
    assert text.tokenize("I'll  go,\nsay'st—no!") == words


@given(TEXTS)
def test_decoding_undoes_encoding(s):
    vocabulary = text.Vocabulary(s)
    assert vocabulary.decode(vocabulary.encode(s)) == s


@given(TEXTS)
def test_numbers_follow_frequency_then_the_order_of_the_tokens(s):
    vocabulary = text.Vocabulary(s)
    assert list(zip(vocabulary.tokens, vocabulary.counts, strict=True)) == sorted(
        Counter(s).items(), key=lambda item: (-item[1], item[0])
    )


@given(st.lists(st.lists(st.integers(0, 3), max_size=12), max_size=4), st.integers(1, 3))
def test_ngrams_are_counted_within_each_sequence(sequences, n):
    want = Counter(tuple(s[k : k + n]) for s in sequences for k in range(len(s) - n + 1))
    counts = text.ngram_counts(*sequences, n=n, size=4)
    assert counts.shape == (4,) * n
    assert {tuple(map(int, k)): int(counts[tuple(k)]) for k in np.argwhere(counts)} == want


def test_bigram_counts_lead_to_cross_entropy_and_perplexity_by_hand():
    x = text.Vocabulary("ababac").encode("ababac")  # ab twice, ba twice, ac once
    p = text.ngram_probabilities(text.ngram_counts(x, n=2, size=3))
    np.testing.assert_allclose(p[0], [0, 2 / 3, 1 / 3])
    np.testing.assert_allclose(p[1], [1, 0, 0])
    H = text.ngram_cross_entropy(p, x)
    assert H == pytest.approx((2 * math.log(3 / 2) + 2 * math.log(1) + math.log(3)) / 5)
    assert text.perplexity(H) == pytest.approx((9 / 4 * 3) ** (1 / 5))
    assert text.bits_per_character(H) == pytest.approx(math.log2(6.75) / 5)


def test_laplace_adds_one_to_each_count_and_what_was_never_seen_is_equally_likely():
    p = text.ngram_probabilities(np.array([[0, 2, 1], [0, 0, 0]]), alpha=1)
    np.testing.assert_allclose(p, [[1 / 6, 3 / 6, 2 / 6], [1 / 3, 1 / 3, 1 / 3]])
    p = text.ngram_probabilities(np.array([[0, 0], [3, 1]]))
    np.testing.assert_allclose(p, [[1 / 2, 1 / 2], [3 / 4, 1 / 4]])
    assert text.ngram_cross_entropy(p, [0, 1, 0]) == pytest.approx(math.log(2 * 4 / 3) / 2)
    assert text.ngram_cross_entropy(np.eye(2), [0, 1]) == math.inf


@given(st.lists(st.integers(0, 2), min_size=2, max_size=30), st.integers(1, 2))
def test_cross_entropy_matches_the_library_on_log_probabilities(x, n):
    p = text.ngram_probabilities(text.ngram_counts(x, n=n, size=3), alpha=0.5)
    rows = np.log(p if n == 2 else np.tile(p, (3, 1)))
    logits, targets = (rows[x[:-1]], x[1:]) if n == 2 else (rows[np.zeros(len(x), int)], x)
    want = F.cross_entropy(tensor(logits), tensor(np.array(targets))).item()
    assert text.ngram_cross_entropy(p, x) == pytest.approx(want)


def test_samples_come_as_often_as_softmax_says(rng):
    z = np.array([1.0, 0.0, -1.0, -np.inf])
    drawn = text.sample(np.tile(z, (20_000, 1)), temperature=0.5, rng=rng)
    p = np.exp(z / 0.5) / np.exp(z / 0.5).sum()
    error = np.abs(np.bincount(drawn, minlength=4) / 20_000 - p)
    assert (error <= 5 * np.sqrt(p * (1 - p) / 20_000)).all()


def test_at_temperature_zero_the_likeliest_token_is_taken(rng):
    assert text.sample([[0.0, 2.0, 2.0], [3.0, 1.0, 0.0]], temperature=0, rng=rng).tolist() == [
        1,
        0,
    ]


@given(st.integers(1, 20), st.integers(1, 6), st.integers(1, 4))
def test_windows_are_slices_of_the_sequence(T, length, stride):
    x = np.arange(2 * T).reshape(T, 2)
    starts = range(0, T - length + 1, stride)
    if not starts:
        with pytest.raises(ValueError, match="windows"):
            text.windows(x, length, stride=stride)
    else:
        want = np.stack([x[k : k + length] for k in starts])
        np.testing.assert_array_equal(text.windows(x, length, stride=stride), want, strict=True)


@given(st.integers(1, 60), st.integers(1, 5), st.integers(1, 7))
def test_streams_continue_from_batch_to_batch(T, N, length):
    if T <= N:
        return
    batches = text.bptt_batches(np.arange(T), N, length)
    inputs = np.concatenate([x for x, _ in batches], axis=1)
    targets = np.concatenate([y for _, y in batches], axis=1)
    np.testing.assert_array_equal(targets, inputs + 1)
    assert (np.diff(inputs, axis=1) == 1).all()
    assert sorted(inputs.ravel()) == list(range((T - 1) // N * N))
    assert {len(x) for x, _ in batches} == {N}
    assert all(x.shape[1] == length for x, _ in batches[:-1])


def test_the_adding_problem_marks_one_step_in_each_half(rng):
    X, y = text.adding_problem(500, 11, rng=rng)
    marks = X[..., 1]
    assert (marks[:, :5].sum(axis=1) == 1).all()
    assert (marks[:, 5:].sum(axis=1) == 1).all()
    np.testing.assert_allclose((X[..., 0] * marks).sum(axis=1), y, rtol=1e-6)
    assert ((y - 1) ** 2).mean() == pytest.approx(1 / 6, abs=0.03)
    assert (X.dtype, y.dtype) == (np.float32, np.float32)
