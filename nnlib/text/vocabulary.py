"""Tokens: splitting text into tokens, and converting tokens to indices and back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .. import checks

__all__ = ["Vocabulary", "tokenize"]

WORDS = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


def tokenize(text: str) -> list[str]:
    """Split a text into words and punctuation marks.

    A word includes its inner apostrophes. Every other character is a separate token, and white
    space is omitted.

    Raises TypeError if the text is not a str.

    Source: Jurafsky and Martin (2024), "Speech and language processing", chapter 2; chapter
    "Language models".

    >>> tokenize("Where's the king? 'Tis time.")
    ["Where's", 'the', 'king', '?', "'", 'Tis', 'time', '.']
    """
    if not isinstance(text, str):
        raise TypeError(f"tokenize: expected text as a str, got {type(text).__name__}")
    return WORDS.findall(text)


class Vocabulary:
    """Tokens and their indices, sorted by decreasing frequency and then in lexicographic order.

    Parameters
    ----------
    tokens : str or iterable of str
        Text to learn from: the characters of a str, or the tokens of a list.

    Attributes
    ----------
    tokens : tuple of str
        The tokens in the order of their indices.
    counts : tuple of int
        Number of occurrences of each token.

    Raises
    ------
    TypeError
        If a token is not a str.
    ValueError
        If there is no token.

    Source: Goldberg (2017), "Neural network methods for natural language processing", chapter
    8; chapter "Language models".

    >>> vocabulary = Vocabulary("to be or not")
    >>> len(vocabulary), vocabulary.encode("boot")
    (7, array([3, 1, 1, 2]))
    >>> vocabulary.decode([3, 1, 1, 2])
    'boot'
    """

    def __init__(self, tokens: str | Iterable[str]):
        self.of_characters = isinstance(tokens, str)
        counts = Counter(_listed("Vocabulary", tokens))
        if not counts:
            raise ValueError("Vocabulary: expected at least one token, got none")
        self.tokens = tuple(sorted(counts, key=lambda token: (-counts[token], token)))
        self.counts = tuple(counts[token] for token in self.tokens)
        self._index = {token: k for k, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._index

    def __iter__(self) -> Iterator[str]:
        return iter(self.tokens)

    def __getitem__(self, token: str) -> int:
        """Return the index of a token."""
        return int(self.encode([token])[0])

    def __repr__(self) -> str:
        first = ", ".join(map(repr, self.tokens[:5]))
        return f"Vocabulary of {len(self)} tokens: {first}{', …' if len(self) > 5 else ''}"

    def encode(self, tokens: Iterable[str]) -> np.ndarray:
        """Return the indices of tokens.

        Parameters
        ----------
        tokens : iterable of str
            The tokens. A str is split into its characters.

        Returns
        -------
        (T,) int64

        Raises
        ------
        ValueError
            If a token is not in the vocabulary.
        """
        tokens = _listed("Vocabulary.encode", tokens)
        indices = [self._index.get(token) for token in tokens]
        if None in indices:
            k = indices.index(None)
            raise ValueError(
                f"Vocabulary.encode: expected one of {len(self)} known tokens, got "
                f"{tokens[k]!r} at position {k}"
            )
        return np.array(indices, np.int64)

    def decode(self, numbers: Sequence[int] | np.ndarray) -> str | list[str]:
        """Return the tokens with the given indices.

        Parameters
        ----------
        numbers : (T,) int
            Indices of tokens, counted from 0.

        Returns
        -------
        str or list of str
            The tokens: a str if they are characters, otherwise a list.

        Raises
        ------
        TypeError
            If the indices are not integers.
        ValueError
            If an index is out of range, or the indices do not have the shape (T,).
        """
        k = whole("Vocabulary.decode", "numbers", numbers)
        if k.ndim != 1 or ((k < 0) | (k >= len(self))).any():
            outside = k[(k < 0) | (k >= len(self))]
            got = f"shape {k.shape}" if k.ndim != 1 else outside[0]
            raise ValueError(
                f"Vocabulary.decode: expected indices (T,) from 0 to {len(self) - 1}, got {got}"
            )
        tokens = [self.tokens[i] for i in k]
        return "".join(tokens) if self.of_characters else tokens


def _listed(function: str, tokens: Any) -> list[str]:
    """Return the characters of a str, or the tokens of an iterable, as a list."""
    if not isinstance(tokens, Iterable):
        raise TypeError(f"{function}: expected str or list of str, got {type(tokens).__name__}")
    tokens = list(tokens)
    for token in tokens:
        if not isinstance(token, str):
            raise TypeError(f"{function}: expected each token to be a str, got {token!r}")
    return tokens


def whole(function: str, argument: str, numbers: Any) -> np.ndarray:
    """Return integers as an int64 array; an empty list is allowed."""
    array = checks.reals(function, argument, numbers)
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(f"{function}: expected integers in {argument}, got {array.dtype}")
    return array.astype(np.int64)
