"""All that the rest of a training depends on, in a file, and back from it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import random
from ..checks import expect
from ..serialization import load, save

if TYPE_CHECKING:
    from .loop import Run

__all__ = ["resume", "write"]

COUNTERS = ("epoch", "total", "count", "best_state")


def write(run: Run, path: str | os.PathLike) -> None:
    """Save where a run stands; an old file stays until the new one is whole."""
    parts = {name: (type(part).__name__, part.state_dict()) for name, part in _parts(run)}
    own = {name: getattr(run, name) for name in COUNTERS}
    own |= {"watched": [run.watch.best, run.watch.waited]}
    save(dict(parts=parts, own=own, chance=random.get_rng_state()), path)


def resume(run: Run, path: str | os.PathLike) -> None:
    """Go where an earlier run of the same program stood, if it left a file.

    Raises
    ------
    ValueError
        If the file is of another model, optimizer, scheduler or other data.
    """
    data, told = run.loaders.train, "a DataLoader, which tells where it stands, with checkpoint"
    expect("fit", hasattr(data, "state_dict"), told, type(data).__name__)
    if not os.path.exists(path):
        return
    state, parts = load(path), dict(_parts(run))
    found = state.get("parts", {}) if isinstance(state, dict) else {}
    told = f"the checkpoint {os.fspath(path)!r} to hold {', '.join(parts)}"
    expect("fit", set(found) == set(parts), told, ", ".join(found) or "something else")
    for name, part in parts.items():
        (kind, kept), own = found[name], type(part).__name__
        told = f"the checkpoint {os.fspath(path)!r} to be of this {name}, a {own}"
        expect("fit", kind == own, told, kind)
        try:
            part.load_state_dict(kept)
        except (ValueError, KeyError, RuntimeError) as e:
            raise ValueError(f"fit: expected {told}, got another: {e}") from e
    run.watch.best, run.watch.waited = state["own"].pop("watched")
    vars(run).update(state["own"])
    random.set_rng_state(state["chance"])


def _parts(run: Run) -> Iterator[tuple[str, Any]]:
    """Return the parts of a run that have a state of their own."""
    yield from (("model", run.model), ("optimizer", run.optimizer))
    yield from (("data", run.loaders.train), ("history", run.history))
    if run.scheduler is not None:
        yield "scheduler", run.scheduler
