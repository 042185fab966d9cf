"""What a submission may use, as `nngrader.toml` beside the assignment's source says."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path


def read_toml(file: Path) -> dict:
    """Settings of a file, none where there is no such file.

    Raises
    ------
    ValueError
        If it is no TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except ValueError as e:
        raise ValueError(f"{file}: {e}") from None


@dataclass(frozen=True)
class Limits:
    """Limits of one worker; every number may be changed in `[limits]` of `nngrader.toml`."""

    call_seconds: float = 4.0  # one call, or the loading of one cell
    total_seconds: float = 12.0  # one function: all its calls; and one loading of all cells
    memory_mb: int = 1024  # resident memory of the whole tree of processes
    processes: int = 16  # processes and threads
    file_mb: int = 8  # the largest file it may write
    output_kb: int = 1024  # what an answer may hold beyond the size of the right one


def read_settings(file: Path) -> tuple[Limits, dict[str, float]]:
    """Limits and points by problem, from an assignment's `nngrader.toml`.

    Parameters
    ----------
    file : Path
        The settings; where there is no such file the defaults hold and no points are stated.

    Returns
    -------
    Limits, dict
        The limits, and points by the name of the problem.

    Raises
    ------
    ValueError
        If a limit has an unknown name or is not a positive number.
    """
    settings = read_toml(file)
    limits, known = settings.get("limits", {}), {f.name for f in fields(Limits)}
    for name, value in limits.items():
        if name not in known:
            raise ValueError(f"{file.name}: unknown limit {name!r}, expected one of {known}")
        if not isinstance(value, int | float) or value <= 0:
            raise ValueError(f"{file.name}: {name} = {value!r}, expected a positive number")
    return Limits(**limits), settings.get("points", {})
