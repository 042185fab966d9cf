"""Normal forms of solutions' statements, for finding them in any layout."""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import html
import inspect
import json
import re
import sys
import textwrap
from types import FunctionType

from ..course.notebooks import is_code, is_solution

LONG = 20  # characters; shorter statements may be equal by chance
LONG_VALUE = 40  # characters of a sentence, or of a value that is assigned or returned
REGION = re.compile(r"(BEGIN|END)[\s_-]*(HIDDEN[\s_-]*TESTS|SOLUTION|MARK[\s_-]*SCHEME)", re.I)
NOISE = str.maketrans("", "", "\\#>`\"'")  # marks of comments, quotes, continued lines
TRAILING = re.compile(r",([)\]}])")
SENTENCE = re.compile(r"(?<=[.!?])\s+")
FENCE = re.compile(r"^(?:```|~~~).*?\n(.*?)^(?:```|~~~)", re.S | re.M)


def secret_statements(instructor: dict, problems: list) -> dict[str, str]:
    """Return statements that occur only in solutions, by their normal form.

    :param problems: Their references and alternatives, and the functions that these call, also
        count as solutions. Drivers and measures don't, because they are released on purpose.
    :return: Statements of more than 20 characters in readable form, each on one line. The keys
        have no white space.
    """
    inside = [text for c in instructor["cells"] for text in _solutions(c)]
    inside += [s for p in problems for s in right_sources(p)]
    outside = [_outside(c) for c in instructor["cells"]]
    outside += [d["source"] for p in problems for d in moving(p).values()]
    known = normal("\n".join(outside))
    secret = {form: statement for text in inside for form, statement in _forms(text).items()}
    return {form: statement for form, statement in secret.items() if form not in known}


def right_sources(problem) -> list[str]:
    """Return the sources of the reference, the alternatives, and the functions they call."""
    sources: dict[str, str] = {}
    todo = [problem.solve, *problem.alternatives.values()]
    while todo:
        f = todo.pop()
        if not isinstance(f, FunctionType | type) or f.__qualname__ in sources:
            continue
        sources[f.__qualname__] = textwrap.dedent(inspect.getsource(f))
        names = {
            n.id for n in ast.walk(ast.parse(sources[f.__qualname__])) if type(n) is ast.Name
        }
        namespace = vars(sys.modules[f.__module__]) if isinstance(f, type) else f.__globals__
        called = [namespace[n] for n in sorted(names) if n in namespace]
        todo += [g for g in called if _is_of_same_module(getattr(g, "__module__", None), f)]
    return list(sources.values())


def _is_of_same_module(module, f):
    """Return whether a module defines a function, or is in the same folder."""
    folder = f.__module__.rpartition(".")[0]
    return module == f.__module__ or (bool(folder) and f"{module}".startswith(f"{folder}."))


def moving(problem) -> dict:
    """Return the name and source of a problem's driver and measure, if it has them."""
    parts = getattr(problem, "moving", {})
    return {w: parts[w] for w in ("driver", "measure") if parts.get(w)}


def lines_of(source: str) -> tuple[list[str], list[str]]:
    """Return a cell's lines outside nbgrader's regions, and the lines that contain answers.

    Answers are solutions and mark schemes.

    :param source: One of the instructor's cells. The markers are recognised in any case and
        spacing, even if nbgrader would not recognise them.
    """
    outside, inside, at = [], [], None
    for line in source.splitlines():
        match = REGION.search(line)
        if match:
            at = None if match[1].upper() == "END" else match[2].upper()
        elif at is None:
            outside.append(line)
        elif not at.startswith("HIDDEN"):
            inside.append(line)
    return outside, inside


def _solutions(cell):
    """Return the solution texts in a cell; all of it if it is a solution without regions."""
    marked = bool(REGION.search(cell["source"]))
    if not marked and not is_solution(cell):
        return []
    lines = lines_of(cell["source"])[1] if marked else cell["source"].splitlines()
    return [textwrap.dedent("\n".join(lines))] if is_code(cell) else lines


def _outside(cell):
    """Return the text of a cell that students receive."""
    if REGION.search(cell["source"]):
        return "\n".join(lines_of(cell["source"])[0])
    return "" if is_solution(cell) else cell["source"]


def _forms(text):
    """Return the long statements of a text, and their values, by their normal forms."""
    try:
        tree = ast.parse("def _():\n" + textwrap.indent(text, "    "))
    except SyntaxError:  # an answer in prose
        lines = [" ".join(line.split()) for line in text.splitlines()]
        statements = {f: line for line in lines if len(f := normal(line)) > LONG}
        sentences = [s for line in lines for s in SENTENCE.split(line)]
        return {f: s for s in sentences if len(f := normal(s)) > LONG_VALUE} | statements
    return _of_tree(tree.body[0].body, "def _():\n" + textwrap.indent(text, "    "))


def _of_tree(body, source):
    """Return the statements in a syntax tree's body by their normal forms."""
    statements = {}
    for node in (n for top in body for n in ast.walk(top)):
        if isinstance(node, ast.stmt) and not _is_text(node):
            head = _head(node)
            written = _written(node, source)
            forms = [head, written] if _size(head) > LONG or _size(written) > LONG else []
            value = getattr(node, "value", None)
            if isinstance(value, ast.AST) and not isinstance(value, ast.Constant):
                forms += [f for f in [ast.unparse(value)] if _size(f) > LONG_VALUE]
            statements |= dict.fromkeys(map(normal, forms), " ".join((head or written).split()))
    return {f: statement for f, statement in statements.items() if len(f) > LONG // 2}


def _is_text(node):
    """Return whether a statement is a docstring or another constant."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _head(node):
    """Return a statement in `ast.unparse`'s form, without the body of a compound one."""
    shell = copy.copy(node)
    for name in ("body", "orelse", "handlers", "finalbody", "cases"):
        if isinstance(getattr(shell, name, None), list):
            setattr(shell, name, [])
    if isinstance(node, ast.Try | ast.Match):
        return ""
    return ast.unparse(shell)


def _written(node, source):
    """Return a statement as it was written, without the body of a compound one."""
    body = getattr(node, "body", None)
    last = body[0].lineno - 1 if isinstance(body, list) and body else node.end_lineno
    return "\n".join(source.splitlines()[node.lineno - 1 : max(last, node.lineno)])


def _size(text):
    """Return the number of characters of a text, not counting white space."""
    return len("".join(text.split()))


def normal(text: str) -> str:
    r"""Return a text without white space, quotes, comment signs and commas before a bracket.

    >>> normal("# total = np.sum(\n#     x, axis='rows',\n# )")
    'total=np.sum(x,axis=rows)'
    """
    squeezed = "".join(html.unescape(text).split()).translate(NOISE).replace("...", "")
    return TRAILING.sub(r"\1", squeezed)


@functools.lru_cache(maxsize=32)  # one text is searched for many solutions
def code_forms(text: str) -> str:
    """Return the normal forms of a text and of the code in it, to search for statements.

    :param text: A cell or a file: code, or prose with fenced code.
    """
    rewritten = []
    for piece in (text, *FENCE.findall(text)):
        for write in (_json_as_python, _unparsed):
            with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                rewritten.append(write(piece))
                break
    return "\n".join([normal(text), *map(normal, rewritten)])


def _unparsed(text):
    """Return Python code in `ast.unparse`'s form."""
    return ast.unparse(ast.parse(textwrap.dedent(text)))


def _json_as_python(text):
    """Return JSON in Python's form, ten times faster than by parsing it as Python.

    :raises ValueError: If a key occurs twice, because only a syntax tree keeps both values.
    """
    return json.dumps(json.loads(text, object_pairs_hook=_each_once), ensure_ascii=False)


def _each_once(pairs):
    """Return pairs of a key and a value as a dict, unless a key occurs twice."""
    if len(unique := dict(pairs)) < len(pairs):
        raise ValueError("a key occurs twice")
    return unique
