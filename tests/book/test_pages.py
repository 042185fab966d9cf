"""The pages and their configuration are complete; `make lint` checks each single page."""

import re

import yaml
from pages import CHAPTERS, COURSE, PAGES, REFERENCE, ROOT

AFTER_A_CLICK = {"live_worker"}  # fetches Python when a reader has asked for it
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text())


def test_every_page_file_is_in_the_table_of_contents():
    files = {
        path.relative_to(CHAPTERS).with_suffix("").as_posix()
        for path in CHAPTERS.glob("*/*.md")
        if not path.parent.name.startswith("_")
    }
    assert files == set(PAGES)


def test_the_pages_are_in_the_order_of_the_course():
    assert set(PAGES) <= set(COURSE.pages)
    parts = [COURSE.pages[page].part for page in PAGES]
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


def test_the_configuration_avoids_the_known_traps():
    sphinx = CONFIG["sphinx"]
    assert sphinx["config"]["nb_execution_raise_on_error"] is True
    assert CONFIG["execute"]["allow_errors"] is False
    assert CONFIG["execute"]["stderr_output"] == "error"
    assert "cache" not in CONFIG["execute"]
    assert "html_theme_options" not in sphinx["config"]
    modules = (CHAPTERS / "_ext").rglob("*.py")
    extensions = {path.stem for path in modules if "\ndef setup(app" in path.read_text("utf-8")}
    assert set(sphinx["local_extensions"]) == extensions == {"page"}


def test_our_scripts_and_style_sheets_load_no_other_files():
    for script in sorted((CHAPTERS / "_extra/_play").glob("*.js")):
        text = script.read_text(encoding="utf-8")
        assert len(text.encode()) <= 40_000, script.name
        later = ("import(", "import ", "eval(") if script.stem in AFTER_A_CLICK else ()
        for word in {"fetch(", "XMLHttpRequest", "import(", "import ", "eval("} - {*later}:
            assert word not in text, script.name
        addresses = set(re.findall(r"https?://[^\s\"']+", text))
        assert addresses <= {"http://www.w3.org/2000/svg"}, script.name
    for sheet in sorted((CHAPTERS / "_static").glob("*.css")):
        text = sheet.read_text(encoding="utf-8")
        assert "url(" not in text, sheet.name
        assert "@import" not in text, sheet.name


def test_vendored_software_is_next_to_its_licence():
    for folder in ("chapters/_extra/_vendor/katex", "tests/book/vendor/axe-core"):
        assert "License" in (ROOT / folder / "LICENSE").read_text(encoding="utf-8")
