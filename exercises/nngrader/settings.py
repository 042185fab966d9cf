"""Limits on submissions and points, from `nngrader.toml` beside the assignment's source."""

from __future__ import annotations

import math
import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path

TABLES = ("limits", "points", "sandbox", "late", "book")
DAY = 86_400.0
OPEN_FILES = 64  # files and pipes that a process may hold open, whatever the settings


def read_toml(file: Path) -> dict:
    """Return the settings in a file, empty if there is no such file.

    Raises
    ------
    ValueError
        If the file is not TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except ValueError as e:
        raise ValueError(f"{file}: {e}") from None


def limit(default, least, most):
    """Return a dataclass field for a limit, with the range of its sensible values."""
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True)
class Limits:
    """Limits of one worker; every number may be changed in `[limits]` of `nngrader.toml`."""

    call_seconds: float = limit(4.0, 0.01, DAY)  # one call, or the loading of one cell
    total_seconds: float = limit(12.0, 0.01, DAY)  # all calls of a function; all cells
    submission_seconds: float = limit(60.0, 0.01, DAY)  # everything of one submission
    memory_mb: int = limit(1024, 64, 1 << 20)  # resident memory of all its processes
    processes: int = limit(16, 1, 4096)  # processes and threads
    file_mb: int = limit(8, 1, 1 << 20)  # the largest file it may write
    space_mb: int = limit(32, 1, 1 << 20)  # all its files in /tmp
    notebook_mb: int = limit(100, 1, 1024)  # the file handed in; its outputs are left out
    output_kb: int = limit(1024, 1, 1 << 16)  # an answer beyond the size of the right one
    container: Container | None = None  # a sandbox other than bubblewrap


@dataclass(frozen=True)
class Container:
    """A sandbox other than bubblewrap, from `[sandbox]` of `nngrader.toml`."""

    prefix: str = ""  # "podman" or "docker"
    image: str = ""  # with Python and NumPy of the versions that the grader has


NUMBERS = {f.name: f for f in fields(Limits) if f.metadata}
PREFIXES = ("podman", "docker")


def read_settings(file: Path) -> tuple[Limits, dict[str, float]]:
    """Return the limits, and points by problem, from an assignment's `nngrader.toml`.

    Parameters
    ----------
    file : Path
        The settings; if there is no such file, the defaults hold and there are no points.

    Returns
    -------
    Limits, dict
        The limits, and points by the name of the problem.

    Raises
    ------
    ValueError
        If a name is unknown, or a limit is no number in the range in which it makes sense.
    """
    settings = read_toml(file)
    for name in settings.keys() - {"due"}:  # late.py reads that one
        require_known(file, "table", name, TABLES)
    tables = [_table(file, settings, name) for name in ("limits", "sandbox", "points")]
    limits, sandbox, points = tables
    for name, value in limits.items():
        require_known(file, "limit", name, NUMBERS)
        _require_number(file, name, value)
    for name, value in points.items():
        if not _is_number(value) or not 0 <= value < math.inf:
            raise ValueError(f"{file.name}: points of {name} = {value!r}, expected a number")
    return Limits(**limits, container=_container(file, sandbox)), points


def read_address(file: Path) -> str:
    """Return the address of the rendered book, from `[book]` of `nngrader.toml`, or "".

    Raises
    ------
    ValueError
        If it is no address of a site.
    """
    table = _table(file, read_toml(file), "book")
    for name in table:
        require_known(file, "setting of [book]", name, ("address",))
    address = table.get("address", "")
    if not isinstance(address, str) or (address and not re.match(r"https?://\S+$", address)):
        raise ValueError(f"{file.name}: address = {address!r}, expected https://…")
    return address.rstrip("/")


def require_known(file: Path, kind: str, name: str, expected) -> None:
    """Raise an error about a name that is not among the expected ones.

    Parameters
    ----------
    file : Path
        The file with the settings.
    kind : str
        In words what the name stands for.
    name : str
        The name.
    expected : iterable of str
        The names that are allowed.

    Raises
    ------
    ValueError
        If the name is not among them.
    """
    if name not in expected:
        raise ValueError(
            f"{file.name}: unknown {kind} {name!r}, expected one of {', '.join(expected)}"
        )


def _table(file, settings, name):
    """Return one table of the settings, empty if it is missing."""
    table = settings.get(name, {})
    if not isinstance(table, dict):
        raise ValueError(f"{file.name}: {name} = {table!r}, expected a table [{name}]")
    return table


def _is_number(value):
    """Return whether a value is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _require_number(file, name, value):
    """Raise an error unless a value is a number in the range of a limit."""
    about = NUMBERS[name]
    whole = about.type == "int"
    least, most = about.metadata["least"], about.metadata["most"]
    fits = isinstance(value, int) or (_is_number(value) and not whole)
    if not fits or isinstance(value, bool) or not least <= value <= most:
        kind = "a whole number" if whole else "a number"
        text = f"{name} = {value!r}, expected {kind} from {least:.9g} to {most:.9g}"
        raise ValueError(f"{file.name}: {text}")


def _container(file, sandbox):
    """Return the sandbox that the settings ask for, None for bubblewrap."""
    for name in sandbox:
        require_known(file, "setting of [sandbox]", name, [f.name for f in fields(Container)])
    if not sandbox:
        return None
    container = Container(**sandbox)
    if container.prefix not in PREFIXES:
        expected = " or ".join(map(repr, PREFIXES))
        raise ValueError(f"{file.name}: prefix = {container.prefix!r}, expected {expected}")
    if (
        not isinstance(container.image, str)
        or not container.image
        or container.image.startswith("-")
    ):
        raise ValueError(
            f"{file.name}: image = {container.image!r}, expected the name of an image"
        )
    return container


def cores() -> int:
    """Return the number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
