"""Texts: first names, and plays by Shakespeare."""

from typing import NamedTuple

import numpy as np

from .packaged import DATA, read, text

__all__ = ["first_names", "shakespeare"]

TITLES = {
    "macbeth": "Macbeth",
    "othello": "Othello",
    "julius_caesar": "Julius Caesar",
    "richard_iii": "Richard III",
    "twelfth_night": "Twelfth Night",
    "as_you_like_it": "As You Like It",
    "much_ado_about_nothing": "Much Ado About Nothing",
    "merchant_of_venice": "The Merchant of Venice",
    "tempest": "The Tempest",
}


class FirstNames(NamedTuple):
    """First names, and the percentages of women and of men who have each name."""

    names: tuple[str, ...]
    female: np.ndarray
    male: np.ndarray


class Plays(NamedTuple):
    """Plays by Shakespeare: their titles and their texts."""

    titles: tuple[str, ...]
    texts: tuple[str, ...]


def first_names() -> tuple[FirstNames, FirstNames]:
    """Return 4,646 training and 517 test first names from the United States in 1990.

    The test set is a random 10% of the names, which is always the same. It is stratified by the
    sex for which a name is more common.

    Returns
    -------
    train, test : FirstNames
        ``names``, N different names with the letters A to Z and a to z, shuffled; ``female``
        and ``male`` of shape (N,), float64, the percentage of women and of men with this name,
        0 if the census does not list it.

    Source: census of 1990, public domain. Chapter "Language models".

    >>> train, test = first_names()
    >>> train.names[:3], train.names[train.female.argmax()]
    (('Toney', 'Solange', 'Shanel'), 'Mary')
    """
    arrays = read(DATA / "first_names.npz")

    def part(name: str) -> FirstNames:
        names = tuple(text(arrays[f"{name}_names"]).split("\n"))
        return FirstNames(names, *arrays[f"{name}_percent"].T.copy())

    return part("train"), part("test")


def shakespeare() -> tuple[Plays, Plays]:
    """Return eight plays by Shakespeare for training and one for testing.

    The test play, *The Tempest*, contains only characters that also occur in the training
    plays.

    Returns
    -------
    train, test : Plays
        ``titles`` and ``texts``, which have the same length. Each text is plain ASCII, begins
        with the first act, has the name of each speaker in capitals on a separate line, and
        contains 97,607 to 174,237 characters.

    Source: Project Gutenberg, public domain. Chapter "Language models".

    >>> train, test = shakespeare()
    >>> len("".join(train.texts)), len("".join(test.texts)), test.titles
    (1025084, 97607, ('The Tempest',))
    >>> print(train.texts[0][80:124])
    FIRST WITCH.
    When shall we three meet again?
    """
    arrays = read(DATA / "shakespeare.npz")
    *train, test = ((TITLES[name], text(arrays[name])) for name in TITLES)
    return Plays(*zip(*train, strict=True)), Plays(*zip(test, strict=True))
