"""Read the files of a folder or a zip without trusting their names, sizes, or types.

Nothing is unpacked. A file is read into memory when it is needed, up to a limit on its actual
size, because the size in the zip may be wrong.
"""

from __future__ import annotations

import contextlib
import io
import lzma
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..errors import CannotDo, NotThere, WrongUsage, first_line
from .submission import Unreadable, read_regular

MOST_ENTRIES, MOST_DEEP, LONGEST = 50_000, 20, 255
MOST_ENTRIES_INSIDE, MOST_ZIP = 2000, 64 << 20  # limits for a zip that a student made
MOST_DIRECTORY = 1 << 20  # bytes of a zip's list of entries, which Python reads as a whole
NOT_IN_NAMES = ("Cc", "Cs", "Zl", "Zp")  # Unicode categories: control, surrogate, line ends
UTF8_NAME, ENCRYPTED, EXTENDED_TIME = 0x800, 0x1, 0x5455
BEGIN, ZIP64 = b"PK\x03\x04", b"PK\x06\x07"
BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
)


@dataclass(frozen=True)
class Item:
    """One file: its path's parts, its date, and `read(most)`, which rejects larger files."""

    parts: tuple[str, ...]
    when: datetime
    read: Callable[[int], bytes]

    @property
    def name(self) -> str:
        """Return the last part of the path."""
        return self.parts[-1]


@contextlib.contextmanager
def opened(path: Path):
    """Open a folder or a zip for a `with` block, and yield its files.

    :yield: The files that can be read; and for every file that can't, its name and the reason.
    :raises NotThere: If it doesn't exist.
    :raises CannotDo: If it is damaged or too large.
    """
    if not path.exists():
        raise NotThere(f"there is no {path}")
    if path.is_dir():
        yield _of_folder(path)
        return
    with _open(path) as archive:
        if len(archive.infolist()) > MOST_ENTRIES:
            raise CannotDo(f"{path} has more than {MOST_ENTRIES} entries, so nothing is read")
        date = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        yield _of_zip(archive, date)


def inside(item: Item) -> tuple[list[Item], list[tuple[str, str]]]:
    """Return the files of a zip that a student submitted.

    :param item: The zip. Its files get the date of the zip itself, because the student can
        choose the dates inside.
    :raises Unreadable: If it is not a zip, is damaged, or is too large.
    """
    raw = item.read(MOST_ZIP)
    end = raw.rfind(b"PK\x05\x06")
    if end < 0 or len(raw) < end + 22:
        raise Unreadable("it is not a zip, or is damaged")
    (size,) = struct.unpack_from("<I", raw, end + 12)
    if size > MOST_DIRECTORY or raw[max(end - 20, 0) : end].startswith(ZIP64):
        raise Unreadable("it has too many entries: not opened")
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except BROKEN as e:
        raise Unreadable(f"it is a damaged zip ({first_line(e)})") from None
    if len(archive.infolist()) > MOST_ENTRIES_INSIDE:
        raise Unreadable(f"it has more than {MOST_ENTRIES_INSIDE} entries")
    return _of_zip(archive, item.when, all_alike=True)


def parts_of(name: str) -> tuple[str, ...]:
    r"""Return the parts of a path from an untrusted source.

    :return: Parts in Unicode's composed form, so that equal names are equal strings.
    :raises Unreadable: If the path could lead outside its folder, or could not be the name of a
        file here.

    >>> parts_of("ada/./ps1.ipynb")
    ('ada', 'ps1.ipynb')
    """
    if any(unicodedata.category(c) in NOT_IN_NAMES for c in name):
        raise Unreadable("its name has control characters, or is not text")
    if "\\" in name or name.startswith("/") or re.match("[A-Za-z]:", name):
        raise Unreadable("its name is an absolute path, or has backslashes")
    parts = [unicodedata.normalize("NFC", p) for p in name.split("/") if p not in ("", ".")]
    if not parts or ".." in parts:
        raise Unreadable("its name may lead outside the folder" if parts else "it has no name")
    if len(parts) > MOST_DEEP or any(len(p.encode()) > LONGEST for p in parts):
        raise Unreadable("its name is too long")
    return tuple(parts)


def _open(path) -> zipfile.ZipFile:
    """Return a platform's zip, opened, or raise an error that explains what is wrong."""
    if path.is_file() and path.stat().st_size == 0:
        raise WrongUsage(f"{path} is empty: 0 bytes")
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as e:
        with open(path, "rb") as f:
            begun = f.read(len(BEGIN)) == BEGIN
        words = f"{path} is neither a folder nor a complete zip"
        raise WrongUsage(f"{words} ({first_line(e)})" if begun else words) from None


def _of_folder(top):
    """Return the files of a folder and its subfolders, without following links."""
    items, refused, todo = [], [], [(top, "")]
    while todo:
        folder, before = todo.pop()
        with os.scandir(folder) as entries:
            ordered = sorted(entries, key=lambda e: e.name)
        for entry in ordered:
            name = before + entry.name
            try:
                parts = parts_of(name)
                if entry.is_dir(follow_symlinks=False):
                    todo.append((entry.path, name + "/"))
                else:
                    items.append(_file(entry, parts))
            except (Unreadable, OSError) as e:
                refused.append((name, getattr(e, "strerror", None) or str(e)))
        if len(items) + len(refused) > MOST_ENTRIES:
            raise CannotDo(f"{top} has more than {MOST_ENTRIES} files, so nothing is read")
    return sorted(items, key=lambda i: i.parts), refused


def _file(entry, parts):
    """Return one file of a folder as an `Item`; raise an error if it isn't a regular file."""
    about = entry.stat(follow_symlinks=False)
    if stat.S_ISLNK(about.st_mode):
        raise Unreadable("it is a symbolic link: not followed")
    if not stat.S_ISREG(about.st_mode):
        raise Unreadable("it is not a regular file")
    path = Path(entry.path)
    date = datetime.fromtimestamp(about.st_mtime, UTC)
    return Item(parts, date, lambda most: read_regular(path, most)[0])


def _of_zip(archive, date, all_alike=False):
    """Return the files of a zip: those that can be read, and those that cannot."""
    items, refused = [], []
    infos = [i for i in archive.infolist() if not i.orig_filename.endswith("/")]
    names = [_decoded(i) for i in infos]
    often = Counter(names)
    for info, name in zip(infos, names, strict=True):
        try:
            _require_file(info)
            if often[name] > 1:
                raise Unreadable(f"the zip has {often[name]} entries with this name")
            when = date if all_alike else _when(info, date)
            items.append(Item(parts_of(name), when, _reader(archive, info)))
        except Unreadable as e:
            refused.append((name, str(e)))
    return sorted(items, key=lambda i: i.parts), refused


def _decoded(info):
    """Return the name of a zip's entry, decoded as UTF-8, or else as code page 437.

    Some Windows programs separate folders with backslashes.
    """
    name = info.orig_filename.replace("\\", "/")
    if info.flag_bits & UTF8_NAME:
        return name
    try:
        return name.encode("cp437").decode()
    except UnicodeError:
        return name


def _require_file(info):
    """Raise an error unless a zip's entry is a regular file that can be read."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise Unreadable("it is a symbolic link: not followed")
    if kind not in (0, stat.S_IFREG):
        raise Unreadable("it is not a regular file")
    if info.flag_bits & ENCRYPTED:
        raise Unreadable("it is encrypted")


def _reader(archive, info):
    """Return `read(most)`, which rejects larger entries even if the zip states a wrong size."""

    def read(most):
        if info.file_size > most:
            raise Unreadable(_too_large(most))
        try:
            with archive.open(info) as f:
                raw = f.read(most + 1)
        except BROKEN as e:
            raise Unreadable(f"this part of the zip is damaged ({first_line(e)})") from None
        if len(raw) > most:
            raise Unreadable(_too_large(most))
        return raw

    return read


def _too_large(most):
    """Return the message about a file above its limit."""
    return f"it is larger than {most >> 20} MB" if most >> 20 else f"it is larger than {most} B"


def _when(info, date):
    """Return an entry's date in UTC; without a Unix time, its date is taken as local time."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == EXTENDED_TIME and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            return datetime.fromtimestamp(struct.unpack_from("<i", extra, 5)[0], UTC)
        extra = extra[4 + size :]
    try:
        return datetime(*info.date_time).astimezone(UTC)
    except (ValueError, OverflowError):
        return date
