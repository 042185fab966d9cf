"""Limits on submissions, and points, from `nngrader.toml` next to the assignment's source."""

from __future__ import annotations

import math
import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path

from .wording import did_you_mean

DUE = "due"  # late.py reads it
TABLES = ("limits", "points", "sandbox", "late", "book")
POINTS_HEAD = "[points]"
ENTRY = re.compile(r"^\s*\"?(\w+)\"?\s*=\s*")
NUMBER = re.compile(r"[-+\w.]+")
DAY = 86_400.0
SETTINGS = {  # environment variables of a process that runs submissions
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}
OPEN_FILES = 64  # files and pipes that a process may open, not configurable


def read_toml(file: Path) -> dict:
    """Return the settings in a file, or {} if there is no such file."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except ValueError as e:
        raise ValueError(f"{file}: {e}") from None


def limit(default, least, most):
    """Return a dataclass field for a limit, with the range of sensible values."""
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True)
class Limits:
    """Limits on a submission; `[limits]` of `nngrader.toml` can change every number."""

    call_seconds: float = limit(4.0, 0.01, DAY)  # for one call, or for loading one cell
    total_seconds: float = limit(12.0, 0.01, DAY)  # for all calls of a function, or all cells
    submission_seconds: float = limit(60.0, 0.01, DAY)  # for the whole submission
    memory_mb: int = limit(1024, 64, 1 << 20)  # resident memory of all processes together
    processes: int = limit(16, 1, 4096)  # processes and threads
    file_mb: int = limit(8, 1, 1 << 20)  # size of the largest file that it writes
    space_mb: int = limit(32, 1, 1 << 20)  # size of all its files in /tmp
    notebook_mb: int = limit(100, 1, 1024)  # size of the submitted file, with its outputs
    output_kb: int = limit(1024, 1, 1 << 16)  # excess of an answer over 8 times a correct one
    container: Container | None = None  # a sandbox other than bubblewrap


@dataclass(frozen=True)
class Container:
    """A sandbox other than bubblewrap, from `[sandbox]` of `nngrader.toml`."""

    prefix: str = ""  # "podman" or "docker"
    image: str = ""  # must have the grader's versions of Python and NumPy


NUMBERS = {f.name: f for f in fields(Limits) if f.metadata}
PREFIXES = ("podman", "docker")


def read_settings(file: Path) -> tuple[Limits, dict[str, float]]:
    """Return the limits, and the points by problem, from an assignment's `nngrader.toml`.

    :param file: The settings. If there is no such file, the defaults apply and there are no
        points.
    :return: The limits, and the points by name of the problem.
    :raises ValueError: If a name is unknown, or a value is invalid.
    """
    settings = read_toml(file)
    for name, value in settings.items():
        if isinstance(value, dict):
            require_known(file, "table", name, TABLES)
        else:
            require_known(file, "setting", name, (DUE, *TABLES))
    tables = [_table(file, settings, name) for name in ("limits", "sandbox", "points")]
    limits, sandbox, points = tables
    for name, value in limits.items():
        require_known(file, "limit", name, NUMBERS)
        _require_number(file, name, value)
    for name, value in points.items():
        if not _is_number(value) or not 0 <= value < math.inf:
            wrong = f"points of {name} = {value!r}"
            raise ValueError(f"{file.name}: {wrong}, expected a number, 0 or more")
    return Limits(**limits, container=_container(file, sandbox)), points


def with_points(file: Path, points: dict[str, float]) -> str:
    """Return the text of an assignment's `nngrader.toml` with points written into `[points]`.

    :param points: Points by name of the problem or written answer.
    :raises ValueError: If the layout of the file doesn't allow a safe change.
    """
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    lines, wanted = text.splitlines(), read_toml(file)
    wanted["points"] = _table(file, wanted, "points") | points
    if POINTS_HEAD not in map(_head, lines):
        lines += [""] * bool(lines) + [POINTS_HEAD]
    first = [_head(line) for line in lines].index(POINTS_HEAD) + 1
    after = (n for n in range(first, len(lines)) if lines[n].lstrip().startswith("["))
    last = next(after, len(lines))
    here = {m[1]: n for n in range(first, last) if (m := ENTRY.match(lines[n]))}
    for name, number in points.items():
        if name in here:
            line = lines[here[name]]
            at = ENTRY.match(line).end()
            lines[here[name]] = line[:at] + NUMBER.sub(_typed(number), line[at:], count=1)
    lines[first:first] = [f"{n} = {_typed(p)}" for n, p in points.items() if n not in here]
    changed = "\n".join(lines) + "\n"
    try:
        fits = tomllib.loads(changed) == wanted
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"{file}: write these under [points] by hand: {points}")
    return changed


def _typed(number):
    """Return a number in the form that a person types."""
    return repr(int(number) if number == int(number) else float(number))


def _head(line):
    """Return a line without its comment and outer spaces, to compare with a table's header."""
    return line.partition("#")[0].strip()


def read_address(file: Path) -> str:
    """Return the address of the rendered book from `[book]` of `nngrader.toml`, or ""."""
    table = _table(file, read_toml(file), "book")
    for name in table:
        require_known(file, "setting of [book]", name, ("address",))
    address = table.get("address", "")
    if not isinstance(address, str) or (address and not re.match(r"https?://\S+$", address)):
        raise ValueError(f"{file.name}: address = {address!r}, expected http:// or https://")
    return address.rstrip("/")


def require_known(file: Path, kind: str, name: str, expected) -> None:
    """Raise an error if a name is not one of the expected names."""
    if name not in expected:
        raise ValueError(
            f"{file.name}: unknown {kind} {name!r}, expected one of {', '.join(expected)}"
            f"{did_you_mean(name, expected)}"
        )


def _table(file, settings, name):
    """Return one table of the settings, or {} if it is missing."""
    table = settings.get(name, {})
    if not isinstance(table, dict):
        raise ValueError(f"{file.name}: {name} = {table!r}, expected a table [{name}]")
    return table


def _is_number(value):
    """Return whether a value is a number; true and false are not numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _require_number(file, name, value):
    """Raise an error unless a value is a number in the range of the limit."""
    about = NUMBERS[name]
    whole = about.type == "int"
    least, most = about.metadata["least"], about.metadata["most"]
    fits = isinstance(value, int) or (_is_number(value) and not whole)
    if not fits or isinstance(value, bool) or not least <= value <= most:
        kind = "a whole number" if whole else "a number"
        text = f"{name} = {value!r}, expected {kind} from {least:.9g} to {most:.9g}"
        raise ValueError(f"{file.name}: {text}")


def _container(file, sandbox):
    """Return the sandbox that the settings request, or None for bubblewrap."""
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
