"""A student's functions, called in workers: cells loaded one by one, every answer checked."""

from __future__ import annotations

from . import wire
from .engine.seen import checked
from .process import Died
from .sandbox import Sandbox

MOST_DEATHS = 2  # of the worker in one function; after that it is not called again
MOST_LOST = 3  # own cells that end the worker; after that no own cell is run
KINDS = {  # what ended a worker, as the exception that comes nearest
    "took too long": "TimeoutError",
    "used too much memory": "MemoryError",
    "ended the process": "SystemExit",
}


class Raised(Exception):
    """The student's function raised; the text is the name of a class of Python's own."""


class Runner:
    """Runs one submission.

    Parameters
    ----------
    cells : list of (str, str, bool)
        Name, source, and whether the cell is one that the student added, in the order in
        which they are loaded.
    sandbox : Sandbox
        Where workers come from.
    slot : int
        Which of the workers that run at one time.

    Attributes
    ----------
    notes : dict
        By cell or function: what the instructor should know, in words of ours.
    """

    def __init__(self, cells: list, sandbox: Sandbox, slot: int):
        self.cells, self.sandbox, self.slot = list(cells), sandbox, slot
        self.limits = sandbox.limits
        self.notes, self.lost = {}, set()
        self.spent, self.deaths = {}, {}
        self.worker = self.function = None

    def read(self, wanted: list[str] = ()) -> tuple[list[str], list[str]]:
        """What stands in the cells; one that cannot be read is not run.

        Parameters
        ----------
        wanted : list of str, optional
            Dotted names that are told if they are used, however many others there are.

        Returns
        -------
        list of str, list of str
            Dotted names used, and modules imported, aliases undone.
        """
        while True:
            with self.sandbox.worker(self.slot) as worker:
                if self._read_all(worker):
                    try:
                        question = {"do": "named", "wanted": list(wanted)}
                        told = worker.ask(question, self.limits.call_seconds)
                        return _texts(told.get("names")), _texts(told.get("imports"))
                    except Died as e:
                        self.notes["all cells"] = f"cannot be read together: {e}"
                        return [], []

    def _read_all(self, worker):
        """Whether every cell that is not lost has been read."""
        left = self.limits.total_seconds
        for name, source, _ in self.cells:
            if name in self.lost:
                continue
            try:
                worker.ask({"do": "read", "source": source}, self._at_most(left))
            except Died as e:
                self._lose(name, f"cannot be read: {e}")
                return False
            left -= worker.spent
        return True

    def call(
        self, name: str, args: dict, parts: int, cap: int, driver: dict | None = None
    ) -> dict:
        """Call a function and describe what came of it.

        Parameters
        ----------
        name : str
            The function.
        args : dict
            Its arguments, plain data; the student gets copies.
        parts : int
            How many values the answer should have.
        cap : int
            The largest answer that is read, in bytes.
        driver : dict, optional
            ``name`` and ``source`` of the problem's driver, which then calls the function.

        Returns
        -------
        dict
            What the engine's `observe` says of the call, as the worker tells it; without the
            texts of exceptions, which may carry what the function has seen.
        """
        question = {"do": "call", "name": name, "args": args, "parts": parts, "driver": driver}
        try:
            told = self._ask(name, question, cap)
        except Died as e:
            return {"error": [[KINDS.get(str(e), "Exception")], ""]}
        if told.get("error") is not None:
            told["error"] = [[known(told["error"])], ""]
        return told

    def value(self, name: str, args: tuple, kwargs: dict, cap: int = wire.BODY):
        """Call a function and return its value as plain data.

        Raises
        ------
        Died
            If the worker gave no answer.
        Raised
            If the function raised.
        """
        question = {"do": "value", "name": name, "args": list(args), "kwargs": kwargs}
        told = self._ask(name, question, cap)
        if told.get("error") is not None:
            raise Raised(known(told["error"]))
        return told.get("value")

    def _ask(self, name, question, cap):
        """One question about a function, in the worker that is its own."""
        left = self.limits.total_seconds - self.spent.get(name, 0.0)
        if self.deaths.get(name, 0) >= MOST_DEATHS or left <= 0:
            raise Died("not called again")
        if name != self.function:  # what one leaves behind cannot touch another
            self.close()
        self.function = name
        self._start()
        worker = self.worker
        try:
            told = worker.ask(question, self._at_most(left), cap)
            if told.get("missing") is True:
                self.notes.setdefault(name, "is not defined after the cells have run")
            return told
        except Died as e:
            self.deaths[name] = self.deaths.get(name, 0) + 1
            self.notes[name] = f"was stopped: {e}"
            self.close()
            raise
        finally:
            self.spent[name] = self.spent.get(name, 0.0) + worker.spent

    def _at_most(self, left):
        """Seconds for one question."""
        return max(0.0, min(self.limits.call_seconds, left))

    def _start(self):
        """Load all cells into a new worker, again without each cell that ends it."""
        while self.worker is None:
            self.worker, left = self.sandbox.worker(self.slot), self.limits.total_seconds
            for name, source, _ in self.cells:
                if name in self.lost:
                    continue
                if not self._load(name, source, left):
                    self.close()
                    break
                left -= self.worker.spent

    def _load(self, name, source, left):
        """Whether the worker has outlived the loading of a cell."""
        try:
            question = {"do": "load", "source": source, "name": name}
            told = self.worker.ask(question, self._at_most(left))
        except Died as e:
            self._lose(name, f"{e} when it was loaded")
            return False
        if told.get("error") is not None:
            self.notes[name] = f"raised {known(told['error'])} when it was loaded"
        return True

    def _lose(self, name, why):
        """Leave a cell out of the next worker; after a few own cells, all of them."""
        self.lost.add(name)
        self.notes[name] = why
        own = {n for n, _, own in self.cells if own}
        if len(self.lost & own) > MOST_LOST and own - self.lost:
            self.lost |= own
            self.notes["own cells"] = "left out, since several of them ended the process"

    def close(self) -> None:
        """End the worker, if there is one."""
        if self.worker:
            self.worker.close()
            self.worker = None


def known(error) -> str:
    """The most special class of an exception that Python itself has.

    Parameters
    ----------
    error : list
        Names of classes and a text, as a worker says them: both are the student's, since a
        class that the student makes may be called anything.

    Returns
    -------
    str
        A name of Python's own, or words of ours.
    """
    return (*checked({"error": error}).raised, "an exception")[0]


def _texts(value):
    """The texts in what should be a list of texts."""
    return [v[:200] for v in value if isinstance(v, str)] if isinstance(value, list) else []
