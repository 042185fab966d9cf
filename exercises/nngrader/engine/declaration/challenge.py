"""Challenges: the student trains at home and hands in a file beside the notebook.

The file is an .npz of arrays with a cap on its size. In the worker a driver of ours opens it
without pickle and gives the student's function its arrays and held-back inputs. The right
answers never enter that process: the grader measures what came back, such as the accuracy, and
the thresholds that it reaches earn the points.
"""

import inspect
import io
import math
from pathlib import Path

import numpy as np

from ..judgement.ledger import WHOLE
from ..observation.driver import as_text
from .problem import Problem

HELDBACK = "heldback"  # a course's folder of data and solved files that are never released
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
        What is measured, in a word or two, which also names the aspects.
    measure : function, optional
        ``measure(args, answer)`` returns one number; ``args`` holds the inputs, ``target`` and,
        by the name of the reference's first parameter, the file's bytes. By default the share
        of right labels. As in `Problem`, the student reads the constant text of a ValueError.
    lower : bool, optional
        Whether a smaller number is better.
    margin : float, optional
        How far the number on visible inputs may be from the number in grading. `check` points
        out a threshold that is as near as that.
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
        """Register a function that returns inputs for students, and the right answer."""
        self.visible = make
        return make

    def on_heldback(self, make):
        """Register ``make(heldback)``, which returns the same for grading.

        ``heldback(name)`` returns the arrays of a file of the course's folder `heldback`.
        """
        self.hidden = make
        return make

    @property
    def parameters(self):
        """Return the reference's parameters by name; the first stands for the file."""
        return inspect.signature(self.solve).parameters

    @property
    def solved_path(self):
        """Return the path of the solved file, the course's `heldback/ASSIGNMENT/FILE`."""
        definitions = _definitions(self.solve)
        return heldback_file(self.solve, Path(definitions.stem, self.file))

    def ignored_defaults(self):
        """Return no mistakes, since a challenge has none that are known."""
        return {}

    def validate(self):
        """Raise ValueError with all that is wrong with the declaration itself."""
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
        yield f"most_bytes is {p.most_bytes!r}, expected a number of bytes above 0"
    order = list(p.thresholds.values())
    if not order or order != sorted(set(order), reverse=p.lower):
        yield f"thresholds are {order}, expected the easiest first"
    if not 0 <= p.margin < math.inf:
        yield f"margin is {p.margin!r}, expected a number from 0 on"
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
    """Open the student's file without pickle, and call the function with its arrays."""
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
    """Return a file of the `heldback` folder beside a function's file of definitions.

    A private folder of definitions has no such folder, so the repository's course serves then.
    """
    here = _definitions(f).resolve().parents[1]
    paths = [folder / HELDBACK / name for folder in (here, COURSE)]
    return next((p for p in paths if p.is_file()), paths[0])


def _definitions(f):
    """Return the file, or the folder of files, of definitions that a function is from."""
    file = Path(inspect.getfile(f))
    return file.parent if (file.parent / "__init__.py").is_file() else file


def _heldback(p):
    """Return the function `heldback(name)` that a generator of held-back inputs is given."""

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
    """Return the bytes of the solved files of all challenges, by file name.

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
    """Return a challenge as plain data, with one case: visible or held-back inputs."""
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
    """Return a docstring as part of a sentence: its first letter small, no full stop."""
    text = inspect.getdoc(make)
    return text[:1].lower() + text[1:].rstrip(".")


def with_file(data, files):
    """Return packed data with the student's file among the arguments of the case.

    Parameters
    ----------
    data : dict
        A packed problem; any but a challenge is returned as it is.
    files : dict
        Contents by file name; None, or no entry, for a file that was not handed in.
    """
    if not data.get("file"):
        return data
    raw = files.get(data["file"]["name"]) or b""
    first = {data["file"]["parameter"]: np.frombuffer(raw, np.uint8).copy()}
    return data | {"cases": [case | {"args": first | case["args"]} for case in data["cases"]]}


def files_beside(data, folder):
    """Return the bytes of a challenge's file by name, if it lies in a folder.

    In place of a file that is too large there are zeros, one more than its limit.

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
