"""Mechanical mutants: one operator, constant, comparison, name, axis or statement changed."""

import ast
import inspect
import textwrap

SWAPPED = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
RENAMED = {
    "mean": ("sum",),
    "sum": ("mean", "max"),
    "max": ("min", "mean"),
    "min": ("max",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "exp": ("expm1", "exp2"),
    "log": ("log2", "log1p"),
    "sqrt": ("abs", "cbrt"),
    "tanh": ("sin",),
    "sin": ("cos",),
    "cos": ("sin",),
    "var": ("std",),
    "std": ("var",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "cumsum": ("cumprod",),
    "argsort": ("argmax",),
    "float": ("int",),
    "int": ("float",),
    "any": ("all",),
    "all": ("any",),
}
DROPPED = (ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.For, ast.While)


def mutants(f, keep=list):
    """Yield (changed line, mutant) for each single change of a function or class.

    ``keep`` is given the list of all changes, and returns those that are made.
    """
    text = _without_docstrings(f)
    before, sources, tree = text.splitlines(), {text}, ast.parse(text)
    names = _names(tree)
    changes = [(i, c) for i, node in enumerate(ast.walk(tree)) for c in _changes(node, names)]
    for i, change in keep(changes):
        new = ast.parse(text)  # which is faster than a copy
        change(list(ast.walk(new))[i])
        after = ast.unparse(new)
        if after not in sources:
            sources.add(after)
            yield _difference(before, after.splitlines()), _made(f, after)


def _without_docstrings(f):
    """Return the source of a function or class, without decorators and docstrings."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(f)))
    tree.body[0].decorator_list = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            del node.body[0]
    return ast.unparse(tree)


def _difference(before, after):
    """Return the lines that are new, or those that are gone."""
    new = [line.strip() for line in after if line not in before and line.strip() != "pass"]
    gone = [line.strip() for line in before if line not in after]
    return " / ".join(new) or (f"without {' / '.join(gone)}" if gone else "a statement twice")


def _names(tree):
    """Return, for each function, the names of its parameters."""
    return [
        [a.arg for a in node.args.args if a.arg != "self"]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]


def _made(f, text):
    """Return the function defined by a changed source, with the original's globals.

    Its attribute ``source`` is the changed source.
    """
    names = dict(vars(inspect.getmodule(f)) if inspect.isclass(f) else f.__globals__)
    exec(compile(text, "mutant", "exec"), names)
    names[f.__name__].source = text
    return names[f.__name__]


def _set(field, value):
    """Return a function that sets one field of a node."""
    return lambda node: setattr(node, field, value)


def _become(make):
    """Return a function that replaces a node by another expression."""

    def change(node):
        new = make(node)
        node.__class__ = new.__class__
        node.__dict__ = new.__dict__

    return change


def _changes(node, names):
    """Yield functions that each change a given node in one way."""
    for make in (_operators, _constants, _calls, _subscripts, _statements):
        yield from make(node)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for group in names:
            for other in group if node.id in group else ():
                yield from [_set("id", other)] if other != node.id else []
        yield from (_set("id", new) for new in RENAMED.get(node.id, ()))


def _operators(node):
    """Yield changes to other operators, comparisons and signs."""
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp):
        yield from (_set("op", new()) for new in SWAPPED.get(type(node.op), ()))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div | ast.MatMult):
        yield lambda node: node.__dict__.update(left=node.right, right=node.left)
    if isinstance(node, ast.Compare):
        yield from (_set("ops", [new()]) for new in SWAPPED.get(type(node.ops[0]), ()))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield _set("op", ast.UAdd())


def _constants(node):
    """Yield changes to other constants."""
    if not isinstance(node, ast.Constant):
        return
    if type(node.value) is bool:
        yield _set("value", not node.value)
    elif type(node.value) is int:
        yield _set("value", node.value + 1)
        yield from [_set("value", node.value - 1)] if node.value else []
    elif type(node.value) is float:
        yield _set("value", node.value * 2)
        yield from [_set("value", 0.0)] if node.value else [_set("value", 1.0)]


def _calls(node):
    """Yield changes of calls: renamed, removed, a keyword dropped, two arguments swapped."""
    if isinstance(node, ast.Attribute):
        yield from (_set("attr", new) for new in RENAMED.get(node.attr, ()))
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        if node.func.value.id == "np" and node.args:
            yield _become(lambda node: node.args[0])
    elif isinstance(node.func, ast.Attribute):
        yield _become(lambda node: node.func.value)
    for k in range(len(node.keywords)):
        yield lambda node, k=k: node.keywords.pop(k)
    if len(node.args) == 2:
        yield lambda node: node.args.reverse()


def _subscripts(node):
    """Yield changes of indices: reversed, one dropped, or a slice without its end."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        yield lambda node: node.slice.elts.reverse()
        for k in range(len(node.slice.elts)):
            yield lambda node, k=k: node.slice.elts.pop(k)
    if isinstance(node, ast.Slice) and node.upper is None and node.lower is None:
        yield _set("upper", ast.UnaryOp(ast.USub(), ast.Constant(1)))


def _statements(node):
    """Yield changes of bodies: one statement dropped, or the last before `return` repeated."""
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return
    for k, statement in enumerate(body):
        if isinstance(statement, DROPPED):
            yield lambda node, k=k: node.body.__setitem__(k, ast.Pass())
        if isinstance(statement, ast.Return) and not isinstance(statement.value, ast.Constant):
            if isinstance(node, ast.FunctionDef) and len(body) > 1:
                yield lambda node: node.body.insert(len(node.body) - 1, node.body[-2])
