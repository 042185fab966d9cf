"""Find names and imports in the text of a notebook's cells, without running them.

This file needs only the standard library, because the grader reads a student's text in a
worker: a text can make even the parser hang or crash. The length of each text is limited,
because `names_used` can take quadratic time.
"""

import ast
import functools
import re
import sys
import textwrap
import unicodedata

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
WORD = re.compile(r"[^\W\d]\w*")
MERGE = re.compile(r"(<{7}|>{7})( |$)")  # a line that git writes into a conflict
MAGIC = re.compile(r"!|%{0,2}\w{0,20}")  # the beginning of a line for IPython
SILENT = re.compile(r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|#.*')  # docstrings and comments
LEXEME = re.compile(r"\d[\w.]*(?:(?<=e)-\d+)?|[^\W\d]\w*|\*\*|//|[<>]=?|[+*/%@]")
DEFINED = re.compile(r"^(?:async )?(?:def|class) +(\w+)|^(\w+) *= *lambda\b", re.MULTILINE)
ASSIGNED = re.compile(r"([ \t]*)([A-Za-z_][A-Za-z_0-9]{0,80})[ \t]*=[ \t]*[!%](?!=)")


def plain(source):
    """Return the text of a cell as plain Python, with the same line numbers.

    Valid Python is returned unchanged. In any other cell, a line that starts a statement with
    ``%`` or ``!``, or that requests help with ``?``, becomes ``pass``, and ``x = !ls`` becomes
    ``x = None``. Lines inside brackets and strings don't change. If the whole cell is indented,
    the indentation is removed, as in IPython. A cell with a cell magic that isn't in
    `KEEP_BODY`, such as ``%%bash``, becomes a single ``pass``.
    """
    if len(source) > MOST_CHARACTERS or parse(source) is not None:
        return source
    source = dedented(source)
    if parse(source) is not None:
        return source
    first = source.lstrip().partition("\n")[0]
    if first.startswith("%%"):
        if first.split()[0] not in KEEP_BODY:
            return "pass"
        source = source.replace(first, "pass", 1)
    return "\n".join(_without_magics(source.split("\n")))


def dedented(source):
    """Return a cell without the indentation of its first line, as IPython runs it."""
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return "\n".join(line.removeprefix(indent) for line in lines)


def awaits(code):
    r"""Return whether a text or a statement awaits something outside of functions.

    >>> awaits("x = await f()"), awaits("async def g():\n    await f()")
    (True, False)
    """
    tree = parse(code) if isinstance(code, str) else code
    kinds = ast.Await | ast.AsyncFor | ast.AsyncWith
    return tree is not None and any(isinstance(n, kinds) for n in _outer(tree))


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
    if match := ASSIGNED.match(line):
        return f"{match[1]}{match[2]} = None"
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


def obstacle(source, line=None):
    r"""Return what is wrong with a cell that has a syntax error, without parsing it.

    :param line: The line of the error, if it is known.
    :return: A dict with `cause`: "merge", "invisible", "character", or "syntax" if it is none
        of these; with `line`, and with `sign`, the name of the character.

    >>> obstacle("def f():\n<<<<<<< HEAD\n    return 1")
    {'cause': 'merge', 'line': 2}
    >>> obstacle("x = \u201ca\u201d", 1)["sign"]
    'left double quotation mark, U+201C'
    >>> obstacle("Title\n=======\n1 +", 1)["cause"]
    'syntax'
    """
    lines = source[:MOST_CHARACTERS].split("\n")
    for n, text in enumerate(lines, 1):
        if MERGE.match(text):
            return {"cause": "merge", "line": n}
    for c in lines[line - 1] if line and line <= len(lines) else "":
        kind = unicodedata.category(c)
        if (kind[0] in "ZC" and c not in " \t") or (
            ord(c) > 127 and not ("a" + c).isidentifier()
        ):
            cause = "invisible" if kind[0] in "ZC" else "character"
        elif ord(c) > 127 and kind == "Nd":  # such as full-width digits
            cause = "character"
        else:
            continue
        name = unicodedata.name(c, "a control character").lower()
        return {"cause": cause, "line": line, "sign": f"{name}, U+{ord(c):04X}"}
    return {"cause": "syntax"} | ({"line": line} if line else {})


def left_out(source):
    """Return why the grader doesn't run a cell, or a line of it, without parsing it.

    :return: A dict with `cause`: "magic" for the whole cell or "line", with `sign` and `line`;
        None if there is no such line.

    >>> left_out("%%writefile f.py"), left_out("%time f()")["sign"]
    ({'cause': 'magic', 'sign': '%%writefile'}, '%time')
    """
    lines = source[:MOST_CHARACTERS].split("\n")
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("%%") and first.split()[0] not in KEEP_BODY:
        return {"cause": "magic", "sign": MAGIC.match(first)[0]}
    for n, line in enumerate(lines, 1):
        if (text := line.strip()).startswith(("%", "!")) and not text.startswith("%%"):
            return {"cause": "line", "sign": MAGIC.match(text)[0], "line": n}
    return None


@functools.lru_cache(maxsize=1)  # `plain` and its callers parse the same source
def parse(source):
    """Return the syntax tree of a source, or None if it isn't valid Python."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _trees(sources):
    """Yield the syntax trees of the sources that are valid Python and not too long."""
    for source in sources:
        if len(source) <= MOST_CHARACTERS:
            tree = parse(plain(source)) or parse(textwrap.dedent(source))
            yield from [tree] if tree else []


def imports(*sources, wanted=()):
    """Return the dotted names of all imports in the sources, sorted and limited in number.

    >>> imports("from scipy.spatial import distance as d", "import numpy as np")
    ['numpy', 'scipy.spatial.distance']
    """
    names = set()
    for tree in _trees(sources):
        for node in ast.walk(tree):
            names |= {full for _, full in _imported(node)} | _by_name(node)
    return _listed(names, wanted)


def names_used(*sources, wanted=(), function=None):
    r"""Return the dotted names that the sources use or import, with aliases resolved, sorted.

    The sources are read together, so that an alias from one cell is resolved in the others. If
    there are too many names, `MORE` replaces some of them, but a name in ``wanted`` is still
    included if it, or anything inside it, is used. An import that ``function`` can't reach
    (see `_idle`) is left out; if ``function`` is None, one that no function can reach. Imports
    of NumPy and the standard library always count, and so do all imports of a single source
    without ``function``.

    >>> names_used("import numpy as n", "apply = n.vectorize")
    ['numpy', 'numpy.vectorize']
    >>> names_used("import scipy", "def f(): return 1"), names_used("import scipy", "scipy.a")
    ([], [])
    >>> names_used("import scipy\ndef f(): scipy\ndef g(): 1", function="g")
    []
    """
    statements = _statements(sources)
    idle = _idle(statements, function) if function or len(sources) > 1 else set()
    nodes = [node for s in statements if s not in idle for node in s.nodes]
    imported = _imported_objects(idle)
    for s in idle:
        nodes += s.without(imported)
    alias, stars, used = {"np": "numpy"}, set(), set()
    for node in nodes:
        for short, full in _imported(node):
            used.add(full)
            if short == "*":
                stars.add(full)
            else:
                alias[short] = full
        used |= _by_name(node)
    for node in nodes:
        _learn_assignment(node, alias)
    for node in nodes:
        if name := _dotted(node, alias):
            used.add(name)
            used |= {f"{star}.{name}" for star in stars}
        used |= _computed(node)
    used |= _through_values(nodes, alias)
    return _listed(used, wanted, first={full.split(".")[0] for full in alias.values()})


def written(*sources):
    """Return the names that the sources define, except functions that do nothing, sorted.

    >>> written("def f(): raise NotImplementedError()", "def g(): return 2 * 3", "h = f")
    ['g', 'h']
    """
    names = set()
    for tree in _trees(sources):
        for node in ast.walk(tree):
            if isinstance(node, DEFINES[:3]):
                names |= set() if all(map(_does_nothing, node.body)) else {node.name}
            else:
                names |= _bound(node)
    return _listed(names, ())


def _does_nothing(statement):
    """Return whether a statement is `pass`, `raise`, or a name or constant, returned or not."""
    value = getattr(statement, "value", None)
    nothing = isinstance(value, ast.Constant | ast.Name | None)
    idle = isinstance(statement, ast.Pass | ast.Raise)
    return idle or (nothing and isinstance(statement, ast.Expr | ast.Return))


def _is_foreign(node):
    """Return whether a node imports anything that isn't from NumPy or the standard library."""
    tops = {full.split(".")[0] for _, full in _imported(node)}
    return bool(tops - KEPT)


class _Statement:
    """A statement outside of functions, with sets that are computed once.

    :ivar nodes: All nodes of its tree.
    :ivar foreign: (set) The nodes for which `_is_foreign` is true.
    """

    def __init__(self, node):
        self.tree = ast.Module([node], [])
        self.nodes = list(ast.walk(self.tree))
        self.foreign = {n for n in self.nodes if _is_foreign(n)}

    @functools.cached_property
    def ids(self):
        """Return all names that the statement mentions."""
        return {n.id for n in self.nodes if isinstance(n, ast.Name)}

    @functools.cached_property
    def outer(self):
        """Return the nodes of `_outer`."""
        return list(_outer(self.tree))

    @functools.cached_property
    def bound(self):
        """Return the names that the statement sets when it runs."""
        return set().union(*map(_bound, self.outer))

    @functools.cached_property
    def changed(self):
        """Return the names that it sets when it runs, or whose objects it changes."""
        parts = [n for n in self.outer if isinstance(n, ast.Attribute | ast.Subscript)]
        return self.bound | {_root(n) for n in parts if not isinstance(n.ctx, ast.Load)}

    @functools.cached_property
    def mentioned(self):
        """Return the result of `_mentioned`."""
        return _mentioned(self.tree)

    def touches(self, names, imported):
        """Return whether it changes one of the names, or passes an import to one of them."""
        if not self.changed.isdisjoint(names):
            return True
        passes = not imported.isdisjoint(self.ids)
        return passes and any(_passes_on(n, names, imported) for n in self.outer)

    def without(self, imported):
        """Return the nodes that neither are `foreign` nor mention an imported object."""
        if imported.isdisjoint(self.ids):
            return [n for n in self.nodes if n not in self.foreign]
        mentioning = set()
        for node in reversed(self.nodes):  # the parts of a node come after it
            own = isinstance(node, ast.Name) and node.id in imported
            if own or not mentioning.isdisjoint(ast.iter_child_nodes(node)):
                mentioning.add(node)
        return [n for n in self.nodes if n not in self.foreign and n not in mentioning]


@functools.lru_cache(maxsize=1)  # each function of a submission reads the same sources
def _statements(sources):
    """Return the statements of all sources."""
    return [_Statement(node) for tree in _trees(sources) for node in tree.body]


def _idle(statements, function):
    """Return the statements whose imports can't reach a function, or any function if None.

    Students often import a package to try something out or to compare results. Starting from
    the function, we collect the statements that set a name that it mentions, change the object
    of that name, or pass an import to a function of that name. Statements that may set any name
    are always included.
    """
    rest, names = dict.fromkeys(statements), {function}
    reached = [s for s in statements if any(_always_counts(n, function) for n in s.nodes)]
    while True:
        for statement in reached:
            del rest[statement]
            names |= statement.mentioned | statement.bound
        imported = _imported_objects(rest)
        reached = [s for s in rest if s.touches(names, imported)]
        if not reached:
            return rest.keys()


def _outer(tree):
    """Yield nodes outside of functions and class bodies, and `global` statements inside."""
    waiting = [tree]
    for node in waiting:  # the list grows inside the loop
        yield node
        if isinstance(node, DEFINES):
            waiting += [n for n in ast.walk(node) if isinstance(n, ast.Global)]
        else:
            waiting += ast.iter_child_nodes(node)


def _always_counts(node, function):
    """Return whether a node may set any name, or defines a function if `function` is None."""
    if isinstance(node, ast.ImportFrom):
        return any(a.name == "*" for a in node.names)
    if function is None and isinstance(node, DEFINES):
        return True
    return getattr(node, "id", "") in COMPUTING


def _bound(node):
    """Return the names that a node sets."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return {node.id}
    if isinstance(node, DEFINES):
        return {getattr(node, "name", "")}
    if isinstance(node, ast.Global):
        return {*node.names}
    return {short for short, _ in _imported(node) if short}


def _mentioned(tree):
    """Return the names in a statement that aren't local to a function, and its strings.

    If it may run code that is in a string, all words in its strings count.
    """
    own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    try:
        codes = [compile(tree, "cell", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return own
    names = set()
    for code in codes:  # the list grows inside the loop
        codes += [c for c in code.co_consts if isinstance(c, type(code))]
        names |= own & {*code.co_names}
        texts = {c for c in code.co_consts if isinstance(c, str)}
        names |= {w for t in texts for w in WORD.findall(t)} if own & COMPUTING else texts
    return names


def _imported_objects(statements):
    """Return the names of objects from packages, set by an import or by an assignment."""
    imported = set().union(*(_bound(n) for s in statements for n in s.foreign))
    for statement in statements:
        for node in () if imported.isdisjoint(statement.ids) else statement.nodes:
            if isinstance(node, ast.Assign) and _uses_any(node.value, imported):
                imported |= {name for n in ast.walk(node) for name in _bound(n)}
    return imported


def _uses_any(node, imported):
    """Return whether an expression mentions any of these names."""
    names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return not imported.isdisjoint(names)


def _passes_on(node, names, imported):
    """Return whether a node passes any imported object to a function with one of the names."""
    if not isinstance(node, ast.Call) or _root(node.func) not in names - imported - HARMLESS:
        return False
    return any(_uses_any(a, imported) for a in (*node.args, *(k.value for k in node.keywords)))


def _root(node):
    """Return the name at the beginning of an expression such as ``a.b[0]``, or ""."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return getattr(node, "id", "")


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
    """Return {`COMPUTED`} if a node is a `getattr` call without a constant name."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
        written = len(node.args) >= 2 and isinstance(node.args[1], ast.Constant)
        return set() if written else {COMPUTED}
    return set()


def words_near(sources, function):
    """Return the names, numbers and operators in a function's code and in its helpers'.

    We take the whole cells that define the function, and those that define functions which
    these cells mention. The text is searched and not parsed, so the grader may read it itself.

    >>> sorted(words_near(["def f(x): return g(x) ** 2", "def g(y): return y  # 1", "z"], "f"))
    ['**', '2', 'def', 'f', 'g', 'return', 'x', 'y']
    """
    defines, words = {}, {}
    for source in sources:
        text = SILENT.sub("", dedented(source[:MOST_CHARACTERS]))
        words[text] = {*LEXEME.findall(text)}
        for names in DEFINED.findall(text):
            defines.setdefault("".join(names), []).append(text)
    names, found, texts = [function], set(), set()
    for name in names:  # the list grows inside the loop
        for text in texts.symmetric_difference({*defines.get(name, ())} | texts):
            texts.add(text)
            names += sorted((words[text] & defines.keys()) - found)
            found |= words[text]
    return found or set().union(*words.values())


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


def _through_values(nodes, alias):
    """Return the names that NumPy's modules may have given to attributes of any object.

    After ``box.m = np.linalg`` or ``some = [np.linalg]``, ``qr`` may be ``numpy.linalg.qr``.
    """
    inner = {id(n.value) for n in nodes if isinstance(n, ast.Attribute)}
    values = {_dotted(n, alias) for n in nodes if id(n) not in inner} & sys.modules.keys()
    modules = [name for name in values if name.split(".")[0] == "numpy"]
    chains = [_chain(n)[0] for n in nodes] if modules else []
    ends = {".".join(parts[k:]) for parts in chains for k in range(len(parts))}
    return {f"{module}.{end}" for module in modules for end in ends}


def _dotted(node, alias):
    """Return the dotted name of an expression such as ``a.b.c``, with the alias resolved."""
    parts, root = _chain(node)
    if isinstance(root, ast.Name):
        return ".".join([alias.get(root.id, root.id), *parts])
    return None


def _chain(node):
    """Return the names of the attributes in an expression such as ``a.b.c``, and the ``a``."""
    parts = []
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
        if len(node.args) >= 2 and isinstance(node.args[1], ast.Constant):
            parts, node = [str(node.args[1].value)[:80]], node.args[0]
    while isinstance(node, ast.Attribute) and len(parts) < MOST_PARTS:
        parts, node = [node.attr, *parts], node.value
    return parts, node
