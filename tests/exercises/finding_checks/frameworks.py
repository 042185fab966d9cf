"""Checks of findings about trainings that are saved, and models that are measured."""

import re

import torch
from nngrader.engine import Tensor

from tests.exercises.declared_problems import PROBLEMS
from tests.exercises.finding_checks.check import sentence

WORDS = [
    words for name in ("Checkpoint", "evaluate") for words in PROBLEMS[name].wrong.values()
]


@sentence("|".join(map(re.escape, WORDS)), of="values")
def _(a, found):
    return a.bad().any()


@sentence("is a tensor, expected a number", of="form")
def _(a, found):
    return isinstance(a.raw, torch.Tensor | Tensor) and not a.want.ndim
