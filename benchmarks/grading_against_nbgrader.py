"""Grade a class with nngrader and with nbgrader, and compare time, memory and scores.

Run this program in the root folder of the repository:
`python benchmarks/grading_against_nbgrader.py`. The assignment consists of the first six
problems of ps2. The submissions contain correct answers in different styles and known mistakes,
and no attempts to cheat. nngrader grades and writes feedback with two workers, and runs each
function in a sandbox. nbgrader runs `autograde` and `generate_feedback`, each as two processes
that split the class. It runs the same notebooks in kernels without a sandbox, next to the
hidden cases.
`--growth` grades classes of 50, 200 and 800 students with nngrader only.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from nngrader.course import Course
from nngrader.course.folder import read_problems
from nngrader.engine import cases_json
from nngrader.gradebook import marks
from nngrader.release.build import release

EXERCISES, NAME = Path(__file__).resolve().parents[1] / "exercises", "ps2_classifiers"
WORKERS, MB = 2, 1 << 20
GROWTH = (50, 200, 800)
LOOK = 0.2  # seconds between two measurements of the memory
PLAIN = '''"""Judge hidden cases in the kernel; nbgrader's test cells call this module."""

import functools
from pathlib import Path

from nngrader.engine import cases_json, judge
from nngrader.engine.observation.observe import observe
from nngrader.engine.observation.reading import names_used
from nngrader.student.function import cells_run


@functools.cache
def hidden():
    return cases_json.load(Path(__file__).with_name("hidden.json"))


def points(name, f, most):
    data = hidden()[name]
    names = names_used(*cells_run())
    verdict = judge(data, lambda a: observe(f, a, len(data["returns"])), names)
    return round(verdict.score * most / 100, 6)
'''


# The course and the submissions.


def make_course(folder: Path) -> Path:
    """Write a course that isn't released yet, with the first six problems of ps2."""
    for part in ("source", "problems"):
        shutil.copytree(EXERCISES / part / NAME, folder / part / NAME)
    shutil.copy(EXERCISES / "nbgrader_config.py", folder)
    source = folder / "source" / NAME / f"{NAME}.md"
    sections = re.split(r"^(?=## )", source.read_text(), flags=re.MULTILINE)
    source.write_text("".join(sections[:7]))  # the introduction and the six problems
    with (source.parent / "nngrader.toml").open("a") as file:
        file.write("[points]\nhinge_loss = 28\n")  # so that the sum is 100
    declared = folder / "problems" / NAME / "__init__.py"
    declared.write_text(declared.read_text().replace(", clothes]", "]"))
    (folder / ".seed").write_text("20261120\n")
    (folder / ".seed").chmod(0o600)
    return folder


def definition(function: Callable) -> ast.FunctionDef:
    """Return the syntax tree of a function without its decorators."""
    source = textwrap.dedent(inspect.getsource(inspect.unwrap(function)))
    (node,) = ast.parse(source).body
    node.decorator_list = []
    return node


def cell(problem: str, function: Callable) -> str:
    """Return a cell that answers a problem with a function, and contains all that it calls.

    All functions in the cell get other names, so that they don't replace the student's answers
    to other problems.
    """
    names, needed = inspect.unwrap(function).__globals__, {}
    todo = [definition(function)]
    todo[0].name = "answer"
    while todo:
        node = todo.pop()
        needed[node.name] = node
        used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - needed.keys()
        todo += [definition(names[n]) for n in used if inspect.isfunction(names.get(n))]
    text = "\n\n".join(map(ast.unparse, needed.values()))
    text = re.sub(rf"\b({'|'.join(needed)})\b", rf"{problem}_\1", text)
    call = f"def {problem}(*args, **kwargs):\n    return {problem}_answer(*args, **kwargs)"
    return f"{text}\n\n{call}"


def fill(course: Path, count: int) -> None:
    """Write the submissions of a class; students' names alternately begin with a and b.

    The first student answers everything correctly. The answers of the others depend on their
    numbers.
    """
    released = (course / "release" / NAME / f"{NAME}.ipynb").read_text()
    known = {
        p.name: [p.solve, *p.alternatives.values(), *(m.solve for m in p.mistakes.values())]
        for p in read_problems(course / "problems" / NAME)
    }
    for number in range(count):
        notebook = json.loads(released)
        cells = {gid(c): c for c in notebook["cells"]}
        for k, (problem, functions) in enumerate(known.items()):
            answer = functions[number * (k + 1) % len(functions)]
            cells[problem]["source"] = cell(problem, answer)
        own = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        own |= {"id": f"mine-{number}", "source": f"print('attempt', {number})"}
        notebook["cells"].append(own)  # so that no two submissions are the same
        place = course / "submitted" / f"{'ab'[number % 2]}-{number:04}" / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_text(json.dumps(notebook))


def gid(cell: dict) -> str | None:
    """Return the nbgrader id of a cell, or None if it has none."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


# The graders.


def settings(*folders) -> dict:
    """Return the environment of each process, with one thread and the folders in PYTHONPATH."""
    path = os.pathsep.join(map(str, [*folders, os.environ.get("PYTHONPATH", "")]))
    one = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return os.environ | one | {"PYTHONPATH": path.strip(os.pathsep)}


def nngrader(course: Path, *arguments) -> list:
    return [sys.executable, "-m", "nngrader", "--course", str(course), *arguments]


def timed(lines: list, where: Path, env: dict, may_fail: bool = False) -> tuple[float, float]:
    """Run commands in parallel; return the seconds until all have ended and the peak MB.

    A command that fails ends the benchmark unless `may_fail`: nbgrader's commands fail if they
    lose one student, and have then graded all others.
    """
    begin, most, going = time.perf_counter(), [0], True
    started = [
        subprocess.Popen(
            line, cwd=where, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for line in lines
    ]

    def look():
        while going:
            most[0] = max(most[0], sum(resident(p.pid) for p in started))
            time.sleep(LOOK)

    watcher = threading.Thread(target=look)
    watcher.start()
    said = [p.communicate()[1] for p in started]
    seconds, going = time.perf_counter() - begin, False
    watcher.join()
    for line, words, p in zip(lines, said, started, strict=True):
        if p.returncode and not may_fail:
            end = words.decode(errors="replace")[-2000:]
            raise SystemExit(f"{' '.join(map(str, line))} failed:\n{end}")
    return seconds, most[0] / MB


def resident(pid: int) -> int:
    """Return the bytes of a process and its descendants; each counts the pages it shares."""
    try:
        parent = psutil.Process(pid)
        processes = [parent, *parent.children(recursive=True)]
        return sum(p.memory_info().rss for p in processes)
    except psutil.NoSuchProcess:  # one of them has just ended
        return 0


def scores(course: Path) -> dict:
    return {s: mark["score"] for s, mark in marks(Course(course), NAME).items()}


def ours(folder: Path, count: int) -> tuple[float, float, float, dict]:
    """Return nngrader's seconds to grade and to grade again, the peak MB, and the scores."""
    course = make_course(folder / f"ours-{count}")
    release(Course(course), NAME, seeds=1)
    fill(course, count)
    grade = nngrader(course, "grade", NAME, "--workers", str(WORKERS))
    first, memory = timed([grade], course, settings())
    pages, _ = timed([nngrader(course, "feedback", NAME)], course, settings())
    again, _ = timed([grade], course, settings())
    return first + pages, again, memory, scores(course)


def theirs(folder: Path, count: int) -> tuple[float, float, dict]:
    """Return nbgrader's seconds to grade and write feedback, the peak MB, and the scores."""
    course, plain = make_course(folder / "theirs"), folder / "plain"
    plain.mkdir()
    (plain / "plain_points.py").write_text(PLAIN)
    cases_json.save(Course(course).hidden(NAME), plain / "hidden.json")
    release(Course(course), NAME, seeds=1)
    use_plain_points(course)
    fill(course, count)
    seconds, memory = 0.0, 0.0
    for action in (["autograde"], ["generate_feedback"]):
        lines = [
            [sys.executable, "-m", "nbgrader", *action, NAME, f"--student={half}-*", "--force"]
            for half in ("a", "b")
        ]
        spent, held = timed(lines, course, settings(plain), may_fail=True)
        seconds, memory = seconds + spent, max(memory, held)
    # Lost students have no graded notebook.
    graded = (course / "autograded").glob(f"*/{NAME}/{NAME}.ipynb")
    kept = {file.parents[1].name for file in graded}
    return seconds, memory, {s: n for s, n in scores(course).items() if s in kept}


def use_plain_points(course: Path) -> None:
    """Make the test cells import `points` from `plain_points`, and release again."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nngrader.gradebook import config_of, quiet

    file = course / "source" / NAME / f"{NAME}.ipynb"
    text = file.read_text()
    file.write_text(
        text.replace("from nngrader import points", "from plain_points import points")
    )
    config = config_of(Course(course), NAME, student_id=".")
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    converter.force, converter.log.level = True, 40
    with quiet():
        converter.start()


def compare(folder: Path, count: int) -> int:
    """Print the comparison of both graders; return 1 if any score differs.

    Students whom nbgrader loses are counted and left out of the comparison of scores.
    """
    mine, again, memory, ours_found = ours(folder, count)
    low, high = min(ours_found.values()), max(ours_found.values())
    print(f"{len(ours_found)} submissions of six problems, scores from {low:g} to {high:g}")
    print(f"nngrader, grade and feedback, {WORKERS} workers {mine:8.1f} s {memory:6.0f} MB")
    print(f"nngrader, grade again                 {again:8.1f} s", flush=True)
    other, theirs_memory, theirs_found = theirs(folder, count)
    lost = sorted(set(ours_found) - set(theirs_found))
    unequal = sorted(s for s, n in theirs_found.items() if abs(ours_found[s] - n) > 1e-6)
    print(f"nbgrader, two processes               {other:8.1f} s {theirs_memory:6.0f} MB")
    print(f"nbgrader takes {other / mine:.1f} times as long")
    print(f"students whom nbgrader lost: {len(lost)} {lost}")
    print(f"unequal scores: {len(unequal)} {unequal}")
    return 1 if unequal or len(ours_found) != count else 0


def growth(folder: Path, counts) -> int:
    """Print how the time and the memory grow with the size of the class, and return 0."""
    for count in counts:
        seconds, again, memory, scores = ours(folder, count)
        print(
            f"{len(scores):4} submissions {seconds:8.1f} s, {seconds / count:6.3f} s each, "
            f"again {again:6.1f} s, {memory:5.0f} MB",
            flush=True,
        )
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, nargs="+", help="submissions; default: 200")
    parser.add_argument("--growth", action="store_true", help="nngrader alone, growing classes")
    a = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if a.growth:
            raise SystemExit(growth(Path(folder), a.count or GROWTH))
        raise SystemExit(compare(Path(folder), (a.count or [200])[0]))


if __name__ == "__main__":
    main()
