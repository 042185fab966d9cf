"""What may be imported where: no cycles, and the code runner only in the sandbox."""

import ast
import functools

from .sample_course import EXERCISES

PACKAGE = EXERCISES / "nngrader"
ENTRY = {"__init__.py", "__main__.py", "cli.py", "cells.py"}  # these may import every package


@functools.cache
def imported(file):
    """Return the files and folders of the package that a file imports, inside functions too."""
    results = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = file.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for name in node.names:
                path = base / name.name
                module = path.is_dir() or path.with_suffix(".py").exists()
                results.append(path if module else base)
    return results


def room_of(path):
    """Return the folder of a module, or the module if it is in none."""
    inside = path.relative_to(PACKAGE).with_suffix("")
    folder = inside if path.is_dir() or len(inside.parts) == 1 else inside.parent
    return folder.as_posix()


def test_the_packages_do_not_import_each_other_in_a_cycle():
    needs = {}
    for file in PACKAGE.rglob("*.py"):
        if file.name not in ENTRY:
            used = {room_of(path) for path in imported(file)}
            needs.setdefault(room_of(file), set()).update(used - {room_of(file)})
    while free := {package for package, used in needs.items() if not used & needs.keys()}:
        needs = {package: used for package, used in needs.items() if package not in free}
    assert needs == {}


def test_only_the_sandbox_imports_the_code_runner():
    worker = PACKAGE / "sandbox" / "inside" / "worker"
    assert not [f for f in PACKAGE.rglob("*.py") if worker in imported(f)]
