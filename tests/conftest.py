"""Fixtures for all tests, and how many examples hypothesis tries."""

import numpy as np
import pytest
from hypothesis import settings

# A busy machine makes no answer wrong, so no example has a deadline.
settings.register_profile(
    "ours", max_examples=20, deadline=None, derandomize=True, database=None
)
settings.register_profile("slow", settings.get_profile("ours"), max_examples=100)


def pytest_configure(config):
    """Let hypothesis try more examples with `--slow`."""
    settings.load_profile("slow" if config.getoption("slow") else "ours")


@pytest.fixture
def rng():
    return np.random.default_rng(0)
