"""Fixtures for all tests, and how many examples hypothesis tries and which."""

import os

import hypothesis
import numpy as np
import pytest
from hypothesis import settings
from nngrader.cli import skip_unused_imports

skip_unused_imports()
settings.register_profile("ours", deadline=None)  # a busy machine makes no answer wrong
settings.load_profile("ours")

EXAMPLES = {"share": 20, "deep": 100}


def pytest_configure(config):
    """Set how many examples hypothesis tries if a test does not set it itself."""
    profile = "deep" if config.getoption("deep") else "share"
    hypothesis.settings.register_profile(
        profile, max_examples=EXAMPLES[profile], deadline=None, database=None
    )
    hypothesis.settings.load_profile(profile)


def pytest_itemcollected(item):
    """Seed hypothesis by commit, so that a repeated run draws the same examples."""
    if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        hypothesis.seed(int(os.environ["TEST_SHARE"]))(item.obj)


@pytest.fixture
def rng():
    return np.random.default_rng(0)
