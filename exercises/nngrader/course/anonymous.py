"""The names of students in an output: their ids, or codes for an anonymous output.

The codes are computed from the course's secret, so they are the same in every output of the
course, and no one can compute them without the secret. `anonymous-key.csv` in the course folder
maps each code to its student, for the instructor only; don't pass it on.
"""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from ..errors import CannotDo, NotThere
from ..records.flag import flags_of
from ..screen import say, shown
from ..storage.results import write_private
from ..wording import did_you_mean
from .codes import code, secret_of
from .folder import Course
from .roster import Student
from .roster import read as read_roster

KEY = "anonymous-key.csv"
COLUMNS = ("code", "student", "first_name", "last_name")
LETTERS = 10
SHORTEST = 3  # letters; we don't replace shorter names in flags and comments
NOTEBOOK = re.compile(r"""(["'])((?:(?!\1).)+\.ipynb)\1""", re.IGNORECASE)  # a file's name
STROKES = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe"}
)
SPELT = str.maketrans(
    {"å": "aa"} | {c: f"{bare}e" for c, bare in zip("äöüø", "aouo", strict=True)}
)


class Names:
    """The ids of students, for outputs that name them."""

    anonymous = False

    def __call__(self, student: str) -> str:
        """Return the name of a student in the output."""
        return student

    def tell_key(self) -> None:
        """Print nothing, because names need no key."""

    def student(self, name: str) -> str:
        """Return the id of the student with this name."""
        return name

    def typed(self, student: str) -> str:
        """Return the name to print for a student named in an argument."""
        return student

    def text(self, text: str) -> str:
        """Return a text in the form that may be shown."""
        return text

    def results(self, results: dict[str, dict]) -> dict[str, dict]:
        """Return results by the names of their students."""
        return results

    def result(self, result: dict) -> dict:
        """Return one result in the form that may be shown."""
        return result

    def marks(self, marks: dict[str, dict]) -> dict[str, dict]:
        """Return marks by the names of their students."""
        return marks

    def all(self, students: Iterable[str]) -> list[str]:
        """Return the names of students, in the same order."""
        return list(students)

    def rows(self, students: list[Student]) -> list[Student]:
        """Return rows of the class list in the form that may be shown."""
        return students


class Codes(Names):
    """A code for each student of a course.

    :param course: The course. Its `anonymous-key.csv` is written, readable only by its owner.
    :param students: Students who are neither in the class list nor in the folder of
        submissions.
    """

    anonymous = True

    def __init__(self, course: Course, students: Iterable[str] = ()):
        self.secret = secret_of(course)
        self.roster = read_roster(course) or {}
        folder = course / "submitted"
        submitted = (
            [s for s in os.listdir(folder) if not s.startswith(".")] if folder.is_dir() else []
        )
        known = sorted({*self.roster, *submitted, *students, *_kept(course / KEY).values()})
        self.codes = {s: code(self.secret, "anonymous", s, letters=LETTERS) for s in known}
        self.back = {c: s for s, c in self.codes.items()}
        self.called = {s: _called(s, self.roster.get(s)) for s in known}
        self.known = _words(self.called)
        rows = [[self.codes[s], s, *_own(self.roster.get(s))] for s in known]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([COLUMNS, *sorted(rows)])
        self.key = course / KEY
        write_private(self.key, text.getvalue())

    def __call__(self, student: str) -> str:
        """Return a student's code."""
        known = self.codes.get(student)
        return known or code(self.secret, "anonymous", student, letters=LETTERS)

    def tell_key(self) -> None:
        """Print the path of the file that maps codes to students."""
        say(f"{self.key}: maps the codes back to students")

    def student(self, name: str) -> str:
        """Return the student with this code; return an id unchanged."""
        return self.back.get(name.strip().lower(), name)

    def typed(self, student: str) -> str:
        """Return a student's code; return the name of an unknown student unchanged."""
        return self.codes.get(student, student)

    def text(self, text: str) -> str:
        """Replace the ids, names and addresses of students in a text with codes.

        Names are also recognised without accents, or with *ae* for *ä*. A name that several
        students share becomes "…".
        """
        plain, places = _plain(text)
        parts, done = [], 0
        for match in self.known.finditer(plain) if self.known else ():
            parts += [text[done : places[match.start()]], self._code_of(match[0])]
            done = places[match.end()]
        return "".join([*parts, text[done:]])

    def _code_of(self, word):
        """Return the code of the student with this name, or "…" if several have it."""
        students = [s for s, words in self.called.items() if word in words]
        return self(students[0]) if len(students) == 1 else "…"

    def results(self, results: dict[str, dict]) -> dict[str, dict]:
        """Return results by code, sorted by code, without names in flags."""
        by_code = {self(s): self.result(r) for s, r in results.items()}
        return dict(sorted(by_code.items()))

    def result(self, result: dict) -> dict:
        """Return one result with a code instead of the student, also in names of files."""
        name, own = self(result["student"]), f"{result['assignment']}.ipynb"

        def text(key, value):
            if key == "file" and value.lower().endswith(".ipynb"):
                return value if value == own else f"{name}.ipynb"
            plain = NOTEBOOK.sub(lambda m: m[0] if m[2] == own else f"'{name}.ipynb'", value)
            return self.text(plain)

        flags = [flag.with_text(text).as_json() for flag in flags_of(result)]
        return result | {"student": name, "flags": flags}

    def marks(self, marks: dict[str, dict]) -> dict[str, dict]:
        """Return marks by code, sorted by code, without names in comments."""
        by_code = {}
        for student, mark in marks.items():
            by_hand = [(*cell[:3], self.text(cell[3])) for cell in mark["by_hand"]]
            comments = {cell: self.text(text) for cell, text in mark["comments"].items()}
            by_code[self(student)] = mark | {"by_hand": by_hand, "comments": comments}
        return dict(sorted(by_code.items()))

    def all(self, students: Iterable[str]) -> list[str]:
        """Return codes of students, sorted, because the order of names would reveal them."""
        return sorted(map(self, students))

    def rows(self, students: list[Student]) -> list[Student]:
        """Return rows that contain only a code, sorted."""
        return [Student(c) for c in self.all(s.id for s in students)]


def names_of(course: Course, anonymous: bool, students: Iterable[str] = ()) -> Names:
    """Return the names of students in an output."""
    return Codes(course, students) if anonymous else Names()


def require_among(
    course: Course, names: Iterable[str], candidates: Iterable[str], called: Names, words: str
) -> list[str]:
    """Return the students with these ids or codes.

    :raises NotThere: If one of them is not a candidate. The message begins with `words`, and
        suggests a name close to a misspelt one.
    """
    candidates = set(candidates)
    student_of = {name: called.student(name) for name in names}
    if lost := sorted(
        name for name, student in student_of.items() if student not in candidates
    ):
        codes, listed = _kept(course / KEY), read_roster(course) or {}
        if not called.anonymous and codes.keys() & set(lost):
            what = "it is a code" if len(lost) == 1 else "they are codes"
            near = f"; {what}: add --anonymous"
        else:
            known = [called(s) for s in candidates]
            strange = [name for name in lost if student_of[name] not in listed]
            near = "".join(did_you_mean(name, known) for name in strange)
        raise NotThere(f"{words} {shown(', '.join(lost))}{near}")
    return list(student_of.values())


def _kept(key: Path) -> dict[str, str]:
    """Return students by code from an earlier key, which lists former students too."""
    try:
        rows = list(csv.reader(io.StringIO(key.read_text(encoding="utf-8"), newline="")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, csv.Error) as e:
        raise CannotDo(f"{key} cannot be read ({e}): delete it, then run this again") from None
    return {row[0]: row[1] for row in rows[1:] if len(row) == len(COLUMNS)}


def _own(row):
    """Return first and last name from a row of the class list."""
    return [row.first_name, row.last_name] if row else ["", ""]


def _called(student, row):
    """Return all names that may identify a student, in lower case without accents."""
    words = {student}
    if row:
        full = {f"{row.first_name} {row.last_name}", f"{row.last_name} {row.first_name}"}
        words |= {row.first_name, row.last_name, row.email, row.lms_user_id, *full}
        words |= {w for name in full for w in (*name.split(), *re.split(r"[\s-]+", name))}
        words |= {name.replace(" ", "") for name in full}
        words |= {f"{row.last_name}, {row.first_name}", row.email.partition("@")[0]}
    words = {unicodedata.normalize("NFC", w).strip().casefold() for w in words}
    return {_plain(w)[0] for w in words | {w.translate(SPELT) for w in words}}


def _plain(text):
    """Return a text in lower case without accents, and the original position of each letter."""
    letters, places = [], []
    for n, c in enumerate(text):
        bare = unicodedata.normalize("NFKD", c).casefold().translate(STROKES)
        kept = [b for b in bare if not unicodedata.combining(b)]
        letters += kept
        places += [n] * len(kept)
    return "".join(letters), [*places, len(text)]


def _words(called):
    """Return a pattern for all names that may identify students, or None."""
    words = {w for own in called.values() for w in own if len(w) >= SHORTEST}
    longest = "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w)))
    return re.compile(rf"(?<![^\W_])(?:{longest})(?![^\W_])") if words else None
