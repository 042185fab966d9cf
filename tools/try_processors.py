"""Execute every page and judge every problem under each processor that this one can imitate.

Usage: python tools/try_processors.py [--only NAME …] [--threads N …] [--pages PAGE …]

For each processor and number of threads: the pages are executed, their assertions and claims
held to; the release gate of every problem is asked on a few seeds; the tests of the problems
run. A table says page or problem by processor; below it stands what did not come out.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

import build_book
import processors
from joblib import cpu_count

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "_build" / "processors"
SEEDS = 5  # of a problem's release gate; a release asks 50
TIMEOUT = 600  # seconds of a cell
TESTS = "tests of the problems"
CLAIM = "claim: "


def pages() -> list[str]:
    """Return the names of the pages with code cells, as paths below chapters/."""
    found = sorted((ROOT / "chapters").rglob("*.md"))
    names = [p.relative_to(ROOT / "chapters").with_suffix("").as_posix() for p in found]
    return [n for n in names if "{code-cell}" in (ROOT / f"chapters/{n}.md").read_text()]


def assignments() -> list[str]:
    """Return the names of the assignments."""
    return sorted(p.parent.name for p in (ROOT / "exercises/problems").glob("*/__init__.py"))


def run_page(name: str) -> str:
    """Execute a page under this process's switches; return its failure or untrue claims."""
    from execute.claims import found, remove_notes
    from execute.run import execute
    from myst_nb.core.read import read_myst_markdown_notebook

    path = ROOT / "chapters" / f"{name}.md"
    notebook = read_myst_markdown_notebook(
        path.read_text(encoding="utf-8"), add_source_map=True
    )
    notebook.metadata.setdefault("kernelspec", {"name": "python3"})
    run = execute(path, notebook, ROOT, TIMEOUT)
    if run.failure:
        return f"{run.failure.page}:{run.failure.line}: {run.failure.what}"
    unmet = remove_notes(run.notebook)
    return "\n".join(f"{CLAIM}{claim['statement']} (here: {found(claim)})" for claim in unmet)


def run_problem(assignment: str, name: str) -> str:
    """Check a problem's declaration on a few seeds; return what failed."""
    from nngrader.course import Course
    from nngrader.engine.declaration.gate import over_seeds

    problems = {p.name: p for p in Course(ROOT / "exercises").problems(assignment)}
    return "\n".join(over_seeds(problems[name], SEEDS))


def names_of(assignment: str) -> list[str]:
    """Return the names of an assignment's problems."""
    from nngrader.course import Course

    return [problem.name for problem in Course(ROOT / "exercises").problems(assignment)]


def run_tests(report: Path) -> str:
    """Run the tests of the problems; return the names of those that failed."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/exercises",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    command += ["-p", "gate_report", "-n", str(cores()), f"--junitxml={report}"]
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'tools'}{os.pathsep}{_path()}"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if not report.exists():
        return done.stdout[-2000:] + done.stderr[-2000:]
    cases = ElementTree.parse(report).iter("testcase")
    bad = [c for c in cases if c.find("failure") is not None or c.find("error") is not None]
    rows = [f"{c.get('classname')}.{c.get('name')}: {_message(c)}" for c in bad]
    return "\n".join(rows) or ("" if done.returncode == 0 else done.stdout[-2000:])


def _message(case) -> str:
    """Return the first line of what a failed test raised."""
    raised = next(part for part in case if part.tag in ("failure", "error"))
    return (raised.get("message") or "").partition("\n")[0][:200]


def _path() -> str:
    return os.environ.get("PYTHONPATH", "")


def cores() -> int:
    """Return how many problems or tests run at once; their products use one thread each."""
    return min(cpu_count(), 4)


def workers() -> int:
    """Return how many pages run at once, so that all their threads have a core."""
    threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
    return max(1, cores() // threads)


def run_all(chosen: list[str], out: Path) -> None:
    """Run pages, problems and tests under this process's switches, and write the results."""
    sys.path.append(str(ROOT / "chapters" / "_ext"))
    found, started = {}, time.monotonic()
    with ThreadPoolExecutor(workers()) as pool:
        found |= dict(zip(chosen, pool.map(run_page, chosen), strict=True))
    if chosen == pages():
        pairs = [(a, name) for a in assignments() for name in names_of(a)]
        rows = [f"{assignment}/{name}" for assignment, name in pairs]
        with ProcessPoolExecutor(cores()) as pool:
            found |= dict(
                zip(rows, pool.map(run_problem, *zip(*pairs, strict=True)), strict=True)
            )
        found[TESTS] = run_tests(out.with_suffix(".xml"))
    seconds = round(time.monotonic() - started)
    out.write_text(json.dumps({"seconds": seconds, "rows": found}, indent=1), encoding="utf-8")


def try_one(name: str, threads: int, chosen: list[str]) -> dict:
    """Return the results under one processor, measured in a process of its own."""
    OUT.mkdir(parents=True, exist_ok=True)
    out = OUT / f"{name}-{threads}.json"
    out.unlink(missing_ok=True)
    environment = build_book.environment(serial=False) | processors.environment(name, threads)
    command = [sys.executable, __file__, "--column", str(out), "--pages", *chosen]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"try_processors: {name}, {threads} threads: {done.stderr[-2000:]}")
    return json.loads(out.read_text(encoding="utf-8"))


def table(columns: dict[tuple[str, int], dict]) -> Iterator[str]:
    """Yield the lines of the table: a row a page or problem, a column a processor."""
    rows = list(dict.fromkeys(row for found in columns.values() for row in found["rows"]))
    wide = max(map(len, rows)) + 2
    heads = [f"{name} {threads}" for name, threads in columns]
    yield " " * wide + "".join(f"{head:>14}" for head in heads)
    for _, part in groupby(rows, key=lambda row: row.partition("/")[0]):
        for row in part:
            states = (cell_text(found["rows"].get(row)) for found in columns.values())
            yield f"{row:{wide}}" + "".join(f"{text:>14}" for text in states)
    seconds = (f"{found['seconds']} s" for found in columns.values())
    yield f"{'':{wide}}" + "".join(f"{text:>14}" for text in seconds)


def cell_text(output: str | None) -> str:
    """Return the text of a table's cell, such as "ok", for the output of one run."""
    if output is None:
        return "-"
    lines = output.splitlines()
    claims = sum(line.startswith(CLAIM) for line in lines)
    if not lines:
        return "ok"
    return f"{claims} untrue" if claims == len(lines) else f"{len(lines)} fail"


def main() -> int:
    """Run the program; return 1 if anything failed under some processor, else 0."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    able = processors.can_imitate()
    parser.add_argument("--only", nargs="*", choices=able, default=able, metavar="NAME")
    parser.add_argument("--threads", nargs="*", type=int, default=[1, 2], metavar="N")
    parser.add_argument("--pages", nargs="*", default=None, metavar="PAGE")
    parser.add_argument("--column", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    chosen = pages() if options.pages is None else options.pages
    if options.column:
        run_all(chosen, options.column)
        return 0
    if not able:
        print("try_processors: this machine cannot imitate another; nothing was tried")
        return 0
    columns = {}
    for name in options.only:
        for threads in options.threads:
            print(f"{name}, {threads} threads …", flush=True)
            columns[name, threads] = try_one(name, threads, chosen)
    print("\n".join(table(columns)))
    bad = [
        (name, threads, row, output)
        for (name, threads), found in columns.items()
        for row, output in found["rows"].items()
        if output
    ]
    for name, threads, row, output in bad:
        print(f"\n{row} under {name}, {threads} threads:\n{output}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
