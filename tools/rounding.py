"""Execute every page and judge every problem with rounding noise added to the results.

Usage: python tools/rounding.py [--seeds N …] [--scale X] [--pages PAGE …]

A check that fails here may fail on other processors. For each seed, the program executes the
pages and checks their assertions and claims, and judges each problem's answers on cases that
were created with different noise. The seeds also alternate between one and two threads and
between the instruction sets of MKL. A table shows the result of each page and problem for each
seed; the failures follow below it.

All claims of the pages in ``MEASURED_HERE`` are ignored, because they are about times, memory
or rounding errors. Use ``--scale 100`` to make the noise a hundred times larger. Then all
claims are ignored, and each assertion must have a tolerance of at least a hundred rounding
errors. Seed 0 adds no noise.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import build_book
import rounding_noise
from joblib import cpu_count

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "_build" / "rounding"
CASE_SEEDS = 2  # sets of hidden cases on which a problem is judged
TIMEOUT = 900  # seconds that a cell may run
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
SETTINGS = ((1, "AUTO"), (2, "COMPATIBLE"), (1, "AVX2"))  # threads, and MKL's instructions
CLAIM = "claim: "
# Claims to ignore, by page: those that begin with this text ("" for all).
MEASURED_HERE = dict.fromkeys(("maths/linear-systems", "maths/numpy-matplotlib"), "")


def pages() -> list[str]:
    """Return the names of the pages with code cells, as paths below chapters/."""
    files = sorted((ROOT / "chapters").rglob("*.md"))
    names = [p.relative_to(ROOT / "chapters").with_suffix("").as_posix() for p in files]
    return [n for n in names if "{code-cell}" in (ROOT / f"chapters/{n}.md").read_text()]


def problems() -> list[tuple[str, str]]:
    """Return the assignment and the name of each problem."""
    from nngrader.course import Course

    folders = sorted(p.parent for p in (ROOT / "exercises/problems").glob("*/__init__.py"))
    course = Course(ROOT / "exercises")
    return [(f.name, problem.name) for f in folders for problem in course.problems(f.name)]


def run_page(name: str, seed: int, scale: float) -> str:
    """Execute a page with noise; return its failure or its false claims."""
    from execute.findings import values
    from execute.run import execute
    from myst_nb.core.read import read_myst_markdown_notebook

    path = ROOT / "chapters" / f"{name}.md"
    text = path.read_text(encoding="utf-8")
    notebook = read_myst_markdown_notebook(text, add_source_map=True)
    notebook.metadata.setdefault("kernelspec", {"name": "python3"})
    tools = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    variables = {"PYTHONPATH": tools, rounding_noise.VARIABLE: f"{seed}:{scale}"}
    start = "__import__('rounding_noise').install_from_environment();" if seed else ""
    run = execute(path, notebook, ROOT, TIMEOUT, variables=variables, start=start)
    if run.failure:
        return f"{run.failure.page}:{run.failure.line}: {run.failure.what}"
    allowed = MEASURED_HERE.get(name, "no claim")
    unmet = [c for c in run.findings if scale == 1 and not c["statement"].startswith(allowed)]
    return "\n".join(f"{CLAIM}{claim['statement']} (here: {values(claim)})" for claim in unmet)


def run_problem(assignment: str, name: str, seed: int, scale: float) -> str:
    """Judge a problem's answers on cases with different noise; return the failures."""
    noise = rounding_noise.install(seed, scale) if seed else None
    from nngrader.course import Course
    from nngrader.engine.declaration import gate
    from nngrader.engine.declaration.cases import pack

    problem = {p.name: p for p in Course(ROOT / "exercises").problems(assignment)}[name]
    failures = {}
    for case_seed in range(gate.seeds_needed(problem, CASE_SEEDS)):
        packed = None
        if noise and hasattr(problem, "trains"):
            noise.change_seed(seed)
            packed = pack(problem, case_seed, visible=False)
            noise.change_seed(seed + 1000)
        failures |= dict.fromkeys(gate.check_seed(problem, case_seed, packed), case_seed)
    return "\n".join(failures)


def workers() -> int:
    """Return how many pages or problems run in parallel."""
    return max(1, min(cpu_count(), 4) // int(os.environ.get(THREADS[0], "1")))


def run_all(chosen: list[str], with_problems: bool, seed: int, scale: float, out: Path) -> None:
    """Run pages and problems with one seed, and write the results."""
    sys.path.append(str(ROOT / "chapters" / "_ext"))
    started = time.monotonic()
    with ThreadPoolExecutor(workers()) as pool:
        jobs = {name: pool.submit(run_page, name, seed, scale) for name in chosen}
        rows = dict(as_they_finish(jobs))
    if with_problems:
        pairs = problems_of_another_process()
        with ProcessPoolExecutor(workers(), max_tasks_per_child=1) as pool:
            jobs = {f"{a}/{n}": pool.submit(run_problem, a, n, seed, scale) for a, n in pairs}
            rows |= dict(as_they_finish(jobs))
    seconds = round(time.monotonic() - started)
    out.write_text(json.dumps({"seconds": seconds, "rows": rows}, indent=1), encoding="utf-8")


def as_they_finish(jobs: dict[str, Future]) -> Iterator[tuple[str, str]]:
    """Yield each row with its result, in order, and print each finished row."""
    for row, job in jobs.items():
        output = job.result()
        print(f"  {row}: {cell_text(output)}", flush=True)
        yield row, output


def problems_of_another_process() -> list[tuple[str, str]]:
    """Return the problems; noise must be installed before they are imported."""
    with ProcessPoolExecutor(1) as pool:
        return pool.submit(problems).result()


def try_one(seed: int, scale: float, chosen: list[str], with_problems: bool) -> dict:
    """Return the results with one seed, measured in a separate process."""
    OUT.mkdir(parents=True, exist_ok=True)
    out = OUT / f"{os.getpid()}-{seed}.json"
    threads, instructions = SETTINGS[(seed - 1) % len(SETTINGS)]
    environment = build_book.environment(serial=False) | {
        **dict.fromkeys(THREADS, str(threads)),
        "MKL_CBWR": instructions,
    }
    command = [sys.executable, __file__, "--column", str(out), "--scale", str(scale)]
    command += ["--seeds", str(seed), *(["--no-problems"] if not with_problems else [])]
    command += ["--pages", *chosen]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"rounding: seed {seed}: {done.stderr[-2000:]}")
    results = json.loads(out.read_text(encoding="utf-8"))
    out.unlink()
    return results


def table(columns: dict[int, dict]) -> Iterator[str]:
    """Yield the lines of the table: a row for a page or problem, a column for a seed."""
    rows = list(dict.fromkeys(row for results in columns.values() for row in results["rows"]))
    wide = max(map(len, rows)) + 2
    yield " " * wide + "".join(f"{f'seed {seed}':>12}" for seed in columns)
    for row in rows:
        states = (cell_text(results["rows"].get(row)) for results in columns.values())
        yield f"{row:{wide}}" + "".join(f"{text:>12}" for text in states)
    seconds = (f"{results['seconds']} s" for results in columns.values())
    yield " " * wide + "".join(f"{text:>12}" for text in seconds)


def cell_text(output: str | None) -> str:
    """Return the text of a table's cell, such as "ok", for the output of one run."""
    if not output:
        return "-" if output is None else "ok"
    lines = output.splitlines()
    claims = sum(line.startswith(CLAIM) for line in lines)
    return f"{claims} untrue" if claims == len(lines) else "fails"


def main() -> int:
    """Run the program; return 1 if anything failed with some seed, else 0."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", nargs="*", type=int, default=[1, 2, 3], metavar="N")
    parser.add_argument("--scale", type=float, default=1.0, metavar="X")
    parser.add_argument("--pages", nargs="*", default=None, metavar="PAGE")
    parser.add_argument("--no-problems", action="store_true")
    parser.add_argument("--column", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    chosen = pages() if options.pages is None else options.pages
    with_problems = not options.no_problems and (options.pages is None or bool(options.column))
    if options.column:
        run_all(chosen, with_problems, options.seeds[0], options.scale, options.column)
        return 0
    columns = {}
    for seed in options.seeds:
        print(f"seed {seed} …", flush=True)
        columns[seed] = try_one(seed, options.scale, chosen, with_problems)
    print("\n".join(table(columns)))
    for seed, results in columns.items():
        for row, output in results["rows"].items():
            if output:
                print(f"\n{row} with seed {seed}:\n{output}")
    return int(
        any(output for results in columns.values() for output in results["rows"].values())
    )


if __name__ == "__main__":
    sys.exit(main())
