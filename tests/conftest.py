"""Fixtures for all tests, and the number of examples for Hypothesis."""

import sys

import numpy as np
import pytest
from hypothesis import settings

# Examples have no deadline, because a slow machine must not make a test fail.
settings.register_profile(
    "ours", max_examples=20, deadline=None, derandomize=True, database=None
)
settings.register_profile("slow", settings.get_profile("ours"), max_examples=100)


def pytest_configure(config):
    """Make Hypothesis use more examples with `--slow`."""
    settings.load_profile("slow" if config.getoption("slow") else "ours")


@pytest.fixture(autouse=True)
def torch_draws_the_same_numbers_in_every_run():
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)


@pytest.fixture
def rng():
    return np.random.default_rng(0)
