"""What the release gate looks for, planted in every place that we could think of."""

import base64
import gzip
import io
import json
import shutil
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from nngrader.course import Course
from nngrader.engine import cases_json, pack
from nngrader.release.leaks import (
    BITS,
    _bits,
    _numbers,
    leaks,
    moving_leaks,
    package_leaks,
    secrets_of,
    shown_cases,
)
from nngrader.release.pictures import Rows, channels, grey
from nngrader.release.statements import lines_of, secret_statements
from nngrader.release.unfold import unfold

from .sample_course import NAME, joined_definitions, problems, problems_folder

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

    def found(self, base):
        (self.folder / f"{NAME}.ipynb").write_text(json.dumps(self.notebook))
        return leaks(self.folder, base.instructor_joined(), Course(self.course), NAME)


@pytest.fixture
def planting(unpacked, secrets, tmp_path, monkeypatch):
    monkeypatch.setattr("nngrader.release.leaks.secrets_of", lambda *_: secrets)
    return Planting(unpacked, tmp_path)


def png(pixels, kinds=(0,), before=b""):
    """Return a PNG file of grey pixels, its rows filtered by these kinds in turn."""
    above, body = np.zeros(pixels.shape[1] + 1, int), b""
    for y, row in enumerate(pixels.astype(int)):
        kind, left = kinds[y % len(kinds)], np.concatenate([[0], row[:-1]])
        up, corner = above[1:], above[:-1]
        near = np.array([left, up, corner])
        which = np.abs(near - (left + up - corner)).argmin(axis=0)
        guess = [0 * row, left, up, (left + up) // 2, near[which, np.arange(len(row))]][kind]
        body += bytes([kind]) + ((row - guess) % 256).astype(np.uint8).tobytes()
        above = np.concatenate([[0], row])
    height, width = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(body)), (b"IEND", b"")]
    if before:
        parts.insert(1, (b"zTXt", before))
    blocks = [struct.pack(">I", len(c)) + n + c + b"\0\0\0\0" for n, c in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(blocks)


def zipped(name, content):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(name, content)
    return held.getvalue()


def npy(array):
    held = io.BytesIO()
    np.save(held, array)
    return held.getvalue()


@pytest.mark.parametrize(
    ("numbers", "is_sought"),
    [
        (np.arange(16), False),
        (np.arange(16.0)[::-1] * 5, False),
        (np.linspace(0, 1, 11), False),
        (np.array([0, 0, 1, 0, 2, 0, 0, 1]), False),  # small counts
        (np.array([3, 1, 4, 1, 5, 9, 2, 6]), False),  # eight digits stand in many a release
        (np.array([5, 7, 13, 25, 37, 61, 109, 205, 301, 397, 493]), False),  # receptive fields
        (np.array([224, 112, 56, 28, 14, 7, 7, 7]), False),  # sides that are halved
        (np.sort(np.random.default_rng(0).integers(1000, size=8)), True),
        (np.random.default_rng(0).integers(10, size=16), True),
        (np.random.default_rng(0).integers(1000, size=8), True),
        (np.random.default_rng(0).normal(size=4), True),
        (np.array([0.0, 1.0, np.nan, np.inf]), False),
        (np.array([0, 1, 0, 1, 1, 0, 1, 0]) / 17, False),  # derivatives of a mean
        (np.array([0, -1, 1, 0, -1, 1, 0, 0], np.float32) / np.float32(13), False),
        (np.array([0, 1, 0, -1, 0, 2**18 * 3]) * 2.0**-28, False),  # left by rounding
        (np.array([1 / 7, 0.3, 1 / 11, 2.0**-28, 2 / 3 + 2.0**-40]), True),
    ],
)
def test_numbers_are_sought_that_stand_nowhere_by_chance(numbers, is_sought):
    assert (_bits(numbers) >= BITS) == is_sought


SOLUTION = "statement of a solution: "
PLANTED = {
    "in a comment": (lambda p: p.text(f"# {LINE}"), SOLUTION),
    "in a comment of two lines": (
        lambda p: p.text("# return np.sqrt(np.maximum((X**2)\n", "#   .sum(1)[:, None]"),
        None,
    ),
    "split over commented lines": (
        lambda p: p.text(
            "# return np.sqrt(np.maximum(\n",
            "#   (X**2).sum(1)[:, None] + (Y**2).sum(1)\n#- 2 * X @ Y.T, 0))",
        ),
        SOLUTION,
    ),
    "in a docstring": (lambda p: p.text(f'def f(X, Y):\n    """{LINE}"""'), SOLUTION),
    "with other parentheses": (
        lambda p: p.code.update(
            source="def f():\n return (np.sqrt(np.maximum((((X**2).sum((1)))[:,None]"
            "+((Y**2).sum(1))-(2*X@Y.T)),(0))))"
        ),
        SOLUTION,
    ),
    "as a value": (lambda p: p.text(LINE.replace("return", "d =")), SOLUTION),
    "between fences": (
        lambda p: p.text("```python\n", LINE[4:].replace(", 0))", ", (0)))\n```")),
        SOLUTION,
    ),
    "with other quotes": (
        lambda p: p.text(
            "raise ValueError(f'expected {len(scores)} targets, got {targets.shape}')"
        ),
        SOLUTION,
    ),
    "as HTML": (lambda p: p.text("gradient = (gap &gt; 0).astype(float)"), SOLUTION),
    "an alternative": (
        lambda p: p.text("np.hypot(d, x[:, np.newaxis] - y, out=d)"),
        SOLUTION,
    ),
    "in base64": (lambda p: p.add("a.txt", base64.encodebytes(LINE.encode() * 2)), SOLUTION),
    "in hexadecimal": (lambda p: p.text(f"Look at {LINE.encode().hex()}."), SOLUTION),
    "packed, in hexadecimal by bytes": (
        lambda p: p.text(zlib.compress(LINE.encode() * 2).hex(" ").upper()),
        SOLUTION,
    ),
    "in an attachment": (
        lambda p: p.notebook["cells"][0].update(
            attachments={"a.png": {"image/png": base64.b64encode(LINE.encode() * 2).decode()}}
        ),
        SOLUTION,
    ),
    "in a cell's metadata": (
        lambda p: p.code["metadata"].update(nbgrader={"was": LINE}),
        SOLUTION,
    ),
    "in the cases": (
        lambda p: p.add("a.cases.json", json.dumps({"x": {"source": f"def f(X, Y):\n{LINE}"}})),
        SOLUTION,
    ),
    "in UTF-16": (lambda p: p.add("a.txt", LINE.encode("utf-16")), SOLUTION),
    "in an archive by another name": (lambda p: p.add("a.csv", zipped("a", LINE)), SOLUTION),
    "behind a picture": (
        lambda p: p.add("a.png", png(np.zeros((3, 3))) + zipped("a", LINE)),
        SOLUTION,
    ),
    "in a picture's text": (
        lambda p: p.add(
            "a.png", png(np.zeros((3, 3)), before=b"a\0\0" + zlib.compress(LINE.encode()))
        ),
        SOLUTION,
    ),
    "packed by gzip": (lambda p: p.add("a.txt", gzip.compress(LINE.encode())), SOLUTION),
    "a marker with odd spacing": (lambda p: p.text("#BEGIN  SOLUTION"), "hidden region"),
    "a marker in small letters": (lambda p: p.text("### begin hidden_tests"), "hidden region"),
    "a mark scheme": (lambda p: p.text("=== BEGIN MARK SCHEME ==="), "hidden region"),
    "a picture as output": (lambda p: p.code.update(outputs=[OUTPUT]), "outputs"),
    "a cell that was run": (lambda p: p.code.update(execution_count=3), "outputs"),
    "widgets": (lambda p: p.notebook["metadata"].update(widgets={}), "metadata hold 'widgets'"),
    "times": (lambda p: p.code["metadata"].update(execution={}), "metadata hold 'execution'"),
    "a kernel of one's own": (
        lambda p: p.notebook["metadata"].update(kernelspec={"name": "course"}),
        "its kernel is 'course'",
    ),
    "a path in metadata": (
        lambda p: p.notebook["metadata"].update(celltoolbar="/home/ada/course"),
        "path of this machine",
    ),
    "a path of Windows": (lambda p: p.text(r"C:\Users\ada\course"), "path of this machine"),
    "an archive": (lambda p: p.add("a.zip", zipped("b.txt", "b")), "a.zip should not be there"),
    "bytecode in an archive": (
        lambda p: p.add("a.npz", zipped("b.pyc", "b")),
        "a.npz/b.pyc should not be there",
    ),
    "a held-back file": (lambda p: p.add("b.npz", p.heldback("test.npz")), "held back"),
    "a solved file": (
        lambda p: p.add("b.npz", p.heldback(f"{NAME}/weights.npz")),
        "weights.npz, which is held back",
    ),
    "definitions": (
        lambda p: p.add("b.txt", (problems_folder(p.course) / DISTANCES).read_bytes()),
        f"{DISTANCES}, which is held back",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found_and_named(planting, base, name):
    plant, reason = PLANTED[name]
    plant(planting)
    found = planting.found(base)
    if reason is None:  # half of a statement is none
        assert found == []
    else:
        assert any(reason in f for f in found), found


def test_a_statement_is_told_once_and_as_it_is_written(planting, base):
    line = "gradient = (gap > 0).astype(float)"
    planting.text(line)
    planting.add("a.txt", base64.encodebytes(f"{line}\n{line}\n".encode()))
    told = f"it holds a statement of a solution: {line}"
    assert planting.found(base) == [f"a.txt/base64 1: {told}", f"{NAME}.ipynb: {told}"]


def test_an_array_of_a_held_back_file_is_found_alone(planting, base, unpacked):
    with np.load(unpacked / "heldback" / NAME / "weights.npz") as file:
        planting.add("b.npy", npy(file["weights"]))
    assert "b.npy: it holds an array of weights.npz, which is held back" in planting.found(base)


DRAWN = {
    "a picture alone": lambda x: ("a.npy", npy(x[3])),
    "as shares of 1": lambda x: ("a.npy", npy(x[3] / 255)),
    "among others": lambda x: (
        "a.npz",
        zipped("p.npy", npy(np.concatenate([x[2, ::-1], x[1]]))),
    ),
    "as a picture": lambda x: ("a.png", png(x[4])),
    "as a picture with filters": lambda x: ("a.png", png(x[4], kinds=(0, 1, 2, 3, 4))),
    "in a collage": lambda x: ("a.png", png(np.hstack([np.zeros((20, 7)), x[5], x[6]]), (4,))),
    "in numbers": lambda x: ("a.csv", "\n".join(",".join(map(str, r)) for r in x[7].tolist())),
    "in JSON": lambda x: ("a.json", cases_json.dumps({"image": x[8] / 255})),
    "in a page": lambda x: (
        "a.svg",
        f'<image href="data:image/png;base64,{base64.b64encode(png(x[4])).decode()}"/>',
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_that_is_held_back_is_found_in_any_form(planting, base, pictures, name):
    file, content = DRAWN[name](pictures)
    planting.add(file, content)
    found = planting.found(base)
    assert any(f.startswith(file) and "picture that is held back" in f for f in found), found


def test_other_pictures_are_not_taken_for_held_back_ones(planting, base):
    other = np.random.default_rng(7).integers(256, size=(30, 28, 28), dtype=np.uint8)
    planting.add("a.npy", npy(other))
    planting.add("a.png", png(other[0], kinds=(1, 4)))
    assert planting.found(base) == []


def test_the_packaged_pictures_are_not_taken_for_held_back_ones():
    import nnlib.datasets

    from .sample_course import EXERCISES

    with np.load(EXERCISES / "heldback" / "fashion.npz") as file:
        rows = Rows([file["images"]])
    packaged = sorted((Path(nnlib.datasets.__file__).parent / "data").glob("*.npz"))
    assert {"fashion_mnist.npz", "fashion_mnist.more.npz"} <= {path.name for path in packaged}
    for path in packaged:
        with np.load(path, allow_pickle=False) as file:
            assert not any(rows.occur_in(grey(file[k])) for k in file), path.name


@pytest.mark.parametrize("kind", range(5))
def test_each_filter_of_a_picture_file_is_undone(pictures, kind):
    (pixels,) = channels(png(pictures[0], kinds=(kind,)))
    np.testing.assert_array_equal(pixels, pictures[0].ravel())


def test_numbers_are_grey_levels_or_shares_of_them():
    assert grey(np.array([0.0, 0.2, 1.0])).tolist() == [0, 51, 255]
    assert grey(np.array([0, 7, 300, -2, np.nan])).tolist() == [0, 7, 0, 0, 0]


# Hidden inputs


@pytest.mark.parametrize("kind", ["args", "want"])
def test_a_hidden_case_in_any_file_is_found(planting, base, unpacked, kind):
    data = pack(problems()[0], Course(unpacked).seed(), visible=False)
    case = data["cases"][0]
    planting.add("b.json", cases_json.dumps(case[kind]))
    (found,) = {f for f in planting.found(base) if f.startswith("b.json:")}
    assert "a hidden input or answer of pairwise_distances (points)" in found


def test_a_hidden_case_is_found_as_bytes_too(planting, base, unpacked):
    data = pack(problems()[0], Course(unpacked).seed(), visible=False)
    planting.add("b.npy", npy(data["cases"][1]["args"]["X"]))
    assert any("b.npy: it holds a hidden input" in f for f in planting.found(base))


def test_a_hidden_case_is_found_that_is_stored_by_columns(planting, base, unpacked):
    data = pack(problems()[0], Course(unpacked).seed(), visible=False)
    planting.add("b.npy", npy(np.asfortranarray(data["cases"][1]["args"]["X"])))
    assert any("b.npy: it holds a hidden input" in f for f in planting.found(base))


def test_a_long_array_is_found_in_the_packed_form_of_our_own_json():
    rng = np.random.default_rng(0)
    array = rng.integers(256, size=(40, 784), dtype=np.uint8)
    pieces = [raw for _, raw in unfold("a.json", cases_json.dumps({"x": array}).encode())]
    assert array.tobytes() not in pieces[0]
    assert any(array.tobytes() in raw for raw in pieces)


def test_numbers_that_are_not_finite_are_sought_as_json_writes_them_too(tmp_path):
    (file := tmp_path / "seed").write_text("0\n")
    course = Course(OURS.root, seed_file=file)
    problems = [p for p in course.problems("ps8_pytorch") if p.name == "average_gradients"]
    sought = [text for _, text, raw in _numbers(course, problems) if b"\xf8\x7f" in raw]
    assert any("nan" in text for text in sought)
    assert any("NaN" in text for text in sought)
    for text in sought:
        if "NaN" in text:
            assert json.dumps(json.loads(f"[{text}]"), separators=(",", ":")) == f"[{text}]"


def test_no_hidden_input_is_a_visible_one():
    for p in problems():
        visible = {p.name: pack(p, 1, visible=True)}
        for seed in (0, 1, 2, 20261120):
            assert shown_cases(visible, {p.name: pack(p, seed, visible=False)}) == []


def test_a_generator_that_ignores_its_numbers_is_refused():
    p = problems()[0]
    (points, *_), given = p.cases, np.arange(35.0).reshape(7, 5)
    object.__setattr__(points, "make", same := lambda rng, N, M, D: (given, given[::2] ** 2))
    same.__name__, same.__doc__ = "points", "The same points."
    packed = [{p.name: pack(p, 1, visible=v)} for v in (True, False)]
    found = shown_cases(*packed)
    assert "pairwise_distances: points gives hidden cases that are visible too" in found


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


def test_a_solution_cell_without_markers_is_a_solution_as_a_whole():
    found = secret_statements({"cells": [cell("total = np.exp(scores).sum()")]}, [])
    assert found == {"total=np.exp(scores).sum()": "total = np.exp(scores).sum()"}


def test_a_sample_answer_in_prose_is_a_solution_line_by_line():
    found = secret_statements({"cells": [cell("Because the maximum cancels.", "markdown")]}, [])
    assert found == {"Becausethemaximumcancels.": "Because the maximum cancels."}


RUBRIC = (
    "One point for the sum. The largest score cancels, since it is a factor of both lines. "
    "Half a point without a reason."
)


def test_a_sentence_of_a_sample_answer_is_found_without_the_rest_of_its_line():
    found = secret_statements({"cells": [cell(RUBRIC, "markdown")]}, [])
    assert set(found.values()) == {
        RUBRIC,
        "The largest score cancels, since it is a factor of both lines.",
    }
    told = cell(f"## 3. Why?\n\n{RUBRIC.partition('. ')[2]}", "markdown", solution=False)
    given = secret_statements({"cells": [cell(RUBRIC, "markdown"), told]}, [])
    assert set(given.values()) == {RUBRIC}  # what students read anyway is no secret


def test_a_mark_scheme_is_as_secret_as_a_solution():
    text = f"Say why.\n=== BEGIN MARK SCHEME ===\n{RUBRIC}\n=== END MARK SCHEME ==="
    task = {"cell_type": "markdown", "source": text, "metadata": {"nbgrader": {"task": True}}}
    assert RUBRIC in secret_statements({"cells": [task]}, []).values()
    assert "Say why." not in secret_statements({"cells": [task]}, []).values()


def test_what_stands_in_hidden_tests_alone_makes_a_statement_no_less_secret():
    line = "total = np.exp(scores).sum()"
    tests = cell(f"### BEGIN HIDDEN TESTS\n{line}\n### END HIDDEN TESTS", solution=False)
    cells = [cell(f"### BEGIN SOLUTION\n{line}\n### END SOLUTION"), tests]
    assert len(secret_statements({"cells": cells}, [])) == 1
    assert secret_statements({"cells": [*cells, cell(line, solution=False)]}, []) == {}


# Drivers, measures, the package


class Moving:
    """A problem whose driver is given as source code."""

    def __init__(self, source):
        self.real = problems()[0]
        self.name, self.solve = self.real.name, self.real.solve
        self.alternatives = self.real.alternatives
        self.moving = {"driver": {"name": "drive", "source": source}}


def test_a_driver_may_call_what_it_is_given_by_its_name():
    source = "def drive(pairwise_distances, X):\n    return pairwise_distances(X, X)\n"
    assert moving_leaks([Moving(source)]) == []


def test_a_driver_may_do_so_after_functions_that_it_shares():
    shared = "def shared(a):\n    return a + 1\n\n\n"
    source = f"{shared}def drive(pairwise_distances, X):\n    return pairwise_distances(X, X)\n"
    assert moving_leaks([Moving(source)]) == []
    told = shared.replace("a + 1", "pairwise_distances(a, a)")
    source = f"{told}def drive(f, X):\n    return shared(X)\n"
    assert len(moving_leaks([Moving(source)])) == 1


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_no_driver_or_measure_of_ours_tells_an_answer(assignment):
    assert moving_leaks(OURS.problems(assignment)) == []


def test_a_driver_that_names_the_reference_is_refused():
    source = "def drive(f, X):\n    return pairwise_distances(X, X)  # for comparison\n"
    assert moving_leaks([Moving(source)]) == [
        "pairwise_distances: its driver names pairwise_distances, which is the solution"
    ]


def test_a_driver_that_says_what_the_reference_says_is_refused():
    source = (
        f"def drive(f, X, Y):\n    X, Y = np.asarray(X, float), np.asarray(Y, float)\n{LINE}\n"
    )
    found = moving_leaks([Moving(source)])
    assert found == ["pairwise_distances: its driver holds most of a solution"]


def test_a_driver_that_only_drives_goes_out():
    assert (
        moving_leaks([Moving("def drive(f, X):\n    return f(X)[::2] + 0 * X[0, 0]\n")]) == []
    )


def test_a_reference_in_the_package_is_found(tmp_path, unpacked):
    with zipfile.ZipFile(tmp_path / "p.whl", "w") as z:
        z.writestr("nnlib/a.py", joined_definitions() + "\n")
        z.writestr("nnlib/b.npz", (unpacked / "heldback" / "test.npz").read_bytes())
    found = package_leaks(tmp_path / "p.whl", Course(unpacked), problems())
    assert any("nnlib/a.py holds a reference" in f for f in found)
    assert "p.whl: nnlib/b.npz is test.npz" in found
    assert "p.whl: nnlib/b.npz holds a picture that is held back" in found
