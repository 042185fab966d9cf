"""The number by which runs of the tests take turns: what one leaves out the next one does."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEAR = (  # the problems whose tests take longest: of these, too, each run has its part
    "conv2d_backward",
    "residual_block",
    "train_one_epoch",
    "Value",
    "max_pool",
    "sample",
)


def share() -> int:
    """Return TEST_SHARE if it is set, else the number of commits, or 0 without a history."""
    if given := os.environ.get("TEST_SHARE"):
        return int(given)
    count = ["git", "-C", str(ROOT), "rev-list", "--count", "HEAD"]
    done = subprocess.run(count, capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 else 0


def edited(root: Path) -> set[str]:
    """Return the files that the last commit or an edit since then has changed."""
    found = set()
    for command in ("diff --name-only HEAD~1", "ls-files -o --exclude-standard"):
        git = ["git", "-C", str(root), *command.split()]
        found |= set(subprocess.run(git, capture_output=True, text=True).stdout.splitlines())
    return found
