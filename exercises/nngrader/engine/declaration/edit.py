"""Turn a correct solution into a wrong one with a few replacements in its source."""

import ast
import functools
import inspect
import linecache
import textwrap

import numpy as np


def edited(f, title, edit=(), given="", names=None):
    """Return a copy of a function or class whose source has been changed.

    :param f: (function or class) It must be defined in a file. The copy has no docstrings and
        lacks the decorators of `f`.
    :param title: The name of the problem and the mistake in errors and tracebacks.
    :param edit: (pair of str, or sequence of pairs) Pairs ``(old, new)``, which are applied in
        order. Each ``old`` must occur exactly once in the text that the earlier pairs produced.
    :param given: Statements that run first and change the arguments, such as "stride = 1".
    :param names: Values of some global names in the copy.
    :return: (function or class) The copy uses the globals of `f`. In a function, the name of
        the function still refers to `f`; in a class, the name of the class refers to the copy.
        A function runs without NumPy's warnings.
    :raises ValueError: If an ``old`` does not occur exactly once, or the result is not valid
        Python.
    """
    text = source_of(f)
    for old, new in [edit] if edit and isinstance(edit[0], str) else edit:
        if (times := text.count(old)) != 1:
            raise ValueError(
                f"{title}: {old!r} should occur once in the source of {f.__name__}, but occurs "
                f"{times} times in\n{text}"
            )
        text = text.replace(old, new)
    try:
        text = _beginning(text, given)
        return compiled(text, f, f"<{title}>", names or {})
    except SyntaxError as e:
        raise ValueError(
            f"{title}: the edited source is invalid Python: {e.msg}\n{text}"
        ) from e


@functools.lru_cache(maxsize=64)  # one reference is edited for each of its mistakes
def source_of(f):
    """Return the source of a function or class, without its decorators and any docstrings."""
    text = textwrap.dedent(inspect.getsource(f))
    lines, (top,) = text.splitlines(keepends=True), ast.parse(text).body
    for node in ast.walk(top):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            for k in range(node.body[0].lineno - 1, node.body[0].end_lineno):
                lines[k] = ""
    return "".join(lines[top.lineno - 1 :])


def _beginning(text, statements):
    """Return the source of a function with statements inserted before its first one."""
    if not statements:
        return text
    lines, first = text.splitlines(keepends=True), ast.parse(text).body[0].body[0]
    lines.insert(first.lineno - 1, textwrap.indent(statements, " " * first.col_offset) + "\n")
    return "".join(lines)


def compiled(text, f, file, names):
    """Return the function or class in a source, with the globals of `f` and extra names."""
    tree = ast.parse(text)
    (node,) = tree.body
    if isinstance(node, ast.FunctionDef):
        node.name = "_edited"  # so that the original name still refers to `f`
    around = ast.parse(f"def around({', '.join(names)}):\n    return {node.name}").body[0]
    around.body.insert(0, node)
    tree.body, namespace = [around], {}
    its_globals = vars(inspect.getmodule(f)) if inspect.isclass(f) else f.__globals__
    exec(compile(ast.fix_missing_locations(tree), file, "exec"), its_globals, namespace)
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    made = namespace["around"](**names)
    made.__name__ = f.__name__
    return made if inspect.isclass(made) else np.errstate(all="ignore")(made)
