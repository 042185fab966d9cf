"""Ten line styles: distinct in colour, without red, without green, and in grey."""

import itertools
import re
from pathlib import Path

import numpy as np

from nnlib import viz
from nnlib.viz.colours import DARK, WORDS
from tests.nnlib.harness import naming

CSS = Path(__file__).resolve().parents[3] / "chapters" / "_static" / "nn.css"


def matrix(text):
    """Return the matrix in a text, whose rows are separated by semicolons."""
    return np.array([row.split() for row in text.split(";")], float)


# How light is seen (linear RGB) by most, without the cones for red, and without those for
# green: Machado, Oliveira and Fernandes (2009), severity 1.
EYES = [
    np.eye(3),
    matrix(
        "0.152286 1.052583 -0.204868; 0.114503 0.786281 0.099216; -0.003882 -0.048116 1.051998"
    ),
    matrix(
        "0.367322 0.860646 -0.227968; 0.280085 0.672501 0.047413; -0.011820 0.042940 0.968881"
    ),
]
CONES = matrix(
    "0.4122214708 0.5363325363 0.0514459929; 0.2119034982 0.6806995451 0.1073969566;"
    "0.0883024619 0.2817188376 0.6299787005"
)
OPPONENTS = matrix(
    "0.2104542553 0.7936177850 -0.0040720468; 1.9779984951 -2.4285922050 0.4505937099;"
    "0.0259040371 0.7827717662 -0.8086757660"
)
THEMES = [[*viz.COLOURS, viz.INK], [*DARK, "#e8eaf0"]]  # light and dark


def linear(colour):
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def oklab(light):
    return OPPONENTS @ np.cbrt(CONES @ np.clip(light, 0, 1))


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def test_any_two_of_ten_colours_can_be_told_apart():
    for colours, eye in itertools.product(THEMES, EYES):
        perceived = [oklab(eye @ linear(c)) for c in colours]
        least = min(np.linalg.norm(a - b) for a, b in itertools.combinations(perceived, 2))
        assert least > 0.07  # 0.02 is what can just be seen side by side


def test_words_in_each_colour_can_be_read():
    papers = ("#ffffff", "#f3f5f9"), ("#15181e", "#21252e")
    for theme, colours in enumerate((viz.COLOURS, DARK)):
        words = dict(zip("abcdefghij", colours, strict=True))
        words |= {letter: shades[theme] for letter, shades in WORDS.items()}
        for colour, paper in itertools.product(words.values(), papers[theme]):
            low, high = sorted([luminance(colour), luminance(paper)])
            assert (high + 0.05) / (low + 0.05) >= 4.5, (colour, paper)


def test_the_style_sheet_has_the_same_colours():
    for selector, colours in [(":root", viz.COLOURS), ('"dark"]', DARK)]:
        with naming(selector, colours):
            block = re.search(rf"{selector} {{([^}}]*)}}", CSS.read_text(encoding="utf-8"))[1]
            results = dict(re.findall(r"--nn-([a-j]): (#[0-9a-f]{6})", block))
            assert results == dict(zip("abcdefghij", colours, strict=True))
            words = dict(re.findall(r"--nn-([a-j])-text: (#[0-9a-f]{6})", block))
            assert words == {
                letter: shades[colours is DARK] for letter, shades in WORDS.items()
            }
