"""Read CSV tables that a person or a platform wrote; errors name the line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from ..errors import CannotDo, NotThere

MOST_BYTES = 8 << 20


def text_of(file: Path, what: str) -> str:
    """Return the text of a table, without a byte order mark."""
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise NotThere(f"there is no {file}") from None
    if len(raw) > MOST_BYTES:
        raise CannotDo(f"{file} is larger than {MOST_BYTES >> 20} MB, too large for a {what}")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise CannotDo(f"{file} is UTF-16: save it as CSV in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = raw.count(b"\n", 0, e.start) + 1
        raise CannotDo(
            f"{file}: line {line} is not valid UTF-8 (perhaps Latin-1): save the file as CSV "
            "in UTF-8"
        ) from None


def separator_of(text: str) -> str:
    r"""Return the separator of a table's cells, determined from its first line.

    >>> separator_of("id;name\nada;Ada, the first"), separator_of("id,name")
    (';', ',')
    """
    return ";" if ";" in text.partition("\n")[0] else ","


def rows_of(file: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of a table with its line number."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator_of(text), strict=True
    )
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as e:
        raise CannotDo(f"{file}: line {reader.line_num} cannot be read: {e}") from None


def records(file: Path, what: str, needed: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a table as dicts by column, with their line numbers.

    :param file: The table. Its first line names the columns; case and surrounding blanks are
        ignored.
    :param needed: Columns that it must have, in lower case.
    :return: Rows without any text are left out; values have no surrounding blanks.
    :raises NotThere, CannotDo: If the table cannot be read, or a column is missing or occurs
        twice.
    """
    rows = rows_of(file, text_of(file, what))
    _, head = next(rows, (0, []))
    columns = [c.strip().lower() for c in head]
    if lacking := [c for c in needed if c not in columns]:
        known = ", ".join(columns) or "no columns"
        raise CannotDo(f"{file}: no column `{lacking[0]}`; it has {known}")
    if twice := sorted({c for c in columns if c and columns.count(c) > 1}):
        raise CannotDo(f"{file}: column {twice[0]!r} occurs twice")
    numbered = []
    for n, row in rows:
        cells = {c: v.strip() for c, v in zip(columns, row, strict=False)}
        if len(row) > len(columns):
            raise CannotDo(f"{file}: line {n} has more cells than the first line")
        if any(cells.values()):
            numbered.append((n, dict.fromkeys(columns, "") | cells))
    return numbered
