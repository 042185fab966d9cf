"""`python -m nngrader.course FOLDER` writes the notebooks of a course beside their texts."""

import json
import sys
from pathlib import Path

from .folder import Course

folder = Path(sys.argv[1])
for place in sorted((folder / "source").iterdir()):
    text = json.dumps(Course(folder).instructor(place.name), indent=1, ensure_ascii=False)
    (place / f"{place.name}.ipynb").write_text(f"{text}\n", encoding="utf-8")
