"""Return feedback to students: a zip for Moodle or Canvas, or a folder for a web server.

Moodle's "Upload multiple feedback files in a zip" identifies a student by the number in
`Full Name_501_assignsubmission_file_`, which begins each path in "Download all submissions"
(`mod/assign/feedback/file/importziplib.php`). Each page's path therefore begins with it, too.

Canvas's "Upload Submissions" identifies a submission by the two numbers in
`lovelaceada_1001_70001_ps1.ipynb`, which is a file's name in "Download Submissions". It
attaches the uploaded file to a comment, under the name of the submitted file
(`infer_comment_context_from_filename` in `app/models/assignment.rb`). An HTML page would then
have the name of a notebook, so we write a real notebook with the page in a single cell.

Canvas stores a group's work under one member, and can show a comment on it to all members.
Moodle's download has a folder for each group member, or one for the whole group; a page reaches
only the student of its folder. In either zip, only the student who submitted gets a page.
The command names the partners, because their own pages may show other marks or penalties.

The folder for a web server contains a page for each student, under a name that no one can
guess, an `index.html` without links, and nothing else. The list of links is next to the folder.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..course.anonymous import names_of, require_among
from ..course.codes import code, secret_of
from ..course.definitions import graded_earlier
from ..course.folder import Course
from ..course.origins import read as read_origins
from ..course.roster import read as read_roster
from ..errors import CannotDo, first_line
from ..gradebook.database import marks
from ..screen import say, shown, warn
from ..storage.results import require_folder, write_private, write_whole
from ..wording import counted
from .class_report import latest
from .feedback import page
from .leaderboard import own_code, write_leaderboards

PLATFORMS = {"moodle": "Moodle", "canvas": "Canvas"}
MOODLE = re.compile(r"[^_/]*_\d+_assignsubmission_file")  # the start of a path
DATE = (1980, 1, 1, 0, 0, 0)  # date of all entries, so that equal pages give an equal zip
LINKS = ("student", "first_name", "last_name", "email", "link")
CHARSET = '<meta charset="utf-8">'
ROBOTS = '<meta name="robots" content="noindex, nofollow, noarchive">'
NOTHING = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">{ROBOTS}<title>Feedback</title></head>
<body><p>Nothing is listed here. Use the link that you received.</p></body></html>
"""


@dataclass(frozen=True)
class Returned:
    """The output: the place, the number of pages, and the students who can't be reached.

    ``through`` maps each group member without a file on the platform to the partner who
    submitted.
    """

    place: Path
    pages: int
    unreached: list[str]
    links: Path | None = None
    through: dict[str, str] = field(default_factory=dict)


def write_feedback(
    course: Course,
    assignment: str,
    layout: str = "folders",
    out: Path | None = None,
    address: str = "",
    anonymous: bool = False,
    only: Sequence[str] = (),
) -> bool:
    """Write each student's page in a layout; return whether that worked for all."""
    require_folder(out or course / "feedback")
    results = latest(course, assignment)
    known = marks(course, assignment)
    seed, earlier = course.seed(), graded_earlier(course, assignment, results)
    called = names_of(course, anonymous, results)
    words = f"no graded submission for {assignment} by"
    chosen = require_among(course, only, results, called, words)
    shown_results = {s: results[s] for s in chosen or results}
    renamed, known = called.results(shown_results), called.marks(known)
    own = {called(s): own_code(r, seed) for s, r in results.items()}
    old = {called(s): names for s, names in earlier.items()}
    pages, failed = {}, False
    for name, result in renamed.items():
        try:
            pages[name] = page(result, known.get(name), own[name], old.get(name, ()))
        except Exception as e:  # one student's error must not stop the others
            warn(f"no page for {shown(name)}: {shown(first_line(e))}")
            failed = True
    if layout == "folders":
        out = out or course / ("feedback-anonymous" if anonymous else "feedback")
        out.mkdir(parents=True, exist_ok=True)
        say(f"{counted(_in_folders(assignment, pages, out), 'page')} in {out}")
        called.tell_key()
        for file in write_leaderboards(results, seed, out):
            say(f"{file}: the leaderboard, without names")
        return not failed
    if layout == "web":
        made = for_the_web(course, assignment, pages, out, address)
    else:
        made = zipped(course, assignment, layout, pages, out)
    _tell(made, assignment, layout)
    return not (failed or made.unreached or made.through)


def _in_folders(assignment, pages, out):
    """Write each page into its student's folder; return the number of pages."""
    for name, text in pages.items():
        folder = out / name / assignment
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{assignment}.html", text)
    return len(pages)


def _tell(made, assignment, layout):
    """Print the output for a platform or a web server, and the students it doesn't reach."""
    say(f"{made.place}: {counted(made.pages, 'page')}")
    if made.links:
        say(f"{made.links}: the link of each student; don't put this file on the server")
    if made.unreached:
        names = shown(", ".join(made.unreached))
        warn(f"not collected from {PLATFORMS[layout]}, so not in the zip: {names}")
    if made.through:
        names = shown(", ".join(f"{s} (by {owner})" for s, owner in made.through.items()))
        warn(
            f"their partner submitted, so {PLATFORMS[layout]} has no file from them, and they "
            f"are not in the zip: {names}; `nngrader feedback {assignment}` writes their pages"
        )


def zipped(
    course: Course, assignment: str, layout: str, pages: dict[str, str], out: Path | None = None
) -> Returned:
    """Write a zip that a platform can import.

    :param course, assignment: The course and the assignment; `nngrader collect` has stored the
        platform's names.
    :param out: The zip, or a folder for it. Default: `feedback/ASSIGNMENT-LAYOUT.zip`.
    :return: `unreached` are students whose submission did not come from this platform;
        `through` are students whose partner submitted, so that the platform has nothing from
        them.
    """
    names = _names(course, assignment, layout)
    reachable = {s: names[s] for s in sorted(pages) if s in names}
    if not reachable:
        raise CannotDo(
            f"no submission of {assignment} has a name from {PLATFORMS[layout]}: to store the "
            f"names, run `nngrader collect {assignment}` on the platform's download again"
        )
    file = _zip_file(course, f"{assignment}-{layout}.zip", out)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, name in reachable.items():
            text = pages[student]
            text = as_notebook(text) if layout == "canvas" else text
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            archive.writestr(entry, text.encode("utf-8", "replace"))
    half = file.with_name(f"{file.name}.{os.getpid()}")
    half.write_bytes(whole.getvalue())
    os.replace(half, file)
    origins, left = read_origins(course, assignment), sorted(set(pages) - set(names))
    ours = {s for s in left if s in origins and origins[s].platform == PLATFORMS[layout]}
    through = {s: origins[s].through for s in sorted(ours) if origins[s].through}
    return Returned(
        file, len(reachable), [s for s in left if s not in through], through=through
    )


def _zip_file(course, name, out):
    """Return the path of a zip; its folder is created if necessary."""
    file = out or course / "feedback" / name
    if out and (out.is_dir() or out.suffix.lower() != ".zip"):
        file = out / name
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def _names(course, assignment, layout):
    """Return the path in the zip by student; for a group, the submitting student's path."""
    names = {}
    for student, origin in read_origins(course, assignment).items():
        if origin.platform != PLATFORMS[layout]:
            continue
        paths = [p for p in origin.files if p.lower().endswith(".ipynb")] or origin.files
        name = _path_in_moodle(paths, assignment) if layout == "moodle" else paths[0]
        if name and not origin.through:
            names[student] = name
    return names


def _path_in_moodle(paths, assignment):
    """Return a page's path in Moodle's zip: in a folder only if the download has folders."""
    for path in paths:
        if start := MOODLE.match(path):
            top, slash, _ = path.partition("/")
            return (top + slash if slash else f"{start[0]}_") + f"{assignment}-feedback.html"
    return ""


def as_notebook(page: str) -> str:
    """Return a page of feedback as a notebook with a single cell that already shows it.

    :param page: HTML from `feedback.page`, which has no scripts and one ``<main>``.
    :return: The notebook. Jupyter shows the page's text, tables and folds.
    """
    body = re.split(r"<main[^>]*>|</main>", page, maxsplit=2)[1]
    html = " ".join(line.strip() for line in body.splitlines() if line.strip())
    cell = {"cell_type": "markdown", "id": "feedback", "metadata": {}, "source": html}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def for_the_web(
    course: Course,
    assignment: str,
    pages: dict[str, str],
    out: Path | None = None,
    address: str = "",
) -> Returned:
    """Write a folder for a web server, and next to it the list of links.

    :return: `links` is the list for a mail merge, `FOLDER-links.csv`. Only its owner can read
        it, and it must not be put on a server.
    """
    folder = out or course / "feedback" / f"web-{assignment}"
    folder.mkdir(parents=True, exist_ok=True)
    secret, roster = secret_of(course), read_roster(course) or {}
    rows = []
    for student, text in sorted(pages.items()):
        name = f"{code(secret, 'link', assignment, student)}.html"
        write_whole(folder / name, text.replace(CHARSET, CHARSET + ROBOTS, 1))
        known = roster.get(student)
        about = [known.first_name, known.last_name, known.email] if known else ["", "", ""]
        rows.append([student, *about, f"{address.rstrip('/')}/{name}" if address else name])
    write_whole(folder / "index.html", NOTHING)
    links = folder.with_name(f"{folder.name}-links.csv")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([LINKS, *rows])
    write_private(links, text.getvalue())
    return Returned(folder, len(rows), [], links)
