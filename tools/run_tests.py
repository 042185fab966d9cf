"""Run every test that this machine can run, and say what it left out.

On two cores or more two groups run side by side, each in a pytest of its own: the folders in
`APART`, and all else. What a group prints is shown whole when both have ended. The grader's
sandbox needs Linux; elsewhere its tests are left out, with a word about it. Under ``CI=true``
nothing may be left out. With arguments there is one pytest, which gets them.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

APART = ("tests/exercises", "tests/nngrader", "tests/tools")  # as long as all else
WORDS = ("passed", "failed", "error", "deselected", "skipped", "xfailed", "xpassed", "warning")
COUNT = re.compile(rf"(\d+) ({'|'.join(WORDS)})")
PERCENT = re.compile(r"\[ *(\d+)%\]$")
EVERY = 60  # seconds between two words about the progress
CLEANUP = 20  # seconds that an interrupted pytest gets


def selection(platform, ci):
    """Return pytest's arguments for a platform; exit where CI would have to leave tests out."""
    if platform.startswith("linux"):
        return []
    if ci:
        sys.exit("run_tests: under CI=true every test must run, and the sandbox needs Linux")
    print("Left out: the tests of the grader's sandbox, which needs Linux")
    return ["-m", "not sandbox"]


def groups(apart=APART):
    """Return pytest's arguments by name of group: what one leaves out, the other runs."""
    return {"grader and tools": [*apart], "all else": [f"--ignore={name}" for name in apart]}


@dataclass
class Group:
    """A running pytest; what it prints is kept until it has ended."""

    name: str
    process: subprocess.Popen
    lines: list[str] = field(default_factory=list)
    percent: str = "0"

    def listen(self) -> None:
        """Keep each line, and how far the run has come."""
        for line in self.process.stdout:
            self.lines.append(line)
            done = PERCENT.search(line.rstrip())
            self.percent = done[1] if done else self.percent
        self.process.wait()

    @property
    def counts(self) -> dict[str, int]:
        """How many tests passed, failed and so on, from the last line."""
        last = self.lines[-1] if self.lines else ""
        return {word: int(n) for n, word in COUNT.findall(last)}


def side_by_side(commands, environment, folder: Path) -> list[Group]:
    """Run commands at once, each with its own scratch folder; return when all have ended."""
    started, running = time.monotonic(), []
    try:
        for name, command in commands.items():
            scratch = folder / name.replace(" ", "-")
            running.append(_start(name, [*command, f"--basetemp={scratch}"], environment))
        threads = [threading.Thread(target=group.listen, daemon=True) for group in running]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            _wait(threads, EVERY)
            _progress(running, time.monotonic() - started)
    finally:  # also after Ctrl-C
        _stop(running)
    return running


def _start(name, command, environment) -> Group:
    """Start one pytest."""
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C comes here alone, and is passed on once
    )
    return Group(name, process)


def _wait(threads, seconds: float) -> None:
    """Wait until a thread has ended, at most some seconds."""
    alive = [thread for thread in threads if thread.is_alive()]
    end = time.monotonic() + seconds
    while time.monotonic() < end and all(thread.is_alive() for thread in alive):
        alive[0].join(0.2)


def _progress(running: Iterable[Group], seconds: float) -> None:
    """Print how far each group has come."""
    states = [
        f"{group.name} {group.percent} %"
        if group.process.poll() is None
        else f"{group.name} ended with {group.process.returncode}"
        for group in running
    ]
    print(f"[{seconds:5.0f} s] {', '.join(states)}", flush=True)


def _stop(running: Iterable[Group]) -> None:
    """Interrupt what still runs, so that it cleans up; end by force what does not."""
    left = [group.process for group in running if group.process.poll() is None]
    for process in left:
        process.send_signal(signal.SIGINT)
    for process in left:
        try:
            process.wait(CLEANUP)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def status(codes: Iterable[int]) -> int:
    """Return 0 if every group passed, else the first status that is not 0."""
    return next((abs(code) for code in codes if code), 0)


def summary(running: Iterable[Group]) -> str:
    """Return the sums over the groups, in pytest's words."""
    total: Counter[str] = sum((Counter(group.counts) for group in running), Counter())
    return ", ".join(f"{total[word]} {word}" for word in WORDS if total[word]) or "no test ran"


def main():
    """Run pytest and pass on its exit status, which is not 0 when no test ran."""
    chosen = selection(sys.platform, os.environ.get("CI") == "true")
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    pytest = [sys.executable, "-m", "pytest", *chosen]
    if sys.argv[1:] or (os.cpu_count() or 1) < 2 or os.name == "nt":
        command = [*pytest, *sys.argv[1:]]
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    sys.exit(run(groups(), pytest, environment))


def run(chosen, pytest, environment) -> int:
    """Run the groups side by side; print what each said, and the sums; return the status."""
    caches = {name: f".pytest_cache/{name.replace(' ', '-')}" for name in chosen}
    commands = {
        name: [*pytest, "-o", f"cache_dir={caches[name]}", *arguments]
        for name, arguments in chosen.items()
    }
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tests-") as folder:
        ended = side_by_side(commands, environment, Path(folder))
    for group in sorted(ended, key=lambda group: group.process.returncode != 0):
        print(f"\n===== {group.name} =====\n{''.join(group.lines)}", end="")
    print(f"\n{summary(ended)} in {time.monotonic() - started:.0f} s")
    return status(group.process.returncode for group in ended)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends the groups as Ctrl-C does
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("run_tests: stopped")
