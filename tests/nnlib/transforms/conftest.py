"""A batch of pictures for the tests of augmentation."""

import pytest


@pytest.fixture
def x(rng):
    return rng.random((5, 3, 13, 11))
