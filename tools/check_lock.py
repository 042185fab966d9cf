"""Check that the locked packages have wheels for each supported Python and platform.

Usage: python tools/check_lock.py

The program installs nothing: uv evaluates the lock's markers for a Python and a platform, and
searches the package index for wheels. CI runs it; each combination takes about ten seconds.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import setup_env

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACOS = {"MACOSX_DEPLOYMENT_TARGET": "14.0"}  # the oldest macOS that PyTorch supports
PLATFORMS = (
    "x86_64-manylinux_2_28",
    "aarch64-manylinux_2_28",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
)


def lacks(python: str, platform: str) -> str:
    """Return why this Python and platform can't install the lock without a compiler, or ""."""
    where = ["--python-version", python, "--python-platform", platform]
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header"]
    command += [*setup_env.index_of_pip(sys.executable), *where, "--only-binary", ":all:"]
    command += ["--no-deps", "--output-file", os.devnull, str(ROOT / "requirements.lock"), "-"]
    done = subprocess.run(
        command,
        input=setup_env.TORCH,
        env=os.environ | MACOS,
        capture_output=True,
        text=True,
        check=False,
    )
    reasons = [line.strip() for line in done.stderr.splitlines() if "cause" in line]
    return "" if done.returncode == 0 else (reasons or [done.stderr[-300:]])[0]


def main() -> int:
    """Print a line for each combination; return 1 if one lacks a wheel."""
    pairs = [*product(PYTHONS, PLATFORMS)]
    with ThreadPoolExecutor(4) as pool:
        reasons = [*pool.map(lambda pair: lacks(*pair), pairs)]
    for (python, platform), reason in zip(pairs, reasons, strict=True):
        print(f"Python {python}, {platform}: {reason or 'all wheels exist'}")
    return int(any(reasons))


if __name__ == "__main__":
    sys.exit(main())
