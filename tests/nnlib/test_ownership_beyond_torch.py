"""Functions beyond torch's leave inputs alone, and what they give belongs to the caller."""

import inspect

import numpy as np
import pytest

from nnlib.steps import Steps
from tests.nnlib.test_refusals_beyond_torch import FROM_A_FOLDER, call, entries


def arrays(result):
    """Return all arrays in a result, at any depth."""
    if isinstance(result, np.ndarray):
        return [result]
    if isinstance(result, Steps):
        return arrays(result.result)
    if not isinstance(result, tuple | list):
        result = list(getattr(result, "__dict__", {}).values())
    return [array for part in result for array in arrays(part)]


def strided(value):
    """Return a read-only copy of an array with gaps between its entries in memory."""
    apart = np.empty(tuple(2 * n for n in value.shape), value.dtype)
    view = apart[(slice(None, None, 2),) * value.ndim]
    view[...] = value
    view.setflags(write=False)
    return view


def prepared(value):
    """Return a valid argument with its numbers in read-only arrays with gaps in memory."""
    try:
        array = np.array(value)
    except (TypeError, ValueError):  # lists of different lengths
        return value
    listed = isinstance(value, list | np.ndarray) and array.ndim and array.dtype.kind in "iuf"
    return strided(array) if listed else value


@pytest.mark.parametrize(("f", "name", "arguments"), list(entries()))
def test_inputs_stay_as_they_were_and_results_have_memory_of_their_own(f, name, arguments):
    if name in FROM_A_FOLDER:
        with pytest.raises(RuntimeError, match="is not found in nowhere"):
            call(f, {"root": "nowhere"})
        return
    given = {argument: prepared(value) for argument, (value, _) in arguments.items()}
    inputs = [value for value in given.values() if isinstance(value, np.ndarray)]
    before = [value.copy() for value in inputs]
    results = [call(f, given), call(f, given)]
    if "steps" in inspect.signature(f).parameters:
        results.append(call(f, {**given, "steps": True}))
    for value, old in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(value, old)
    found = [arrays(result) for result in results]
    assert not any(np.shares_memory(x, y) for part in found for x in part for y in inputs)
    assert not any(np.shares_memory(x, y) for x, y in zip(*found[:2], strict=True) if x.size)
