"""Run the tests: all, those of one thing, or every case of every test.

Usage: python tools/run_tests.py [--deep] [TOPIC]

Without a topic every test runs, of those marked `deep` one share a commit (`conftest.py`).
pytest-xdist's workers, one more than there are cores, since many tests wait for a browser or a
sandbox, take the test files in turn (`gate_report.py`). The book is built beside them
(`gate_book.py`) and goes before them, since the last tests wait for it. A topic is a folder or
module of nnlib, the grader, the book machinery or the tools, whose tests `near_tests.py` finds,
a page, an assignment or one of its problems, or a path below tests/.

The grader's sandbox needs Linux; elsewhere its tests are left out, with a word about it. Under
``CI=true`` nothing may be left out.
"""

import argparse
import difflib
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import near_tests

ROOT = Path(__file__).resolve().parent.parent
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
SHORT = ["-p", "gate_report", "-q", "--no-header", "-rN", "--tb=short", "--durations=10"]
IN_ORDER = "--no-loadscope-reorder"  # gate_report.py orders the groups; xdist would by number
BOOK = Path("tools/gate_book.py")
MOST_WORKERS = 5  # each may need 1 GB
NICE = 10  # of the tests: on a busy core the book's build gets nine tenths
AUTOGROUP = Path("/proc/self/autogroup")  # of a session: Linux shares cores among these first
DECLARED = re.compile(r'^\w+ = (?:problem|challenge)\(\s*"(\w+)"', re.MULTILINE)
GRACE = 20  # seconds that the book's build gets to end


@dataclass
class Topic:
    """What a topic means: arguments of pytest, a page to build first, and what is left out."""

    arguments: list[str]
    page: str = ""
    left_out: list[str] = field(default_factory=list)


def find_topic(name: str, root: Path = ROOT) -> Topic:
    """Return the topic of a name; exit with similar names if there is none."""
    name = name.strip("/").removesuffix(".py").removesuffix(".md")
    name = name.removeprefix("chapters/").removeprefix("exercises/")
    if (source := _source(name, root)) is not None:
        return _module(source, root)
    if (path := _tests(name, root)) is not None:
        return Topic([path], left_out=["all other tests"])
    if (root / "chapters" / f"{name}.md").exists():
        return _page(name, root)
    assignment, _, problem = name.partition("/")
    if (root / "exercises" / "problems" / assignment / f"{problem or '__init__'}.py").exists():
        return _assignment(assignment, problem, root)
    _unknown(name, root)


def _unknown(name: str, root: Path) -> NoReturn:
    """Exit with a message that names the topics spelt like an unknown one."""
    names = topic_names(root)
    near = [n for n in names if name in n] + difflib.get_close_matches(name, names, cutoff=0.4)
    sys.exit(f"run_tests: no topic {name!r}; near it: {', '.join(near[:5]) or 'none'}")


def topic_names(root: Path = ROOT) -> list[str]:
    """Return all topic names: sources, pages, assignments and their problems, tests."""
    parts = [
        re.sub("^(chapters|exercises)/", "", p.relative_to(root).as_posix())
        for folder in near_tests.SOURCES
        for p in (root / folder).rglob("*")
        if p.suffix == ".py" or (p / "__init__.py").exists()
    ]
    pages = [p.relative_to(root / "chapters") for p in (root / "chapters").glob("*/*.md")]
    problems = (root / "exercises" / "problems").glob("*/*.py")
    assignments = {f"{p.parent.name}/{p.stem}".removesuffix("/__init__") for p in problems}
    folders = [p.name for p in (root / "tests").iterdir() if p.is_dir()]
    pages = [p.with_suffix("").as_posix() for p in pages]
    return sorted({*parts, *pages, *assignments, *folders})


def _source(name: str, root: Path) -> str | None:
    """Return the path of the module or folder that a name means, or None."""
    for folder in ("", "chapters/", "exercises/"):
        for path in (f"{folder}{name}", f"{folder}{name}.py"):
            if near_tests.source_folder(path) and (root / path).exists():
                return path
    return None


def _tests(name: str, root: Path) -> str | None:
    """Return the path below tests/ that a name means, or None."""
    below = root / "tests" / name.removeprefix("tests/")
    for path in (below, below.with_suffix(".py")):
        if path.exists():
            return path.relative_to(root).as_posix()
    return None


def _module(source: str, root: Path) -> Topic:
    """Return the topic of a folder or module: its doctests and the tests near it."""
    found = near_tests.near(source, root)
    _, homes = near_tests.SOURCES[near_tests.source_folder(source)]
    tests = [test for home in homes for test in near_tests.names_of_tests(root, home)]
    inside = tuple(f"{near}/" for near in found)
    far = [test for test in tests if not f"{test}/".startswith(inside)]
    left_out = [f"{len(far)} of {len(tests)} test files of {' and '.join(homes)}"] * bool(far)
    if any(f.startswith("tests/book") for f in found):
        found += ["-m", "not browser and not built_book"]
        left_out += ["what needs a browser or the built book"]
    examples = [source] * source.startswith(("nnlib", "exercises"))
    return Topic([*examples, *found], left_out=[*left_out, "all other tests"])


def _page(page: str, root: Path) -> Topic:
    """Return the topic of a page: its own build, and the tests that name it or its figure."""
    text = (root / "chapters" / f"{page}.md").read_text(encoding="utf-8")
    figures = [p.stem for p in (root / "chapters" / "_extra" / "_play").glob("*.js")]
    played = [f for f in figures if f'play("{f}"' in text or f'play(\n    "{f}"' in text]
    tests = root / "tests" / "book"
    own = [tests / f"test_play_{name.replace('-', '_')}.py" for name in played]
    paths = [p.relative_to(root).as_posix() for p in own if p.exists()]
    rest = "the page among the others (links, search, the visit in a browser)"
    return Topic(paths, page=page, left_out=[rest, "all other tests"])


def _assignment(assignment: str, problem: str, root: Path) -> Topic:
    """Return the topic of an assignment, or of one of its problems."""
    files = sorted((root / "exercises" / "problems" / assignment).glob(f"{problem or '*'}.py"))
    words = [name for p in files for name in DECLARED.findall(p.read_text(encoding="utf-8"))]
    words += [assignment] * (not problem or not words)  # common.py declares none
    rest = ["the engine's own tests", "a class graded in the sandbox"]
    return Topic(["tests/exercises", "-k", " or ".join(words)], left_out=rest)


def platform_arguments(platform: str, ci: bool) -> list[str]:
    """Return pytest's arguments on a platform; exit if CI would have to leave tests out."""
    if platform.startswith("linux"):
        return []
    if ci:
        sys.exit("run_tests: under CI=true every test must run, and the sandbox needs Linux")
    print("Left out: the tests of the grader's sandbox, which needs Linux")
    return ["-m", "not sandbox"]


def workers() -> int:
    """Return the number of pytest-xdist's workers: one more than the usable cores."""
    from joblib import cpu_count

    return min(cpu_count() + 1, MOST_WORKERS)


def side_by_side() -> list[str]:
    """Return pytest's arguments for running groups of tests in several workers."""
    return ["-n", str(workers()), IN_ORDER]


@contextmanager
def book_beside(root: Path):
    """Build the book in another process for as long as the block lasts."""
    if not (root / BOOK).exists():
        yield
        return
    log = root / "_build" / "gate" / "told.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, str(root / BOOK)],
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C comes here alone
        )
        _step_back()
        try:
            yield
        finally:
            _end(process)


def _step_back() -> None:
    """Let the book's build go first, under CI its kernels too, which are sessions of their own.

    A session stays as nice as it was made, so that of a person's terminal is left alone.
    """
    os.nice(NICE)
    if os.environ.get("CI") == "true":
        with suppress(OSError):  # another system, or one that shares otherwise
            AUTOGROUP.write_text(f"{NICE}\n")


def _end(process: subprocess.Popen) -> None:
    """End a process and its children."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def main() -> int:
    """Run the tests and return pytest's exit status, which is not 0 if no test ran."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("topic", nargs="?", default="", metavar="TOPIC")
    parser.add_argument("--deep", action="store_true", help="every case of the deep tests")
    options = parser.parse_args()
    root = Path.cwd()
    os.environ.update(ONE_THREAD)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the workers would compile all, each time
    os.environ.setdefault("GATE_RUN", f"{os.getpid()}-{time.time_ns()}")
    chosen = platform_arguments(sys.platform, os.environ.get("CI") == "true")
    chosen += ["--deep"] * options.deep
    if options.topic:
        return run_topic(find_topic(options.topic, root), chosen)
    with book_beside(root):
        return run_pytest([*chosen, *side_by_side()])


def run_topic(topic: Topic, chosen: list[str]) -> int:
    """Run the tests of a topic, print what is left out, and return the exit status."""
    status, started = 0, time.monotonic()
    if topic.page:
        command = [sys.executable, "tools/build_page.py", topic.page]
        status = subprocess.run(command, check=False).returncode
    if topic.arguments:
        status = run_pytest([*chosen, *side_by_side(), *topic.arguments]) or status
    print(f"Left out: {'; '.join(topic.left_out)}. `make test` runs everything.")
    print(f"{time.monotonic() - started:.0f} s")
    return status


def run_pytest(arguments: list[str]) -> int:
    """Run pytest in this process and return its exit status."""
    import pytest

    return int(pytest.main([*SHORT, *arguments]))


if __name__ == "__main__":
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # ends the workers, as Ctrl-C does
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("run_tests: stopped")
