"""From text to tokens, and from tokens to numbers and back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .. import checks

__all__ = ["Vocabulary", "tokenize"]

WORDS = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


def tokenize(text: str, *, by: str = "word", lower: bool = False) -> list[str]:
    """Cut a text into its tokens.

    Parameters
    ----------
    text : str
        Any text.
    by : {"word", "character"}
        A word keeps its apostrophes; each other sign is a token of its own, white space none.
    lower : bool
        Whether capitals become small letters.

    Returns
    -------
    list of str
        The tokens in their order.

    Raises
    ------
    TypeError
        If the text is none.
    ValueError
        If ``by`` is neither.

    Source: Jurafsky and Martin (2024), "Speech and language processing", chapter 2; chapter
    "Writing like Shakespeare".

    >>> tokenize("Where's the king? 'Tis time.", lower=True)
    ["where's", 'the', 'king', '?', "'", 'tis', 'time', '.']
    """
    if not isinstance(text, str):
        raise TypeError(f"tokenize: expected text as a str, got {type(text).__name__}")
    if by not in ("word", "character"):
        raise ValueError(f"tokenize: expected by 'word' or 'character', got {by!r}")
    text = text.lower() if lower else text
    return list(text) if by == "character" else WORDS.findall(text)


class Vocabulary:
    """Numbers for tokens: the most frequent first, equally frequent ones in their own order.

    Parameters
    ----------
    tokens : str or iterable of str
        What to learn from: the characters of a str, or the tokens of a list.
    min_count : int
        How often a token must come to get a number of its own.
    unknown : str, optional
        A token that stands for all without a number; without it such a token is an error.
    padding : str, optional
        A token that fills up; it gets the number 0, and ``decode`` leaves it out.

    Attributes
    ----------
    tokens : tuple of str
        The tokens by their numbers.
    counts : tuple of int
        How often each came; 0 for padding, and for unknown as often as the others together.

    Raises
    ------
    TypeError
        If a token is no str.
    ValueError
        If there is no token, min_count is below 1, or a special token is among the tokens.

    Source: Goldberg (2017), "Neural network methods for natural language processing", chapter
    8; chapter "Writing like Shakespeare".

    >>> vocabulary = Vocabulary("to be or not")
    >>> len(vocabulary), vocabulary.encode("boot")
    (7, array([3, 1, 1, 2]))
    >>> vocabulary.decode([3, 1, 1, 2])
    'boot'
    >>> words = Vocabulary("to be or not to be".split(), min_count=2, unknown="?")
    >>> words.tokens, words.encode(["to", "have"])
    (('?', 'be', 'to'), array([2, 0]))
    """

    def __init__(
        self,
        tokens: str | Iterable[str],
        *,
        min_count: int = 1,
        unknown: str | None = None,
        padding: str | None = None,
    ):
        checks.whole("Vocabulary", "min_count", min_count, low=1)
        for argument, token in (("unknown", unknown), ("padding", padding)):
            if not isinstance(token, str | None):
                raise TypeError(f"Vocabulary: expected {argument} as a str, got {token!r}")
        self.of_characters = isinstance(tokens, str)
        self.unknown, self.padding = unknown, padding
        occurrences = Counter(_listed("Vocabulary", tokens))
        kept = _by_frequency(occurrences, min_count)
        special = [t for t in (padding, unknown) if t is not None]
        if len({*kept, *special}) < len(kept) + len(special):
            raise ValueError(
                "Vocabulary: expected unknown and padding that are no other token, got "
                f"{special}"
            )
        rare = occurrences.total() - sum(occurrences[t] for t in kept)
        self.tokens = (*special, *kept)
        self.counts = (
            *(rare if t == unknown else 0 for t in special),
            *(occurrences[t] for t in kept),
        )
        self._number = {token: k for k, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._number

    def __iter__(self) -> Iterator[str]:
        return iter(self.tokens)

    def __getitem__(self, token: str) -> int:
        """Return the number of a token."""
        return int(self.encode([token])[0])

    def __repr__(self) -> str:
        first = ", ".join(map(repr, self.tokens[:5]))
        return f"Vocabulary of {len(self)} tokens: {first}{', …' if len(self) > 5 else ''}"

    def encode(self, tokens: Iterable[str]) -> np.ndarray:
        """Return the numbers of tokens.

        Parameters
        ----------
        tokens : iterable of str
            A str is taken as its characters.

        Returns
        -------
        (T,) int64
            Their numbers.

        Raises
        ------
        ValueError
            If a token has no number and there is none for unknown ones.
        """
        other = None if self.unknown is None else self._number[self.unknown]
        tokens = _listed("Vocabulary.encode", tokens)
        numbers = [self._number.get(token, other) for token in tokens]
        if None in numbers:
            k = numbers.index(None)
            raise ValueError(
                f"Vocabulary.encode: expected one of {len(self)} known tokens, got "
                f"{tokens[k]!r} at place {k}; unknown= gives a token for all others"
            )
        return np.array(numbers, np.int64)

    def decode(self, numbers: Sequence[int] | np.ndarray) -> str | list[str]:
        """Return the tokens of numbers; padding is left out.

        Parameters
        ----------
        numbers : (T,) int
            Numbers from 0 on.

        Returns
        -------
        str or list of str
            A str where the vocabulary is one of characters.

        Raises
        ------
        TypeError
            If these are no whole numbers.
        ValueError
            If a number has no token.
        """
        k = whole("Vocabulary.decode", "numbers", numbers)
        if k.ndim != 1 or ((k < 0) | (k >= len(self))).any():
            wrong = k[(k < 0) | (k >= len(self))]
            got = f"shape {k.shape}" if k.ndim != 1 else wrong[0]
            raise ValueError(
                f"Vocabulary.decode: expected (T,) numbers from 0 to {len(self) - 1}, got {got}"
            )
        tokens = [self.tokens[i] for i in k if self.tokens[i] != self.padding]
        return "".join(tokens) if self.of_characters else tokens


def _by_frequency(counts: Counter, min_count: int) -> list[str]:
    """Return the tokens that occur at least ``min_count`` times, most frequent first."""
    if not counts:
        raise ValueError("Vocabulary: expected tokens, at least one, got none")
    kept = [token for token, count in counts.items() if count >= min_count]
    return sorted(kept, key=lambda token: (-counts[token], token))


def _listed(function: str, tokens: Any) -> list[str]:
    """Return the characters of a str, or the tokens of an iterable, as a list."""
    if not isinstance(tokens, Iterable):
        raise TypeError(f"{function}: expected tokens as str, got {type(tokens).__name__}")
    tokens = list(tokens)
    for token in tokens:
        if not isinstance(token, str):
            raise TypeError(f"{function}: expected tokens as str, got {token!r}")
    return tokens


def whole(function: str, argument: str, numbers: Any) -> np.ndarray:
    """Return numbers as an int64 array, also for an empty list."""
    array = checks.reals(function, argument, numbers)
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(f"{function}: expected whole numbers as {argument}, got {array.dtype}")
    return array.astype(np.int64)
