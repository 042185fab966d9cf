"""A book of three small pages, built with the real configuration and extensions."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
SHARED = ("_config.yml", "chapters/_ext", "chapters/_static", "chapters/_extra")
WORKS = 2  # of the book's list, of which reading all takes a sixth of a build
HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""
FIRST = "# First\n\nSee {doc}`../part/second`.\n"
SECOND = (
    HEADER
    + """# Second

```{covers} mini-001 mini-002
```

Two things are taught here, and $1 + 1 = 2$.

```{code-cell} python
:tags: [remove-cell]
with open("runs.txt", "a") as file:
    file.write("run\\n")
import sys
sys.path.insert(0, "../../nnlib")
from part import answer
```

```{code-cell} python
print(1 + 1)
```

```{erratum} mini-e001
```
"""
)
GENERATED = "# Generated\n\n```{syllabus-table}\n```\n\n```{errata-table} mini\n```\n"
TOC = {
    "format": "jb-book",
    "root": "chapters/part/first",
    "chapters": [{"file": "chapters/part/second"}, {"file": "chapters/reference/generated"}],
}


def topic(number: int, page: str = "part/second") -> dict:
    """Return a topic of the small syllabus."""
    return {
        "id": f"mini-{number:03}",
        "topic": f"Topic {number}",
        "section": "1 Only",
        "kind": "fact",
        "detail": "One and one make two.",
        "page": page,
    }


def erratum(
    number: int, *, check: str, severity: str = "wrong", page: str = "part/second"
) -> dict:
    """Return an erratum of the small syllabus."""
    return {
        "id": f"mini-e{number:03}",
        "section": "1 Only",
        "page": page,
        "topics": ["mini-001"],
        "claim": "The sum $1 + 1$ is 3.",
        "correct": "It is 2.",
        "check": check,
        "severity": severity,
    }


class MiniBook:
    """A small book in a separate folder."""

    def __init__(self, root: Path):
        self.root = root

    @classmethod
    def create(cls, root: Path) -> "MiniBook":
        """Write the pages and their syllabus; take everything else from the book."""
        book = cls(root)
        for name in SHARED:
            source, target = ROOT / name, root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        works = (ROOT / "chapters/references.bib").read_text(encoding="utf-8").split("\n\n")
        book.write("chapters/references.bib", "\n\n".join([*works[:WORKS], ""]))
        book.write("nnlib/part.py", "answer = 2\n")
        book.write("requirements.lock", "numpy\n")
        book.write("_toc.yml", yaml.safe_dump(TOC))
        book.write("chapters/part/first.md", FIRST)
        book.write("chapters/part/second.md", SECOND)
        book.write("chapters/reference/generated.md", GENERATED)
        titles = ("second", "Second"), ("third", "Third")
        pages = [{"page": f"part/{name}", "title": title} for name, title in titles]
        pages[0]["after"] = ["part/third"]
        book.write("chapters/reference/pages.yml", yaml.safe_dump({"part": pages}))
        book.syllabus([topic(1), topic(2), topic(3, "part/third")])
        typo = erratum(2, check="assert True", severity="typo")
        book.errata([erratum(1, check="assert 1 + 1 == 2"), typo])
        return book

    def copy(self, root: Path) -> "MiniBook":
        """Return a copy in another folder, with what has been built."""
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        return MiniBook(root)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, old: str, new: str, name: str = "chapters/part/second.md") -> None:
        """Change a piece of a page."""
        text = (self.root / name).read_text(encoding="utf-8")
        if old not in text:
            raise ValueError(f"{name} does not contain {old!r}")
        self.write(name, text.replace(old, new))

    def syllabus(self, topics: list[dict]) -> None:
        """Set the topics."""
        self.write("chapters/reference/syllabus/mini.yml", yaml.safe_dump(topics))

    def errata(self, errata: list[dict]) -> None:
        """Set the errata."""
        self.write("chapters/reference/syllabus/mini-errata.yml", yaml.safe_dump(errata))

    @property
    def runs(self) -> int:
        """Return how often the second page has been executed."""
        return len((self.root / "chapters/part/runs.txt").read_text().splitlines())

    def page(self, name: str = "part/second") -> str:
        """Return a built page."""
        return (self.root / f"_build/html/chapters/{name}.html").read_text(encoding="utf-8")

    def build(
        self, *options: str, reader: bool = False, **variables: str
    ) -> subprocess.CompletedProcess:
        """Build as the tests do, or as `make book` does for a reader.

        The output contains standard output and errors together.
        """
        claims = {"BOOK_CLAIMS": "" if reader else "strict"}
        env = os.environ | {"NO_COLOR": "1"} | claims | variables
        command = [sys.executable, ROOT / "tools/build_book.py", *options, self.root]
        return subprocess.run(
            command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def made(self, **options) -> "MiniBook":
        """Build the book without a fault; return it."""
        done = self.build(**options)
        assert done.returncode == 0, done.stdout[-3000:]
        return self


def cell(code: str) -> str:
    """Return a cell as the source of a page."""
    return f"```{{code-cell}} python\n{code}\n```\n"


def with_pages(book, *names):
    """Add pages to a small book, each with a different cell."""
    second = (book.root / "chapters/part/second.md").read_text()
    other = re.sub(r"```\{(covers|erratum)\}.*?```", "", second, flags=re.DOTALL)
    for k, name in enumerate(names):
        text = other.replace("# Second", f"# {name.title()}") + cell(f"print({k})")
        book.write(f"chapters/part/{name}.md", text)
    files = "".join(f"\n- file: chapters/part/{name}" for name in names)
    first = "file: chapters/part/second"
    book.replace(first, first + files, "_toc.yml")
    book.syllabus([topic(1), topic(2)])
