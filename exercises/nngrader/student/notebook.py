"""Run `nngrader check NOTEBOOK` on the student's own machine.

The notebook's cells run in a separate process, as in grading. The main process asks it to call
each function on the visible cases, compares the answers, and needs only NumPy.
"""

from __future__ import annotations

import ast
import importlib.util
from dataclasses import replace
from pathlib import Path

from ..course.notebooks import id_of_test
from ..engine.declaration.challenge import files_beside
from ..engine.judgement.ledger import WHOLE
from ..engine.observation.reading import (
    forbidden_in,
    imports,
    left_out,
    names_used,
    obstacle,
    parse,
    plain,
)
from ..errors import CannotDo, NotThere, WrongUsage
from ..intake.rebuild import added_lines, defined
from ..intake.submission import Rejected, TooLarge, cells_of, shrunk
from ..intake.suspicion import THERE
from ..records.codes import Code
from ..records.finding import EVERYTHING, Finding, of_problem, together_forbidden
from ..records.flag_rendering import for_student
from ..records.obstacles import because
from ..records.rendering import Audience, text
from ..settings import Limits
from ..storage.results import digest
from ..wording import counted, did_you_mean
from .function import (
    begin_there,
    calls_wrong,
    definition,
    report,
    source_in,
    spoils_callers,
    visible_problems,
)
from .repair import is_unclear, line_to_change
from .trial import Trial

UNANSWERED = "YOUR ANSWER HERE"  # nbgrader's placeholder for a written answer
UNTOUCHED = (
    "You haven't started the challenge {} ({}). It is optional, and needs no file until you "
    "start it."
)
OUR_FAULT = (
    "{}: the check failed ({}). This isn't your fault: please send your notebook to your "
    "instructor."
)
NOT_DEFINED = "Your notebook doesn't define it. Did you rename it, or delete its cell?"
KEEP_APART = "What this cell defines is lost, so write your functions in other cells."


def checkup(notebook: Path) -> int:
    """Run a notebook and print what is wrong with each function.

    :param notebook: The student's notebook, next to the file with the visible cases.
    :return: 0 if everything is correct on the visible cases, 1 if not. A challenge counts only
        if the student has started it.
    :raises NotThere: If there is no such notebook, or no file with cases in its folder.
    :raises CannotDo: If a package is missing that the functions need.
    """
    notebook = notebook.resolve()
    if not notebook.is_file():
        near = did_you_mean(notebook.name, (f.name for f in notebook.parent.glob("*.ipynb")))
        raise NotThere(f"there is no notebook {notebook.name}{near}")
    require_notebook(notebook)
    if not (problems := visible_problems(notebook.parent)):
        if any(notebook.parent.glob("*.cases.json")):
            raise NotThere(
                f"{notebook.name} has no cases to check: its tests are in its own cells, so "
                "restart the kernel and run all cells"
            )
        raise NotThere(f"the folder of {notebook.name} contains no file *.cases.json")
    try:
        return int(not Checkup(notebook, problems).run())
    except Rejected as e:
        print(for_student(e.flag))
    except KeyboardInterrupt:
        print("Stopped before the end of the notebook.")
    return 1


def require_notebook(file: Path) -> None:
    """Raise an error unless a file is a notebook.

    :raises WrongUsage: If it isn't one; the text names the kind of file, and the notebooks in
        its folder.
    """
    try:
        cells_of(shrunk(file.read_bytes()), [], file.name)
    except TooLarge:
        return  # too large to tell
    except Rejected as e:
        beside = sorted(f.name for f in file.parent.glob("*.ipynb") if f != file)
        others = f" The same folder contains {', '.join(beside)}." if beside else ""
        raise WrongUsage(f"{e}{others}") from None


class Checkup:
    """One check of a notebook.

    :param problems: The packed visible cases by problem.
    """

    def __init__(self, notebook: Path, problems: dict):
        self.folder, self.problems = notebook.parent, problems
        first = next(iter(problems.values()))
        self.limits, self.locked = Limits(**first.get("limits", {})), first.get("locked", {})
        self.uses = sorted(
            {package for data in problems.values() for package in data.get("uses", ())}
        )
        raw, flags = notebook.read_bytes(), []
        self.cells = cells_of(shrunk(raw), flags, notebook.name)
        notes = [*size_note(len(raw), self.limits.notebook_mb), *map(for_student, flags)]
        print(*notes, sep="\n", end="\n" * bool(notes))
        self.work, self.tested = self._work()
        self.verdicts, self.reported, self.failed = {}, set(), set()

    def _work(self):
        """Return the cells to run, as `Runner` takes them, and how many precede each test.

        The problems' test cells, and the course's cells that draw figures, are left out.
        """
        tests = {id_of_test(name): name for name in self.problems}
        work, tested = [], {}
        for n, cell in enumerate((c for c in self.cells if c.code), 1):
            name = cell.grade_id
            if name in tests:
                if added := added_lines(f"check({tests[name]})", cell.source):
                    work.append((f"cell {n}", added, True))
                tested[tests[name]] = len(work)
            elif name not in self.locked or not _draws(cell.source):
                own = name not in self.locked and name not in self.problems
                work.append((f"cell {n}", cell.source, own))
        return work, tested

    def run(self) -> bool:
        """Print the findings; return whether all started problems are correct."""
        for package in self.uses:
            if importlib.util.find_spec(package) is None:
                raise CannotDo(f"this assignment needs {package}: pip install {package}")
        texts = {name: plain(source) for name, source, _ in self.work}
        missing = absent(texts.values(), self.uses)
        print(*notes(self.cells, self.locked, missing), sep="", end="")
        self.texts = list(texts.values())
        self.sources = {name: source for name, source, _ in self.work}
        begun = {n: d for n, d in self.problems.items() if not self._is_untouched(d)}
        self.trial = Trial(self.work, self.limits, self.uses, missing)
        try:
            forbidden = [
                n for d in begun.values() for names in d["forbidden"].values() for n in names
            ]
            self.names, _ = self.trial.read(forbidden, [*self.problems])
            for line in self._forbidden(begun):
                print(line)
            for name, data in begun.items():
                try:
                    verdict = self._verdict(name)
                    self._print_failed_cells()
                    print(*self._about(data, verdict), sep="\n", flush=True)
                except Exception as e:  # our own error: the other problems are still judged
                    self.failed.add(name)
                    print(OUR_FAULT.format(name, type(e).__name__))
        finally:
            self.trial.close()
        judged = begun.keys() - self.failed
        later = {n for n in judged if not begun[n].get("file") and self._calls(n)}
        scores = {n: self.verdicts[n].score if n in judged - later else None for n in begun}
        print(*together(scores, self.problems, self.cells), sep="\n")
        return all(score == 100 for score in scores.values())

    def _is_untouched(self, data):
        """Return whether a problem is a challenge with neither a file nor code."""
        if not (file := data.get("file")) or (self.folder / file["name"]).exists():
            return False
        node = self._definition(data["name"])
        last = node.body[-1] if node else None
        return node is None or (
            isinstance(last, ast.Raise) and "NotImplementedError" in ast.unparse(last)
        )

    def _definition(self, name):
        """Return the last definition of a name in the cells, or None if there is none."""
        definitions = (definition(text, name) for text in reversed(self.texts))
        return next((node for node in definitions if node), None)

    def _verdict(self, name):
        """Return the verdict on a problem, which is judged only once."""
        if name not in self.verdicts:
            data = self.problems[name]
            self.trial.before_test = self.tested.get(name)
            files = files_beside(data, self.folder)
            names = self.trial.names_of.get(name, self.names)
            self.verdicts[name] = self.trial.judge(data, names, files)
        return self.verdicts[name]

    def _print_failed_cells(self):
        """Print which cells failed, each once."""
        for name, words in self.trial.failed.items():
            if name not in self.reported:
                lost = f" {KEEP_APART}" * (name in self.trial.lost)
                end = "" if words.endswith(("?", ".")) else "."
                print(f"The cell that begins {begin(self.sources[name])} {words}{end}{lost}")
        self.reported |= self.trial.failed.keys()

    def _forbidden(self, begun):
        """Yield a line on each forbidden name that costs all points of some problems."""
        by_problem = {
            problem: [
                Finding(Code.FORBIDDEN, EVERYTHING, data={"name": name, "whole": True})
                for name in forbidden_in(
                    self.trial.names_of.get(problem, self.names),
                    data["forbidden"].get(WHOLE, ()),
                )
            ]
            for problem, data in begun.items()
        }
        used = [(begin(s), names_used(plain(s))) for s in self.sources.values()]
        for finding in together_forbidden(by_problem):
            cells = [
                cell for cell, names in used if forbidden_in(names, [finding.data["name"]])
            ]
            at = {"at": cells[0]} if cells else {}
            yield text(finding.about(data=finding.data | at), Audience.VISIBLE)

    def _about(self, data, verdict):
        """Return the lines about one problem, and about wrong functions that it calls."""
        name, verdict = data["name"], replace(verdict, findings=of_problem(verdict.findings))
        if name in self.trial.undefined:
            return [f"{name}: {self._why_undefined(name)}"]
        node = self._definition(name)
        own = ast.unparse(node) if node else ""
        calls = self._calls(name)
        places = [] if calls else self._places(data, verdict)
        run = self.trial.calling(data)
        return [report(data, run, verdict, self.folder, own, calls, places)]

    def _why_undefined(self, name):
        """Return why the notebook doesn't define a function, and what to do about it."""
        cells = [c for c in self.cells if c.grade_id == name]
        cells += [c for c in self.cells if c.code and name in defined(c.source)]
        for cell in cells:
            if not cell.code:
                found = {"cause": "text"}
            elif parse(plain(cell.source)) is None:
                found = obstacle(cell.source, line_of_error(cell.source))
            else:
                found = left_out(cell.source)
            if found:
                return "{}, because {}. {}".format(
                    NOT_DEFINED.partition(".")[0], *because(found)
                )
        return NOT_DEFINED

    def _places(self, data, verdict):
        """Return lines about a place in a wrong function that may be the cause."""
        text = source_in(self.texts, data["name"])
        if not is_unclear(text, data, verdict):
            return []
        with self.trial.corrected({}):  # the search isn't charged to the function
            return line_to_change(self.trial.changed(data), text, data, verdict)

    def _calls(self, name):
        """Return lines about wrong functions of other problems that a wrong function calls."""
        node = self._definition(name)
        if not node or name in self.trial.undefined or self._verdict(name).score == 100:
            return []
        called = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - {name}
        others = [n for n in self.problems if n in called and not self.problems[n].get("file")]
        wrong = [n for n in others if spoils_callers(self._verdict(n))]
        lines = [begin_there(self.problems[n], self._verdict(n).score) for n in wrong]
        return calls_wrong(self.problems[name], lines)


def line_of_error(source: str) -> int | None:
    """Return the line of a cell's syntax error, or None if it isn't known."""
    try:
        ast.parse(plain(source))
    except SyntaxError as e:
        return e.lineno
    except ValueError:  # null characters, before Python 3.11.4
        return None
    return None


def begin(source: str) -> str:
    """Return the beginning of a cell in quotes."""
    return repr((source.strip().splitlines() or [""])[0][:50])


def size_note(size: int, most: int) -> list[str]:
    """Return a line about a notebook that uses more than half of the size limit.

    :param most: The size limit in grading, in MB.
    :return: The line; empty for a smaller notebook.

    >>> size_note(3 << 20, 100)
    []
    """
    if size <= most << 19:
        return []
    return [
        f"The size of your notebook is {size >> 20} MB, and we grade notebooks of at most "
        f"{most} MB. Clear its outputs before you submit it, because we don't grade them."
    ]


def absent(sources, uses: list[str]) -> list[str]:
    """Return the packages that cells import and that are missing in grading.

    :param sources: (iterable of str) The texts of the cells.
    :param uses: Packages that the problems require.
    """
    present = THERE.union([""], uses)
    return sorted({name.split(".")[0] for name in imports(*sources)} - present)


def notes(cells: list, locked: dict, missing: list[str]) -> list[str]:
    """Return lines about what will be different when the notebook is graded.

    :param locked: Digests of the cells that must not be changed, by name.
    :param missing: Packages that are missing in grading.
    """
    changed = [c.grade_id for c in cells if digest(c.source) != locked.get(c.grade_id)]
    lines = [
        f"You changed the cell {name}. In grading, we use the original cell, and then whole "
        "lines that you added between its own. Write your own code in your own cells.\n"
        for name in locked
        if name in changed
    ]
    if missing:
        lines.append(
            f"Not available in grading: {', '.join(missing)}. Your functions must work without "
            f"{'it' if len(missing) == 1 else 'them'}.\n"
        )
    return lines


def _draws(source):
    """Return whether a cell imports matplotlib."""
    return any(name.split(".")[0] == "matplotlib" for name in imports(source))


def together(scores: dict[str, float], problems: dict, cells: list) -> list[str]:
    """Return lines about the whole notebook: total points, and which answers are missing.

    :param scores: The score of each problem that was begun, at most 100; None if it isn't
        judged yet.
    """
    judged = {name: score for name, score in scores.items() if score is not None}
    most = sum(problems[name]["total"] for name in judged)
    earned = sum(score * problems[name]["total"] / 100 for name, score in judged.items())
    later = ", ".join(name for name in scores if name not in judged)
    without = f", without {later}" if later else ""
    lines = [
        f"In total: {earned:.4g} of {counted(most, 'point')} on the visible cases{without}."
    ]
    for name, data in problems.items():
        if name not in scores:
            lines.append(UNTOUCHED.format(name, counted(data["total"], "point")))
    missing = [
        c.grade_id for c in cells if c.grade_id and not c.code and UNANSWERED in c.source
    ]
    if missing:
        lines.append(
            "Your instructor grades these answers, which are still empty: "
            f"{', '.join(missing)}."
        )
    return lines
