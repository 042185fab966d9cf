"""Challenges: the student trains a model at home and submits a file with the notebook.

The file is an .npz file of arrays, and its size is limited. In the worker, our driver opens the
file without pickle, and passes its arrays and the hidden inputs to the student's function.
The correct answers never enter that process. The grader measures the returned values, for
example their accuracy, and each threshold that the measured number reaches earns points.
"""

import inspect
import io
import math
from pathlib import Path

import numpy as np

from ..judgement.ledger import WHOLE
from ..observation.driver import as_text
from .problem import Problem

HELDBACK = "heldback"  # a course's folder with data and solution files, which we never release
COURSE = Path(__file__).parents[3]  # the course of the repository


class Challenge(Problem):
    """A problem whose answer is a file and the function that uses it.

    Parameters
    ----------
    name : str
        The name of the function. The first parameter of the function is the file's contents, a
        dict of arrays by name; the other parameters are inputs.
    file : str
        The file's name, which ends in .npz.
    most_bytes : int
        The maximum size of the file in bytes.
    thresholds : dict
        Points by threshold, with the easiest threshold first. The student gets the points of
        each threshold that the measured number reaches.
    measured : str
        The quantity that is measured, in a word or two. The names of the aspects contain it.
    measure : function, optional
        ``measure(args, answer)`` returns one number. ``args`` contains the inputs, ``target``,
        and the file's bytes under the name of the reference's first parameter. Default: the
        accuracy. As in `Problem`, the student reads the text of a ValueError if it is constant.
    lower : bool, optional
        Whether a smaller number is better.
    margin : float, optional
        The difference to expect between the number on visible inputs and the number in grading.
        `check` warns if the number is within this distance of a threshold.
    forbidden, uses : optional
        As in `Problem`.
    """

    def __init__(
        self,
        name,
        *,
        file,
        most_bytes,
        thresholds,
        measured="accuracy",
        measure=None,
        lower=False,
        margin=0.0,
        forbidden=None,
        uses=(),
    ):
        self.thresholds = {f"{measured} {t:g}": t for t in thresholds}
        points = dict(zip(self.thresholds, thresholds.values(), strict=True))
        returns = {aspect: aspect for aspect in points}
        super().__init__(name, returns=returns, points=points, forbidden=forbidden, uses=uses)
        self.file, self.most_bytes, self.measured, self.lower = (
            file,
            most_bytes,
            measured,
            lower,
        )
        self.margin = margin
        self.driver, self.measure = open_and_call, measure or accuracy
        self.visible = self.hidden = None

    def on_visible(self, make):
        """Register a function that returns the visible inputs and, last, the correct answer."""
        self.visible = make
        return make

    def on_heldback(self, make):
        """Register ``make(heldback)``, which returns inputs and correct answer for grading.

        ``heldback(name)`` returns the arrays of a file in the course's folder `heldback`.
        """
        self.hidden = make
        return make

    @property
    def parameters(self):
        """Return the reference's parameters by name; the first one is the file."""
        return inspect.signature(self.solve).parameters

    @property
    def solved_path(self):
        """Return the path of the solution file, the course's `heldback/ASSIGNMENT/FILE`."""
        definitions = _definitions(self.solve)
        return heldback_file(self.solve, Path(definitions.stem, self.file))

    def ignored_defaults(self):
        """Return no mistakes, because a challenge has no known mistakes."""
        return {}

    def validate(self):
        """Raise a ValueError that lists all faults of the declaration."""
        if faults := list(_faults(self)):
            raise ValueError(f"challenge {self.name}: " + "; ".join(faults))


challenge = Challenge


def _faults(p):
    """Yield complaints about the declaration of a challenge."""
    if p.solve is None or not inspect.getdoc(p.solve):
        yield "it needs a reference with a docstring"
    elif p.solve.__name__ != p.name or len(p.parameters) < 2:
        yield f"its reference must be {p.name}(contents of the file, inputs …)"
    if Path(p.file).name != p.file or not p.file.endswith(".npz"):
        yield f"its file is called {p.file!r}, expected a plain name that ends in .npz"
    if type(p.most_bytes) is not int or p.most_bytes <= 0:
        yield f"most_bytes is {p.most_bytes!r}, expected a number of bytes, 1 or more"
    order = list(p.thresholds.values())
    if not order or order != sorted(set(order), reverse=p.lower):
        yield f"thresholds are {order}, expected one or more, the easiest first"
    if not 0 <= p.margin < math.inf:
        yield f"margin is {p.margin!r}, expected a number, 0 or more"
    if any(not points > 0 for points in p.points.values()):
        yield "every threshold needs more than 0 points"
    if unknown := sorted(set(p.forbidden) - {WHOLE, *p.points}):
        yield f"no points for {', '.join(unknown)}"
    for words, make in (("on_visible", p.visible), ("on_heldback", p.hidden)):
        if make is None or not inspect.getdoc(make):
            yield f"it needs `{words}`: a function with a docstring that describes the data"
    try:
        as_text(p.measure, "measure")
    except ValueError as e:
        yield str(e)


# Functions that run in the worker, or that measure the answer


def open_and_call(f, file, *inputs):
    """Open the student's file without pickle, and call the function with its arrays.

    Return a status and the answer, None if the file can't be opened. The status is 0 if it can,
    1 for a broken file, 2 for arrays of Python objects, and 3 if the file is too large.
    """
    import io
    import math
    import zipfile

    plenty, arrays = 64 << 20, {}
    try:
        with zipfile.ZipFile(io.BytesIO(file.tobytes())) as z:
            members = z.infolist()
            if sum(m.file_size for m in members) > plenty or len(members) > 1000:
                return 3, None
            for m in members:
                with z.open(m) as raw:
                    version = np.lib.format.read_magic(raw)
                    read = getattr(np.lib.format, f"read_array_header_{version[0]}_0")
                    shape, _, dtype = read(raw)
                if dtype.hasobject:
                    return 2, None
                if math.prod(shape) * dtype.itemsize > m.file_size:
                    return 1, None
                with z.open(m) as raw:
                    array = np.lib.format.read_array(raw, allow_pickle=False)
                arrays[m.filename.removesuffix(".npy")] = array
    except MemoryError:
        return 3, None
    except Exception:
        return 1, None
    return 0, f(arrays, *inputs)


def accuracy(args, answer):
    """Return the fraction of correct labels."""
    if (
        answer is None
        or answer.dtype.kind not in "biuf"
        or answer.shape != args["target"].shape
    ):
        raise ValueError("expected one label for each input, as an array of whole numbers")
    return np.mean(answer == args["target"])


# Data that only the instructor has


def heldback_file(f, name):
    """Return the path of a file in the `heldback` folder of a function's course.

    If the file is missing there, as in a private folder of definitions, return its path in the
    repository's course instead, provided that this file exists.
    """
    here = _definitions(f).resolve().parents[1]
    paths = [folder / HELDBACK / name for folder in (here, COURSE)]
    return next((p for p in paths if p.is_file()), paths[0])


def _definitions(f):
    """Return the file of definitions that contains a function, or the folder of such files."""
    file = Path(inspect.getfile(f))
    return file.parent if (file.parent / "__init__.py").is_file() else file


def _heldback(p):
    """Return the function `heldback(name)` that a generator of hidden inputs receives."""

    def heldback(name):
        file = heldback_file(p.hidden, name)
        if not file.is_file():
            raise FileNotFoundError(
                f"{p.name} needs held-back data: {file} does not exist "
                "(tools/make_datasets.py and tools/make_challenges.py make such files)"
            )
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as arrays:
            return dict(arrays)

    return heldback


def missing_heldback(problems):
    """Return a complaint about each challenge whose held-back data are missing."""
    complaints = []
    for p in problems:
        if isinstance(p, Challenge):
            try:
                p.hidden(_heldback(p))
            except FileNotFoundError as e:
                complaints.append(str(e))
    return complaints


def solved_files(problems):
    """Return the bytes of the solution files of all challenges, by file name.

    :raises FileNotFoundError: If a challenge's solution file is not in the course.
    """
    paths = {p.file: p.solved_path for p in problems if isinstance(p, Challenge)}
    for name, path in paths.items():
        if not path.is_file():
            raise FileNotFoundError(
                f"the solution file {name} is missing: {path} does not exist"
            )
    return {name: path.read_bytes() for name, path in paths.items()}


# Packing


def pack_challenge(p, *, visible):
    """Return a challenge as plain data, with one case: the visible or the hidden inputs."""
    make = p.visible if visible else p.hidden
    *inputs, target = make() if visible else make(_heldback(p))
    first, *names = p.parameters
    case = {
        "group": make.__name__,
        "aspect": "value",
        "tried": _words(make),
        "sizes": {},
        "rtol": p.rtol,
        "args": dict(zip(names, inputs, strict=True)),
        "kept": {"target": np.asarray(target)},
        "want": [],
        "error": None,
        "raw_bytes": 8 * np.size(target),
        "mistaken": {},
    }
    return {
        "name": p.name,
        "visible": visible,
        "total": p.total,
        "parameters": [first, *names],
        "returns": p.returns,
        "points": {a: 100 * points / p.total for a, points in p.points.items()},
        "forbidden": {price: list(names) for price, names in p.forbidden.items()},
        "lists": True,
        "example": None,
        "mistakes": {},
        "cases": [case],
        "file": {"name": p.file, "most_bytes": p.most_bytes, "parameter": first},
        "thresholds": p.thresholds,
        "measured": p.measured,
        "lower": p.lower,
        "margin": p.margin,
        **p.moving,
        "observed": 2,
    }


def _words(make):
    """Return a docstring as part of a sentence: first letter in lower case, no full stop."""
    text = inspect.getdoc(make)
    return text[:1].lower() + text[1:].rstrip(".")


def with_file(data, files):
    """Return packed data with the student's file among the arguments of the case.

    :param data: A packed problem. If it isn't a challenge, it is returned unchanged.
    :param files: Contents by file name; None, or no entry, for a file that wasn't submitted.
    """
    if not data.get("file"):
        return data
    raw = files.get(data["file"]["name"]) or b""
    first = {data["file"]["parameter"]: np.frombuffer(raw, np.uint8).copy()}
    return data | {"cases": [case | {"args": first | case["args"]} for case in data["cases"]]}


def files_beside(data, folder):
    """Return the bytes of a challenge's file by name, if the file is in a folder.

    If the file is too large, return zeros instead, one byte more than the limit allows.

    :param data: A packed problem. If it isn't a challenge, the result is empty.
    :param folder: The folder that contains the notebook.
    """
    if not (file := data.get("file")) or not (folder / file["name"]).is_file():
        return {}
    path, most = folder / file["name"], file["most_bytes"]
    fits = path.stat().st_size <= most
    return {file["name"]: path.read_bytes() if fits else bytes(most + 1)}
