"""Find names and imports in the text of a notebook's cells, without running them.

This file needs only the standard library, because the grader reads a student's text in a
worker: a text can make even the parser hang or crash. Every scan takes linear time, and its
size is limited.
"""

import ast
import re
import sys
import textwrap

MOST_CHARACTERS = 200_000
MOST_NAMES = 4_000
MOST_LETTERS = 100  # of one dotted name
MOST_PARTS = 8
MORE = "..."  # replaces the names beyond `MOST_NAMES`
COMPUTED = "getattr.computed"
KEEP_BODY = ("%%time", "%%timeit", "%%capture", "%%prun")  # cell magics whose body is Python
KEPT = {"numpy", *sys.stdlib_module_names}  # imports from these modules always count
COMPUTING = set(
    "__builtins__ __import__ compile delattr eval exec getattr globals locals setattr vars "
    "sys gc inspect importlib ctypes".split()
)  # ways to set the value of a name without an assignment
HARMLESS = set("abs display float len list max min np numpy print sum".split())
DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
TOKEN = re.compile(r'"""|\'\'\'|["\'#()\[\]{}]|\\.')
ASSIGNED = re.compile(r"([ \t]*)([A-Za-z_][A-Za-z_0-9]{0,80})[ \t]*=[ \t]*[!%](?!=)")


def plain(source):
    """Return the text of a cell as plain Python, with the same line numbers.

    Valid Python is returned unchanged. In any other cell, a line that starts a statement with
    ``%`` or ``!``, or that requests help with ``?``, becomes ``pass``, and ``x = !ls`` becomes
    ``x = None``. Lines inside brackets and strings don't change. If the whole cell is indented,
    the indentation is removed, as in IPython. A cell with a magic for a different language,
    such as ``%%bash``, becomes a single ``pass``.
    """
    if len(source) > MOST_CHARACTERS or _parse(source) is not None:
        return source
    source = dedented(source)
    if _parse(source) is not None:
        return source
    first, newline, rest = source.lstrip().partition("\n")
    if first.startswith("%%"):
        return "pass" + newline + rest if first.split()[0] in KEEP_BODY else "pass"
    return "\n".join(_without_magics(source.split("\n")))


def dedented(source):
    """Return a cell without the indentation of its first line, as IPython runs it."""
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return "\n".join(line.removeprefix(indent) for line in lines)


def _without_magics(lines):
    """Yield the lines, with IPython's syntax replaced."""
    depth, quote, continued = 0, None, False
    for line in lines:
        if depth == 0 and quote is None and not continued:
            line = _replaced(line)
        depth, quote = _scan(line, depth, quote)
        continued = line.endswith("\\")
        yield line


def _replaced(line):
    """Return the first line of a statement, replaced if it uses IPython's syntax."""
    text = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    if text.startswith(("!", "%", "?")) or (text.endswith("?") and "#" not in text):
        return indent + "pass"
    if found := ASSIGNED.match(line):
        return f"{found[1]}{found[2]} = None"
    return line


def _scan(line, depth, quote):
    """Return the number of open brackets and the open triple quote at the end of a line."""
    for token in TOKEN.findall(line):
        if quote:
            quote = None if token == quote else quote
        elif token == "#":
            break
        elif token[0] in "\"'":
            quote = token
        elif token in "([{":
            depth += 1
        elif token in ")]}":
            depth = max(0, depth - 1)
    return depth, quote if quote and len(quote) == 3 else None


def _parse(source):
    """Return the syntax tree of a source, None if it isn't valid Python."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _trees(sources):
    """Yield the syntax trees of the sources that are valid Python and not too long."""
    for source in sources:
        if len(source) <= MOST_CHARACTERS:
            tree = _parse(plain(source)) or _parse(textwrap.dedent(source))
            yield from [tree] if tree else []


def imports(*sources, wanted=()):
    """Return the dotted names of all imports in the sources, sorted and limited in number.

    >>> imports("from scipy.spatial import distance as d", "import numpy as np")
    ['numpy', 'scipy.spatial.distance']
    """
    found = set()
    for tree in _trees(sources):
        for node in ast.walk(tree):
            found |= {full for _, full in _imported(node)} | _by_name(node)
    return _listed(found, wanted)


def names_used(*sources, wanted=()):
    """Return the dotted names that the sources use or import, with aliases undone, sorted.

    The sources are read together, so that an alias from one cell is resolved in the others. If
    there are too many names, `MORE` replaces some of them, but a name in ``wanted`` is still
    included if it, or anything inside it, is used. If no function can use the imports of a cell
    (`_idle`), they are left out, except for NumPy and Python's own modules.

    >>> names_used("import numpy as n", "apply = n.vectorize")
    ['numpy', 'numpy.vectorize']
    >>> names_used("import scipy", "def f(): return 1"), names_used("import scipy", "scipy.a")
    ([], ['scipy', 'scipy.a'])
    """
    trees = list(_trees(sources))
    idle = _idle(trees)
    nodes = [node for tree in trees if tree not in idle for node in ast.walk(tree)]
    imported = _imported_objects(idle)
    for tree in idle:
        nodes += [n for n in ast.walk(tree) if not (_is_foreign(n) or _uses_any(n, imported))]
    alias, stars, found = {"np": "numpy"}, set(), set()
    for node in nodes:
        for short, full in _imported(node):
            found.add(full)
            if short == "*":
                stars.add(full)
            else:
                alias[short] = full
        found |= _by_name(node)
    for node in nodes:
        _learn_assignment(node, alias)
    for node in nodes:
        if name := _dotted(node, alias):
            found.add(name)
            found |= {f"{star}.{name}" for star in stars}
        found |= _computed(node)
    return _listed(found, wanted, first={full.split(".")[0] for full in alias.values()})


def written(*sources):
    """Return the names that the sources define, except functions that do nothing, sorted.

    >>> written("def f(): raise NotImplementedError()", "def g(): return 2 * 3", "h = f")
    ['g', 'h']
    """
    found = set()
    for tree in _trees(sources):
        for node in ast.walk(tree):
            if isinstance(node, DEFINES[:3]):
                found |= set() if all(map(_does_nothing, node.body)) else {node.name}
            else:
                found |= _bound(node)
    return _listed(found, ())


def _does_nothing(statement):
    """Return whether a statement is a text, `pass`, a `raise`, or returns no computed value."""
    value = getattr(statement, "value", None)
    nothing = isinstance(value, ast.Constant | ast.Name | None)
    idle = isinstance(statement, ast.Pass | ast.Raise)
    return idle or (nothing and isinstance(statement, ast.Expr | ast.Return))


def _is_foreign(node):
    """Return whether a node imports anything that isn't from NumPy or the standard library."""
    tops = {full.split(".")[0] for _, full in _imported(node)}
    return bool(tops - KEPT)


def _idle(trees):
    """Return the cells whose imports can't reach a function of another cell.

    Students often use such a cell to try something out. It doesn't define a function or class,
    set a name that other cells mention, write into an object, compute names, or pass anything
    that it has imported to a function of another cell.
    """
    idle = [t for t in trees if any(map(_is_foreign, ast.walk(t)))] if len(trees) > 1 else []
    idle = [tree for tree in idle if not any(map(_acts, ast.walk(tree)))]
    while True:
        mentioned = {n for tree in trees if tree not in idle for n in _mentioned(tree)}
        imported = _imported_objects(idle)
        still_idle = [
            tree
            for tree in idle
            if not any(_bound(n) & mentioned or _passes_on(n, imported) for n in ast.walk(tree))
        ]
        if len(still_idle) == len(idle):
            return idle
        idle = still_idle


def _acts(node):
    """Return whether a node may do more than import, compute, and assign results to names."""
    if isinstance(node, ast.Attribute | ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.ImportFrom):
        return any(a.name == "*" for a in node.names)
    return isinstance(node, DEFINES) or getattr(node, "id", "") in COMPUTING


def _bound(node):
    """Return the names that a node sets."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return {node.id}
    return {short for short, _ in _imported(node) if short}


def _mentioned(tree):
    """Return the names in a cell that aren't local to a function, and the cell's strings."""
    try:
        codes = [compile(tree, "cell", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    found = set()
    for code in codes:  # the list grows inside the loop
        codes += [c for c in code.co_consts if isinstance(c, type(code))]
        found |= {*code.co_names, *(c for c in code.co_consts if isinstance(c, str))}
    return found


def _imported_objects(trees):
    """Return the names of objects from packages, set by an import or by an assignment."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = set().union(*(_bound(n) for n in nodes if _is_foreign(n)))
    for node in nodes:
        if isinstance(node, ast.Assign) and _uses_any(node.value, imported):
            imported |= {name for n in ast.walk(node) for name in _bound(n)}
    return imported


def _uses_any(node, imported):
    """Return whether an expression mentions any of these names."""
    names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return not imported.isdisjoint(names)


def _passes_on(node, imported):
    """Return whether a node passes any of these names to a function from elsewhere."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    while isinstance(called, ast.Attribute):
        called = called.value
    own = getattr(called, "id", "") in imported | HARMLESS
    return not own and any(
        _uses_any(a, imported) for a in (*node.args, *(k.value for k in node.keywords))
    )


def _listed(names, wanted, first=()):
    """Return at most `MOST_NAMES` sorted names; names in modules in ``first`` have priority."""
    chosen = sorted(names, key=lambda name: (name.split(".")[0] not in first, name))
    never = {MORE, *_inside(chosen, wanted)} if len(chosen) > MOST_NAMES else set()
    return sorted({name[:MOST_LETTERS] for name in chosen[: MOST_NAMES - len(never)]} | never)


def _inside(names, wanted):
    """Return the wanted names that are used, directly or through a name inside them."""
    begins = set()
    for name in names:
        parts = name.split(".")[: MOST_PARTS + 2]
        begins |= {".".join(parts[:n]) for n in range(1, len(parts) + 1)}
    return begins & set(wanted)


def _computed(node):
    """Return {`COMPUTED`} if a node is a `getattr` whose name is not a constant."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
        written = len(node.args) >= 2 and isinstance(node.args[1], ast.Constant)
        return set() if written else {COMPUTED}
    return set()


def forbidden_in(names, forbidden):
    """Return the forbidden names that are used, directly or through a name inside them.

    >>> forbidden_in(["numpy.sqrt", "scipy.spatial.distance"], ["numpy.vectorize", "scipy"])
    ['scipy']
    """
    return [
        bad for bad in forbidden if any((name + ".").startswith(bad + ".") for name in names)
    ]


def _imported(node):
    """Return (name in this cell, full dotted name) for each name in an import statement."""
    if isinstance(node, ast.Import):
        return [
            (a.asname, a.name) if a.asname else (a.name.split(".")[0], a.name.split(".")[0])
            for a in node.names
        ] + [("", a.name) for a in node.names]
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return [
            ("*", module) if a.name == "*" else (a.asname or a.name, f"{module}.{a.name}")
            for a in node.names
        ]
    return []


def _by_name(node):
    """Return the set of modules that ``__import__`` or ``import_module`` imports by name."""
    if not isinstance(node, ast.Call) or not node.args:
        return set()
    called = getattr(node.func, "id", getattr(node.func, "attr", ""))
    first = node.args[0]
    named = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return {first.value} if called in ("__import__", "import_module") and named else set()


def _learn_assignment(node, alias):
    """Add another name to ``alias`` for an assignment such as ``v = np.vectorize``."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Attribute):
        full = _dotted(node.value, alias)
        for target in node.targets:
            if isinstance(target, ast.Name) and full and full.split(".")[0] != target.id:
                if full.split(".")[0] in alias.values():
                    alias[target.id] = full


def _dotted(node, alias):
    """Return the dotted name of an expression such as ``a.b.c``, with the alias resolved."""
    parts = []
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
        if len(node.args) >= 2 and isinstance(node.args[1], ast.Constant):
            parts, node = [str(node.args[1].value)[:80]], node.args[0]
    while isinstance(node, ast.Attribute) and len(parts) < MOST_PARTS:
        parts, node = [node.attr, *parts], node.value
    if isinstance(node, ast.Name):
        return ".".join([alias.get(node.id, node.id), *parts])
    return None
