"""Find the test files near a source: those of its name, else the nearest by imports.

Where no test bears a module's name, those are near from which the fewest imports lead to it,
through helpers of tests and other modules. A package passes on what its `__init__` imports:
who imports `nngrader.engine.judge` imports `judging.py`. The `__init__` of a folder imports all
of it, so no way leads through that.
"""

import ast
from functools import cache
from pathlib import Path

SOURCES = {  # folder: where its modules' dotted names begin, and where their tests lie
    "nnlib": ("", ["tests/nnlib"]),
    "exercises/nngrader/engine": ("exercises", ["tests/exercises"]),
    "exercises/nngrader": ("exercises", ["tests/nngrader", "tests/exercises"]),
    "chapters/_ext": ("chapters/_ext", ["tests/book"]),
    "tools": ("tools", ["tests/tools", "tests/book"]),
}
OPERATIONS = ("edges", *(f"test_{n}.py" for n in ("ops", "opinfo", "signatures*", "package")))
BESIDE = {  # what neither a name nor an import shows, in the first folder of tests
    "nnlib/ops": OPERATIONS,
    "nnlib/tensor.py": ("test_ops.py",),
    "nnlib/graph.py": ("test_autograd*.py", "test_fused.py", "test_ops.py"),
    "nnlib/hook.py": ("test_autograd_function.py", "test_fused.py", "test_graph_hooks.py"),
    "nnlib/walk.py": ("test_autograd*.py", "test_graph*.py", "test_ops.py"),
    "nnlib/checks.py": ("test_refusals*.py",),
    "chapters/_ext": ("test_extensions.py", "test_build.py"),
}


def source_folder(source: str) -> str | None:
    """Return the folder of `SOURCES` that holds a source file, or None."""
    return next((f for f in SOURCES if Path(source).is_relative_to(f)), None)


def near(source: str, root: Path) -> list[str]:
    """Return the tests near a source file or folder; paths are relative to the root."""
    start, folders = SOURCES[source_folder(source)]
    if source == source_folder(source):
        return folders[:1]
    path, homes = root / source, [root / folder for folder in folders]
    beside = [t for s in BESIDE if Path(source).is_relative_to(s) for t in BESIDE[s]]
    found = {p for t in beside for p in homes[0].glob(t)}
    found |= {home / path.relative_to(root / source_folder(source)) for home in homes}
    found = {p for p in found if p.exists()} | _named(path, homes)
    if path.is_dir() and not (found and start == ""):  # the tests of nnlib have its folders
        inside = [p for p in path.rglob("*.py") if p.name != "__init__.py"]
        found = found.union(*(_named(p, homes) or _importing(p, root, homes) for p in inside))
    found = found or _importing(path, root, homes) or {homes[0]}
    found = {p for p in found if found.isdisjoint(p.parents)}
    return sorted(p.relative_to(root).as_posix() for p in found)


@cache
def imported_by(top: str, root: Path) -> dict[Path, set[Path]]:
    """Return, for each module of a source folder, the files and tests that import it."""
    start, homes = SOURCES[top]
    names = {
        path: path.relative_to(root / (start if folder == top else "")).with_suffix("").parts
        for folder in (top, *homes)
        for path in (root / folder).rglob("*.py")
    }
    modules = {".".join(n).removesuffix(".__init__"): path for path, n in names.items()}
    imports = {path: _imports(path, name) for path, name in names.items()}
    importers: dict[Path, set[Path]] = {}
    for path, name in names.items():
        for imported in imports[path].values():
            beside = ".".join([*name[:-1], imported])  # a helper in the test's folder
            known = ".".join([*name[:-1], imported.partition(".")[0]]) in modules
            target = _resolve(beside if known else imported, modules, imports)
            importers.setdefault(target, set()).add(path)
    return importers


def _named(path: Path, homes: list[Path]) -> set[Path]:
    """Return the test files that are named after a module."""
    tests = _tests(*homes)
    return {p for p in tests if f"{p.stem}_".startswith(f"test_{path.stem}_")}


@cache
def _tests(*homes: Path) -> frozenset[Path]:
    """Return the test files of some folders."""
    return frozenset(p for home in homes for p in home.rglob("test_*.py"))


@cache
def names_of_tests(root: Path, home: str) -> list[str]:
    """Return the test files of a folder as paths relative to the root."""
    return [p.relative_to(root).as_posix() for p in _tests(root / home)]


def _importing(path: Path, root: Path, homes: list[Path]) -> set[Path]:
    """Return the test files from which the fewest imports lead to a module."""
    here = source_folder(path.relative_to(root).as_posix())
    importers, tests = imported_by(here, root), _tests(*homes)
    seen, layer = {path, root / here / "__init__.py"}, {path}
    while layer and layer.isdisjoint(tests):
        layer = set().union(*(importers.get(p, ()) for p in layer)) - seen
        seen |= layer
    return layer & tests


@cache
def _imports(path: Path, name: tuple[str, ...]) -> dict[str, str]:
    """Return the dotted names that a file imports, by the names that it gives them."""
    found, nodes = {}, [ast.parse(path.read_text(encoding="utf-8"))]
    for node in nodes:  # and what stands inside it; no expression holds an import
        nodes += [n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.expr)]
        if isinstance(node, ast.Import):
            found |= {a.asname or a.name: a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = name[: -node.level] if node.level else []
            begin = [*above, *([node.module] if node.module else [])]
            found |= {a.asname or a.name: ".".join([*begin, a.name]) for a in node.names}
    return found


def _resolve(name: str, modules: dict[str, Path], imports: dict[Path, dict]) -> Path | None:
    """Return the file of this repository that defines a dotted name, or None."""
    if name in modules:
        return modules[name]
    package, _, last = name.rpartition(".")
    path = _resolve(package, modules, imports) if package else None
    passed_on = imports[path].get(last) if path and path.stem == "__init__" else None
    if package in modules and passed_on:
        return _resolve(passed_on, modules, imports)
    return path
