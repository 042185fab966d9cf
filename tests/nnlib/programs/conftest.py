"""The programs are run by ``test_tutorials.py``, not collected."""

from pathlib import Path

collect_ignore = [
    path.name for path in Path(__file__).parent.glob("*.py") if path.stem != "test_tutorials"
]
