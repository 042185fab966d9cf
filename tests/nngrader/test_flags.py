"""Flags: every code becomes a sentence for the student and one for the instructor."""

import json

import pytest
from nngrader.intake.suspicion import suspicious
from nngrader.limits import LIMITS, WHERE, Ending, of_death, reached
from nngrader.records.flag import Flag, FlagCode, Rank, rank, status_with
from nngrader.records.flag_rendering import WHAT, as_shown, for_instructor, for_student, ranked
from nngrader.settings import Limits

TIME = of_death(Ending.TOO_LONG, Limits(), "call_seconds").data
MEMORY = reached("memory", Limits())
DATA = {  # an example of each code with data
    FlagCode.FOLDER_IS_LINK: {"folder": "ada"},
    FlagCode.FILE_IS_LINK: {"file": "ps.ipynb"},
    FlagCode.NO_FOLDER: {"folder": "ada"},
    FlagCode.NOT_A_REGULAR_FILE: {"file": "ps.ipynb"},
    FlagCode.READ_ERROR: {"file": "ps.ipynb", "reason": "Input/output error"},
    FlagCode.FILE_TOO_LARGE: {"file": "ps.ipynb", "most_bytes": 100_000},
    FlagCode.NOTEBOOK_TOO_LARGE: {"most_bytes": 8 << 20},
    FlagCode.NOTEBOOK_TOO_COMPLEX: {"most": 5_000_000},
    FlagCode.EMPTY_FILE: {"file": "ps.ipynb", "bytes": 0},
    FlagCode.NOTEBOOK_MISSING: {"expected": "ps.ipynb"},
    FlagCode.CUT_OFF: {"file": "ps.ipynb"},
    FlagCode.NOT_A_NOTEBOOK: {"file": "ps.ipynb", "what": "not-json", "line": 2},
    FlagCode.NO_CELLS: {"file": "ps.ipynb"},
    FlagCode.NOTEBOOK_RENAMED: {"expected": "ps.ipynb", "file": "mine.ipynb"},
    FlagCode.SEVERAL_NOTEBOOKS: {"file": "ps.ipynb", "files": ["ps (1).ipynb"], "more": 1},
    FlagCode.TOO_MANY_CELLS: {"count": 2001, "read": 2000},
    FlagCode.CELLS_LEFT_OUT: {"count": 1},
    FlagCode.FILE_UNREADABLE: {"file": "weights.npz", "what": "incomplete"},
    FlagCode.SEVERAL_CELLS: {"count": 2},
    FlagCode.METADATA_LOST: {"count": 38, "by_name": 3},
    FlagCode.FORBIDDEN_NAME: {"name": "torch", "problems": ["a", "b"], "points": 24.0},
    FlagCode.UNUSUAL_IMPORT: {"name": "os"},
    FlagCode.UNUSUAL_NAME: {"name": "open"},
    FlagCode.TOO_MANY_NAMES: {"most": 9999},
    FlagCode.MORE_UNUSUAL: {"more": 3},
    FlagCode.SYNTAX_ERROR: {"exception": "SyntaxError", "line": 4},
    FlagCode.NAME_MISSING: {"name": "sofmax"},
    FlagCode.CELL_RAISED: {"exception": "ZeroDivisionError", "added": 2},
    FlagCode.CELL_LIMIT: MEMORY,
    FlagCode.CELL_STOPPED: TIME,
    FlagCode.CELL_UNREADABLE: {"ending": "crashed"},
    FlagCode.CELLS_UNREADABLE: {"ending": "too-long"},
    FlagCode.MORE_NOTES: {"more": 5},
    FlagCode.FUNCTION_LIMIT: MEMORY,
    FlagCode.FUNCTION_STOPPED: TIME,
    FlagCode.ODD_POINTS: {"given": "125", "most": 10.0},
    FlagCode.NOT_MEASURED: {"ending": "too-long"},
    FlagCode.TEST_FAILED: {"exception": "KeyError"},
    FlagCode.GRADER_FAILED: {"exception": "OSError", "reason": "planted"},
    FlagCode.NOT_RECORDED: {"reason": "No space left on device"},
    FlagCode.UNREADABLE_TIME: {"text": "2026-03-02 04:36:00 CST"},
    FlagCode.LATE_REPLACED: {"time": "2026-03-02 04:36:00 UTC", "now": 62.0, "earlier": 82.0},
    FlagCode.OWN_TIME: {"source": "timestamp.txt"},
    FlagCode.TIME_NOT_USED: {"file": "timestamp.txt"},
    FlagCode.NO_TIME_ZONE: {"zone": "UTC"},
    FlagCode.LATE: {"seconds": 7200.0, "points": 1.0},
}
CELL = "max_pool"


def renders(flag):
    for text in (for_student(flag), for_instructor(flag)):
        assert text.count("`") % 2 == 0, text
        assert not set("{}") & set(text), text
        assert "  " not in text, text
        assert not text[0].islower(), text
        assert text.endswith((".", "?")) or flag.code in (
            FlagCode.GRADER_FAILED,
            FlagCode.NOT_RECORDED,
        ), text


@pytest.mark.parametrize("code", FlagCode)
def test_each_code_is_a_sentence_for_both_readers_and_plain_data(code):
    flag = Flag(code, CELL, DATA.get(code, {}))
    renders(flag)
    assert Flag.from_json(json.loads(json.dumps(flag.as_json()))) == flag
    shown = {"rank": rank(flag).name.lower(), "text": for_instructor(flag)}
    assert as_shown(flag) == flag.as_json() | shown
    sentences = for_instructor(flag) + for_student(flag)
    for key in ("file", "folder", "name", "exception", "reason", "line"):
        assert str(flag.data.get(key, "")) in sentences


def test_each_entry_that_may_be_missing_may_be_missing():
    for code, optional in (
        (FlagCode.SYNTAX_ERROR, "line"),
        (FlagCode.LATE_REPLACED, "earlier"),
        (FlagCode.SEVERAL_NOTEBOOKS, "more"),
        (FlagCode.NAME_MISSING, "name"),
        (FlagCode.READ_ERROR, "file"),
        (FlagCode.NOT_A_NOTEBOOK, "line"),
        (FlagCode.NOT_A_NOTEBOOK, "file"),
    ):
        renders(Flag(code, CELL, {k: v for k, v in DATA[code].items() if k != optional}))
    renders(Flag(FlagCode.NO_NOTEBOOK, "", {"files": ["ps.ipynb.txt"]}))
    absent = Flag(FlagCode.CELL_RAISED, CELL, {"exception": "ImportError", "name": "pandas"})
    renders(absent)
    assert all("`pandas`" in text for text in (for_student(absent), for_instructor(absent)))
    for code in (
        FlagCode.CELL_MISSING,
        FlagCode.LOCKED_CELL_CHANGED,
        FlagCode.CELL_FOUND_BY_NAME,
    ):
        many = Flag(code, "", {"cells": ["a", "b", "c"], "more": 2})
        renders(many)
        assert "`a`, `b`, `c` and 2 more" in for_instructor(many)
    assert "The labels of the cells" in for_instructor(many)


def test_each_ending_limit_and_kind_of_file_has_words():
    limits = Limits()
    for ending in Ending:
        for bound in WHERE:
            for code in (FlagCode.FUNCTION_STOPPED, FlagCode.CELL_STOPPED):
                renders(Flag(code, CELL, of_death(ending, limits, bound).data))
        renders(Flag(FlagCode.NOT_MEASURED, CELL, {"ending": ending.value}))
    for word in LIMITS:
        renders(Flag(FlagCode.FUNCTION_LIMIT, CELL, reached(word, limits)))
    for what in WHAT:
        renders(Flag(FlagCode.NOT_A_NOTEBOOK, "", {"file": "a.ipynb", "what": what}))


def test_flags_that_cost_points_come_first_and_a_colab_notebook_has_only_information():
    late = Flag(FlagCode.LATE, data=DATA[FlagCode.LATE])
    forbidden = Flag(FlagCode.FORBIDDEN_NAME, data=DATA[FlagCode.FORBIDDEN_NAME])
    look = Flag(FlagCode.ANSWER_ELSEWHERE, "why")
    brought = ["os", "sys", "google.colab.drive", "torch", "tqdm.tqdm", "pandas"]
    colab = suspicious(["os.chdir", "sys.path.append", "torch.__version__"], brought)
    renamed = Flag(FlagCode.NOTEBOOK_RENAMED, data=DATA[FlagCode.NOTEBOOK_RENAMED])
    colab += [Flag(FlagCode.LINES_SKIPPED, "cell"), renamed]
    raised = {"exception": "ModuleNotFoundError", "added": 1}
    colab.append(Flag(FlagCode.CELL_RAISED, data=raised))
    assert len(colab) == 9
    assert {rank(f) for f in colab} == {Rank.INFORMATION}
    assert status_with(colab) == "graded"
    assert status_with([*colab, look]) == status_with([late]) == "flagged"
    groups = ranked([*colab, look, late, forbidden])
    assert groups[0].endswith(for_instructor(late))
    assert groups[2].endswith(for_instructor(look))
    for names, imports in ((["os.system"], ["os"]), ([], ["subprocess"]), (["open"], [])):
        assert [rank(f) for f in suspicious(names, imports)] == [Rank.LOOK]
    assert rank(Flag(FlagCode.CELL_RAISED, "f", {"exception": "ValueError"})) == Rank.LOOK


def test_invalid_flags_are_refused():
    for value in ("imports os", {"code": "late"}, {"code": "x", "cell": "", "data": {}}, None):
        with pytest.raises(ValueError, match=r"(?i)flag"):
            Flag.from_json(value)
