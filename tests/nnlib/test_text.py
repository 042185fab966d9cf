"""Vocabularies, n-grams, sequences cut and filled up, series in time, made-up tasks."""

import math
import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from nnlib import text
from nnlib.datasets import first_names, seattle_weather, shakespeare
from nnlib.nn import functional as F
from nnlib.tensor import Tensor

TEXTS = st.text(st.sampled_from("abc dé\n"), min_size=1, max_size=40)


def test_words_keep_apostrophes_and_signs_stand_alone():
    assert text.tokenize("I'll  go,\nsay'st—no!") == [
        "I'll",
        "go",
        ",",
        "say'st",
        "—",
        "no",
        "!",
    ]


def test_tokens_may_be_characters_in_small_letters():
    assert text.tokenize("Ab c", by="character", lower=True) == ["a", "b", " ", "c"]


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


def test_rare_tokens_become_the_unknown_one():
    words = text.tokenize("the cat and the dog and the bird")
    vocabulary = text.Vocabulary(words, min_count=2, unknown="<unk>", padding="<pad>")
    assert vocabulary.tokens == ("<pad>", "<unk>", "the", "and")
    assert vocabulary.counts == (0, 3, 3, 2)
    assert vocabulary.encode(["the", "cat", "and"]).tolist() == [2, 1, 3]
    assert vocabulary.decode([2, 1, 0, 0]) == ["the", "<unk>"]


def test_a_vocabulary_is_a_collection_of_its_tokens():
    vocabulary = text.Vocabulary("banana")
    assert (len(vocabulary), "b" in vocabulary, "z" in vocabulary) == (3, True, False)
    assert (list(vocabulary), vocabulary["n"]) == (["a", "n", "b"], 1)
    assert repr(vocabulary) == "Vocabulary of 3 tokens: 'a', 'n', 'b'"


def test_nothing_encodes_to_nothing():
    vocabulary = text.Vocabulary("ab")
    assert (vocabulary.encode("").dtype, vocabulary.decode([])) == (np.int64, "")


def test_shakespeare_is_encoded_and_back():
    train, test = shakespeare()
    vocabulary = text.Vocabulary("".join(train.texts))
    assert vocabulary.decode(vocabulary.encode(test.texts[0])) == test.texts[0]


def vocabulary_of_ab(**options):
    return text.Vocabulary("ab", **options)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: text.tokenize(b"ab"),
            TypeError,
            "tokenize: expected text as a str, got bytes",
        ),
        (
            lambda: text.tokenize("a", by="line"),
            ValueError,
            "'word' or 'character', got 'line'",
        ),
        (
            lambda: text.Vocabulary([]),
            ValueError,
            "Vocabulary: expected tokens, at least one, got none",
        ),
        (lambda: text.Vocabulary([1]), TypeError, "expected tokens as str, got 1"),
        (
            lambda: vocabulary_of_ab(min_count=0),
            ValueError,
            "Vocabulary: expected min_count >= 1, got 0",
        ),
        (
            lambda: vocabulary_of_ab(unknown="a"),
            ValueError,
            r"expected unknown and padding that are no other token, got \['a'\]",
        ),
        (
            lambda: vocabulary_of_ab(unknown="?", padding="?"),
            ValueError,
            r"expected unknown and padding that are no other token, got \['\?', '\?'\]",
        ),
        (
            lambda: vocabulary_of_ab().encode("abz"),
            ValueError,
            r"Vocabulary\.encode: expected one of 2 known tokens, got 'z' at place 2",
        ),
        (
            lambda: vocabulary_of_ab()["z"],
            ValueError,
            r"Vocabulary\.encode: expected one of 2 known tokens, got 'z' at place 0",
        ),
        (lambda: vocabulary_of_ab().decode([0, 2]), ValueError, "from 0 to 1, got 2"),
        (lambda: vocabulary_of_ab().decode([-1]), ValueError, "from 0 to 1, got -1"),
        (lambda: vocabulary_of_ab().decode([[0]]), ValueError, r"got shape \(1, 1\)"),
        (
            lambda: vocabulary_of_ab().decode([0.5]),
            TypeError,
            "expected whole numbers as numbers",
        ),
    ],
)
def test_bad_tokens_are_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()


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


def test_laplace_adds_one_to_each_count():
    p = text.ngram_probabilities(np.array([[0, 2, 1], [0, 0, 0]]), alpha=1)
    np.testing.assert_allclose(p, [[1 / 6, 3 / 6, 2 / 6], [1 / 3, 1 / 3, 1 / 3]])


def test_after_what_was_never_seen_all_is_equally_likely():
    p = text.ngram_probabilities(np.array([[0, 0], [3, 1]]))
    np.testing.assert_allclose(p, [[1 / 2, 1 / 2], [3 / 4, 1 / 4]])


@given(st.lists(st.integers(0, 2), min_size=2, max_size=30), st.integers(1, 2))
def test_cross_entropy_is_that_of_the_library_on_log_probabilities(x, n):
    p = text.ngram_probabilities(text.ngram_counts(x, n=n, size=3), alpha=0.5)
    rows = np.log(p if n == 2 else np.tile(p, (3, 1)))
    logits, targets = (rows[x[:-1]], x[1:]) if n == 2 else (rows[np.zeros(len(x), int)], x)
    want = F.cross_entropy(Tensor(logits), Tensor(np.array(targets))).item()
    assert text.ngram_cross_entropy(p, x) == pytest.approx(want)


def test_a_token_that_cannot_come_costs_infinitely_much():
    p = text.ngram_probabilities(text.ngram_counts([0, 1, 0], n=2, size=2))
    assert text.ngram_cross_entropy(p, [0, 0]) == math.inf
    assert text.perplexity(math.inf) == math.inf


def test_more_context_tells_more_about_names():
    names, _ = first_names()
    sequences = ["\n" + name.lower() + "\n" for name in names.names]
    vocabulary = text.Vocabulary("".join(sequences))
    numbers = [vocabulary.encode(s) for s in sequences]
    H = [
        text.ngram_cross_entropy(
            text.ngram_probabilities(text.ngram_counts(*numbers, n=n, size=27)), *numbers
        )
        for n in (1, 2, 3)
    ]
    assert all(longer < shorter for shorter, longer in pairwise(H))
    assert H[0] < math.log(27)


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


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: text.ngram_counts([0], n=0, size=3),
            ValueError,
            "ngram_counts: expected n >= 1, got 0",
        ),
        (lambda: text.ngram_counts([0], n=9, size=99), ValueError, "at most 100,000,000"),
        (lambda: text.ngram_counts([0, 3], n=1, size=3), ValueError, "from 0 to 2, got 0 to 3"),
        (
            lambda: text.ngram_counts(["a"], n=1, size=3),
            TypeError,
            "ngram_counts: expected sequences to be real numbers, got <U1",
        ),
        (lambda: text.ngram_counts(0, n=1, size=3), ValueError, r"got shape \(\)"),
        (lambda: text.ngram_probabilities([[-1, 2]]), ValueError, "from 0 on"),
        (lambda: text.ngram_probabilities([[1, np.nan]]), ValueError, "from 0 on"),
        (
            lambda: text.ngram_probabilities([[1]], alpha=-1),
            ValueError,
            "ngram_probabilities: expected alpha >= 0, got -1",
        ),
        (
            lambda: text.ngram_cross_entropy(np.eye(2)),
            ValueError,
            "at least 2 tokens, got none",
        ),
        (lambda: text.ngram_cross_entropy(np.eye(2), [1]), ValueError, "at least 2 tokens"),
        (lambda: text.ngram_cross_entropy(np.eye(2), [1, 2]), ValueError, "from 0 to 1"),
        (
            lambda: text.sample([1.0], temperature=-1, rng=np.random.default_rng(0)),
            ValueError,
            "sample: expected temperature >= 0, got -1",
        ),
        (
            lambda: text.sample([np.nan, 0], rng=np.random.default_rng(0)),
            ValueError,
            "a largest that is finite",
        ),
        (
            lambda: text.sample([-np.inf], rng=np.random.default_rng(0)),
            ValueError,
            "a largest that is finite",
        ),
    ],
)
def test_bad_counts_are_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()


@given(st.integers(1, 20), st.integers(1, 6), st.integers(1, 4))
def test_windows_are_slices_of_the_sequence(T, length, stride):
    x = np.arange(2 * T).reshape(T, 2)
    starts = range(0, T - length + 1, stride)
    if not starts:
        with pytest.raises(ValueError, match="T >= length >= 1"):
            text.windows(x, length, stride=stride)
    else:
        want = np.stack([x[k : k + length] for k in starts])
        np.testing.assert_array_equal(text.windows(x, length, stride=stride), want, strict=True)


def test_windows_are_torchs_unfold():
    x = np.random.default_rng(0).standard_normal(17)
    want = torch.tensor(x).unfold(0, 5, 3).numpy()
    np.testing.assert_array_equal(text.windows(x, 5, stride=3), want)


def test_changing_a_window_does_not_change_the_sequence():
    x = np.arange(5)
    text.windows(x, 3)[:] = 9
    assert x.tolist() == [0, 1, 2, 3, 4]


@given(st.integers(2, 30), st.integers(1, 5))
def test_each_target_is_the_token_after_its_input(T, length):
    if length < T:
        inputs, targets = text.next_token_pairs(np.arange(T), length)
        np.testing.assert_array_equal(targets, inputs + 1)
        assert len(set(targets.ravel())) == targets.size == (T - 1) // length * length


@given(st.integers(1, 60), st.integers(1, 5), st.integers(1, 7))
def test_streams_go_on_from_batch_to_batch(T, N, length):
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


def test_padding_keeps_the_lengths_and_the_mask_tells_what_is_real():
    rows = [np.ones((k, 2)) * k for k in (3, 1, 2)]
    X, lengths = text.padded(rows)
    assert (X.shape, lengths.tolist()) == ((3, 3, 2), [3, 1, 2])
    np.testing.assert_array_equal(X.any(axis=-1), text.mask(lengths))
    np.testing.assert_array_equal(
        X,
        torch.nn.utils.rnn.pad_sequence(
            [torch.tensor(r) for r in rows], batch_first=True
        ).numpy(),
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: text.windows([1, 2], 0), "windows: expected length >= 1, got 0"),
        (lambda: text.windows([1, 2], 1, stride=0), "stride >= 1"),
        (
            lambda: text.windows(3, 1),
            r"windows: expected x \(T, \.\.\.\) with entries, got shape \(\)",
        ),
        (lambda: text.next_token_pairs([1, 2], 2), "T > length >= 1"),
        (
            lambda: text.next_token_pairs([1, 2], 0),
            "next_token_pairs: expected length >= 1, got 0",
        ),
        (lambda: text.bptt_batches([1, 2], 2, 1), "batch_size=2"),
        (
            lambda: text.bptt_batches([1, 2], 0, 1),
            "bptt_batches: expected batch_size >= 1, got 0",
        ),
        (lambda: text.bptt_batches([1, 2], 1, 0), "bptt_batches: expected length >= 1, got 0"),
        (
            lambda: text.padded([]),
            r"expected sequences \(T, \.\.\.\), at least one, that differ in T alone, got \[\]",
        ),
        (lambda: text.padded([1]), r"got \[\(\)\]"),
        (
            lambda: text.mask([1, -1]),
            r"mask: expected lengths \(N,\) from 0 to 1, the longest, got \[1, -1\]",
        ),
        (
            lambda: text.mask([3], 2),
            r"mask: expected lengths \(N,\) from 0 to 2, the longest, got \[3\]",
        ),
    ],
)
def test_bad_lengths_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@given(st.integers(3, 100))
def test_parts_in_time_follow_each_other(T):
    try:
        parts = text.split_in_time(np.arange(T))
    except ValueError:
        assert T < 7
    else:
        assert np.concatenate(parts).tolist() == list(range(T))
        shares = np.array([len(part) for part in parts]) / T
        np.testing.assert_allclose(shares, (0.7, 0.15, 0.15), atol=1 / T)


def test_the_future_follows_its_past():
    x = np.arange(20).reshape(10, 2)
    past, future = text.forecast_windows(x, 3, horizon=2, stride=2)
    assert (past.shape, future.shape) == ((3, 3, 2), (3, 2, 2))
    np.testing.assert_array_equal(past[:, -1] + 2, future[:, 0])


def test_standardising_agrees_with_scikit_learn_and_knows_only_the_training_part():
    train, _, test = text.split_in_time(seattle_weather().X)
    scaler, standardizer = StandardScaler().fit(train), text.Standardizer(train)
    np.testing.assert_allclose(standardizer(test), scaler.transform(test), atol=1e-12)
    np.testing.assert_allclose(standardizer.inverse(standardizer(test)), test, atol=1e-12)


def test_a_feature_that_never_changes_is_only_centred():
    assert text.Standardizer([[2.0, 1.0], [2.0, 3.0]])([[5.0, 2.0]]).tolist() == [[3.0, 0.0]]


def test_a_series_without_features_has_one_mean():
    standardizer = text.Standardizer([1, 3])
    assert (standardizer.mean, standardizer.scale) == (2, 1)
    assert standardizer([4, 0]).tolist() == [2, -2]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: text.split_in_time([1, 2], (0.5, 0.6)), ValueError, "the sum 1"),
        (lambda: text.split_in_time([1, 2], (1.5, -0.5)), ValueError, "positive shares"),
        (lambda: text.split_in_time([1, 2], ()), ValueError, "positive shares"),
        (
            lambda: text.split_in_time([1, 2]),
            ValueError,
            r"long enough for 3 parts, got \(2,\)",
        ),
        (
            lambda: text.split_in_time(1),
            ValueError,
            r"split_in_time: expected x \(T, \.\.\.\) with entries, got shape \(\)",
        ),
        (
            lambda: text.forecast_windows([1, 2], 0),
            ValueError,
            "forecast_windows: expected history >= 1, got 0",
        ),
        (
            lambda: text.forecast_windows([1, 2], 2),
            ValueError,
            r"expected x \(T, \.\.\.\) with T of at least history \+ horizon, 3, got x \(2,\)",
        ),
        (
            lambda: text.Standardizer(["a"]),
            TypeError,
            "Standardizer: expected data to be real numbers, got <U1",
        ),
        (
            lambda: text.Standardizer([1, np.nan]),
            ValueError,
            r"expected finite numbers \(\.\.\., D\), got shape \(2,\), 1 of them not finite",
        ),
        (
            lambda: text.Standardizer([]),
            ValueError,
            r"expected finite numbers \(\.\.\., D\), got shape \(0,\), 0 of them not finite",
        ),
        (lambda: text.Standardizer([[1, 2]])([[1]]), ValueError, r"\(..., 2\), got \(1, 1\)"),
    ],
)
def test_bad_series_are_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_adding_problem_marks_one_step_in_each_half(rng):
    X, y = text.adding_problem(500, 11, rng=rng)
    marks = X[..., 1]
    assert (marks[:, :5].sum(axis=1) == 1).all()
    assert (marks[:, 5:].sum(axis=1) == 1).all()
    np.testing.assert_allclose((X[..., 0] * marks).sum(axis=1), y, rtol=1e-6)
    assert ((y - 1) ** 2).mean() == pytest.approx(1 / 6, abs=0.03)
    assert (X.dtype, y.dtype) == (np.float32, np.float32)


def test_the_copy_problem_asks_for_the_tokens_after_the_sign(rng):
    x, y = text.copy_problem(50, 4, 7, symbols=3, rng=rng)
    np.testing.assert_array_equal(x[:, :4], y[:, -4:])
    assert set(x[:, :4].ravel()) == {1, 2, 3}
    assert (np.argwhere(x == 4)[:, 1] == 10).all()
    assert (x != 0).sum(axis=1).tolist() == [5] * 50
    assert not y[:, :-4].any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda rng: text.adding_problem(1, 1, rng=rng),
            "adding_problem: expected length >= 2, got 1",
        ),
        (lambda rng: text.adding_problem(-1, 5, rng=rng), "n >= 0"),
        (
            lambda rng: text.copy_problem(1, 0, 1, rng=rng),
            "copy_problem: expected length >= 1, got 0",
        ),
    ],
)
def test_bad_tasks_are_refused_by_name(call, message, rng):
    with pytest.raises(ValueError, match=message):
        call(rng)


def test_every_public_function_names_its_source():
    for name in text.__all__:
        if name != "Padded":
            assert re.search(r"Source: .*; chapter", getattr(text, name).__doc__, re.DOTALL), (
                name
            )
