"""What the README quotes is what the programs print, and what it names exists."""

import importlib.util
import re
from pathlib import Path

import pytest
from nngrader.course import Course
from nngrader.engine import pack, store
from nngrader.notebooks import from_text, grade_id
from nngrader.release import VISIBLE_SEED
from nngrader.student import told

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAME = "ps2_classifiers"


@pytest.fixture
def forgetful(tmp_path):
    """Solve the softmax problem, the gradient not averaged, beside the visible cases."""
    course = Course(ROOT / "exercises")
    problems = {p.name: pack(p, VISIBLE_SEED, visible=True) for p in course.problems(NAME)}
    store.save(problems, tmp_path / f"{NAME}.cases.json")
    cells = {grade_id(c): c["source"] for c in from_text(course.source(NAME))["cells"]}
    source = cells["softmax_cross_entropy"].replace("gradient / len(scores)", "gradient")
    (tmp_path / "mine.py").write_text(f"import numpy as np\n{source}\n")
    spec = importlib.util.spec_from_file_location("mine", tmp_path / "mine.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.softmax_cross_entropy


def test_the_check_that_the_readme_quotes_is_what_a_student_reads(forgetful, tmp_path):
    assert told(forgetful, tmp_path) in README


@pytest.mark.parametrize("folder", re.findall(r"^\| `(\w+/)` \|", README, re.MULTILINE))
def test_the_folders_of_the_map_exist(folder):
    assert (ROOT / folder).is_dir()


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)]+)\)", README))
def test_the_links_lead_somewhere(target):
    assert (ROOT / target).exists()


def test_every_command_of_the_readme_is_a_target_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make (\w+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


BLOCKS = re.findall(r"```python\n(.*?)```(?:\n\n```\n(.*?)```)?", README, re.DOTALL)


@pytest.mark.parametrize(("block", "below"), BLOCKS)
def test_the_lines_of_python_print_what_stands_with_them(block, below, capsys):
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
