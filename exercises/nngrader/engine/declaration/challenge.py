"""Challenges: the student trains at home and hands in a file beside the notebook.

The file is an .npz of arrays with a cap on its size. In the worker a driver of ours opens it
without pickle and gives the student's function its arrays and held-back inputs; the right
answers stay where they are known, where a measure of what came back decides, by thresholds,
about the points.
"""

import inspect
import io
from pathlib import Path

import numpy as np

from ..judgement.ledger import WHOLE
from ..observation.driver import as_text
from .problem import Problem

HELDBACK = "heldback"  # folder of a course: data and solved files that are never released
COURSE = Path(__file__).parents[3]  # the course of the repository


class Challenge(Problem):
    """A problem whose answer is a file and the function that uses it.

    Parameters
    ----------
    name : str
        The function. Its first parameter is the file's contents, a dict of arrays by name;
        the others are inputs.
    file : str
        The file's name, which ends in .npz.
    most_bytes : int
        Its largest size.
    thresholds : dict
        Points by threshold, the easiest first; a threshold not reached earns none of them.
    measured : str
        What is measured, a word or two; the aspects are called after it.
    measure : function, optional
        ``measure(args, answer)`` returns one number; ``args`` holds the inputs, ``target`` and,
        by the name of the reference's first parameter, the file's bytes. By default the share
        of right labels. As in `Problem`, a ValueError with a constant text is told.
    lower : bool, optional
        Whether less is better.
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
        self.driver, self.measure = open_and_call, measure or accuracy
        self.visible = self.hidden = None

    def on_visible(self, make):
        """Register what gives inputs that students may see, and what is right, as a tuple."""
        self.visible = make
        return make

    def on_heldback(self, make):
        """Register ``make(heldback)``: the same for grading.

        ``heldback(name)`` returns the arrays of a file of the course's folder `heldback`.
        """
        self.hidden = make
        return make

    @property
    def parameters(self):
        """The reference's parameters by name, the first one stands for the file."""
        return inspect.signature(self.solve).parameters

    @property
    def solved_path(self):
        """Return the path of the solved file, the course's `heldback/ASSIGNMENT/FILE`."""
        definitions = _definitions(self.solve)
        return heldback_file(self.solve, Path(definitions.stem, self.file))

    def ignored_defaults(self):
        """Return no mistakes, since none are known of what is open."""
        return {}

    def validate(self):
        """Raise ValueError with all that is wrong with the declaration itself."""
        if faults := list(_faults(self)):
            raise ValueError(f"challenge {self.name}: " + "; ".join(faults))


challenge = Challenge


def _faults(p):
    """Yield what is wrong with a challenge."""
    if p.solve is None or not inspect.getdoc(p.solve):
        yield "it needs a reference with a docstring"
    elif p.solve.__name__ != p.name or len(p.parameters) < 2:
        yield f"its reference must be {p.name}(contents of the file, inputs …)"
    if Path(p.file).name != p.file or not p.file.endswith(".npz"):
        yield f"its file is called {p.file!r}, expected a plain name that ends in .npz"
    if type(p.most_bytes) is not int or p.most_bytes <= 0:
        yield f"most_bytes is {p.most_bytes!r}, expected a number of bytes above 0"
    order = list(p.thresholds.values())
    if not order or order != sorted(set(order), reverse=p.lower):
        yield f"thresholds are {order}, expected the easiest first"
    if any(not points > 0 for points in p.points.values()):
        yield "every threshold needs points above 0"
    if unknown := sorted(set(p.forbidden) - {WHOLE, *p.points}):
        yield f"no points for {', '.join(unknown)}"
    for words, make in (("on_visible", p.visible), ("on_heldback", p.hidden)):
        if make is None or not inspect.getdoc(make):
            yield f"it needs data by {words}, with a docstring that says what they are"
    try:
        as_text(p.measure, "measure")
    except ValueError as e:
        yield str(e)


# What runs in the worker, and what measures


def open_and_call(f, file, *inputs):
    """Open the student's file without pickle, call the function on it."""
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
    """Return the share of labels that are right."""
    if (
        answer is None
        or answer.dtype.kind not in "biuf"
        or answer.shape != args["target"].shape
    ):
        raise ValueError("expected one label for each input, as an array of whole numbers")
    return np.mean(answer == args["target"])


# Data that stay with the instructor


def heldback_file(f, name):
    """Return a file of the folder `heldback` of the course in which a function is defined.

    A private folder of definitions has none: then it is the one of the repository's course.
    """
    here = _definitions(f).resolve().parents[1]
    paths = [folder / HELDBACK / name for folder in (here, COURSE)]
    return next((p for p in paths if p.is_file()), paths[0])


def _definitions(f):
    """Return the file of definitions that a function is from, or the folder of such files."""
    file = Path(inspect.getfile(f))
    return file.parent if (file.parent / "__init__.py").is_file() else file


def _heldback(p):
    """Return what reads the arrays of a held-back file."""

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


def solved_files(problems):
    """Return the bytes of the files that a solved version hands in, by name.

    Raises
    ------
    FileNotFoundError
        If a challenge's solved file is not in the course.
    """
    paths = {p.file: p.solved_path for p in problems if isinstance(p, Challenge)}
    for name, path in paths.items():
        if not path.is_file():
            raise FileNotFoundError(f"the solved {name} is missing: {path} does not exist")
    return {name: path.read_bytes() for name, path in paths.items()}


# Packing


def pack_challenge(p, *, visible):
    """Return a challenge as plain data, with one case: the visible inputs, or the held-back."""
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
        **p.moving,
        "observed": 2,
    }


def _words(make):
    """Return a docstring as part of a sentence."""
    text = inspect.getdoc(make)
    return text[:1].lower() + text[1:].rstrip(".")


def with_file(data, files):
    """Return packed data with the file that was handed in among the arguments.

    Parameters
    ----------
    data : dict
        A packed problem; any but a challenge is returned as it is.
    files : dict
        Bytes by name of file; None, or no entry, where it was not handed in.
    """
    if not data.get("file"):
        return data
    raw = files.get(data["file"]["name"]) or b""
    first = {data["file"]["parameter"]: np.frombuffer(raw, np.uint8).copy()}
    return data | {"cases": [case | {"args": first | case["args"]} for case in data["cases"]]}


def files_beside(data, folder):
    """Return the bytes of a challenge's file by name, where it lies there.

    Of a file that is too large come as many zeros as are too many.

    Parameters
    ----------
    data : dict
        A packed problem; of any but a challenge nothing is returned.
    folder : Path
        Where the notebook is.
    """
    if not (file := data.get("file")) or not (folder / file["name"]).is_file():
        return {}
    path, most = folder / file["name"], file["most_bytes"]
    fits = path.stat().st_size <= most
    return {file["name"]: path.read_bytes() if fits else bytes(most + 1)}
