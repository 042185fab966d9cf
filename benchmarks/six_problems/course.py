"""A course with one assignment of six problems: three of ps2 and three of the benchmark."""

from __future__ import annotations

import ast
import importlib.util
import itertools
import json
import re
import shutil
from pathlib import Path

HERE = Path(__file__).parent
EXERCISES = HERE.parents[1] / "exercises"
NAME, PS2, SEED = "six", "ps2_classifiers", 20261120
POINTS = {"pairwise_distances": 15, "softmax_cross_entropy": 20, "hinge_loss": 15}
DECLARED = "THREE = [distances, softmax, hinge]"


def make_course(folder: Path) -> Path:
    """Write a course with source, problems and seed, not yet released; return its folder."""
    source = folder / "source" / NAME
    source.mkdir(parents=True)
    (folder / "problems").mkdir()
    (source / f"{NAME}.md").write_text(source_text())
    worth = "".join(f"{name} = {points}\n" for name, points in POINTS.items())
    (source / "nngrader.toml").write_text(f"[points]\n{worth}")
    (folder / "problems" / f"{NAME}.py").write_text(problems_text())
    shutil.copy(EXERCISES / "nbgrader_config.py", folder)
    (folder / ".seed").write_text(f"{SEED}\n")
    (folder / ".seed").chmod(0o600)
    return folder


def source_text() -> str:
    """Return the assignment's source text: three problems of ps2 and three of the benchmark."""
    text = (EXERCISES / "source" / PS2 / f"{PS2}.md").read_text()
    first, *rest = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    kept = [part for part in rest if any(f"{{problem}} {name}\n" in part for name in POINTS)]
    return "".join([first, *kept, (HERE / "source.txt").read_text()])


def problems_text() -> str:
    """Return one file of definitions: those of ps2's three problems and of the benchmark's."""
    folder = EXERCISES / "problems" / PS2
    texts = [(folder / f"{name}.py").read_text() for name in ("common", *POINTS)]
    first = re.sub(r"^from \.common import .*\n", "", "\n".join(texts), flags=re.MULTILINE)
    defined = re.findall(r"^def (\w+)", first, flags=re.MULTILINE)
    if len(defined) > len(set(defined)):
        raise ValueError("a function of ps2 is in two files")
    last = (HERE / "problems.py").read_text()
    return f"{first}\n{DECLARED}\n{last}\nPROBLEMS += THREE\n"


def problems(course: Path) -> list:
    """Return the declared problems of a course."""
    file = course / "problems" / f"{NAME}.py"
    spec = importlib.util.spec_from_file_location("six_declared", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PROBLEMS


class Answers:
    """Writes submissions that mix correct answers in all styles with known mistakes.

    A student's cell contains each function as a student would write it: with the helpers that
    it needs, and without its declaration.
    """

    def __init__(self, course: Path):
        tree = ast.parse((course / "problems" / f"{NAME}.py").read_text())
        self.functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
        self.released = json.loads((course / "release" / NAME / f"{NAME}.ipynb").read_text())
        self.known = {p.name: list(self._names(p)) for p in problems(course)}

    @staticmethod
    def _names(problem):
        """Yield the names of the reference, of the alternatives, and of the known mistakes."""
        yield problem.solve.__name__
        yield from problem.alternatives
        yield from (m.solve.__name__ for m in problem.mistakes.values())

    def hand_in(self, course: Path, student: str, number: int) -> None:
        """Write one student's submission, a mixture of answers that depends on the number."""
        notebook = json.loads(json.dumps(self.released))
        for k, (problem, names) in enumerate(self.known.items()):
            answer = names[number * (k + 1) % len(names)] if number else names[0]
            cell = next(c for c in notebook["cells"] if gid(c) == problem)
            cell["source"] = self.cell(problem, answer)
        notebook["cells"].append(own_cell(number))
        folder = course / "submitted" / student / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))

    def cell(self, problem: str, answer: str) -> str:
        """Return the source of a cell that solves a problem with the named function."""
        texts = [self._text(name, problem) for name in self._needed(answer)]
        if answer == problem:
            return "\n\n".join(texts).replace(f"right_{problem}", problem)
        call = f"def {problem}(*args, **kwargs):\n    return {answer}(*args, **kwargs)"
        return "\n\n".join([*texts, call])

    def _needed(self, answer):
        """Return the names of a function and of those it calls, in the file's order."""
        needed, todo = set(), [answer]
        while todo:
            needed.add(name := todo.pop())
            used = {n.id for n in ast.walk(self.functions[name]) if isinstance(n, ast.Name)}
            todo += (used & self.functions.keys()) - needed
        return [name for name in self.functions if name in needed]

    def _text(self, name, problem):
        """Return a function's source without decorators; the reference gets another name."""
        node = ast.parse(ast.unparse(self.functions[name])).body[0]
        node.decorator_list = []
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and part.id == problem:
                part.id = f"right_{problem}"
        node.name = f"right_{problem}" if name == problem else name
        return ast.unparse(node)


def own_cell(number: int) -> dict:
    """Return a code cell of the student's own, so that no two submissions are the same."""
    source = f"print('attempt', {number})"
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}
    return cell | {"execution_count": None, "id": f"mine-{number}"}


def gid(cell: dict) -> str | None:
    """Return the nbgrader id of a cell, or None if it has none."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def fill(course: Path, count: int) -> None:
    """Write the submissions of a class; students' names alternately begin with a and b."""
    answers, groups = Answers(course), itertools.cycle("ab")
    for number, group in zip(range(count), groups, strict=False):
        answers.hand_in(course, f"{group}-{number:04}", number)
