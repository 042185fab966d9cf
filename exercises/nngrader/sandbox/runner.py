"""Call a student's functions in workers: load the cells, then check every answer.

If a cell or a call fails, the reason becomes a flag.
"""

from __future__ import annotations

import ast
import contextlib
import copy
from typing import TYPE_CHECKING

from ..engine.observation.call_result import checked
from ..engine.observation.driver import string_constants
from ..engine.observation.likeness import MOST_FINGERPRINTS
from ..engine.observation.parsing import parse
from ..engine.observation.reading import left_out, obstacle, plain
from ..errors import CannotDo
from ..limits import LASTING, MOST_DEATHS, Died, Ending, of_death, reached
from ..records import exceptions
from ..records.flag import Flag, FlagCode
from .inside import wire

if TYPE_CHECKING:  # needs Linux, but `check` runs everywhere
    from .launch import Sandbox

MOST_LOST = 3  # if more added cells end the process, we stop running added cells
TEST = "(test)"  # name of an ordinary test cell that has run before
MEASURES = "(measures)"  # name of the function in a process that only measures
LONGEST_NAME = 60  # characters of a missing name to show
SYNTAX = ("SyntaxError", "IndentationError", "TabError")


class Raised(Exception):
    """Raised if a function raised; the text is a built-in class's name or "an exception"."""


class Runner:
    """Runs one submission in a single sandbox, unless the submission breaks it.

    :param cells: Name, source, and whether the student added the cell, in loading order.
    :param slot: Index of its worker among the workers that run in parallel.
    :ivar notes: Flags by cell or function. The only text from the student in them is the names
        of undefined variables and missing modules.
    :ivar fingerprints: By cell, except added cells: the fingerprint, a list of int.
    :ivar names_of: By function: the dotted names that it can reach.
    :ivar written: (set of str) The names that the cells define, except functions that do
        nothing; filled by `read`, before any cell has run.
    :ivar spent: By function: seconds of all calls.
    :ivar before_test: (int or None) Number of cells before the test cell that calls the
        functions. Global names have the values that those cells gave them, even if later cells
        assign to them.
    :ivar notebook: (two int) The number of the notebook with the next ordinary test cell,
        and the index of its first cell in `cells`. The cells and tests of other notebooks don't
        run before this test.
    """

    least = 0.0  # wall time in seconds that every call is allowed

    def __init__(self, cells: list, sandbox: Sandbox, slot: int):
        self.cells, self.sandbox, self.slot = list(cells), sandbox, slot
        self.limits = sandbox.limits
        self.notes, self.fingerprints, self.lost, self.written = {}, {}, set(), set()
        self.spent, self.deaths, self.stopped = {}, {}, {}
        self.worked = self.waited = self.took = 0.0
        self.worker = self.function = self.before_test = None
        self.right, self.names_of, self.tests = {}, {}, []
        self.notebook = 0, 0

    def read(
        self, wanted: list[str] = (), functions: list[str] = ()
    ) -> tuple[list[str], list[str]]:
        """Return the names and imports in the cells; skip cells that cannot be parsed.

        `names_of` then contains the names that each of the functions can reach.

        :param wanted: Dotted names that are always listed if they are used, no matter how many
            there are.
        :return: Dotted names used, and imported modules, with aliases resolved.
        """
        self.function = None
        question, names, imports = {"do": "named", "wanted": list(wanted)}, [], []
        question["functions"] = list(functions)
        while True:
            self._fresh()
            if self._read_all():
                break
        try:
            answer = self._put(question, self.limits.total_seconds)
            names, imports = _texts(answer.get("names")), _texts(answer.get("imports"))
            by_function = answer.get("of") if isinstance(answer.get("of"), dict) else {}
            self.names_of = {
                f: _texts(by_function[f]) if f in by_function else names for f in functions
            }
            self.written = {*_texts(answer.get("written"))}
            self._compare()
        except Died as e:
            self._note(FlagCode.CELLS_UNREADABLE, "", ending=e.ending.value)
        return names, imports

    def _read_all(self):
        """Return whether all cells except the skipped ones have been parsed."""
        left = self.limits.total_seconds
        for name, source, _ in self.cells:
            if name in self.lost:
                continue
            try:
                answer = self._put({"do": "read", "source": source}, left)
            except Died as e:
                self._lose(FlagCode.CELL_UNREADABLE, name, ending=e.ending.value)
                return False
            if answer.get("skipped") is True:
                self._note(FlagCode.LINES_SKIPPED, name, **(left_out(source) or {}))
            left -= self.took
        return True

    def _compare(self):
        """Store the fingerprints of all cells that the student did not add."""
        self.fingerprints = {name: [] for name, _, own in self.cells if not own}
        with contextlib.suppress(Died):
            for name, source, own in self.cells:
                if not own and name not in self.lost:
                    question = {"do": "alike", "source": source}
                    answer = self._put(question, self.limits.total_seconds)
                    self.fingerprints[name] = _fingerprints(answer.get("fingerprints"))

    def call(
        self, name: str, args: dict, parts: int, cap: int, driver: dict | None = None
    ) -> dict:
        """Call a function and return a description of what it returned or raised.

        :param args: Its arguments as plain data; the student's function receives copies.
        :param cap: Maximum size of an answer, in bytes.
        :param driver: ``name`` and ``source`` of the problem's driver, which calls the
            function.
        :return: The report of `observe` in the worker. The text of an exception may contain
            hidden inputs, so it is removed unless the driver contains it literally. If a limit
            or the end of the process made the call fail, ``stopped`` describes it.
        """
        question = {"do": "call", "name": name, "args": args, "parts": parts, "driver": driver}
        try:
            answer = self._ask(name, question, cap)
        except Died:
            cause = self.stopped[name]
            return {"error": [[cause.kind], ""], "stopped": cause.stopped}
        answer["stopped"] = None
        parts = answer.get("parts")
        for part in parts if isinstance(parts, list) else []:
            if isinstance(part, dict) and "error" in part:
                part["error"] = _known(part["error"], driver)
        if answer.get("error") is not None:
            answer["error"] = _known(answer["error"], driver)
            answer["stopped"] = reached(answer.get("limit"), self.limits) or None
        return answer

    def test(self, name: str, source: str) -> dict:
        """Run an ordinary test cell at its place in the notebook; return its outcome.

        The cells before it run first, and so do earlier test cells, because later cells may
        use or change the names that they define. If an earlier test cell ended the process,
        only its statements that don't use the submission run again.

        :param name: The id of the test cell.
        :return: ``value``, the number in its last line or None; ``raised``, the class of an
            exception or None; ``line``, the number of the line that raised it, or None;
            ``undefined``, a name that was missing, or None; and ``stopped``, a description of
            the limit that ended the cell, or None. A submission can forge all of them, because
            its cells run in the same process.
        """
        cells, before = self.cells, self.before_test
        self.cells = self._until(before)
        self.before_test = self.function = None
        question = {"do": "test", "name": name, "source": source}
        try:
            answer = self._ask(name, question, 1024 * self.limits.output_kb)
        except Died:
            cause, rest = self.stopped[name], _independent(source, self.written)
            self.tests.append((self.notebook, before, rest))
            nothing = dict.fromkeys(("value", "line", "undefined"))
            return nothing | {"raised": cause.kind, "stopped": cause.stopped}
        finally:
            self.cells, self.before_test, self.function = cells, before, None
        self.tests.append((self.notebook, before, source))
        value, line, error = (answer.get(key) for key in ("value", "line", "error"))
        undefined = answer.get("undefined")
        return {
            "undefined": undefined if isinstance(undefined, str) else None,
            "value": value if type(value) is float else None,
            "raised": known(error) if error is not None else None,
            "line": line if type(line) is int and 0 < line <= source.count("\n") + 1 else None,
            "stopped": reached(answer.get("limit"), self.limits) or None,
        }

    def _until(self, place):
        """Return the notebook's cells before a place, with its test cells that have run."""
        cells, start = [], self.notebook[1]
        tests = [
            (at, source) for notebook, at, source in self.tests if notebook == self.notebook
        ]
        for n, cell in enumerate([*self.cells[start:place], None], start):
            cells += [(TEST, source, False) for at, source in tests if at == n]
            cells += [cell] if cell else []
        return cells

    def value(self, name: str, args: tuple, kwargs: dict, cap: int | None = None):
        """Call a function and return its value as plain data.

        :param cap: Maximum size of a value, in bytes. Default: the limit in the settings plus
            eight times the size of the arguments, at most `wire.BODY`.
        :raises Died: If there was no answer.
        :raises Raised: If the function raised.
        """
        question = {"do": "value", "name": name, "args": list(args), "kwargs": kwargs}
        if cap is None:
            cap = min(wire.BODY, 1024 * self.limits.output_kb + 8 * len(wire.pack(question)))
        answer = self._ask(name, question, cap)
        if answer.get("error") is not None:
            raise Raised(known(answer["error"]))
        return answer.get("value")

    @contextlib.contextmanager
    def corrected(self, right: dict):
        """Open a block in which a function calls correct versions of the other functions.

        Errors inside the block add no flags, and its time counts only against the limits of the
        whole submission.

        :param right: By name of a student's function: a callable that takes a list and a dict
            of arguments (plain data), and returns plain data or raises `Raised` or `Died`.
        """
        restored = ("notes", "spent", "deaths", "stopped", "lost")
        kept = copy.deepcopy({k: getattr(self, k) for k in restored})
        self.function, self.right = None, right
        self.deaths, self.spent = {}, {}
        try:
            yield
        finally:
            self.function, self.right = None, {}
            vars(self).update(kept)

    def measure(self, name: str, measure: dict, inputs: dict, raw: list, parts: int) -> dict:
        """Measure an answer in a process that has run no student code.

        A forged answer may make the measure hang or fill the memory, so the limits of a call
        also apply to the measure.

        :return: The result of the measure; empty if a limit ended it.
        """
        question = {"do": "measure", "measure": measure, "inputs": inputs, "raw": raw}
        try:
            if self.function != MEASURES:
                self.function = None
                self._fresh()
            self.function = MEASURES
            return self._put(question | {"parts": parts}, self.limits.total_seconds)
        except Died as e:
            self.function = None
            self._note(FlagCode.NOT_MEASURED, name, ending=e.ending.value)
            return {}

    def _ask(self, name, question, cap):
        """Return the answer to a question about a function, from a separate process."""
        if self.deaths.get(name, 0) >= MOST_DEATHS:
            raise Died(Ending.NOT_AGAIN)
        left = self.limits.total_seconds - self.spent.setdefault(name, 0.0)
        bound = self._allowed(left)[1]
        try:
            if name != self.function:  # so that no function can influence another
                self.function = None
                self._load_all(name)
            bound = self._allowed(left)[1]
            ask = self._talk if self.right else self._put
            answer = ask(question, left, cap)
        except Died as e:
            self._stop(name, e.ending, bound)
            raise
        finally:
            self.spent[name] += self.took
        self.function = name
        self._remark(name, answer)
        return answer

    def _talk(self, question, left, cap):
        """Return the answer to a question; first serve requests for correct functions."""
        cap = min(wire.BODY, cap + 8 * len(wire.pack(question)))
        took = 0.0
        while True:
            try:
                answer = self._put(question, left - took, cap)
            finally:
                took += self.took
                self.took = took
            if "needs" not in answer:
                return answer
            question = {"do": "given", **self._requested_result(answer)}

    def _requested_result(self, answer):
        """Return the result of a correct function for the arguments that a worker sent."""
        name, args, kwargs = (answer.get(k) for k in ("needs", "args", "kwargs"))
        if not (isinstance(name, str) and isinstance(args, list) and isinstance(kwargs, dict)):
            raise Died(Ending.FORGED)
        if name not in self.right:
            raise Died(Ending.FORGED)
        try:
            return {"error": None, "value": self.right[name](args, kwargs)}
        except Raised as e:
            return {"error": str(e), "value": None}

    def _stop(self, name, ending, bound):
        """Record why a function gave no answer, so that the next call starts a new process."""
        self.function = None
        self.deaths[name] = self.deaths.get(name, 0) + 1
        if ending == Ending.WAITED and self._lasts() <= 0:
            bound = "submission_seconds"
        self.stopped[name] = of_death(ending, self.limits, bound, self.least)
        self._note(FlagCode.FUNCTION_STOPPED, name, **self.stopped[name].data)

    def _remark(self, name, answer):
        """Tell the instructor that a function is missing, or that a limit was reached."""
        if answer.get("missing") is True:
            self._note(FlagCode.FUNCTION_MISSING, name)
        if answer.get("error") is not None:
            if limit := reached(answer.get("limit"), self.limits):
                self._note(FlagCode.FUNCTION_LIMIT, name, **limit)

    def _put(self, question, left, cap=wire.BODY):
        """Return the answer to one question, or raise `Died` at a time limit."""
        self.took, seconds = 0.0, self._allowed(left)[0]
        if seconds <= 0:
            raise Died(Ending.TOO_LONG)
        if self._lasts() <= 0:
            raise Died(Ending.WAITED)
        try:
            return self.worker.ask(question, seconds, cap, self._lasts())
        finally:
            self.took = self.worker.spent
            self.worked += self.worker.spent
            self.waited += self.worker.waited

    def _allowed(self, left):
        """Return the seconds allowed for one question, and the limit that sets them."""
        seconds, bound = min(
            (self.limits.submission_seconds - self.worked, "submission_seconds"),
            (left, "total_seconds"),
            (self.limits.call_seconds, "call_seconds"),
        )
        return max(0.0, seconds), bound

    def _lasts(self):
        """Return the remaining wall time of the submission, in seconds."""
        return LASTING * self.limits.submission_seconds - self.waited

    def _load_all(self, function):
        """Load all cells into a new process; if a cell ends it, start again without it."""
        loaded = False
        while not loaded:
            self._fresh()
            left = self.limits.total_seconds
            for n, (name, source, _) in enumerate(self.cells):
                if n == self.before_test:
                    self._put({"do": "keep"}, left)
                if name in self.lost:
                    continue
                if self._allowed(left=1.0)[0] <= 0:
                    raise Died(Ending.TOO_LONG)
                if self._lasts() <= 0:
                    raise Died(Ending.WAITED)
                if not self._load(name, source, left):
                    break
                left -= self.took
            else:
                loaded = True
        if self.before_test in range(len(self.cells)):
            self._put({"do": "restore", "name": function}, self.limits.total_seconds)
        if self.right:
            names = [name for name in self.right if name != function]
            self._put({"do": "correct", "names": names}, self.limits.total_seconds)
        self.took = 0.0

    def _load(self, name, source, left):
        """Load a cell; return whether the process still exists afterwards."""
        bound = self._allowed(left)[1]
        try:
            do = "test" if name == TEST else "load"
            answer = self._put({"do": do, "source": source, "name": name}, left)
        except Died as e:
            cause = of_death(e.ending, self.limits, bound, self.least)
            self._lose(FlagCode.CELL_STOPPED, name, **cause.data)
            return False
        if answer.get("error") is not None and name != TEST:  # a test has its own report
            limit = reached(answer.get("limit"), self.limits)
            if limit:
                self._note(FlagCode.CELL_LIMIT, name, **limit)
            else:
                code, data = _failure(answer, source)
                self._note(code, name, **data)
        return True

    def _lose(self, code, name, /, **data):
        """Skip a cell in later processes; after a few added cells, skip all added cells."""
        self.lost.add(name)
        self._note(code, name, **data)
        own = {n for n, _, own in self.cells if own}
        if len(self.lost & own) > MOST_LOST and own - self.lost:
            self.lost |= own
            self._note(FlagCode.ADDED_CELLS_LEFT_OUT, "")

    def _fresh(self):
        """Start a process without cells; use a new sandbox if the old one is broken."""
        for _ in range(2):
            if self.worker and not self.worker.usable:
                self.close()
            self.worker = self.worker or self.sandbox.worker(self.slot)
            try:
                return self.worker.fresh()
            except Died as e:
                last = e
        raise CannotDo(f"workers end unexpectedly on this machine: {last}")

    def _note(self, code, name, /, **data):
        """Add a flag about a cell or a function, unless it already exists."""
        added = [n for n, _, own in self.cells if own]
        if name in added:
            data["added"] = added.index(name) + 1
        flag, before = Flag(code, name, data), self.notes.setdefault(name, [])
        if flag not in before:
            before.append(flag)

    def close(self) -> None:
        """End the worker, if there is one."""
        self.function = None
        if self.worker:
            self.worker.close()
            self.worker = None


def bound(node: ast.AST) -> set[str]:
    """Return the names that a piece of code defines, at any depth."""
    names = set()
    for n in ast.walk(node):
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
            names.add(n.id)
        elif isinstance(n, ast.alias):
            names.add((n.asname or n.name).partition(".")[0])
        elif isinstance(n, ast.FunctionDef | ast.ClassDef):
            names.add(n.name)
    return names


def _independent(source, theirs):
    r"""Return the statements of a test cell that don't run code of the submission.

    :param theirs: (set of str) The names that the submission defines; empty if they are
        unknown.

    >>> print(_independent("import a\nx = f(1)\nx += 1\ny = a.b\nassert y == x", {"f"}))
    import a
    y = a.b
    """
    kept, theirs = [], set(theirs)
    for node in parse(plain(source)).body if theirs else ():
        inner = [n for n in ast.walk(node) if isinstance(n, ast.Name | ast.AugAssign)]
        used = {n.id for n in inner if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        used |= bound(node) if any(isinstance(n, ast.AugAssign) for n in inner) else set()
        uses = not used.isdisjoint(theirs)
        theirs = theirs | bound(node) if uses else theirs - bound(node)
        if not uses or isinstance(node, ast.FunctionDef):
            kept.append(ast.unparse(node))
    return "\n".join(kept)


def known(error) -> str:
    """Return the most specific built-in class among an exception's classes.

    :param error: Class names and a text from the worker. We trust neither, because a student
        may give a class any name.
    :return: The name of the class, or "an exception".
    """
    return (*checked({"error": error}).raised, "an exception")[0]


def _known(error, driver):
    """Return the class of a reported exception, and its text or else its known cause.

    The text is returned only if the driver contains it.
    """
    text = checked({"error": error}).message
    own = driver and text in string_constants(**driver)
    return [[known(error)], text if own else exceptions.cause(text) or ""]


def _failure(answer, source):
    """Return the code and the data of the flag about a cell that raised an exception.

    Line and name come from the worker; they are used only if they occur in the cell.
    """
    exception = known(answer["error"])
    if exception in SYNTAX:
        line = answer.get("line")
        in_cell = type(line) is int and 1 <= line <= source.count("\n") + 1
        about = obstacle(source, line if in_cell else None)
        return FlagCode.SYNTAX_ERROR, {"exception": exception} | about
    name = answer.get("undefined")
    in_cell = isinstance(name, str) and len(name) <= LONGEST_NAME and name in source
    named = {"name": name} if in_cell and all(map(str.isidentifier, name.split("."))) else {}
    if exception == "NameError":
        return FlagCode.NAME_MISSING, named
    missing = named if exception == "ModuleNotFoundError" else {}
    return FlagCode.CELL_RAISED, {"exception": exception, **missing}


def _texts(value):
    """Return the strings in a value that should be a list of strings."""
    return [v[:200] for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _fingerprints(value):
    """Return the numbers in a value that should be a fingerprint."""
    if not isinstance(value, list):
        return []
    return sorted({v for v in value if type(v) is int and 0 <= v < 1 << 48})[:MOST_FINGERPRINTS]
