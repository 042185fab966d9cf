"""Execute every page and judge every problem with the rounding of other kinds of processors.

Usage: python tools/rounding.py [--processors NAME …] [--pages PAGE …]

NumPy, SciPy and PyTorch choose the instructions for sums and products when they start, and each
choice rounds differently. Environment variables make them choose as on an older processor. A
check that fails here may fail on a reader's machine. For each processor, the program executes
the pages and checks their assertions and claims. It also judges each problem's answers, on
cases that were packed with this machine's own instructions. A table shows the result of each
page and problem for each processor; the failures follow below it.

The claims of the pages in ``MEASURED_HERE`` are ignored, because they are about times, memory
or rounding errors.
"""

import argparse
import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import build_book
from joblib import cpu_count

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "_build" / "rounding"
CASES = OUT / "cases.pickle"
CASE_SEEDS = 2  # sets of hidden cases on which a problem is judged
TIMEOUT = 900  # seconds that a cell may run
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
AVX512 = "X86_V4 AVX512_ICL AVX512_SPR"
# Kernels of OpenBLAS, features that NumPy must not use, PyTorch's kernels, MKL's, and threads.
PROCESSORS = {
    "Prescott": ("Prescott", f"X86_V3 {AVX512}", "default", "COMPATIBLE", 1),
    "Sandybridge": ("Sandybridge", f"X86_V3 {AVX512}", "default", "AVX", 2),
    "Haswell": ("Haswell", AVX512, "avx2", "AVX2", 1),
}
CLAIM = "claim: "
# Claims to ignore, by page: those that begin with this text ("" for all).
MEASURED_HERE = dict.fromkeys(("maths/linear-systems", "maths/numpy-matplotlib"), "")


def variables(processor: str) -> dict[str, str]:
    """Return the environment variables that imitate a processor."""
    openblas, not_numpy, torch, mkl, threads = PROCESSORS[processor]
    return dict.fromkeys(THREADS, str(threads)) | {
        "OPENBLAS_CORETYPE": openblas,
        "NPY_DISABLE_CPU_FEATURES": not_numpy,
        "ATEN_CPU_CAPABILITY": torch,
        "MKL_CBWR": mkl,
    }


def pages() -> list[str]:
    """Return the names of the pages with code cells, as paths below chapters/."""
    files = sorted((ROOT / "chapters").rglob("*.md"))
    names = [p.relative_to(ROOT / "chapters").with_suffix("").as_posix() for p in files]
    return [n for n in names if "{code-cell}" in (ROOT / f"chapters/{n}.md").read_text()]


def problems() -> dict[str, tuple[str, str]]:
    """Return the assignment and the name of each problem, by its row in the table."""
    from nngrader.course import Course

    folders = sorted(p.parent for p in (ROOT / "exercises/problems").glob("*/__init__.py"))
    course = Course(ROOT / "exercises")
    pairs = [(f.name, problem.name) for f in folders for problem in course.problems(f.name)]
    return {f"{assignment}/{name}": (assignment, name) for assignment, name in pairs}


def run_page(name: str) -> str:
    """Execute a page; return its failure or its false claims."""
    from execute.findings import values
    from execute.run import execute
    from myst_nb.core.read import read_myst_markdown_notebook

    path = ROOT / "chapters" / f"{name}.md"
    text = path.read_text(encoding="utf-8")
    notebook = read_myst_markdown_notebook(text, add_source_map=True)
    notebook.metadata.setdefault("kernelspec", {"name": "python3"})
    run = execute(path, notebook, ROOT, TIMEOUT)
    if run.failure:
        return f"{run.failure.page}:{run.failure.line}: {run.failure.what}"
    allowed = MEASURED_HERE.get(name, "no claim")
    unmet = [c for c in run.findings if not c["statement"].startswith(allowed)]
    return "\n".join(f"{CLAIM}{claim['statement']} (here: {values(claim)})" for claim in unmet)


def declared(assignment: str, name: str):
    """Return a problem and the seeds of its cases."""
    from nngrader.course import Course
    from nngrader.engine.declaration import gate

    problem = {p.name: p for p in Course(ROOT / "exercises").problems(assignment)}[name]
    return problem, range(gate.seeds_needed(problem, CASE_SEEDS))


def pack_problem(assignment: str, name: str) -> list[dict]:
    """Return a problem's packed cases for each seed."""
    from nngrader.engine.declaration.cases import pack

    problem, seeds = declared(assignment, name)
    return [pack(problem, seed, visible=False) for seed in seeds]


def run_problem(assignment: str, name: str, packed: list[dict]) -> str:
    """Judge a problem's answers on packed cases; return the failures."""
    from nngrader.engine.declaration import gate

    problem, seeds = declared(assignment, name)
    failures = [gate.check_seed(problem, s, p) for s, p in zip(seeds, packed, strict=True)]
    return "\n".join(dict.fromkeys(line for lines in failures for line in lines))


def workers() -> int:
    """Return how many pages or problems run in parallel."""
    return max(1, min(cpu_count(), 4) // int(os.environ.get(THREADS[0], "1")))


def on_problems(function, arguments: dict[str, tuple]) -> dict:
    """Call a function for each problem in separate processes, and return the results."""
    with ProcessPoolExecutor(workers()) as pool:
        return finished({row: pool.submit(function, *a) for row, a in arguments.items()})


def finished(jobs: dict[str, Future]) -> dict:
    """Return the result of each job, and print those that are texts."""
    results = {}
    for row, job in jobs.items():
        results[row] = job.result()
        if isinstance(results[row], str):
            print(f"  {row}: {cell_text(results[row])}", flush=True)
    return results


def run_all(chosen: list[str], out: Path) -> None:
    """Run the pages and the packed problems in this environment, and write the results."""
    sys.path.append(str(ROOT / "chapters" / "_ext"))
    started = time.monotonic()
    with ThreadPoolExecutor(workers()) as pool:
        rows = finished({name: pool.submit(run_page, name) for name in chosen})
    if CASES.exists():
        packed = pickle.loads(CASES.read_bytes())
        rows |= on_problems(
            run_problem, {r: (*pair, packed[r]) for r, pair in problems().items()}
        )
    seconds = round(time.monotonic() - started)
    out.write_text(json.dumps({"seconds": seconds, "rows": rows}, indent=1), encoding="utf-8")


def imitate(processor: str, chosen: list[str]) -> dict:
    """Return the results with a processor's instructions, from a separate process."""
    out = OUT / f"{processor}.json"
    environment = build_book.environment(serial=False) | variables(processor)
    command = [sys.executable, __file__, "--column", str(out), "--pages", *chosen]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"rounding: {processor}: {done.stderr[-2000:]}")
    return json.loads(out.read_text(encoding="utf-8"))


def table(columns: dict[str, dict]) -> Iterator[str]:
    """Yield the lines of the table: a row for a page or problem, a column for a processor."""
    rows = list(dict.fromkeys(row for results in columns.values() for row in results["rows"]))
    wide = max(map(len, rows)) + 2
    yield " " * wide + "".join(f"{name:>12}" for name in columns)
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
    """Run the program; return 1 if anything failed on some processor, else 0."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--processors", nargs="*", choices=PROCESSORS, default=list(PROCESSORS))
    parser.add_argument("--pages", nargs="*", default=None, metavar="PAGE")
    parser.add_argument("--column", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    chosen = pages() if options.pages is None else options.pages
    if options.column:
        run_all(chosen, options.column)
        return 0
    OUT.mkdir(parents=True, exist_ok=True)
    CASES.unlink(missing_ok=True)
    if options.pages is None:
        CASES.write_bytes(pickle.dumps(on_problems(pack_problem, problems())))
    columns = {}
    for processor in options.processors:
        print(f"{processor} …", flush=True)
        columns[processor] = imitate(processor, chosen)
    print("\n".join(table(columns)))
    failed = [
        f"\n{row} on {processor}:\n{output}"
        for processor, results in columns.items()
        for row, output in results["rows"].items()
        if output
    ]
    print("\n".join(failed))
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
