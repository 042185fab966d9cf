"""Results of long experiments: a program computes and stores them, and a page loads them.

The program ``chapters/PART/experiments/NAME.py`` defines ``run(seed)``. Its main block calls
``experiment.record(run, seeds=range(5))``, which writes ``NAME.json`` next to the program. The
page calls ``stored = experiment.load("NAME")``, which raises an error if the results come from
a different version of the program, and ``stored.again()``, which repeats a small part of the
experiment and compares it with the stored results.

Training results differ between processors, so the program defines a tolerance for each
repeated result: ``TOLERANCES = {"loss": {"relative": 0.05}, "accuracy": {"absolute":
0.02}}``. If a result is a list, the tolerance can be a list with one entry for each element. A
result without a tolerance must be equal up to rounding. Assign ``TOLERANCES`` at the top level
of the program. The hash of the program excludes this statement and docstrings, because they
don't change the results.
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
        Function that takes a seed and returns a dict of numbers, strings and nested lists;
        NumPy numbers and arrays are also allowed.
    seeds : iterable of int
        One seed for each run.
    thin : callable, optional
        The program's function ``thin``, which returns the results of a part that is short
        enough for a page. Default: ``run`` with the first seed.

    Returns
    -------
    Path
        The JSON file. It contains the hash of the program, the seeds, the runs, the mean and
        the spread (sample standard deviation over the seeds) of each number, the results of
        ``thin``, the versions, the machine and the time in seconds.

    Raises
    ------
    ValueError
        If there are no seeds.
    TypeError
        If ``run`` doesn't return a dict.
    """
    program, seeds = Path(inspect.getfile(run)), [int(seed) for seed in seeds]
    if not seeds:
        raise ValueError("record: expected at least one seed, got none")
    started = time.perf_counter()
    runs = [_one(run, seed) for seed in seeds]
    results = {
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
    write(target, results)
    print(f"{target.name}: {len(seeds)} seeds, {results['seconds']} s")
    return target


def write(path: str | Path, results: dict) -> None:
    """Write results as JSON, with one line for each name and for each dict in a list.

    Parameters
    ----------
    path : str or Path
        The file, which is replaced if it exists.
    results : dict
        Strings, finite numbers, None, and nested lists and dicts of these.

    Raises
    ------
    ValueError
        If a number is NaN or infinite.
    """
    rows = (f"{_line(name)}: {_lines(value)}" for name, value in results.items())
    Path(path).write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def _lines(value) -> str:
    """Return a value as JSON, with one line for each dict in a list."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(map(_line, value)) + "\n]"
    return _line(value)


def _line(value) -> str:
    """Return a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _one(run: Callable[[int], dict], seed: int) -> dict:
    """Return the results for one seed, and print a message when they are complete."""
    results = run(seed)
    if not isinstance(results, dict):
        raise TypeError(f"record: expected run({seed}) to return a dict, got {results!r}")
    print(f"seed {seed} done", flush=True)
    return _plain(results)


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
    """Return a hash of a program, ignoring docstrings, TOLERANCES and CRLF line endings."""
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
        Run time of ``run`` and ``thin`` together, on the system ``machine``.
    """

    def __init__(self, program: Path, results: dict):
        self.program = program
        self.runs, self.seeds = results["runs"], results["seeds"]
        self.mean, self.spread = results["mean"], results["spread"]
        self.versions, self.machine = results["versions"], results["machine"]
        self.seconds, self._thin = results["seconds"], results["thin"]

    def __getitem__(self, name: str) -> np.ndarray:
        """Return a result for all seeds, as an array with one row for each seed."""
        return np.array([run[name] for run in self.runs])

    def __repr__(self) -> str:
        names = ", ".join(self.runs[0])
        return f"Stored({self.program.stem}: {len(self.runs)} seeds of {names})"

    def again(self) -> dict:
        """Repeat the short part of the experiment now, and return its results.

        If a result differs from the stored one by more than the program's ``TOLERANCES`` allow,
        or differs by more than rounding and has no tolerance, the page reports a false claim
        instead of an error (see ``nnlib.book.claim``).

        Raises ValueError if names or lengths differ, or ``TOLERANCES`` has an unknown name.
        """
        module = _imported(self.program)
        thin = getattr(module, "thin", None)
        results = _plain(module.run(self.seeds[0]) if thin is None else thin())
        tolerances = getattr(module, "TOLERANCES", {})
        unknown = [f"{name} in TOLERANCES" for name in tolerances if name not in results]
        pairs = list(_pairs(results, self._thin, tolerances, ""))
        other_shapes = [name for name, a, b, _ in pairs if _nested(a) or _nested(b)]
        if unknown or other_shapes:
            raise ValueError(
                f"again: {self.program.name} returned {results}, and the stored result is "
                f"{self._thin}; these don't match: {', '.join(unknown + other_shapes)}. "
                "Correct the program or run `make experiments`"
            )
        differing = [pair for pair in pairs if not (_near if pair[3] else _equal)(*pair[1:])]
        expected = "; ".join(
            f"{name} within {_tolerance_in_words(tolerance)} of {b}"
            if tolerance
            else f"{name} {b}"
            for name, _, b, tolerance in differing
        )
        claims.note(
            not differing,
            f"part of the experiment `{self.program.stem}` reproduces the stored results",
            expected,
            [(name, f"{a:.6g}" if _is_number(a) else str(a)) for name, a, *_ in differing],
            claims.line_in_cell(sys._getframe(1)),
        )
        return results


def _pairs(new, stored, tolerance, name: str) -> Iterator[tuple]:
    """Yield the name, the new and the stored value of each result, and its tolerance."""
    if isinstance(stored, dict) and isinstance(new, dict) and stored.keys() == new.keys():
        for key in stored:
            part = tolerance.get(key, {}) if not _is_tolerance(tolerance) else tolerance
            yield from _pairs(new[key], stored[key], part, f"{name} {key}".strip())
    elif isinstance(stored, list) and isinstance(new, list) and len(stored) == len(new):
        parts = tolerance if isinstance(tolerance, list) else [tolerance] * len(stored)
        for k, (a, b, part) in enumerate(zip(new, stored, parts, strict=True)):
            yield from _pairs(a, b, part, f"{name}[{k}]")
    else:
        numbers = _is_number(new) and _is_number(stored)
        yield name or "the names", new, stored, tolerance if numbers else {}


def _is_tolerance(value) -> bool:
    """Return whether this is a tolerance, not a dict of tolerances by name."""
    return isinstance(value, dict) and bool({"absolute", "relative"} & value.keys())


def _near(new: float, stored: float, tolerance: dict) -> bool:
    """Return whether a number differs from the stored one by at most its tolerance."""
    largest = tolerance.get("absolute", 0) + tolerance.get("relative", 0) * abs(stored)
    return abs(new - stored) <= largest


def _tolerance_in_words(tolerance: dict) -> str:
    """Return a tolerance as text."""
    formats = {"absolute": "{}", "relative": "{:.0%}"}
    return " + ".join(formats[kind].format(amount) for kind, amount in tolerance.items())


def _nested(value) -> bool:
    """Return whether a value is a list or a dict."""
    return isinstance(value, list | dict)


def _equal(new, stored, _=None) -> bool:
    """Return whether two results are equal, with numbers compared up to rounding."""
    if _is_number(new) and _is_number(stored):
        return bool(np.isclose(new, stored, rtol=1e-6, atol=1e-9))
    return new == stored


def _imported(program: Path) -> ModuleType:
    """Import a program as a module, so that its main block does not run."""
    spec = importlib.util.spec_from_file_location(f"experiment_{program.stem}", program)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(name: str, folder: str | Path = "experiments") -> Stored:
    """Return the stored results of an experiment.

    Parameters
    ----------
    name : str
        Name of the program, without ``.py``.
    folder : str or Path
        Folder of the program, relative to the page.

    Raises
    ------
    FileNotFoundError
        If the program doesn't exist, or there are no results yet.
    ValueError
        If the results come from a different version of the program, or are incomplete.
    """
    program = Path(folder) / f"{name}.py"
    results = program.with_suffix(".json")
    for path, advice in (program, "check the name"), (results, "run `make experiments`"):
        if not path.exists():
            raise FileNotFoundError(f"load: no {path}; {advice}")
    content = json.loads(results.read_text(encoding="utf-8"))
    if missing := [key for key in KEYS if key not in content]:
        raise ValueError(f"load: {results} has no {missing}; was it written by `record`?")
    if content["program"] != _hash(program):
        raise ValueError(
            f"load: {program} has changed since {results.name} was made; run `make experiments`"
        )
    return Stored(program, content)
