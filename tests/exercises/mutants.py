"""Mechanical mutants: one operator, constant, comparison or name of a function changed."""

import ast
import copy
import inspect

SWAPPED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Gt: ast.GtE,
    ast.Lt: ast.LtE,
    ast.NotEq: ast.Eq,
}
RENAMED = {
    "mean": "sum",
    "sum": "mean",
    "max": "min",
    "maximum": "minimum",
    "exp": "expm1",
    "log": "log2",
    "sqrt": "abs",
}


def mutants(f):
    """Yield (changed line, mutant) for every single change of a function."""
    tree = ast.parse(inspect.getsource(f))
    tree.body[0].decorator_list = []
    if ast.get_docstring(tree.body[0]):
        del tree.body[0].body[0]
    before = ast.unparse(tree).splitlines()
    for i, node in enumerate(ast.walk(tree)):
        for field, value in _changes(node):
            new = copy.deepcopy(tree)
            setattr(list(ast.walk(new))[i], field, value)
            after = ast.unparse(new).splitlines()
            line = next(b.strip() for a, b in zip(before, after, strict=True) if a != b)
            yield line, _made(f, new)


def _made(f, tree):
    """Return the function of a changed tree, in the world of the original."""
    names = dict(f.__globals__)
    exec(compile(ast.fix_missing_locations(tree), "mutant", "exec"), names)
    return names[f.__name__]


def _changes(node):
    """Yield (field, new value) for each change of one node."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in SWAPPED:
        yield "op", SWAPPED[type(node.op)]()
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield "ops", [SWAPPED[type(node.ops[0])]()]
    if isinstance(node, ast.Attribute) and node.attr in RENAMED:
        yield "attr", RENAMED[node.attr]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "op", ast.UAdd()
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield "value", not node.value
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield "value", node.value + 1
        if node.value:
            yield "value", node.value - 1
