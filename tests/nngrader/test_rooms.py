"""The rooms of the grader: its map names every module, and each room imports what it may."""

import ast
import re

from .sample_course import EXERCISES

PACKAGE = EXERCISES / "nngrader"
ENTRY = {"__init__", "__main__", "cli"}  # the ways in, which may import every room


def the_map():
    """Return, for each folder of the map, its modules and the folders that it may import."""
    rooms = (EXERCISES / "README.md").read_text().partition("## The rooms of nngrader")[2]
    rows = re.findall(r"^\| `([\w/]+)` \|(.*)\|(.*)\|$", rooms, re.MULTILINE)
    return {room: [re.findall(r"`([\w/]+)`", cell) for cell in cells] for room, *cells in rows}


def room_of(path):
    """Return the folder of a module as the map names it, or the module if it is in none."""
    inside = path.relative_to(PACKAGE)
    return (
        inside.as_posix() if path.is_dir() or len(inside.parts) == 1 else room_of(path.parent)
    )


def imported(file):
    """Yield each module of the package that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = file.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for name in node.names:
                found = base / name.name
                module = found.is_dir() or found.with_suffix(".py").exists()
                yield found if module else base
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] + [getattr(node, "module", "") or ""]
            assert not any(name.startswith("nngrader") for name in names), f"{file}: use dots"


def test_every_module_stands_in_the_map_of_its_room():
    there = {}
    for file in PACKAGE.rglob("*.py"):
        if file.stem not in ("__init__", "__main__"):
            modules = there.setdefault(room_of(file.with_suffix("")), set())
            modules |= {file.stem} if file.parent != PACKAGE else set()
    there |= {"engine": set()}  # whose `__init__` is a door to the rooms in it
    del there["cli"]
    assert {room: set(modules) for room, (modules, _) in the_map().items()} == there


def test_each_room_imports_only_the_rooms_that_it_may():
    allowed = {room: set(rooms) for room, (_, rooms) in the_map().items()}
    order = list(allowed)
    for room, rooms in allowed.items():  # each stands above all that it imports: no ring
        assert rooms <= set(order[order.index(room) :]) - {room}, room
    for file in PACKAGE.rglob("*.py"):
        room = room_of(file.with_suffix("") if file.stem != "__init__" else file.parent)
        if file.parent == PACKAGE and file.stem in ENTRY:
            continue
        used = {room_of(path) for path in imported(file)} - {room}
        assert used <= allowed[room], f"{file}: {used - allowed[room]}"


def test_nobody_imports_what_runs_the_code_of_students():
    worker = PACKAGE / "sandbox" / "inside" / "worker"
    assert not [f for f in PACKAGE.rglob("*.py") if worker in imported(f)]
