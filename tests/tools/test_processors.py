"""Under the switches of a processor the libraries compute with its kernels."""

import os
import subprocess
import sys

import processors
import pytest
import try_processors

PROGRAM = """
import numpy as np, threadpoolctl, torch
from numpy._core._multiarray_umath import __cpu_features__ as able
kernels = {pool.get("architecture") for pool in threadpoolctl.threadpool_info()}
print(*kernels & {"Nehalem", "Sandybridge", "Haswell", "SkylakeX"}, able["X86_V3"])
print(torch.backends.cpu.get_cpu_capability())
"""


@pytest.mark.deep(4)
@pytest.mark.parametrize("name", processors.can_imitate())
def test_the_libraries_take_the_kernels_of_the_processor(name):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        env=os.environ | processors.environment(name),
        capture_output=True,
        text=True,
        check=True,
    )
    expected = {
        "Nehalem": ["Nehalem False", "DEFAULT"],
        "Sandybridge": ["Sandybridge False", "DEFAULT"],
        "Haswell": ["Haswell True", "AVX2"],
        "SkylakeX": ["SkylakeX True", "AVX512"],
    }
    assert done.stdout.splitlines() == expected[name]


def test_a_switch_that_is_set_hides_no_processor(monkeypatch):
    able = processors.can_imitate()
    for key, value in processors.plainest().items():
        monkeypatch.setenv(key, value)
    processors._abilities.cache_clear()
    assert processors.can_imitate() == able


def test_a_processor_of_another_make_imitates_none(monkeypatch):
    monkeypatch.setattr(processors.platform, "machine", lambda: "aarch64")
    assert processors.can_imitate() == []
    assert processors.plainest() == {}
    with pytest.raises(ValueError, match="this machine cannot imitate 'Nehalem'"):
        processors.environment("Nehalem")


def test_the_table_says_page_or_problem_by_processor():
    found = {
        ("Nehalem", 1): {"seconds": 60, "rows": {"maths/a": "", "ps1/b": "B scores 90"}},
        ("Haswell", 2): {"seconds": 9, "rows": {"maths/a": "claim: it wins (here: 1)"}},
    }
    rows = [line.split("  ") for line in try_processors.table(found)]
    rows = [[cell.strip() for cell in row if cell] for row in rows]
    assert rows == [
        ["Nehalem 1", "Haswell 2"],
        ["maths/a", "ok", "1 untrue"],
        ["ps1/b", "1 fail", "-"],
        ["60 s", "9 s"],
    ]


def test_every_page_with_cells_and_every_problem_is_tried():
    assert {"maths/numpy-matplotlib", "reference/gallery/moving"} <= {*try_processors.pages()}
    assert "reference/glossary" not in try_processors.pages()
    assert try_processors.assignments()[:2] == ["ps1_linear_algebra", "ps2_classifiers"]
    assert "hinge_loss" in try_processors.names_of("ps2_classifiers")
