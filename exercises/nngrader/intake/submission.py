"""Read a student's submission without trusting it.

We follow no links and parse only JSON, and every scan takes linear time.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import re
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..records.flag import Flag, FlagCode
from ..records.flag_rendering import for_instructor
from .outputs import MOST_TOKENS, TooComplex, without_outputs

MOST_BYTES = 8 << 20  # size of a file that we parse: a notebook without its outputs
MOST_NOTEBOOK = 100 << 20  # size of a notebook with its outputs; the settings can change it
MOST_CELLS = 2000
MOST_CHARACTERS = 200_000  # of one cell
MOST_IMAGES, MOST_IMAGE = 10, 2 << 20  # pasted into one cell: number of images, bytes of each
PASTED = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
DEEPEST = 3  # levels of subfolders in which we search for notebooks
MOST_FILES = 200  # entries of a folder that we look at to find notebooks
MOST_NOTEBOOKS, MOST_NAMED = 20, 5  # notebooks to compare, and to name in a flag
CHECKPOINTS = ".ipynb_checkpoints"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
KINDS = {  # files that are submitted under a notebook's name, by their first bytes
    b"%PDF": "pdf",
    b"PK\x03\x04": "zip",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"<<<<<<< ": "conflict",
    b"<": "html",
}
MERGE = re.compile(rb"^<{7} ", re.M)  # git writes such a line before the first version
BROKEN_OFF = 6  # characters of a JSON word or of \u1234, which may be cut off at the end


class Unreadable(Exception):
    """Raised for a file that isn't read; the text is the reason, and may quote file names."""


class Rejected(Unreadable):
    """Raised for a file that grading doesn't read; `flag` is the reason."""

    def __init__(self, code: FlagCode, **data):
        self.flag = Flag(code, data=data)
        super().__init__(for_instructor(self.flag))


class TooLarge(Rejected):
    """Raised for a file that is larger than its limit."""


@dataclass
class Cell:
    """One cell of a student's notebook.

    `images` are the images that the student pasted into a text cell, or that a code cell had
    among its outputs: a `data` dict of the notebook format, by the name in the text.
    """

    grade_id: str | None
    source: str
    code: bool
    position: int
    images: dict = field(default_factory=dict)


def read_submission(
    folder: Path,
    name: str,
    written: Callable[[list[Cell]], tuple[int, int]],
    most: int = MOST_NOTEBOOK,
    others: Iterable[str] = (),
) -> tuple[list[Cell] | None, list[Flag]]:
    """Return the cells of a submission, and flags for everything unusual about it.

    :param written: Returns how many of our cells the student has written, and how many there
        are. Of several notebooks, we use the one with the most.
    :param most: Maximum size of a notebook, in bytes.
    :param others: The names of the assignment's other notebooks. If there are any, a notebook
        with a different name counts only if it contains one of our cells.
    :return: None if there is no readable notebook.
    """
    flags = []
    try:
        file = _chosen(folder, name, written, most, flags, others)
        raw, names = read_regular(file, most)
        flags += [Flag(FlagCode.HARD_LINK)] * (names > 1)
        cells = cells_of(shrunk(raw), flags, file.name)
        if not (cells or flags):
            raise Rejected(FlagCode.NO_CELLS, file=file.name)
        return cells, flags
    except Rejected as e:
        return None, [*flags, e.flag]
    except OSError as e:
        return None, [*flags, Flag(FlagCode.READ_ERROR, data={"reason": str(e.strerror)})]


def read_declared(
    folder: Path, declared: dict[str, int]
) -> tuple[dict[str, bytes | None], list[Flag]]:
    """Return files that a problem requires next to the notebook, such as weights.

    :param declared: Maximum size in bytes, by name.
    :return: Contents; None for files that cannot be read. A file that is too large is replaced
        by null bytes, one more than its limit.
    """
    contents, flags = {}, []
    for name, most in declared.items():
        contents[name] = None
        try:
            if folder.is_symlink() or folder.parent.is_symlink():
                raise Rejected(FlagCode.FOLDER_IS_LINK, folder=folder.name, file=name)
            contents[name] = read_regular(folder / name, most)[0]
        except (FileNotFoundError, NotADirectoryError):
            continue  # a challenge is optional, and its feedback reports a missing file
        except TooLarge as e:
            contents[name] = bytes(most + 1)
            flags.append(e.flag)
        except Rejected as e:
            flags.append(e.flag)
        except OSError as e:
            data = {"file": name, "reason": str(e.strerror)}
            flags.append(Flag(FlagCode.READ_ERROR, data=data))
    return contents, flags


def read_regular(file: Path, most: int = MOST_BYTES) -> tuple[bytes, int]:
    """Return the contents of a regular file, and its number of hard links.

    :param file: A link is not followed, and a pipe doesn't block.
    :raises Rejected: If it is not a regular file, or too large.
    :raises OSError: If the operating system refuses.
    """
    if file.is_symlink():
        raise Rejected(FlagCode.FILE_IS_LINK, file=file.name)
    with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as f:
        about = os.fstat(f.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise Rejected(FlagCode.NOT_A_REGULAR_FILE, file=file.name)
        raw = f.read(most + 1)
    if len(raw) > most:
        raise TooLarge(FlagCode.FILE_TOO_LARGE, file=file.name, most_bytes=most)
    return raw, about.st_nlink


def shrunk(raw: bytes) -> bytes:
    """Return a notebook that is small enough to parse, if necessary without its outputs.

    :raises Rejected: If it is too large even without its outputs.
    """
    if len(raw) <= MOST_BYTES:
        return raw
    try:
        small = without_outputs(raw.decode("utf-16").encode() if raw[:2] in UTF16 else raw)
    except TooComplex:
        raise Rejected(FlagCode.NOTEBOOK_TOO_COMPLEX, most=MOST_TOKENS) from None
    except UnicodeError:
        raise Rejected(FlagCode.NOT_A_NOTEBOOK, what="binary") from None
    if len(small) > MOST_BYTES:
        raise TooLarge(FlagCode.NOTEBOOK_TOO_LARGE, most_bytes=MOST_BYTES)
    return small


def _chosen(folder, name, written, most, flags, others):
    """Return the notebook to grade; if there are several, a flag names the others."""
    expected, not_it = f"{name}.ipynb", {f"{other}.ipynb" for other in others}
    for p in (folder.parent, folder):
        if p.is_symlink():
            raise Rejected(FlagCode.FOLDER_IS_LINK, folder=p.name)
    if not folder.is_dir():
        raise Rejected(FlagCode.NO_FOLDER, folder=folder.name)
    own, notebooks = folder / expected, itertools.islice(_notebooks(folder), MOST_NOTEBOOKS)
    files = sorted(f for f in notebooks if f != own and f.name not in not_it)
    if not_it:
        files = [f for f in files if _counts(f, written, most)[1] > 0]
    files = [own] * os.path.lexists(own) + files
    if not files and not_it:
        raise Rejected(FlagCode.NOTEBOOK_MISSING, expected=expected)
    if not files:
        near = [str(f.relative_to(folder)) for f in itertools.islice(_near(folder), MOST_NAMED)]
        raise Rejected(FlagCode.NO_NOTEBOOK, **({"files": near} if near else {}))
    counts = {f: _counts(f, written, most) for f in files} if len(files) > 1 else {}
    file = max(files, key=counts.get) if counts else files[0]
    rest = [f for f in counts if f != file and (f == own or counts[f] != (0, 0))]
    if rest:
        names = [str(f.relative_to(folder)) for f in rest]
        data = {"file": file.name, "files": names[:MOST_NAMED]}
        more = {"more": len(names) - MOST_NAMED} if len(names) > MOST_NAMED else {}
        flags.append(Flag(FlagCode.SEVERAL_NOTEBOOKS, data=data | more))
    elif file != own:
        data = {"expected": expected, "file": file.name}
        flags.append(Flag(FlagCode.NOTEBOOK_RENAMED, data=data))
    return file


def _counts(file, written, most):
    """Return the result of `written` for a notebook, or (-1, 0) if it cannot be read."""
    try:
        return written(cells_of(shrunk(read_regular(file, most)[0]), [], file.name))
    except (Unreadable, OSError):
        return -1, 0


def _near(folder):
    """Yield files whose names look like a notebook's, and Jupyter's checkpoints."""
    for place in (folder, folder / CHECKPOINTS):
        if place.is_dir() and not place.is_symlink():
            names = itertools.islice(sorted(os.listdir(place)), MOST_FILES)
            yield from (place / n for n in names if is_near(n) and (place / n).is_file())


def is_near(name: str) -> bool:
    """Return whether a name looks like a notebook's, for example with a second extension.

    >>> is_near("ps1.ipynb.txt"), is_near("ps1.py")
    (True, False)
    """
    return ".ipynb" in name.lower()


def _notebooks(folder, deeper=DEEPEST):
    """Yield the notebooks of a folder, then of its subfolders; links are not followed."""
    inside = []
    with os.scandir(folder) as entries:
        for entry in itertools.islice(entries, MOST_FILES):
            if entry.is_file(follow_symlinks=False):
                yield from [Path(entry.path)] * entry.name.lower().endswith(".ipynb")
            elif entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                inside.append(entry.path)
    for subfolder in inside if deeper else ():
        yield from _notebooks(subfolder, deeper - 1)


def cells_of(raw: bytes, flags: list[Flag], name: str) -> list[Cell]:
    """Return everything that looks like a cell in a notebook of format 4 or 3.

    :param flags: Flags about unusual contents are added here.
    :return: Cells in the order of the notebook.
    :raises Rejected: If it is not a notebook.
    """
    listed = _list_of_cells(raw, flags, name)
    if len(listed) > MOST_CELLS:
        data = {"count": len(listed), "read": MOST_CELLS}
        flags.append(Flag(FlagCode.TOO_MANY_CELLS, data=data))
    cells = [_cell(c, n) for n, c in enumerate(listed[:MOST_CELLS])]
    if odd := cells.count(None):
        flags.append(Flag(FlagCode.CELLS_LEFT_OUT, data={"count": odd}))
    return [c for c in cells if c]


def _list_of_cells(raw, flags, name):
    """Return the list of cells in the JSON text of a notebook of format 4 or 3."""
    if not raw.strip():
        raise Rejected(FlagCode.EMPTY_FILE, file=name, bytes=len(raw))
    try:
        notebook = json.loads(raw.decode("utf-16" if raw[:2] in UTF16 else "utf-8-sig"))
    except (ValueError, RecursionError) as e:
        raise _what_it_is(raw, e, name) from None
    notebook = notebook if isinstance(notebook, dict) else {}
    cells = notebook.get("cells")
    if cells is None and isinstance(sheets := notebook.get("worksheets"), list):
        flags.append(Flag(FlagCode.OLD_FORMAT))
        cells = [c for w in sheets if isinstance(w, dict) for c in _as_list(w.get("cells"))]
    if not isinstance(cells, list):
        raise Rejected(FlagCode.NO_CELLS, file=name)
    return cells


def _what_it_is(raw, e, name):
    """Return why a file is not a notebook, given the error that its JSON caused."""
    code, line = FlagCode.NOT_A_NOTEBOOK, {}
    what = next((kind for begin, kind in KINDS.items() if raw.startswith(begin)), "")
    if not what and (conflict := MERGE.search(raw)):
        return Rejected(
            code, file=name, what="conflict", line=raw[: conflict.start()].count(b"\n") + 1
        )
    if not what and isinstance(e, json.JSONDecodeError):
        at_the_end = e.pos >= len(e.doc.rstrip()) - BROKEN_OFF
        cut = e.doc.lstrip().startswith("{") and (at_the_end or "Unterminated" in e.msg)
        what = "binary" if "\0" in e.doc else "not-json"
        if cut and what == "not-json":
            return Rejected(FlagCode.CUT_OFF, file=name)
        line = {"line": e.lineno} if what == "not-json" else {}
    elif not what:
        kinds = {RecursionError: "nested", UnicodeDecodeError: "not-utf-8"}
        what = kinds.get(type(e), "unknown")
    return Rejected(code, file=name, what=what, **line)


def _as_list(value):
    """Return the value if it is a list, or else an empty list."""
    return value if isinstance(value, list) else []


def _cell(c, position):
    """Return one cell, or None if it is malformed; malformed metadata count as missing."""
    if not isinstance(c, dict):
        return None
    source = c.get("source", c.get("input", ""))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or len(source) > MOST_CHARACTERS or not _encodable(source):
        return None
    mark = c.get("metadata")
    for key in ("nbgrader", "grade_id"):
        mark = mark.get(key) if isinstance(mark, dict) else None
    gid = mark if isinstance(mark, str) else None
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    code = c.get("cell_type") == "code"
    images = _plots(c.get("outputs")) if code else c.get("attachments")
    return Cell(gid, source, code, position, _images(images))


def _plots(outputs):
    """Return the data of a code cell's outputs, by a name for each."""
    listed = outputs if isinstance(outputs, list) else []
    data = [output.get("data") for output in listed if isinstance(output, dict)]
    return {f"output-{n}": one for n, one in enumerate(data, 1) if isinstance(one, dict)}


def _images(attachments):
    """Return the attachments or outputs that are PNG or JPEG images of a normal size."""
    images = {}
    for name, data in attachments.items() if isinstance(attachments, dict) else ():
        for kind, begin in PASTED.items():
            text = data.get(kind) if isinstance(data, dict) else None
            with contextlib.suppress(TypeError, ValueError):
                text = "".join("".join(text).split())  # Jupyter ends the data with a new line
                raw = base64.b64decode(text, validate=True)
                if raw.startswith(begin) and len(raw) <= MOST_IMAGE:
                    images[name] = {kind: text}
    return dict(itertools.islice(images.items(), MOST_IMAGES))


def _encodable(source):
    """Return whether a text has no lone surrogates, so that it can be encoded."""
    try:
        source.encode()
        return True
    except UnicodeEncodeError:
        return False
