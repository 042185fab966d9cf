"""Checkpoints, which are files with the state of a training run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .. import random
from ..checks import expect
from ..serialization import load, save

__all__ = ["resume", "write"]


def write(path: str | os.PathLike, parts: Mapping[str, Any], counters: dict[str, Any]) -> None:
    """Save the states of the parts, the counters, and the state of the random generator.

    An existing file is only replaced when the new one is complete.
    """
    states = {name: (type(part).__name__, part.state_dict()) for name, part in parts.items()}
    save(dict(parts=states, own=counters, chance=random.get_rng_state()), path)


def resume(path: str | os.PathLike, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Restore the parts and the random generator from a checkpoint, and return the counters.

    Returns
    -------
    dict
        The counters as they were saved, or an empty dict if there is no file.

    Raises
    ------
    ValueError
        If the file belongs to a different model, optimizer, scheduler or dataset.
    """
    if not os.path.exists(path):
        return {}
    state = load(path)
    saved = state.get("parts", {}) if isinstance(state, dict) else {}
    expected = f"the checkpoint {os.fspath(path)!r} to contain the parts {', '.join(parts)}"
    expect("fit", set(saved) == set(parts), expected, ", ".join(saved) or "other data")
    for name, part in parts.items():
        (saved_kind, part_state), kind = saved[name], type(part).__name__
        expected = f"the checkpoint {os.fspath(path)!r} to contain this {name} ({kind})"
        expect("fit", saved_kind == kind, expected, saved_kind)
        try:
            part.load_state_dict(part_state)
        except (ValueError, KeyError, RuntimeError) as e:
            raise ValueError(f"fit: expected {expected}, got a different one: {e}") from e
    random.set_rng_state(state["chance"])
    return state["own"]
