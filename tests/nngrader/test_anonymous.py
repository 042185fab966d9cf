"""Outputs for people who should not know whose work it is: no name in any byte of them."""

import re

import pytest
from nngrader.course import Course
from nngrader.course.anonymous import Codes, Names

from .lms_downloads import CLASS

pytestmark = pytest.mark.sandbox


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
    coded = codes.text(text)
    assert [c for c in re.findall(r"[a-z2-7]{10}", coded) if c in codes.back] == [
        codes(s) for s in who
    ]
    assert Names().text(text) == text


def test_a_name_of_two_students_becomes_the_code_of_neither(tmp_path):
    rows = "id,first_name,last_name\nada,Ada,Lovelace\neve,Eve,Lovelace\n"
    (tmp_path / "students.csv").write_text(rows)
    codes = Codes(Course(tmp_path))
    assert codes.text("Lovelace, by Eve Lovelace") == f"…, by {codes('eve')}"
