"""What the release gate looks for, planted in every place that we could think of."""

import base64
import copy
import io
import json
import shutil
import zipfile
import zlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from nngrader.course import Course
from nngrader.engine import cases_json, pack
from nngrader.release.leaks import (
    BITS,
    _bits,
    leaks,
    moving_leaks,
    package_leaks,
    secrets_of,
    shown_cases,
)
from nngrader.release.statements import lines_of, secret_statements

from .sample_course import NAME, definitions, problems, problems_folder

LINE = "    return np.sqrt(np.maximum((X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T, 0))"
DISTANCES = "pairwise_distances.py"
OURS = Course(Path(__file__).parents[2] / "exercises")
ASSIGNMENTS = sorted(folder.name for folder in (OURS.root / "source").glob("ps*"))
OUTPUT = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo="}}


@pytest.fixture(scope="module")
def pictures():
    return np.random.default_rng(1).integers(256, size=(9, 20, 28), dtype=np.uint8)


@pytest.fixture(scope="module")
def unpacked(released, pictures, tmp_path_factory):
    """Return a released course with held-back pictures; tests change copies of it."""
    course = shutil.copytree(released, tmp_path_factory.mktemp("leaks") / "course")
    (course / "heldback" / NAME).mkdir(parents=True)
    np.savez_compressed(course / "heldback" / "test.npz", images=pictures)
    weights = np.random.default_rng(2).normal(size=(5, 3))
    np.savez(course / "heldback" / NAME / "weights.npz", weights=weights)
    return course


@pytest.fixture(scope="module")
def secrets(unpacked, base):
    """Return the texts that must not leak, gathered once."""
    return secrets_of(Course(unpacked), NAME, base.instructor_joined())


class Planting:
    """A copy of the released notebook in which tests plant leaks."""

    def __init__(self, course, folder):
        self.course = course
        self.folder = folder / NAME
        self.folder.mkdir()
        shutil.copy(course / "release" / NAME / f"{NAME}.ipynb", self.folder)
        self.notebook = json.loads((self.folder / f"{NAME}.ipynb").read_text())

    @property
    def code(self):
        return next(c for c in self.notebook["cells"] if c["cell_type"] == "code")

    def text(self, *lines):
        """Add a text cell with these lines."""
        self.notebook["cells"][0]["source"] = list(lines)

    def add(self, name, content):
        data = content if isinstance(content, bytes) else content.encode()
        (self.folder / name).write_bytes(data)

    def heldback(self, name):
        return (self.course / "heldback" / name).read_bytes()

    def complaints(self, base):
        (self.folder / f"{NAME}.ipynb").write_text(json.dumps(self.notebook))
        return leaks(self.folder, base.instructor_joined(), Course(self.course), NAME)


@pytest.fixture
def planting(unpacked, secrets, tmp_path, monkeypatch):
    monkeypatch.setattr("nngrader.release.leaks.secrets_of", lambda *_: secrets)
    return Planting(unpacked, tmp_path)


def zipped(name, content):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(name, content)
    return held.getvalue()


def npy(array):
    held = io.BytesIO()
    np.save(held, array)
    return held.getvalue()


SOUGHT = [
    np.sort(np.random.default_rng(0).integers(1000, size=8)),
    np.random.default_rng(0).integers(10, size=16),
    np.random.default_rng(0).normal(size=4),
    np.array([1 / 7, 0.3, 1 / 11, 2.0**-28, 2 / 3 + 2.0**-40]),
]
BY_CHANCE = [
    np.arange(16.0)[::-1] * 5,
    np.linspace(0, 1, 11),
    np.array([0, 0, 1, 0, 2, 0, 0, 1]),  # small counts
    np.array([3, 1, 4, 1, 5, 9, 2, 6]),  # eight digits stand in many a release
    np.array([5, 7, 13, 25, 37, 61, 109, 205, 301, 397, 493]),  # receptive fields
    np.array([224, 112, 56, 28, 14, 7, 7, 7]),  # sides that are halved
    np.array([0.0, 1.0, np.nan, np.inf]),
    np.array([0, -1, 1, 0, -1, 1, 0, 0], np.float32) / np.float32(13),  # a mean's derivatives
    np.array([0, 1, 0, -1, 0, 2**18 * 3]) * 2.0**-28,  # left by rounding
]


def test_only_numbers_that_cannot_occur_by_chance_are_searched_for():
    for numbers in SOUGHT:
        assert _bits(numbers) >= BITS, numbers
    for numbers in BY_CHANCE:
        assert _bits(numbers) < BITS, numbers


SOLUTION = "statement of a solution: "
OTHER_PARENTHESES = """def f():
 return (np.sqrt(np.maximum((((X**2).sum((1)))[:,None]+((Y**2).sum(1))-(2*X@Y.T)),(0))))"""
SPLIT = """# return np.sqrt(np.maximum(
#   (X**2).sum(1)[:, None] + (Y**2).sum(1)
#- 2 * X @ Y.T, 0))"""
B64 = base64.encodebytes(LINE.encode() * 2).decode()
TEXTS = {  # in a text cell: what is found, None where nothing is
    f"# {LINE}": SOLUTION,
    "# return np.sqrt(np.maximum((X**2)\n#   .sum(1)[:, None]": None,  # half a statement
    SPLIT: SOLUTION,
    f'def f(X, Y):\n    """{LINE}"""': SOLUTION,
    LINE.replace("return", "d ="): SOLUTION,
    "```python\n" + LINE[4:].replace(", 0))", ", (0)))\n```"): SOLUTION,
    "raise ValueError(f'expected {len(scores)} targets, got {targets.shape}')": SOLUTION,
    "gradient = (gap &gt; 0).astype(float)": SOLUTION,
    "np.hypot(d, x[:, np.newaxis] - y, out=d)": SOLUTION,  # of an alternative
    "#BEGIN  SOLUTION": "hidden region",
    "### begin hidden_tests": "hidden region",
    "=== BEGIN MARK SCHEME ===": "hidden region",
    r"C:\Users\ada\course": "path of this machine",
}
FILES = {  # beside the notebook
    "a.txt": [
        (B64.encode(), SOLUTION),
        (LINE.encode("utf-16"), SOLUTION),
        (base64.b64encode(zlib.compress(LINE.encode() * 3)), SOLUTION),
    ],
    "a.cases.json": [
        (json.dumps({"x": {"source": f"def f(X, Y):\n{LINE}"}}).encode(), SOLUTION)
    ],
    "a.csv": [(zipped("a", LINE), SOLUTION)],
    "a.zip": [(zipped("b.txt", "b"), "a.zip should not be in the release")],
    "a.npz": [(zipped("b.pyc", "b"), "a.npz/b.pyc should not be in the release")],
    "b.pyc": [(b"\0", "should not be in the release")],
}
CHANGES = [  # of a code cell, of its metadata, or of the notebook's metadata
    ("cell", {"source": OTHER_PARENTHESES}, SOLUTION),
    ("cell", {"attachments": {"a.png": {"image/png": B64}}}, SOLUTION),
    ("cell", {"outputs": [OUTPUT]}, "outputs"),
    ("cell", {"execution_count": 3}, "outputs"),
    ("about", {"nbgrader": {"was": LINE}}, SOLUTION),
    ("about", {"execution": {}}, "'execution'"),
    ("all", {"widgets": {}}, "'widgets'"),
    ("all", {"kernelspec": {"name": "course"}}, "its kernel 'course'"),
    ("all", {"celltoolbar": "/home/ada/course"}, "path of this machine"),
]


def test_planted_faults_are_found_and_named(planting, base):
    wrong, before = [], copy.deepcopy(planting.notebook)

    def look(what, reason):
        result = planting.complaints(base)
        if result if reason is None else not any(reason in f for f in result):
            wrong.append((what, reason, result))
        planting.notebook = copy.deepcopy(before)

    for text, reason in TEXTS.items():
        planting.text(*text.splitlines(keepends=True))
        look(text, reason)
    for where, change, reason in CHANGES:
        places = {"cell": planting.code, "all": planting.notebook["metadata"]}
        places["about"] = planting.code["metadata"]
        places[where].update(change)
        look(change, reason)
    held = [("b.npz", planting.heldback("test.npz"), "held back")]
    solved = planting.heldback(f"{NAME}/weights.npz")
    held.append(("b.npz", solved, "weights.npz (held back)"))
    text = (problems_folder(planting.course) / DISTANCES).read_bytes()
    held.append(("b.txt", text, f"{DISTANCES} (held back)"))
    for name, content, reason in [(n, *c) for n, cs in FILES.items() for c in cs] + held:
        planting.add(name, content)
        look((name, content[:20]), reason)
        (planting.folder / name).unlink()
    assert wrong == []


def test_a_single_array_of_a_held_back_file_is_found(planting, base, unpacked):
    with np.load(unpacked / "heldback" / NAME / "weights.npz") as file:
        planting.add("b.npy", npy(file["weights"]))
    assert "b.npy: it contains an array of weights.npz (held back)" in planting.complaints(base)


DRAWN = {
    "a picture alone": lambda x: ("a.npy", npy(x[3])),
    "as shares of 1": lambda x: ("a.npy", npy(x[3] / 255)),
    "among others": lambda x: (
        "a.npz",
        zipped("p.npy", npy(np.concatenate([x[2, ::-1], x[1]]))),
    ),
    "in JSON": lambda x: ("a.json", cases_json.dumps({"image": x[8] / 255})),
}


def test_a_picture_that_is_held_back_is_found_in_any_form(planting, base, pictures):
    for name, drawn in DRAWN.items():
        file, content = drawn(pictures)
        planting.add(file, content)
        result = planting.complaints(base)
        assert any(f.startswith(file) and "image that is held back" in f for f in result), name
        (planting.folder / file).unlink()


def test_other_images_are_not_mistaken_for_held_back_ones(planting, base):
    other = np.random.default_rng(7).integers(256, size=(30, 28, 28), dtype=np.uint8)
    planting.add("a.npy", npy(other))
    assert planting.complaints(base) == []


# Hidden inputs


def test_a_hidden_case_is_found_in_any_file(planting, base, unpacked):
    first, second, *_ = pack(problems()[0], Course(unpacked).seed(), visible=False)["cases"]
    array = second["args"]["X"]
    message = "a hidden input or answer of pairwise_distances (points)"
    for name, content in (
        ("b.json", cases_json.dumps(first["args"])),
        ("c.json", cases_json.dumps(first["want"])),
        ("b.npy", npy(array)),
        ("c.npy", npy(np.asfortranarray(array))),  # stored by columns
    ):
        planting.add(name, content)
        (result,) = {f for f in planting.complaints(base) if f.startswith(f"{name}:")}
        assert message in result or name.endswith("npy"), result
        assert "a hidden input" in result


def test_no_hidden_input_is_a_visible_one():
    for p in problems():
        visible = {p.name: pack(p, 1, visible=True)}
        for seed in (0, 1, 2, 20261120):
            assert shown_cases(visible, {p.name: pack(p, seed, visible=False)}) == []


# Regions


def test_regions_are_seen_however_they_are_marked():
    source = (
        "a = 1\n#BEGIN SOLUTION\nb = 2\n### end solution\nc = 3\n### BEGIN HIDDEN TESTS\nd = 4"
    )
    assert lines_of(source) == (["a = 1", "c = 3"], ["b = 2"])


def cell(source, kind="code", solution=True):
    return {
        "cell_type": kind,
        "source": source,
        "metadata": {"nbgrader": {"solution": solution}},
    }


RUBRIC = (
    "One point for the sum. The largest score cancels, since it is a factor of both lines. "
    "Half a point without a reason."
)


def test_a_sentence_of_a_sample_answer_is_found_without_the_rest_of_its_line():
    result = secret_statements({"cells": [cell(RUBRIC, "markdown")]}, [])
    assert set(result.values()) == {
        RUBRIC,
        "The largest score cancels, since it is a factor of both lines.",
    }
    quoted = cell(f"## 3. Why?\n\n{RUBRIC.partition('. ')[2]}", "markdown", solution=False)
    given = secret_statements({"cells": [cell(RUBRIC, "markdown"), quoted]}, [])
    assert set(given.values()) == {RUBRIC}  # what students read anyway is no secret


# Drivers, measures, the package


@pytest.mark.slow
def test_no_driver_or_measure_of_ours_reveals_an_answer():
    for assignment in ASSIGNMENTS:
        assert moving_leaks(OURS.problems(assignment)) == []


def test_a_driver_that_contains_the_solution_is_refused():
    p = problems()[0]
    copied = "def drive(f, X, Y):\n    X, Y = np.asarray(X, float), np.asarray(Y, float)\n"
    for source, words in (
        (f"def drive(f, X):\n    return {p.name}(X)", f"mentions {p.name}, the solution"),
        (f"{copied}{LINE}\n", "contains most of a solution"),
    ):
        moved = SimpleNamespace(name=p.name, solve=p.solve, alternatives=p.alternatives)
        moved.moving = {"driver": {"name": "drive", "source": source}}
        assert moving_leaks([moved]) == [f"{p.name}: its driver {words}"]


def test_private_text_in_the_package_is_found(tmp_path, unpacked):
    private = ("problems/ps2.py", "nngrader/x.pyc", "data/heldback/a.npz")
    with zipfile.ZipFile(tmp_path / "p.whl", "w") as z:
        for name in private:
            z.writestr(name, "")
        z.writestr("nngrader/c.py", f"at = {str(unpacked)!r}")
        z.writestr("nnlib/a.py", definitions()[DISTANCES])
        z.writestr("nnlib/b.npz", (unpacked / "heldback" / "test.npz").read_bytes())
    result = package_leaks(tmp_path / "p.whl", Course(unpacked), problems()[:1])
    for words in (
        *(f"{name} should not be in the package" for name in private),
        "nngrader/c.py contains a path of this machine",
        "nnlib/a.py contains a reference",
        "nnlib/b.npz is a copy of test.npz",
        "nnlib/b.npz contains an image that is held back",
    ):
        assert any(f.startswith(f"p.whl: {words}") for f in result), words
