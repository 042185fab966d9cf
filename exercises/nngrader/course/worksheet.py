"""Moodle's grading worksheet: participants, submission times, and marks.

Moodle offers it in an assignment's list of submissions as *Download grading worksheet*, and
reads it with *Upload grading worksheet* (`mod/assign/feedback/offline/importgradeslib.php`).
Its first column, "Participant 501", contains the number that is also in the name of each
downloaded folder. Under blind marking, the worksheet contains no other data about a student.

Column names and dates are in the language of the person who downloaded the file. We read
English, German, French, Spanish, Italian, Dutch and Portuguese. Dates have no time zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from ..errors import CannotDo, WrongUsage
from ..wording import did_you_mean
from .roster import Student, complaint_about, fold, fold_name
from .table import separator_of, text_of

SOURCE = "grading worksheet"
NUMBER = re.compile(r"\D*?(\d+)\s*")
COLUMNS = {  # possible beginnings of a column's folded name
    "name": "full name|vollstandiger name|nom complet|nombre completo|nome completo|"
    "volledige naam|nome",
    "email": "email|e mail|adresse de courriel|courriel|direccion de correo|correo|"
    "indirizzo email|endereco de e",
    "id_number": "id number|matrikelnummer|id nummer|numero d identification|numero de id|"
    "codice identificativo|numero id",
    "grade": "grade|bewertung|note|calificacion|valutazione|cijfer|nota",
    "status": "status|statut|estado|stato",
    "most": "maximum grade|bestwertung|hochstwertung|note maximale|calificacion maxima|"
    "valutazione massima|maximale cijfer|maximum cijfer|nota maxima",
    "changed": "last modified submission|zuletzt geandert abgabe|derniere modification travail|"
    "derniere modification remise|ultima modificacion entrega|ultima modificacion envio|"
    "ultima modifica consegna|laatst gewijzigd inzending|laatst gewijzigd insturen|"
    "ultima modificacao submissao|ultima modificacao trabalho|modificado entrega",
}
DRAFT = re.compile("draft|entwurf|brouillon|borrador|bozza|concept|klad|rascunho")  # a status
EXACT = ("grade", "name", "status")  # must match exactly: other columns begin with them too
MONTHS = """january januar janvier enero gennaio januari janeiro
february februar fevrier febrero febbraio februari fevereiro
march marz mars marzo maart marco
april avril abril aprile
may mai mayo maggio mei maio
june juni juin junio giugno junho
july juli juillet julio luglio julho
august aout agosto augustus
september septembre septiembre settembre setembro
october oktober octobre octubre ottobre outubro
november novembre noviembre novembro
december dezember decembre diciembre dicembre dezembro"""
MONTH = {word: n for n, line in enumerate(MONTHS.split("\n"), 1) for word in line.split()}
CLOCK = re.compile(
    r"\b(\d{1,2})[:.h](\d\d)(?:[:.](\d\d))?\s*([ap])?\.?\s?m?\b\.?", re.IGNORECASE
)
DIGITS = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d{1,2})\.(\d{1,2})\.(\d{4})")


@dataclass(frozen=True)
class Row:
    """The worksheet's data about one participant; missing values are "".

    ``grade`` is the position of the mark in the text, from its first character to just after
    its last one, including quotes.
    """

    line: int
    number: str
    name: str
    email: str
    id_number: str
    status: str
    changed: str
    most: str
    grade: tuple[int, int]

    @property
    def draft(self) -> bool:
        """Return whether the participant hasn't submitted the files for grading."""
        return bool(DRAFT.match(fold(self.status)))

    @property
    def blind(self) -> bool:
        """Return whether the row contains only a number."""
        return not (self.name or self.email or self.id_number)

    @property
    def student(self) -> str:
        """Return the id of a student of whom we know only the number."""
        return f"participant-{self.number}"


@dataclass(frozen=True)
class Worksheet:
    """A grading worksheet: its path, its exact text, and its rows."""

    file: Path
    text: str
    rows: dict[str, Row]  # by the number of the participant

    def filled(self, marks: dict[str, str]) -> str:
        """Return the text with marks filled in and all other characters unchanged.

        :param marks: Marks by number of the participant, with decimal points. They are
            written with decimal commas if the file's maximum marks have them.
        """
        comma = any("," in r.most for r in self.rows.values())
        parts, at = [], 0
        for row in sorted(self.rows.values(), key=lambda r: r.grade):
            if row.number not in marks:
                continue
            begin, end = row.grade
            mark = marks[row.number]
            mark = mark.replace(".", ",") if comma else mark
            quoted = self.text[begin:end].startswith('"') or separator_of(self.text) in mark
            parts += [self.text[at:begin], f'"{mark}"' if quoted else mark]
            at = end
        return "".join([*parts, self.text[at:]])


def read(file: Path) -> Worksheet:
    """Return a grading worksheet.

    :raises WrongUsage: If it is not a worksheet, or its language is unknown.
    :raises CannotDo: If it isn't UTF-8, or a participant number is missing or occurs twice.
    """
    text_of(file, SOURCE)  # raises an error if the text is not UTF-8
    text = file.read_bytes().decode()
    rows = fields(text, separator_of(text))
    head = [fold(_value(text, span)) for span in rows[0]] if rows else []
    where = {what: _column(head, what) for what in COLUMNS}
    if len(head) < 2 or where["grade"] is None:
        names = ", ".join(head) or "nothing"
        raise WrongUsage(
            f"{file} is not a grading worksheet from Moodle, or its language is not supported: "
            f"no column for the grade among {names}"
        )
    by_number = {}
    for n, spans in enumerate(rows[1:], 2):
        if len(spans) < len(head):
            continue
        number = NUMBER.fullmatch(_value(text, spans[0]))
        if not number or number[1] in by_number:
            raise CannotDo(f"{file}: row {n} has no participant number, or a repeated one")
        cells = {
            what: _value(text, spans[i]) if i is not None else "" for what, i in where.items()
        }
        kept = {k: cells[k] for k in cells if k != "grade"}
        by_number[number[1]] = Row(n, number[1], **kept, grade=spans[where["grade"]])
    return Worksheet(file, text, by_number)


def fields(text: str, separator: str) -> list[list[tuple[int, int]]]:
    r"""Return the position of each cell of a CSV text, including quotes, row by row.

    >>> [[text[a:b] for a, b in row] for text in ['a,"b,""c"\n,d'] for row in fields(text, ",")]
    [['a', '"b,""c"'], ['', 'd']]
    """
    rows, row, begin, quoted = [], [], 0, False
    for at, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter == separator:
            row.append((begin, at))
            begin = at + 1
        elif not quoted and letter == "\n":
            row.append((begin, at - (text[at - 1 : at] == "\r")))
            rows.append(row)
            row, begin = [], at + 1
    if row or begin < len(text):
        rows.append([*row, (begin, len(text))])
    return rows


def _value(text, span):
    """Return the value of a cell."""
    value = text[slice(*span)].strip("\ufeff \t\r")
    return value[1:-1].replace('""', '"').strip() if value[:1] == '"' == value[-1:] else value


def _column(head, what):
    """Return the index of a column, or None if there is none."""
    names = COLUMNS[what].split("|")
    for i, name in enumerate(head):
        if name in names or (what not in EXACT and name.startswith(tuple(names))):
            return i
    return None


def time_of(text: str, zone: tzinfo | None = None) -> datetime | None:
    """Return a date of the worksheet in UTC, or None if it can't be read.

    :param text: A date in Moodle's format: optionally the day's name; day, month and year in
        words, as 1.12.2026 or as 2026-12-01; then hour and minute.
    :param zone: The time zone of the date. Default: this machine's time zone.

    >>> time_of("Tuesday, 1 December 2026, 3:30 PM", UTC).isoformat()
    '2026-12-01T15:30:00+00:00'
    >>> time_of("Dienstag, 1. Dezember 2026, 15:30", UTC) == time_of("1.12.2026, 15:30", UTC)
    True
    """
    digits = DIGITS.search(text)
    rest = text.replace(digits[0], " ") if digits else text
    clocks = list(CLOCK.finditer(rest))
    if not clocks:
        return None
    hour, minute, second, half = clocks[-1].groups()
    if digits:
        year, month, day = digits.groups()[:3] if digits[1] else digits.groups()[:2:-1]
    else:
        rest = fold(rest[: clocks[-1].start()]).split()
        months = [MONTH[w] for w in rest if w in MONTH]
        years = [w for w in rest if re.fullmatch(r"\d{4}", w)]
        days = [w for w in rest if re.fullmatch(r"\d{1,2}", w)]
        if not len(months) == len(years) == len(days) == 1:
            return None
        year, month, day = years[0], months[0], days[0]
    hour = int(hour) % 12 + 12 * (half in "pP") if half else int(hour)
    try:
        when = datetime(int(year), int(month), int(day), hour, int(minute), int(second or 0))
        return (when.replace(tzinfo=zone) if zone else when).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def zone_of(name: str | None) -> tzinfo | None:
    """Return a time zone by its name, or None for this machine's time zone."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(name, available_timezones())
        raise WrongUsage(
            f"no time zone {name!r}: use a name such as Europe/Berlin or UTC{near}"
        ) from None


def owner(row: Row, students: dict[str, Student] | None) -> str:
    """Return a row's student by ID number or address, else by name; "" if this is unclear.

    :param students: The class list. Without one, we use the ID number as the id.
    """
    if row.blind:
        return row.student
    if students is None:
        return "" if complaint_about(row.id_number) else row.id_number
    own = row.id_number.casefold(), row.email.casefold()
    sure = {
        s.id
        for s in students.values()
        if (own[0] and own[0] in (s.id.casefold(), s.lms_user_id.casefold()))
        or (own[1] and own[1] == s.email.casefold())
    }
    named = {s.id for s in students.values() if fold_name(row.name) in s.names}
    owners = sure or {s for s in named if not (row.email and students[s].email)}
    return owners.pop() if len(owners) == 1 else ""
