"""The class list: what is read, and the message for each kind of fault."""

import pytest
from nngrader.course import Course
from nngrader.course.roster import Student, fold, fold_name, missing, read
from nngrader.errors import CannotDo
from nngrader.intake.platforms import DownloadedSubmission, PlatformIdentity, whose

from .lms_downloads import CLASS

HEAD = "id,first_name,last_name,email,lms_user_id\n"


def class_of(folder, raw):
    (folder / "students.csv").write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return read(Course(folder))


def test_without_a_file_there_is_no_class_list(tmp_path):
    assert read(Course(tmp_path)) is None
    assert missing(Course(tmp_path), "ps1") == []


def test_a_class_list_is_read_as_spreadsheets_write_it(tmp_path):
    for raw in (
        CLASS.encode(),
        CLASS.encode("utf-8-sig"),
        CLASS.replace("\n", "\r\n").encode(),
        CLASS.replace(",", ";").encode(),
        CLASS.replace("\n", "\n\n,,,,\n").encode(),
        CLASS.replace("id,first", "ID, First").replace(",last_name", ", LAST_NAME ").encode(),
    ):
        result = class_of(tmp_path, raw)
        assert list(result) == ["ada", "emmy", "bo", "kim1", "kim2"], raw
        expected = Student("emmy", "Émilie", "du Châtelet", "emilie@uni.example", "1002")
        assert result["emmy"] == expected


def test_an_id_is_enough_and_other_columns_are_ignored(tmp_path):
    assert class_of(tmp_path, "group,id\nA,ada\n") == {"ada": Student("ada")}


FAULTS = [
    ("", "no column `id`"),
    ("name,email\nAda,a@b\n", "no column `id`"),
    ("id,email,email\nada,a,b\n", "'email'"),
    (HEAD + "ada,A,L,,\nbo,B,M,,\nada,A,K,,\n", "line 4: the id 'ada' is also on line 2"),
    (HEAD + "ada,A,L,,\nAda,A,K,,\n", "line 3: the id 'Ada' is also on line 2"),
    (HEAD + "a,,,,7\nb,,,,7\n", "line 3: the lms_user_id '7' is also on line 2"),
    (HEAD + ",Ada,Lovelace,,\n", "line 2: the id ''"),
    (HEAD + "../ada,,,,\n", r"line 2: the id '\.\./ada' has a slash"),
    (HEAD + ".ada,,,,\n", "begins with a dot"),
    (HEAD + '"a\tb",,,,\n', "control characters"),
    (HEAD + "x" * 101 + ",,,,\n", "longer than 100 characters"),
    (HEAD + "ada,Ada,King,Lovelace,a@b,1\n", "line 2 has more cells"),
    (HEAD + 'ada,"Ada,,,\n', "line 2"),
    (HEAD.encode() + "emmy,Émilie,,,\n".encode("latin-1"), "not valid UTF-8.*Latin-1"),
    (CLASS.encode("utf-16"), "UTF-16"),
    (b"id\n" + b"x" * (8 << 20), "larger than 8 MB"),
]


def test_each_fault_is_reported_with_its_line(tmp_path):
    for raw, words in FAULTS:
        with pytest.raises(CannotDo, match=f"(?s)students.csv.*{words}"):
            class_of(tmp_path, raw)


def test_students_without_a_submission_are_named(tmp_path):
    class_of(tmp_path, CLASS)
    for student in ("emmy", "kim1", "stranger"):
        (tmp_path / "submitted" / student / "ps1").mkdir(parents=True)
    (tmp_path / "submitted" / "ada" / "ps2").mkdir(parents=True)
    assert missing(Course(tmp_path), "ps1") == ["ada", "bo", "kim2"]
    known = {"zoe", "ada", "emmy", "ann"}
    assert missing(Course(tmp_path), "ps1", known) == ["ada", "bo", "kim2", "ann", "zoe"]


def test_names_fit_without_accents_case_and_in_both_orders():
    student = Student("emmy", "Émilie", "du Châtelet")
    assert {
        fold("DU CHA\u0302TELET,  emilie"),
        fold("E\u0301milie du Chatelet"),
    } == student.names
    assert Student("x").names == set()
    connor = Student("connor", "D’Arcy", "O'Connor-Smith")
    assert {
        fold_name("O’CONNOR-SMITH D'Arcy"),
        fold_name("DArcy OConnor-Smith"),
        fold("O CONNOR-SMITH D Arcy"),
        fold("D_Arcy O_Connor-Smith"),
    } == connor.names
    handed = DownloadedSubmission(
        "", "Moodle", PlatformIdentity(name="DArcy OConnor-Smith"), ()
    )
    assert whose(handed, {"connor": connor}) == "connor"
