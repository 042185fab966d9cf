"""The README quotes what programs print, and README and docs name only what exists."""

import importlib.util
import re
from pathlib import Path

import pytest
from nngrader.course import Course
from nngrader.course.notebooks import grade_id
from nngrader.engine import cases_json, pack
from nngrader.release.build import VISIBLE_SEED
from nngrader.student.function import check_message

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "exercises" / "README.md"]
DOCS += sorted((ROOT / "docs").glob("*.md"))
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
FOLDERS = "|".join(p.name for p in ROOT.iterdir() if p.is_dir() and p.name[0] not in "._")
PATH = re.compile(rf"`(?:python )?((?:{FOLDERS})/[\w./*-]*)`")
NAME = "ps2_classifiers"


@pytest.fixture
def forgetful(tmp_path):
    """Return a solution whose gradient is not averaged; the visible cases are next to it."""
    course = Course(ROOT / "exercises")
    problems = {p.name: pack(p, VISIBLE_SEED, visible=True) for p in course.problems(NAME)}
    cases_json.save(problems, tmp_path / f"{NAME}.cases.json")
    cells = {grade_id(c): c["source"] for c in course.instructor(NAME)["cells"]}
    source = cells["softmax_cross_entropy"].replace("gradient / len(scores)", "gradient")
    (tmp_path / "mine.py").write_text(f"import numpy as np\n{source}\n")
    spec = importlib.util.spec_from_file_location("mine", tmp_path / "mine.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.softmax_cross_entropy


def test_the_check_that_the_readme_quotes_is_what_a_student_reads(forgetful, tmp_path):
    assert check_message(forgetful, tmp_path) in README


@pytest.mark.parametrize("file", DOCS, ids=lambda path: path.name)
def test_documents_name_existing_things(file):
    text = file.read_text(encoding="utf-8")
    links = [file.parent / link.partition("#")[0] for link in LINK.findall(text)]
    named = [ROOT / path for path in PATH.findall(text) if not re.search(r"[A-Z]{2}|\*", path)]
    assert [str(path) for path in links + named if not path.exists()] == []
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets


BLOCKS = re.findall(r"```python\n(.*?)```(?:\n\n```\n(.*?)```)?", README, re.DOTALL)


@pytest.mark.parametrize(("block", "below"), BLOCKS)
def test_the_lines_of_python_print_what_the_readme_shows(block, below, capsys):
    exec(compile(block, "README.md", "exec"), {})
    beside = re.findall(r"print\(.*\)  # (.*)", block)
    assert capsys.readouterr().out.split() == (below or " ".join(beside)).split()


def test_the_table_of_speeds_has_the_rows_of_the_benchmark():
    program = (ROOT / "benchmarks" / "nnlib_against_torch.py").read_text(encoding="utf-8")
    workloads = program.partition("WORKLOADS = {")[2].partition("\n}\n")[0]
    titles = re.findall(r'Workload\(\s*"([^"]+)"', workloads)
    assert len(titles) == 5
    for title in titles:
        assert f"| {title} |" in README, title
