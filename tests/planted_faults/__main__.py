"""Plant known faults one by one and print which test finds each.

Usage: python tests/planted_faults [NAME …] [--near] [--slow] [--jobs N]

A fault is NAME.patch beside this program; its first line says what it breaks, and a second
one, `First: …`, may name the tests to begin with, else those that are named like the changed
file. Each is applied to a copy of the working tree, which itself stays as it is, and all tests
that may notice run until the first fails; with --near only those to begin with. Without, a
finder that fails anyway is told as such. Table: `_build/planted_faults.tsv`.
"""

import argparse
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TESTS = {  # by the beginning of a changed file's path; every fault has its folders here
    "nnlib/": ("tests/nnlib", "nnlib"),
    "exercises/nngrader/engine/": ("tests/exercises", "tests/nngrader", "exercises/nngrader"),
    "exercises/nngrader/": ("tests/nngrader", "tests/exercises", "exercises/nngrader"),
    "exercises/problems/": ("tests/exercises", "tests/nngrader"),
    "chapters/": ("tests/book",),
    "tools/": ("tests/book", "tests/tools"),
}
NONE = 5  # pytest's status where no test was chosen
FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """A planted fault, read from its patch."""

    patch: Path

    @property
    def words(self) -> str:
        """Return the sentence that says what the fault breaks."""
        return self.patch.read_text(encoding="utf-8").partition("\n")[0]

    @property
    def first(self) -> list[str]:
        """Return the arguments of pytest to try first, or an empty list if none are named."""
        found = re.search(r"^First: (.+)$", self.patch.read_text(encoding="utf-8"), re.M)
        files, choose, words = found[1].partition(" -k ") if found else ("", "", "")
        return [*files.split(), *(["-k", words] if choose else [])]

    @property
    def path(self) -> str:
        """Return the path of the file that the fault changes."""
        return re.search(r"^\+\+\+ b/(.+)$", self.patch.read_text(encoding="utf-8"), re.M)[1]

    def tests(self, tree: Path) -> list[list[str]]:
        """Return lists of tests to run in turn: first those named after the file, then all."""
        start = next(start for start in TESTS if self.path.startswith(start))
        if self.first:
            return [self.first, [*TESTS[start]]]
        parts = Path(self.path.removeprefix(start)).with_suffix("").parts
        named = {}
        for part in (p.replace("-", "_") for p in reversed(parts)):
            for found in (f"test_*{part}*.py", part):
                named |= dict.fromkeys(sorted((tree / TESTS[start][0]).rglob(found)))
        near = [p.relative_to(tree).as_posix() for p in named if "__pycache__" not in p.parts]
        rest = [*TESTS[start], *(f"--ignore={name}" for name in near)]
        return [near or [*TESTS[start], "-k", parts[-1]], rest]


def copied(folder: Path, built: bool) -> Path:
    """Return a copy of the working tree with its history and, if asked, the built book."""
    subprocess.run(
        ["git", "-c", "advice.detachedHead=false", "clone", "-q", str(ROOT), str(folder)],
        check=True,
    )
    command = ["git", "-C", str(ROOT), "ls-files", "-mo", "--exclude-standard", "-z"]
    for name in subprocess.check_output(command, text=True).split("\0")[:-1]:
        (folder / name).unlink(missing_ok=True)
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    if built and (ROOT / "_build").is_dir():
        shutil.copytree(ROOT / "_build", folder / "_build", symlinks=True)
    return folder


def tried(tree: Path, tests: list[str], options: list[str]) -> tuple[int, str, float]:
    """Run tests until one fails; return the status, the failed test and processor seconds."""
    path = os.pathsep.join([str(tree), str(tree / "exercises")])
    one = dict(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", PYTHONPATH=path)
    command = [sys.executable, "-m", "pytest", "-qx", "-p", "no:cacheprovider", *options]
    with tempfile.TemporaryFile("w+") as out:
        child = subprocess.Popen(
            [*command, *tests], cwd=tree, env=os.environ | one, stdout=out, stderr=out
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        output = out.read()
    found = FAILED.search(output)
    test = found[1] if found else "" if child.returncode == 0 else output.strip()[-300:]
    return child.returncode, test, used.ru_utime + used.ru_stime


def plant(fault: Fault, tree: Path, steps: int, options: list[str]) -> tuple[str, str, float]:
    """Plant one fault; return what became of it, the test that found it, processor seconds."""
    apply = ["git", "-C", str(tree), "apply", str(fault.patch)]
    done = subprocess.run(apply, capture_output=True, text=True, check=False)
    if done.returncode:
        return "DOES NOT APPLY", done.stderr.strip().replace("\n", " "), 0.0
    seconds = 0.0
    try:
        for tests in fault.tests(tree)[:steps]:
            status, test, used = tried(tree, tests, options)
            seconds += used
            if status not in (0, NONE):
                break
    finally:
        subprocess.run([*apply, "--reverse"], check=True)
    if status in (0, NONE):
        return "MISSED", "", seconds
    if status not in (1, 2) or not FAILED.search(f"FAILED {test}") or "::" not in test:
        return "BROKEN RUN", " ".join(test.split()), seconds
    fails_anyway = steps > 1 and tried(tree, [test], options)[0]
    return "FAILS ANYWAY" if fails_anyway else "found", test, seconds


def main() -> int:
    """Run the program and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which faults; all by default")
    parser.add_argument("--near", action="store_true", help="only the tests to begin with")
    parser.add_argument("--slow", action="store_true", help="the slow tests too")
    parser.add_argument("--jobs", type=int, default=1, help="how many faults at once")
    given = parser.parse_args()
    every = {p.stem: Fault(p) for p in sorted(HERE.glob("*.patch"))}
    faults = [f for name, f in every.items() if name in given.names or not given.names]
    if unknown := set(given.names) - set(every):
        parser.error(f"there is no {', '.join(sorted(unknown))}.patch")
    built = any(f.path.startswith(("chapters/", "tools/")) for f in faults)
    table = ROOT / "_build" / "planted_faults.tsv"
    table.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="faults-") as scratch, table.open("w") as out:
        os.chmod(scratch, 0o755)  # the grader's sandbox looks in as another user
        free = queue.SimpleQueue()
        for k in range(min(given.jobs, len(faults))):
            free.put(copied(Path(scratch, str(k)), built))

        def run(fault: Fault) -> bool:
            tree = free.get()
            became, test, seconds = plant(
                fault, tree, 1 if given.near else 2, ["--slow"] * given.slow
            )
            free.put(tree)
            line = f"{fault.patch.stem}\t{became}\t{seconds:.0f} s\t{test}\t{fault.words}"
            print(line, flush=True)
            print(line, file=out, flush=True)
            return became == "found"

        with ThreadPoolExecutor(given.jobs) as pool:
            found = sum(pool.map(run, faults))
    print(f"{found} of {len(faults)} planted faults found")
    return 0 if found == len(faults) else 1


if __name__ == "__main__":
    sys.exit(main())
