"""Outputs for people who should not know whose work it is: no name in any byte of them."""

import csv
import json
import re

import pytest
from nngrader.course import Course
from nngrader.course.anonymous import Codes, Names
from nngrader.grading.all_submissions import Grader
from nngrader.storage.results import Store

from .lms_downloads import CLASS
from .sample_course import NAME, hand_in, run

pytestmark = pytest.mark.sandbox
CLASS_OF_THREE = """id,first_name,last_name,email,lms_user_id
quorra7,Quorra,Flynnhardt,quorra@uni.example,770011
tronny8,Tronny,Bradleyson,alan.b@uni.example,770012
yorivex,Yorivex,Dumontine,dumont@uni.example,770013
"""
WORDS = sorted({w for w in re.split(r"[,.@\n]", CLASS_OF_THREE) if len(w) > 4} - {"example"})
WORDS = [w for w in WORDS if w not in CLASS_OF_THREE.splitlines()[0]]


def named_in(data):
    """Return the words of the class list that stand in some bytes."""
    text = data.decode().casefold() if isinstance(data, bytes) else data.casefold()
    return [w for w in WORDS if w.casefold() in text]


def test_no_output_names_anybody(course, base, tmp_path, capsys, monkeypatch):
    begun, grade_all = [], Grader.grade_all
    monkeypatch.setattr(
        Grader, "grade_all", lambda self, s: begun.extend(s) or grade_all(self, s)
    )
    (course / "students.csv").write_text(CLASS_OF_THREE)
    mistaken = base.answering({"pairwise_distances": "squared"}).text()
    hand_in(course, "quorra7", mistaken)
    file = hand_in(course, "tronny8", mistaken) / f"{NAME}.ipynb"
    file.rename(file.with_name("Tronny_Bradleyson-770012.ipynb"))  # told in a flag
    file = hand_in(course, "stranger", base.untouched().text()) / f"{NAME}.ipynb"
    file.rename(file.with_name("tbradleysón2.ipynb"))  # no whole word, and with an accent
    words = ("--anonymous", "--json", tmp_path / "grade.json")
    assert run(course, "grade", NAME, *words) == 0
    said = [capsys.readouterr().out]
    progress = re.findall(r"^ *\[\d+/\d+\] (\S+)", said[0], re.MULTILINE)
    assert len(progress) == 3
    key = course / "anonymous-key.csv"
    codes = {r["student"]: r["code"] for r in csv.DictReader(key.read_text().splitlines())}
    assert set(codes) == {"quorra7", "tronny8", "yorivex", "stranger"}
    assert begun == sorted(begun, key=codes.get)  # the order of ids would tell names
    assert set(progress) == {codes[student] for student in begun}
    assert key.stat().st_mode & 0o077 == 0
    assert run(course, "feedback", NAME, "--anonymous", "--out", tmp_path / "pages") == 0
    assert run(course, "report", NAME, "--anonymous", "--out", tmp_path / "report.html") == 0
    assert run(course, "export", NAME, "--anonymous", "--out", tmp_path / "marks.csv") == 0
    said.append(capsys.readouterr())
    assert run(course, "export", NAME, "--anonymous", "--layout", "gradescope") == 0
    about = (codes["quorra7"], "pairwise_distances", "--anonymous")
    assert run(course, "explain", NAME, *about, "--out", tmp_path / "why.html") == 0
    assert run(course, "explain", NAME, "tronny8", *about[1:]) == 0
    said.append(capsys.readouterr())
    files = [f for f in tmp_path.rglob("*") if f.is_file() and course not in f.parents]
    assert len(files) == 7
    for file in files:
        assert named_in(file.read_bytes()) == [], file
        assert not named_in(str(file.relative_to(tmp_path)))
        assert "stranger" not in file.read_text() + file.name
    for text in (said[0], *(t for pair in said[1:] for t in pair)):
        assert named_in(text.replace(str(tmp_path), "")) == [], text
    graded = json.loads((tmp_path / "grade.json").read_text())
    assert [r["student"] for r in graded] == sorted(codes[s] for s in codes if s != "yorivex")
    report = (tmp_path / "report.html").read_text()
    assert all(code in report for code in codes.values())  # also who handed in nothing
    marks = (tmp_path / "marks.csv").read_text().splitlines()
    rows = {r["student"]: r for r in csv.DictReader(marks)}
    assert set(rows) == set(codes.values())
    assert rows[codes["yorivex"]]["status"] == "missing"
    assert codes["tronny8"] in said[-1].out
    for layout in ("canvas", "moodle"):
        assert run(course, "export", NAME, "--anonymous", "--layout", layout) == 2
        assert "which needs names" in capsys.readouterr().err
    assert run(course, "feedback", NAME, "--anonymous", "--layout", "moodle") == 2
    assert "which needs names" in capsys.readouterr().err
    (flags,) = [r["flags"] for r in graded if r["student"] == codes["tronny8"]]
    assert any(codes["tronny8"] in flag for flag in flags)
    latest = Store(course / ".results").get(f"latest-{NAME}")
    assert set(latest) == {"quorra7", "tronny8", "stranger"}  # what is kept has the names


def test_a_code_is_the_same_in_every_output_and_is_known_back(tmp_path):
    (tmp_path / "students.csv").write_text(CLASS, encoding="utf-8")
    course = Course(tmp_path)
    once, again = Codes(course, ["zoe"]), Codes(course)
    assert once("ada") == again("ada") != once("bo")
    assert again.student(once("zoe")) == "zoe"  # of the key that was kept
    assert again.student("ada") == "ada"
    assert once.all(["bo", "ada"]) == sorted([once("ada"), once("bo")])
    (tmp_path / ".secret").unlink()
    assert Codes(course)("ada") != once("ada")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("'ada_ps1.ipynb' is used", ["ada"]),
        ("ADA LOVELACE and Lovelace, Ada", ["ada", "ada"]),
        ("written by ada@uni.example", ["ada"]),
        ("bo imports os", []),  # two letters are no name that can be sought
        ("Müller-Žák.ipynb", ["bo"]),
        ("mu\u0308ller, zak; MUELLER", ["bo", "bo", "bo"]),
        ("from adalovelace alone", ["ada"]),
        ("an adaptive armada", []),
    ],
)
def test_names_in_a_text_become_codes(tmp_path, text, who):
    (tmp_path / "students.csv").write_text(CLASS, encoding="utf-8")
    codes = Codes(Course(tmp_path))
    told = codes.text(text)
    assert [c for c in re.findall(r"[a-z2-7]{10}", told) if c in codes.back] == [
        codes(s) for s in who
    ]
    assert Names().text(text) == text
