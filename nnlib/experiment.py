"""Results of long experiments: computed by a program, stored, and read by the page.

A program, ``chapters/PART/experiments/NAME.py``, defines ``run(seed)`` and, when it is run
itself, calls ``experiment.record(run, seeds=range(5))``, which writes ``NAME.json`` beside it.
The page says ``found = experiment.load("NAME")``, which refuses results that another version
of the program has made, and ``found.again()``, which runs a thin slice live and compares it
with the stored one.

What training gives differs between processors, so the program says within what its thin slice
comes out again, for each result: ``TOLERANCES = {"loss": {"relative": 0.05}, "accuracy":
{"absolute": 0.02}}``. A list of these is for a result that is a list, one for each entry. The
statement stands at the top level. It does not count in the program's hash, and docstrings don't
either, because they leave the results as they are. What has no tolerance comes out equal.
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
    run: Callable[[int], dict],
    *,
    seeds: Iterable[int],
    thin: Callable[[], dict] | None = None,
) -> Path:
    """Run an experiment over its seeds and write what came of it beside its program.

    Parameters
    ----------
    run : callable
        Takes a seed, returns a dict of numbers, texts and nested lists (NumPy's too).
    seeds : iterable of int
        Each is one run.
    thin : callable, optional
        A slice short enough for a page, by default ``run`` with the first seed.

    Returns
    -------
    Path
        The JSON file: hash of the program, seeds, runs, mean and spread (standard deviation
        over seeds, with N - 1) of each number, versions, machine, seconds.

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
    """Write results as JSON, a line for each name, and of a list of dicts one for each.

    Parameters
    ----------
    results : str or Path
        The file, replaced if it exists.
    found : dict
        Texts, finite numbers, None, and nested lists and dicts of them.

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
    """Return the results of one seed, and print that it is done."""
    found = run(seed)
    if not isinstance(found, dict):
        raise TypeError(f"record: expected run({seed}) to return a dict, got {found!r}")
    print(f"seed {seed} done", flush=True)
    return _plain(found)


def _plain(value):
    """Return a value as the types that JSON has, such as lists for arrays."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _over_seeds(runs: list[dict], reduce: Callable) -> dict[str, float]:
    """Return a statistic over the seeds for each result that is a number."""
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
    """Yield the statements that leave the results as they are: docstrings and TOLERANCES."""
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
        What each seed gave, in the order of ``seeds``.
    seeds : list of int
        Those that were run.
    mean : dict
        Over the seeds, of each result that is one number.
    spread : dict
        Its standard deviation over the seeds, with N - 1.
    seconds : float
        How long the whole program ran, on ``machine``.
    """

    def __init__(self, program: Path, found: dict):
        self.program = program
        self.runs, self.seeds = found["runs"], found["seeds"]
        self.mean, self.spread = found["mean"], found["spread"]
        self.versions, self.machine = found["versions"], found["machine"]
        self.seconds, self._thin = found["seconds"], found["thin"]

    def __getitem__(self, name: str) -> np.ndarray:
        """Return one result of all seeds, a row for each."""
        return np.array([run[name] for run in self.runs])

    def __repr__(self) -> str:
        names = ", ".join(self.runs[0])
        return f"Stored({self.program.stem}: {len(self.runs)} seeds of {names})"

    def again(self) -> dict:
        """Run the thin slice of the program now; return what it gives.

        Where that is further from the stored slice than the program's ``TOLERANCES`` allow, or
        differs and has no tolerance, it is a claim of the page that does not hold
        (``nnlib.book.claim``), not an error.

        Raises
        ------
        ValueError
            If the slice has other names or lengths than the stored one.
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
                f"again: {self.program.name} gave {found}, stored is {self._thin}; they differ "
                f"in {', '.join(unknown + other)}: run `make experiments`"
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
    """Return whether a number is within its tolerance of the stored one."""
    most = allowed.get("absolute", 0) + allowed.get("relative", 0) * abs(stored)
    return abs(found - stored) <= most


def _tolerance_in_words(allowed: dict) -> str:
    """Return a tolerance as a text."""
    given = {"absolute": "{}", "relative": "{:.0%}"}
    return " + ".join(given[kind].format(most) for kind, most in allowed.items())


def _nested(value) -> bool:
    """Return whether a value is a list or dict whose stored counterpart has another shape."""
    return isinstance(value, list | dict)


def _equal(found, stored, _=None) -> bool:
    """Return whether two results are equal, numbers up to rounding."""
    if _is_number(found) and _is_number(stored):
        return bool(np.isclose(found, stored, rtol=1e-6, atol=1e-9))
    return found == stored


def _imported(program: Path) -> ModuleType:
    """Return a program imported as a module, so that its main part does not run."""
    spec = importlib.util.spec_from_file_location(f"experiment_{program.stem}", program)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(name: str, folder: str | Path = "experiments") -> Stored:
    """Return the stored results of an experiment, made by the program as it now stands.

    Parameters
    ----------
    name : str
        That of the program, without ``.py``.
    folder : str or Path
        Where it lies, seen from the page.

    Raises
    ------
    FileNotFoundError
        If there is no such program, or it has not been run.
    ValueError
        If another version of the program made the results.
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
