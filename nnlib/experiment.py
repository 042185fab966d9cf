"""Results of long experiments: computed by a program, stored, and read by the page.

A program, ``chapters/PART/experiments/NAME.py``, defines ``run(seed)``. The main part calls
``experiment.record(run, seeds=range(5))``, which writes ``NAME.json`` next to the program. The
page contains ``found = experiment.load("NAME")``, which raises an error if a different version
of the program made the results, and ``found.again()``, which runs a thin slice of the
experiment live and compares it with the stored slice.

Results of training differ between processors, so the program defines a tolerance for each
result of its thin slice: ``TOLERANCES = {"loss": {"relative": 0.05}, "accuracy": {"absolute":
0.02}}``. If a result is a list, the tolerance can be a list with one entry for each element. A
result without a tolerance must be equal. Assign ``TOLERANCES`` at the top level of the program.
The program's hash does not include this statement and docstrings, because they don't change the
results.
"""

import ast
import hashlib
import importlib.util
import inspect
import json
import platform
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np

from .book import claims

__all__ = ["Stored", "load", "record", "write"]

KEYS = ("program", "seeds", "runs", "mean", "spread", "thin", "versions", "machine", "seconds")


def record(
    run: Callable[[int], dict], *, seeds: Iterable[int], thin: Callable[[], dict] | None = None
) -> Path:
    """Run an experiment for each seed, and write the results next to the program.

    Parameters
    ----------
    run : callable
        Function that takes a seed and returns a dict of numbers, texts and nested lists; NumPy
        numbers and arrays are also allowed.
    seeds : iterable of int
        One seed for each run.
    thin : callable, optional
        Slice of the experiment that is short enough for a page. Default: ``run`` with the first
        seed.

    Returns
    -------
    Path
        The JSON file. It contains the hash of the program, the seeds, the runs, the mean and
        the spread (sample standard deviation over the seeds) of each number, the versions, the
        machine and the time in seconds.

    Raises
    ------
    ValueError
        If there are no seeds.
    TypeError
        If ``run`` returns anything but a dict.
    """
    program, seeds = Path(inspect.getfile(run)), [int(seed) for seed in seeds]
    if not seeds:
        raise ValueError("record: expected at least one seed, got none")
    started = time.perf_counter()
    runs = [_one(run, seed) for seed in seeds]
    found = {
        "program": _hash(program),
        "seeds": seeds,
        "runs": runs,
        "mean": _over_seeds(runs, np.mean),
        "spread": _over_seeds(runs, lambda values: np.std(values, ddof=1))
        if len(runs) > 1
        else {},
        "thin": runs[0] if thin is None else _plain(thin()),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "machine": f"{platform.system()} {platform.machine()}",
        "seconds": round(time.perf_counter() - started, 1),
    }
    target = program.with_suffix(".json")
    write(target, found)
    print(f"{target.name}: {len(seeds)} seeds, {found['seconds']} s")
    return target


def write(results: str | Path, found: dict) -> None:
    """Write results as JSON, with one line for each name, and for each dict in a list.

    Parameters
    ----------
    results : str or Path
        The file, which is replaced if it exists.
    found : dict
        Texts, finite numbers, None, and nested lists and dicts that contain them.

    Raises
    ------
    ValueError
        If a number is NaN or infinite.
    """
    rows = (f"{_line(name)}: {_lines(value)}" for name, value in found.items())
    Path(results).write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def _lines(value) -> str:
    """Return a value as JSON, with one line for each dict in a list."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(map(_line, value)) + "\n]"
    return _line(value)


def _line(value) -> str:
    """Return a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _one(run: Callable[[int], dict], seed: int) -> dict:
    """Return the results for one seed, and print that it is done."""
    found = run(seed)
    if not isinstance(found, dict):
        raise TypeError(f"record: expected run({seed}) to return a dict, got {found!r}")
    print(f"seed {seed} done", flush=True)
    return _plain(found)


def _plain(value):
    """Return a value with types that JSON supports, such as lists instead of arrays."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _over_seeds(runs: list[dict], reduce: Callable) -> dict[str, float]:
    """Return a statistic over the seeds, for each result that is a number."""
    names = [name for name, value in runs[0].items() if _is_number(value)]
    return {name: float(reduce([run[name] for run in runs])) for name in names}


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _hash(program: Path) -> str:
    """Return a hash of a program's source, without its docstrings, TOLERANCES and line ends."""
    lines = program.read_bytes().replace(b"\r\n", b"\n").splitlines(keepends=True)
    skipped = set()
    for statement in _statements_without_effect(ast.parse(b"".join(lines))):
        skipped.update(range(statement.lineno, statement.end_lineno + 1))
    kept = (line for number, line in enumerate(lines, start=1) if number not in skipped)
    return hashlib.sha256(b"".join(kept)).hexdigest()


def _statements_without_effect(program: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements that don't change the results: docstrings and TOLERANCES."""
    for node in ast.walk(program):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            yield node.body[0]
    for statement in program.body:
        if (
            isinstance(statement, ast.Assign)
            and ast.unparse(statement.targets[0]) == "TOLERANCES"
        ):
            yield statement


class Stored:
    """The stored results of an experiment.

    Attributes
    ----------
    runs : list of dict
        Results for each seed, in the order of ``seeds``.
    seeds : list of int
        Seeds of the runs.
    mean : dict
        Mean over the seeds, for each result that is a number.
    spread : dict
        Sample standard deviation over the seeds, for each result that is a number; empty if
        there was only one seed.
    seconds : float
        Run time of the whole program on ``machine``.
    """

    def __init__(self, program: Path, found: dict):
        self.program = program
        self.runs, self.seeds = found["runs"], found["seeds"]
        self.mean, self.spread = found["mean"], found["spread"]
        self.versions, self.machine = found["versions"], found["machine"]
        self.seconds, self._thin = found["seconds"], found["thin"]

    def __getitem__(self, name: str) -> np.ndarray:
        """Return one result for all seeds, as an array with one row for each seed."""
        return np.array([run[name] for run in self.runs])

    def __repr__(self) -> str:
        names = ", ".join(self.runs[0])
        return f"Stored({self.program.stem}: {len(self.runs)} seeds of {names})"

    def again(self) -> dict:
        """Run the thin slice of the program now, and return its results.

        If a result differs from the stored slice by more than the program's ``TOLERANCES``
        allow, or differs at all and has no tolerance, this is not an error but a false claim of
        the page (see ``nnlib.book.claim``).

        Raises
        ------
        ValueError
            If the names or the lengths differ from the stored slice.
        """
        module = _imported(self.program)
        thin = getattr(module, "thin", None)
        found = _plain(module.run(self.seeds[0]) if thin is None else thin())
        within = getattr(module, "TOLERANCES", {})
        unknown = [f"{name} in TOLERANCES" for name in within if name not in found]
        pairs = list(_pairs(found, self._thin, within, ""))
        other = [name for name, a, b, _ in pairs if _nested(a) or _nested(b)]
        if unknown or other:
            raise ValueError(
                f"again: {self.program.name} returned {found}, but the stored result is "
                f"{self._thin}; they differ in {', '.join(unknown + other)}: "
                "run `make experiments`"
            )
        far = [pair for pair in pairs if not (_near if pair[3] else _equal)(*pair[1:])]
        asked = "; ".join(
            f"{name} within {_tolerance_in_words(allowed)} of {b}" if allowed else f"{name} {b}"
            for name, _, b, allowed in far
        )
        claims.note(
            not far,
            f"a part of the experiment `{self.program.stem}`, run again, gives what is stored",
            asked,
            [(name, f"{a:.6g}" if _is_number(a) else str(a)) for name, a, *_ in far],
            claims.line_in_cell(sys._getframe(1)),
        )
        return found


def _pairs(found, stored, within, name: str) -> Iterator[tuple]:
    """Yield the name, the new and the stored value of each result, and its tolerance."""
    if isinstance(stored, dict) and isinstance(found, dict) and stored.keys() == found.keys():
        for key in stored:
            part = within.get(key, {}) if not _is_tolerance(within) else within
            yield from _pairs(found[key], stored[key], part, f"{name} {key}".strip())
    elif isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
        parts = within if isinstance(within, list) else [within] * len(stored)
        for k, (a, b, part) in enumerate(zip(found, stored, parts, strict=True)):
            yield from _pairs(a, b, part, f"{name}[{k}]")
    else:
        numbers = _is_number(found) and _is_number(stored)
        yield name, found, stored, within if numbers else {}


def _is_tolerance(within) -> bool:
    """Return whether this is a tolerance, not a dict of tolerances by name."""
    return isinstance(within, dict) and bool({"absolute", "relative"} & within.keys())


def _near(found: float, stored: float, allowed: dict) -> bool:
    """Return whether a number differs from the stored one by at most its tolerance."""
    most = allowed.get("absolute", 0) + allowed.get("relative", 0) * abs(stored)
    return abs(found - stored) <= most


def _tolerance_in_words(allowed: dict) -> str:
    """Return a tolerance as text."""
    given = {"absolute": "{}", "relative": "{:.0%}"}
    return " + ".join(given[kind].format(most) for kind, most in allowed.items())


def _nested(value) -> bool:
    """Return whether a value is a list or dict, so that its stored shape must be different."""
    return isinstance(value, list | dict)


def _equal(found, stored, _=None) -> bool:
    """Return whether two results are equal, numbers up to rounding."""
    if _is_number(found) and _is_number(stored):
        return bool(np.isclose(found, stored, rtol=1e-6, atol=1e-9))
    return found == stored


def _imported(program: Path) -> ModuleType:
    """Import a program as a module, so that its main part does not run."""
    spec = importlib.util.spec_from_file_location(f"experiment_{program.stem}", program)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(name: str, folder: str | Path = "experiments") -> Stored:
    """Return the stored results of an experiment, if the current program made them.

    Parameters
    ----------
    name : str
        Name of the program, without ``.py``.
    folder : str or Path
        Folder of the program, relative to the page.

    Raises
    ------
    FileNotFoundError
        If the program does not exist, or there are no results yet.
    ValueError
        If a different version of the program made the results, or they are incomplete.
    """
    program = Path(folder) / f"{name}.py"
    results = program.with_suffix(".json")
    for path in (program, results):
        if not path.exists():
            raise FileNotFoundError(f"load: no {path}; `make experiments` makes the results")
    found = json.loads(results.read_text(encoding="utf-8"))
    if missing := [key for key in KEYS if key not in found]:
        raise ValueError(f"load: {results} has no {missing}; it was not made by `record`")
    if found["program"] != _hash(program):
        raise ValueError(
            f"load: {program} has changed since {results.name} was made; run `make experiments`"
        )
    return Stored(program, found)
