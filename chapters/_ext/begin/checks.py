"""Run the checks of errata and formulas in another process, and store which have passed."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

SECONDS = 300


def failures(checks: dict[str, str], memory: Path, environment: str) -> dict[str, str]:
    """Run each check that hasn't passed before; return the error of each that fails.

    Parameters
    ----------
    checks : dict
        Python source by id.
    memory : Path
        A JSON file with the hashes of the checks that have passed; created if needed.
    environment : str
        Part of the hashes, so that checks run again when the locked packages change.
    """
    passed = set(json.loads(memory.read_text())) if memory.exists() else set()
    keys = {name: _key(source, environment) for name, source in checks.items()}
    todo = {name: source for name, source in checks.items() if keys[name] not in passed}
    errors = _run(todo) if todo else {}
    passed = {key for name, key in keys.items() if name not in errors}
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(json.dumps(sorted(passed)))
    return errors


def _key(source: str, environment: str) -> str:
    """Return the hash under which a passed check is stored."""
    return hashlib.sha256(f"{environment}\n{source}".encode()).hexdigest()


def _run(checks: dict[str, str]) -> dict[str, str]:
    """Run the checks in a fresh interpreter; if a check ends it, all of them fail."""
    command = [sys.executable, "-P", __file__]
    try:
        done = subprocess.run(
            command, input=json.dumps(checks), capture_output=True, text=True, timeout=SECONDS
        )
        return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return dict.fromkeys(checks, f"the checks did not end within {SECONDS} s")
    except json.JSONDecodeError:
        return dict.fromkeys(checks, f"the checks ended early: {done.stderr[-300:]}")


def _attempt(source: str) -> str:
    """Execute one check in a fresh namespace; return its error, empty if there is none."""
    try:
        with np.errstate():  # NumPy's error settings of one check don't reach the next
            exec(compile(source, "<check>", "exec"), {"__name__": "check"})
    except BaseException as error:  # also SystemExit: a check that exits early fails
        return f"{type(error).__name__}: {error}".strip()
    return ""


def main() -> None:
    """Read checks as JSON from standard input, write the errors to standard output."""
    output, sys.stdout = sys.stdout, sys.stderr
    results = {name: _attempt(source) for name, source in json.load(sys.stdin).items()}
    json.dump({name: error for name, error in results.items() if error}, output)


if __name__ == "__main__":
    main()
