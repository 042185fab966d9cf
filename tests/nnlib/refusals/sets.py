"""Valid and refused arguments of the functions of nnlib.datasets."""

from nnlib import datasets
from tests.nnlib.refusals.kinds import CARD_NAMES

MODULE = datasets
FOLDER = {"None": None, "number": 3, "list": ["a"]}
FUNCTIONS = {
    **{
        key: {}
        for key in (
            "names",
            "fashion_mnist",
            "digits",
            "photographs",
            "japanese_vowels",
            "seattle_weather",
            "sunspots",
            "penguins",
            "first_names",
            "shakespeare",
        )
    },
    "card": dict(name=("digits", {**CARD_NAMES, "None": None})),
    "describe": dict(name=("digits", CARD_NAMES)),
    **{key: dict(root=(None, FOLDER)) for key in ("CIFAR10", "MNIST", "FashionMNIST")},
}
METHODS = []
