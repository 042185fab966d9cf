"""`python -m nngrader.course FOLDER` writes an assignment's notebook next to its text."""

import json
import sys
from pathlib import Path

from .folder import Course

folder = Path(sys.argv[1])
for item in sorted((folder / "source").iterdir()):
    if not (item / f"{item.name}.md").is_file():
        continue  # the assignment consists of notebooks
    text = json.dumps(Course(folder).instructor(item.name), indent=1, ensure_ascii=False)
    (item / f"{item.name}.ipynb").write_text(f"{text}\n", encoding="utf-8")
