"""Search a release for what must not leave the instructor's machine."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import io
import json
import re
import tempfile
import zipfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from ..course.folder import Course
from ..course.notebooks import OURS
from ..engine import cases_json, pack
from .attachments import is_used, removed_images
from .package import PROJECT
from .pictures import Pictures
from .statements import REGION, code_forms, moving, right_sources, secret_statements
from .unfold import text_of, unfold

SUFFIXES = {".ipynb", ".json", ".txt", ".md", ".png", ".svg", ".jpg", ".csv", ".npz", ".npy"}
DATA = {".npz", ".npy", ".csv", ".png", ".jpg"}  # secret in heldback/; its licences aren't
PRIVATE = ("heldback", "problems", ".seed", ".pyc", "__pycache__", ".ipynb_checkpoints", ".db")
HOMES = re.compile(r"(?:/home/|/Users/|/root/|[A-Za-z]:\\+Users\\+)[\w.-]+")
NOTEBOOK_KEYS = {"kernelspec", "language_info", "celltoolbar"}
CELL_KEYS = {OURS, "nbgrader", "tags", "deletable", "editable"}
CELL_KEYS |= {"collapsed", "jupyter", "slideshow"}
KERNEL = "python3"
SAYS = "it contains a statement of a solution"
FEW = 4  # we ignore arrays with fewer numbers, or with fewer different ones
HEAD = 16  # we search for an array by its first numbers
BITS = 40  # they must contain this much information: 24 bits occur by chance in 16 MB
DIGIT = np.log2(10)
LARGEST = 1_000  # largest denominator of a fraction that may occur by chance


@dataclass(frozen=True)
class Secrets:
    """The secrets to search a release for.

    :param statements: The statements of solutions, by their normal form.
    :param digests: Names of private files and arrays, by their digests.
    :param numbers: Hidden inputs and answers, each as (name, text, bytes).
    """

    statements: dict
    digests: dict
    pictures: Pictures
    paths: frozenset
    numbers: tuple = ()


def secrets_of(course: Course, assignment: str, instructor: dict) -> Secrets:
    """Return all secrets that a release of an assignment must not contain.

    :param course: Provides the hidden files, the definitions, the seed and the path.
    """
    problems = course.problems(assignment)
    files = [*_files(course / "heldback"), *course.problem_files(assignment)]
    kept = [f for f in files if f.suffix in DATA | {".py"}]
    arrays = {f.name: a for f in kept for a in _arrays(f.read_bytes())}
    digests = {_digest(f.read_bytes()): f"{f.name} (held back)" for f in kept}
    digests |= {
        _digest(a.tobytes()): f"an array of {name} (held back)"
        for name, a in arrays.items()
        if len(np.unique(a)) >= FEW
    }
    places = {course.root, course.private, PROJECT, Path.home(), Path(tempfile.gettempdir())}
    return Secrets(
        secret_statements(instructor, problems),
        digests,
        Pictures([a for f in kept for a in _arrays(f.read_bytes())]),
        frozenset(f"{p}/" for p in places if p and len(str(p)) > 1),
        tuple(_numbers(course, problems)),
    )


def leaks(folder: Path, instructor: dict, course: Course, assignment: str) -> list[str]:
    """Return complaints about all secrets in a release folder.

    :return: Each complaint names a file and a secret in it. A secret that is packed in several
        ways in one file is named once.
    """
    secrets, complaints = secrets_of(course, assignment, instructor), []
    secrets.digests.update(removed_images(instructor, folder))
    own = {*course.data_files(assignment), *(f.name for f in course.own_notebooks(assignment))}
    for file in _files(folder):
        name, raw = file.relative_to(folder).as_posix(), file.read_bytes()
        if file.suffix not in SUFFIXES and name not in own:
            complaints.append(
                f"{name} should not be in the release: students don't need this kind of file"
            )
        in_file = {}
        for path, piece in unfold(name, raw):
            inside = path.removeprefix(name) if name in own else path
            complaints += [
                f"{path} should not be in the release" for p in PRIVATE if p in inside
            ]
            in_file |= dict.fromkeys(_in_piece(piece, secrets), path) | in_file
        if file.suffix == ".ipynb":
            in_file |= dict.fromkeys(_in_notebook(raw, secrets), name) | in_file
        complaints += [f"{path}: {what}" for what, path in in_file.items()]
    return list(dict.fromkeys(complaints))


def package_leaks(wheel: Path, course: Course, problems: list = ()) -> list[str]:
    """Return complaints about all secrets in the package for students."""
    files = [*_files(course / "heldback"), *_files(course / "problems")]
    kept = {_digest(f.read_bytes()): f.name for f in files if f.suffix in DATA | {".py"}}
    held = [a for f in files if f.suffix in DATA for a in _arrays(f.read_bytes())]
    pictures = Pictures(held)
    paths = {f"{p}".encode() for p in (course.root, PROJECT, course.private) if p}
    secret = secret_statements({"cells": []}, list(problems))
    complaints = []
    with zipfile.ZipFile(wheel) as z:
        for name in z.namelist():
            raw = z.read(name)
            complaints += [f"{name} should not be in the package" for p in PRIVATE if p in name]
            complaints += [f"{name} contains a path of this machine" for p in paths if p in raw]
            complaints += [
                f"{name} is a copy of {kept[d]}" for d in [_digest(raw)] if d in kept
            ]
            if name.endswith(".py") and (statement := _most_of(raw.decode(), secret)):
                complaints.append(f"{name} contains a reference solution: {statement}")
            if name.endswith(".npz") and any(map(pictures.occur_in, _arrays(raw))):
                complaints.append(f"{name} contains an image that is held back")
    return [f"{wheel.name}: {f}" for f in dict.fromkeys(complaints)]


def moving_leaks(problems: list) -> list[str]:
    """Return complaints about released drivers and measures that reveal an answer.

    :return: For each of them, one per solution it names, and one if it contains most of one.
    """
    complaints = []
    for p in problems:
        right = {f.__name__ for f in (p.solve, *p.alternatives.values())}
        bare = [s.partition("\n")[2] for s in right_sources(p)]
        for what, text in moving(p).items():
            words = set(re.findall(r"\w+", text["source"])) & right - _parameters(text)
            complaints += [f"{p.name}: its {what} mentions {w}, the solution" for w in words]
            parts = [_statements_of(b) for b in bare]
            if any(part and _most_of(text["source"], part) for part in parts):
                complaints.append(f"{p.name}: its {what} contains most of a solution")
    return complaints


def _parameters(moved):
    """Return the parameters of a driver or measure; the first is the student's function.

    Shared functions may come before the driver or measure in the source.
    """
    body = {node.name: node for node in ast.parse(moved["source"]).body}
    return {a.arg for a in body[moved["name"]].args.args}


def _statements_of(source):
    """Return the long statements of one function's body."""
    cell = {"cell_type": "code", "metadata": {"nbgrader": {"solution": True}}, "source": source}
    return secret_statements({"cells": [cell]}, [])


def _most_of(text, statements):
    """Return one of the statements if a text has over half of them, at least two, else ""."""
    forms = code_forms(text)
    contained = sorted(s for s in statements if s in forms)
    return statements[contained[0]] if len(contained) > max(1, len(statements) / 2) else ""


def _in_piece(piece, secrets):
    """Yield complaints about one piece of a file."""
    if (digest := _digest(piece)) in secrets.digests:
        yield f"it is {secrets.digests[digest]}"
    arrays = _arrays(piece)
    for a in arrays:
        if _digest(a.tobytes()) in secrets.digests:
            yield f"it contains {secrets.digests[_digest(a.tobytes())]}"
    if any(map(secrets.pictures.occur_in, arrays)):
        yield "it contains an image that is held back"
    text = text_of(piece)
    if any(p in text for p in secrets.paths) or HOMES.search(text):
        yield "it contains a path of this machine"
    if REGION.search(text):
        yield "it contains a hidden region, or a marker of one"
    yield from _in_text(text, piece, secrets)


def _in_text(text, piece, secrets):
    """Yield complaints about statements of solutions and hidden inputs in a piece."""
    forms = code_forms(text)
    yield from _statements_in(forms, secrets)
    squeezed = "".join(text.split())
    by_columns = [a.tobytes() for a in _arrays(piece) if not a.flags.c_contiguous]
    rows = piece + b"".join(by_columns)
    for what, written, raw in secrets.numbers:
        if written in squeezed or raw in rows:
            yield f"it contains {what}"


def _statements_in(forms, secrets):
    """Yield a complaint about each statement of a solution that occurs in any form."""
    contained = sorted({text for form, text in secrets.statements.items() if form in forms})
    yield from (f"{SAYS}: {text}" for text in contained)


def _in_notebook(raw, secrets):
    """Yield complaints about a notebook's outputs, metadata, kernel and cells."""
    notebook = json.loads(raw)
    cells, rest = notebook["cells"], notebook["metadata"]
    forms = "\n".join(code_forms("".join(c["source"])) for c in cells)
    yield from _statements_in(forms, secrets)
    if any(c.get("outputs") or c.get("execution_count") for c in cells):
        yield "it contains outputs"
    for c in cells:
        unused = [n for n in c.get("attachments", {}) if not is_used(n, "".join(c["source"]))]
        yield from (f"it contains the attachment {n!r}, which no text shows" for n in unused)
    odd = {k for c in cells for k in c["metadata"]} - CELL_KEYS | set(rest) - NOTEBOOK_KEYS
    yield from (f"its metadata contain {key!r}, which isn't needed" for key in sorted(odd))
    kernel = rest.get("kernelspec", {}).get("name", KERNEL)
    if kernel != KERNEL:
        yield f"students don't have its kernel {kernel!r}: expected {KERNEL!r}"


def _numbers(course, problems):
    """Yield hidden inputs and answers at this course's seed, as (name, text, bytes)."""
    if not (course.seed_file or course / ".seed").is_file():
        return
    seed = course.seed()
    for p in problems:
        for group, a in hidden_arrays(p, seed, shown_digests(p)):
            for text, raw in spellings(a):
                yield f"a hidden input or answer of {p.name} ({group})", text, raw


def shown_digests(problem):
    """Return the digests of the arrays of a problem's visible cases."""
    return {
        _digest(a.tobytes())
        for _, a in _all_arrays(pack(problem, 1, visible=True, variants=False))
    }


def hidden_arrays(problem, seed, shown):
    """Yield (group, array) of hidden arrays that are not in `shown` and can be recognised."""
    for group, a in _all_arrays(pack(problem, seed, visible=False, variants=False)):
        if _bits(a.ravel()[:HEAD]) >= BITS and _digest(a.tobytes()) not in shown:
            yield group, a


def spellings(array):
    """Return the (text, bytes) to search for: an array in Python's and in JSON's notation."""
    head = array.ravel()[:HEAD]
    written = json.dumps(head.tolist(), separators=(",", ":"), default=str)[1:-1]
    texts = dict.fromkeys((",".join(map(str, head.tolist())), written))
    return [(text, head.tobytes()) for text in texts]


def _bits(head):
    """Return roughly how many bits distinguish these numbers from others of their kind.

    For whole numbers we count the bits of the steps between them; equal steps, as in 0, 1, 2,
    …, take none. If the numbers only increase or only decrease, a step that is a multiple of
    its neighbour takes only the bits of the factor; receptive fields grow like this: 5, 7, 13,
    25, 37, 61. For other numbers, each new value takes the bits of its digits. However, a
    fraction such as 1/17 takes at most the bits of numerator and denominator, and a rounding
    error such as 2**-28 at most the bits of an odd number and an exponent.
    """
    head = head[np.isfinite(head)]
    if head.dtype.kind in "biu" or (head.dtype.kind == "f" and np.all(head == np.rint(head))):
        return _step_bits(np.diff(head.astype(float)))
    different = np.unique(np.round(np.diff(head), 9))
    if len(different) == 1:
        return 0.0
    spelt = (_digit_bits, _share_bits, _binary_bits)
    return sum(min(bits(v) for bits in spelt) for v in np.unique(np.abs(head)))


def _step_bits(steps):
    """Return the number of bits in the steps between whole numbers."""
    if not len(steps):
        return 0.0
    each = np.full(len(steps), np.log2(np.ptp(steps) + 1))
    if np.all(steps >= 0) or np.all(steps <= 0):
        pairs = np.abs([steps[:-1], steps[1:]])
        less, more = pairs.min(axis=0), pairs.max(axis=0)
        factor = np.divide(more, less, out=np.ones(len(less)), where=less > 0)
        whole = (factor == np.rint(factor)) & ((less > 0) | (more == 0))
        each[1:] = np.where(whole, np.minimum(each[1:], 1 + np.log2(factor)), each[1:])
    return each.sum()


def _digit_bits(number):
    """Return the number of bits in the digits of a number."""
    return DIGIT * len(re.sub(r"\D", "", str(number)).strip("0"))


def _share_bits(number):
    """Return the number of bits of a number as a simple fraction, infinite if it isn't one."""
    share = Fraction(float(number)).limit_denominator(LARGEST)
    if abs(share - Fraction(float(number))) > 4 * np.spacing(number):
        return np.inf
    return np.log2(share.denominator * max(1, share.numerator))


def _binary_bits(number):
    """Return the number of bits of a number as an odd number times a power of two."""
    over, under = float(number).as_integer_ratio()
    power = over & -over or 1
    return np.log2(max(1, over // power)) + np.log2(
        1 + abs(power.bit_length() - under.bit_length())
    )


def _all_arrays(data):
    """Yield every numeric array in packed data: inputs, answers, values for the measure."""
    for case in data["cases"]:
        values = [*case["args"].values(), *(case.get("kept") or {}).values()]
        for value in [*values, *(case["want"] or ())]:
            a = np.asarray(value)
            if a.dtype.kind in "biufc" and a.size >= FEW:
                yield case["group"], a


def shown_cases(visible: dict, hidden: dict) -> list[str]:
    """Return complaints about hidden cases that are also visible.

    :return: One for each kind of case with the same inputs. Inputs with only a few numbers, as
        in edge cases, don't count.
    """
    complaints = []
    for name, data in hidden.items():
        shown = {_inputs(case) for case in visible[name]["cases"]} - {""}
        same = {case["group"] for case in data["cases"] if _inputs(case) in shown}
        complaints += [f"{name}: hidden cases of {g} are also visible" for g in sorted(same)]
    return complaints


def _inputs(case):
    """Return a digest of the inputs of a case, or "" if they have only a few numbers."""
    arrays = [np.asarray(v) for v in case["args"].values()]
    if not any(a.dtype.kind in "biufc" and len(np.unique(a)) >= FEW for a in arrays):
        return ""
    return _digest(b"".join(repr((a.shape, a.dtype)).encode() + a.tobytes() for a in arrays))


def _arrays(raw):
    """Return the arrays of an `.npz`, `.npy` or JSON file; other files have none."""
    broken = (ValueError, OSError, KeyError, EOFError, TypeError, zipfile.BadZipFile)
    with contextlib.suppress(*broken):
        if raw.lstrip()[:1] in (b"{", b"["):
            return list(_inside(cases_json.loads(raw)))
        if raw[:2] == b"PK" or raw.startswith(b"\x93NUMPY"):
            loaded = np.load(io.BytesIO(raw), allow_pickle=False)
            return list(_inside(loaded if isinstance(loaded, np.ndarray) else dict(loaded)))
    return []


def _inside(value):
    """Yield the arrays in nested lists and dicts."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _inside(inner)


def _digest(raw):
    """Return a digest of some bytes."""
    return hashlib.sha256(raw).hexdigest()


def _files(folder):
    """Return all files below a folder, sorted."""
    return sorted(f for f in folder.rglob("*") if f.is_file())
