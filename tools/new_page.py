"""Write the skeleton of a page from pages.yml and the syllabus.

Usage: python tools/new_page.py maths/vectors

The skeleton has the usual sections, the page's question and plan as notes, a
`covers` for the ids of each section of the notes, an `erratum` for what is to be put right, and
one prediction, question and exercise to be filled in. It builds as it is; the lint lists what
the page lacks until the notes (`% WRITE: …`) are gone. The page enters _toc.yml at its place.
"""

import argparse
import difflib
import re
import sys
import textwrap
from itertools import groupby
from pathlib import Path

from page_lint.book import COURSE, ROOT, entries

TEMPLATE = Path(__file__).parent / "page_template.md"
AT_ONCE = 3


def note(text: str) -> str:
    """Return a comment that says what to write; the lint reports it until deleted."""
    return "\n".join(f"% {line}" for line in textwrap.wrap(f"WRITE: {text}", 94))


def comment(text: str) -> str:
    """Return what the writer should know, as comment lines that no build shows."""
    return "\n".join(f"% {line}" for line in textwrap.wrap(" ".join(text.split()), 94))


def covers_directives(page: str) -> str:
    """Return `covers` directives for each section of the notes, at most three ids each."""
    topics = [topic for topic in COURSE.topics.values() if topic.page == page]
    blocks = []
    for (notes, section), group in groupby(topics, key=lambda t: (t.notes, t.section)):
        group = list(group)
        for k in range(0, len(group), AT_ONCE):
            some = group[k : k + AT_ONCE]
            comments = [comment(f"{t.id} ({t.kind}): {t.topic}. {t.detail}") for t in some]
            ids = " ".join(topic.id for topic in some)
            head = note(f"teach this ({notes}, {section}), and join what is one topic")
            blocks.append("\n".join([head, *comments, "", f"```{{covers}} {ids}", "```"]))
    return "\n\n".join(blocks)


def erratum_directive(page: str) -> str:
    """Return an `erratum` directive for the errors of the notes, with claims and truths."""
    names = sorted(COURSE.errata_of(page))
    if not names:
        return ""
    lines = []
    for name in names:
        e = COURSE.errata[name]
        lines += [
            note(f"say what is right of {name} where its topic is taught"),
            comment(f"The notes: {e.claim}"),
            comment(f"Right: {e.correct}"),
        ]
    return "\n".join([*lines, "", f"```{{erratum}} {' '.join(names)}", "```"])


def skeleton(page: str) -> str:
    """Return the text of a new page, made from the template."""
    entry = entries()[page]
    before = [entries()[name]["title"] for name in entry["after"]]
    values = {
        "TITLE": entry["title"],
        "QUESTION": entry["question"] + "?",
        "BY_HAND": entry["by_hand"],
        "EXPERIMENT": entry["experiment"],
        "PLAY": entry["play"],
        "NEEDS": " and ".join(f"*{title}*" for title in before) or "nothing yet",
        "COVERS": covers_directives(page),
        "ERRATA": erratum_directive(page),
        "SLUG": re.sub(r"\W+", "-", page.split("/")[1]),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in values.items():
        text = re.sub(rf"^% NOTE (.*)\[{name}\](.*)$", _noted(value), text, flags=re.MULTILINE)
        text = text.replace(f"[{name}]", value)
    text = re.sub(r"^% NOTE (.*)$", lambda m: note(m[1]), text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text)


def _noted(value: str):
    """Return a replacement function for `re.sub` that puts a value into a note."""
    return lambda match: note(f"{match[1]}{value}{match[2]}")


def add_to_contents(toc: str, page: str) -> str:
    """Return the table of contents with a page added in the course's order.

    Parameters
    ----------
    toc : str
        The text of ``_toc.yml``.
    page : str
        A page of pages.yml that is not in it.
    """
    order, part = list(entries()), page.split("/")[0]
    lines = toc.splitlines()
    row = f"      - file: chapters/{page}"
    line_of = {}
    for k, line in enumerate(lines):
        if match := re.match(r" {6}- file: chapters/([^/\s]+/[^/\s]+)\s*(?:#.*)?$", line):
            line_of[match[1]] = k
    before = [k for name, k in line_of.items() if _precedes(order, name, page)]
    at = _end(lines, max(before)) if before else _first_caption(lines)
    if not any(name.split("/")[0] == part for name in line_of):
        row = f"  - caption: {COURSE.parts[part]}\n    chapters:\n{row}"
    elif not any(name.split("/")[0] == part for name in line_of if line_of[name] in before):
        first = min(k for name, k in line_of.items() if name.split("/")[0] == part)
        at = first
    return "\n".join([*lines[:at], row, *lines[at:]]) + "\n"


def _precedes(order: list[str], name: str, page: str) -> bool:
    """Return whether a page of the table of contents stands before another in the course."""
    return name in order and order.index(name) < order.index(page)


def _end(lines: list[str], start: int) -> int:
    """Return the index of the line after an entry and the sections below it."""
    k = start + 1
    while k < len(lines) and lines[k].startswith("        "):
        k += 1
    return k


def _first_caption(lines: list[str]) -> int:
    """Return the index of the line with the first part's caption."""
    return next(k for k, line in enumerate(lines) if line.startswith("  - caption:"))


def refusal(root: Path, page: str) -> str | None:
    """Return why a page cannot be begun, or None if it can."""
    if page not in entries():
        near = difflib.get_close_matches(page, entries(), n=3, cutoff=0.5)
        near += [name for name in entries() if page in name and name not in near][:3]
        also = f"; did you mean {' or '.join(near)}?" if near else ""
        return f"{page!r} is no page of chapters/reference/pages.yml{also}"
    if (root / f"chapters/{page}.md").exists():
        return f"chapters/{page}.md exists; nothing was changed"
    if f"chapters/{page}\n" in (root / "_toc.yml").read_text(encoding="utf-8"):
        return f"{page} stands in _toc.yml; nothing was changed"
    return None


def write(root: Path, page: str) -> Path:
    """Write the skeleton and its line in the table of contents; return the page's path."""
    path, toc = root / f"chapters/{page}.md", root / "_toc.yml"
    text, table = skeleton(page), add_to_contents(toc.read_text(encoding="utf-8"), page)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:  # never over another's work
        file.write(text)
    toc.write_text(table, encoding="utf-8")
    return path


def main() -> int:
    """Run the program and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("page", metavar="PAGE", help="such as maths/vectors")
    page = parser.parse_args().page.removeprefix("chapters/").removesuffix(".md")
    if reason := refusal(ROOT, page):
        print(f"new_page: {reason}", file=sys.stderr)
        return 1
    write(ROOT, page)
    topics, errata = len(COURSE.topics_of(page)), len(COURSE.errata_of(page))
    print(
        f"chapters/{page}.md is begun: {topics} topics to teach, {errata} errata to put right"
    )
    print("It stands in _toc.yml. Next:")
    print(f"  make page P={page}    executes, builds and checks it, and says what it lacks")
    print("  python tools/lint_pages.py --rules    lists the rules")
    print("Delete each note (% WRITE) when it is done. docs/pages.md explains the parts.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
