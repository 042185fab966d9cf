"""Every page is finished by rule: sizes, coverage, numbers from cells, nothing from outside."""

import ast
import re
from itertools import chain

import pytest
import yaml
from pages import CHAPTERS, COURSE, LESSONS, PAGES, REFERENCE, ROOT, WRITTEN, source

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text())
SPINE = (
    "Picture",
    "Mathematics",
    "Code",
    "Experiment",
    "Common mistakes",
    "Check yourself",
    "Exercises",
    "Summary",
    "Sources",
)


def test_every_page_file_is_in_the_table_of_contents():
    files = {
        path.relative_to(CHAPTERS).with_suffix("").as_posix()
        for path in CHAPTERS.glob("*/*.md")
        if not path.parent.name.startswith("_")
    }
    assert files == set(PAGES)


def test_the_pages_stand_in_the_order_of_the_course():
    assert set(PAGES) <= set(COURSE.pages)
    parts = [page.split("/")[0] for page in PAGES]
    assert parts == sorted(parts, key=[p.part for p in COURSE.pages.values()].index)


def test_every_topic_and_erratum_names_a_page_of_the_course():
    entries = [*COURSE.topics.values(), *COURSE.errata.values()]
    assert {entry.page for entry in entries} <= set(COURSE.pages)


def test_the_ids_of_the_syllabus_are_unique():
    ids = [
        entry["id"]
        for file in (REFERENCE / "syllabus").glob("*.yml")
        for entry in yaml.safe_load(file.read_text())
    ]
    assert len(ids) == len(set(ids))
    assert len(ids) == len(COURSE.topics) + len(COURSE.errata)


@pytest.mark.parametrize("page", WRITTEN)
def test_a_page_covers_every_topic_of_its_key_at_most_three_at_once(page):
    covered = source(page).ids("covers")
    assert sorted(chain(*covered)) == sorted(COURSE.topics_of(page))
    assert all(1 <= len(ids) <= 3 for ids in covered)


@pytest.mark.parametrize("page", WRITTEN)
def test_a_page_puts_right_every_erratum_of_its_key_once(page):
    assert sorted(chain(*source(page).ids("erratum"))) == sorted(COURSE.errata_of(page))


@pytest.mark.parametrize("page", LESSONS)
def test_a_lesson_has_no_more_words_than_its_topics_allow(page):
    limit = min(max(1000 + 50 * len(COURSE.topics_of(page)), 1500), 3500)
    assert 700 <= source(page).words <= limit


@pytest.mark.parametrize("page", LESSONS)
def test_the_cells_of_a_lesson_are_few_and_short(page):
    lesson = source(page)
    assert 8 <= len(lesson.lesson_cells) <= 14
    assert lesson.median_lines <= 8
    assert max(len(cell.lines) for cell in lesson.lesson_cells) <= 15


@pytest.mark.parametrize("page", LESSONS)
def test_the_code_of_a_lesson_is_narrow(page):
    lesson = source(page)
    for cells, columns in ((lesson.lesson_cells, 74), (lesson.solution_cells, 68)):
        assert [ln for cell in cells for ln in cell.lines if len(ln) > columns] == []


@pytest.mark.parametrize("page", LESSONS)
def test_a_lesson_has_three_to_six_figures(page):
    assert 3 <= source(page).figures <= 6


@pytest.mark.parametrize("page", LESSONS)
def test_the_sections_of_a_lesson_follow_the_spine(page):
    headings = re.findall(r"^## (.+)$", source(page).text, flags=re.MULTILINE)
    assert headings == [name for name in SPINE if name in headings]
    assert {"Check yourself", "Exercises", "Summary", "Sources"} <= set(headings)


@pytest.mark.parametrize("page", LESSONS)
def test_a_lesson_asks_two_or_three_predictions_and_answers_each(page):
    code = "\n".join(cell.code for cell in source(page).cells)
    asked = re.findall(r"predict\(\s*\"([\w-]+)\"", code)
    assert 2 <= len(asked) <= 3
    assert re.findall(r"recall\(\s*\"([\w-]+)\"", code) == asked


@pytest.mark.parametrize("page", LESSONS)
def test_a_lesson_has_four_to_six_exercises_each_with_an_executed_solution(page):
    lesson = source(page)
    exercises = [body for name, body, _ in lesson.blocks if name == "exercise-start"]
    labels = [re.search(r":label: (\S+)", body)[1] for body in exercises]
    solved = [b.split()[0] for name, b, _ in lesson.blocks if name == "solution-start"]
    assert 4 <= len(labels) <= 6
    assert solved == labels
    assert len(lesson.solution_cells) >= len(labels) - 1


@pytest.mark.parametrize("page", WRITTEN)
def test_every_glued_number_of_a_page_comes_from_its_cells(page):
    text = source(page)
    code = "\n".join(cell.code for cell in text.cells)
    used = set(re.findall(r"\{glue:text\}`(\w+)", text.text))
    patterns = re.findall(r'f"(\w*)\{', code)
    loose = {n for n in used if not re.search(rf"\b{n}=", code)}
    assert {n for n in loose if not n.startswith(tuple(p for p in patterns if p))} == set()


@pytest.mark.parametrize("page", WRITTEN)
def test_every_number_of_a_page_is_named_once(page):
    calls = [
        node
        for cell in source(page).cells
        for node in ast.walk(ast.parse(cell.code))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "book.numbers"
    ]
    names = [keyword.arg for call in calls for keyword in call.keywords if keyword.arg]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("page", WRITTEN)
def test_a_page_has_one_sentence_to_a_line_and_no_dash_as_a_link(page):
    prose = source(page).prose
    assert " — " not in prose
    assert "!" not in re.sub(r"!\[|\$[^$]*\$|`[^`]*`", "", prose)


def test_the_configuration_avoids_the_known_traps():
    sphinx = CONFIG["sphinx"]
    assert sphinx["config"]["nb_execution_raise_on_error"] is True
    assert CONFIG["execute"]["allow_errors"] is False
    assert CONFIG["execute"]["stderr_output"] == "error"
    assert "cache" not in CONFIG["execute"]
    assert "html_theme_options" not in sphinx["config"]
    local = {path.stem for path in (CHAPTERS / "_ext").glob("*.py")}
    assert set(sphinx["local_extensions"]) == local - {"course", "checks"}


@pytest.mark.parametrize(
    "script", sorted((CHAPTERS / "_extra/_play").glob("*.js")), ids=lambda p: p.stem
)
def test_a_script_of_ours_is_small_and_asks_for_nothing(script):
    text = script.read_text(encoding="utf-8")
    assert len(text.encode()) <= 40_000
    for word in ("fetch(", "XMLHttpRequest", "import(", "import ", "eval("):
        assert word not in text
    assert set(re.findall(r"https?://[^\s\"']+", text)) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize(
    "sheet", sorted((CHAPTERS / "_static").glob("*.css")), ids=lambda p: p.stem
)
def test_a_style_sheet_of_ours_asks_for_nothing(sheet):
    text = sheet.read_text(encoding="utf-8")
    assert "url(" not in text
    assert "@import" not in text


@pytest.mark.parametrize(
    "folder", ["chapters/_extra/_vendor/mathjax", "tests/book/vendor/axe-core"]
)
def test_vendored_software_has_its_licence_beside_it(folder):
    assert "License" in (ROOT / folder / "LICENSE").read_text(encoding="utf-8")
