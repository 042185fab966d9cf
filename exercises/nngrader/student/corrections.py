"""Changes to one place in a function that may correct a mistake.

Each change is a function that changes a node of the source. The kind of a change, such as
"axis", selects the words of the message.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import itertools
import operator
import re
from collections.abc import Callable, Iterable

from ..engine.declaration.variants import changes, set_field, turn_into

CHECK = "_check_time"  # a function that every loop calls
MOST_COMBINED = 12  # variables that may be missing in an expression
REDUCE = "sum mean max min var std argmax argmin prod norm cumsum argsort sort any all".split()
AXES = ("None", "0", "1", "2", "-1", "(0, 1)", "(0, 2, 3)", "(1, 2)", "(2, 3)")
WRAPPED = (
    *("({}).T", "-({})", "({}) ** 2", "np.sqrt({})", "1 - ({})", "1 / ({})", "({}) / 2"),
    *("2 * ({})", "np.exp({})", "np.log({})", "np.abs({})", "np.maximum({}, 0)", "({}) > 0"),
    *("({})[::-1]", "({})[:, None]", "({})[:, None, None]", "({}).copy()", "float({})"),
    *("({}) + 1", "({}) - 1"),
)
COMBINED = ("({}) * {}", "({}) / {}", "({}) + {}", "({}) - {}", "({}) @ {}", "({})[{}]")
BLOCKS = (ast.For, ast.While, ast.If)
RANKS = {"in-place": -2, "unnecessary": -1, "name": 1, "parentheses": 1}
RANKS |= {"missing": 2, "combined": 3}
FIRST = -0.5  # the rank of kinds that correct a variant that the answers are equal to
LEFT_OUT = ("divisor", "factor", "term", "exponent", "minus", "function", "transpose")


def corrections(
    tree: ast.Module, variants: Iterable[str] = ()
) -> list[tuple[str, int, ast.AST, Callable]]:
    """Return kind, line, node and change for every change, the likeliest kinds first.

    :param variants: The kinds of the variants of the reference that fit the answers.
    """
    ranks = RANKS | dict.fromkeys(variants, FIRST)
    if not set(LEFT_OUT).isdisjoint(ranks):
        ranks |= {"missing": FIRST, "combined": FIRST}
    return sorted(_all(tree), key=lambda change: ranks.get(change[0], 0))


def timed(tree: ast.Module) -> ast.Module:
    """Return the tree after adding a call to the function `CHECK` to every loop."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.While):
            node.body.insert(0, ast.copy_location(ast.parse(f"{CHECK}()").body[0], node))
    return tree


def is_fixed(node: ast.AST) -> bool:
    """Return whether a statement is a docstring, or the one that `timed` has inserted."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or (isinstance(node, ast.Expr) and ast.unparse(node) == f"{CHECK}()")


def _all(tree):
    """Yield (kind, line, node, function that changes the node) for every change to a tree."""
    terms = _terms(tree)
    inside = list(_nodes(tree.body[0]))
    for node in inside:
        for field in ("body", "orelse"):
            if isinstance(getattr(node, field, None), list):
                yield from ((k, line, node, c) for k, line, c in _of_body(node, field))
    for node in inside:
        if isinstance(node, ast.Assign | ast.AugAssign):
            yield from ((k, node.lineno, node, c) for k, c in _of_assignment(node))
        if isinstance(node, ast.Assign):
            others = [t for t in terms if t != ast.unparse(node.targets[0])]
            renamed = (("name", node.lineno, node.value, _replaced("{}", t)) for t in others)
            yield from renamed
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.Expr) and node.value:
            edits = [*_parenthesised(ast.unparse(node.value)), *_renamed(node.value, terms)]
            yield from ((k, node.lineno, node.value, c) for k, c in edits)
        if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            continue
        if isinstance(node, ast.expr):
            edits = [(about["kind"], c) for about, c in changes(node, {}, {})]
            edits += _of_expression(node, terms)
            yield from ((k, node.lineno, node, c) for k, c in edits)


def _nodes(node):
    """Yield the nodes of a tree, except time checks, docstrings, annotations and decorators."""
    yield node
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not is_fixed(child):
                if field not in ("annotation", "returns", "decorator_list"):
                    yield from _nodes(child)


def _terms(tree):
    """Return the texts of variables, entries, and attributes of `self` and `other`."""
    texts = [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)]
    for node in ast.walk(tree):
        entry = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
        stored = isinstance(getattr(node, "ctx", None), ast.Store)
        own = isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("self", "other")
        if entry or own or (isinstance(node, ast.Name) and stored):
            texts.append(ast.unparse(node))
    return [t for t in dict.fromkeys(texts) if t not in ("self", "_")]


def _replaced(template, *parts):
    """Return a change that replaces a node with an expression."""
    return turn_into(lambda node: ast.parse(template.format(*parts), mode="eval").body)


def _of_expression(node, terms):
    """Yield (kind, change) for an expression."""
    text = ast.unparse(node)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for new in (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq):
            yield "comparison", set_field("ops", [new()])
    if isinstance(node, ast.BinOp):
        for new in (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult, ast.Pow):
            yield "operator", set_field("op", new())
        for part in (node.left, node.right):
            yield "part", _replaced("{}", ast.unparse(part))
        yield "sides", lambda n: n.__dict__.update(left=n.right, right=n.left)
    if isinstance(node, ast.Call):
        yield from _of_call(node, text)
    if isinstance(node, ast.Subscript):
        yield "part", _replaced("{}", ast.unparse(node.value))
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            for k in range(4):
                yield "length", _replaced("{}[{}]", ast.unparse(node.value), k)
            yield "length", _replaced("{}.size", ast.unparse(node.value.value))
    if isinstance(node, ast.Tuple):
        for order in itertools.permutations(node.elts) if len(node.elts) < 5 else ():
            yield "order", set_field("elts", list(order))
    if isinstance(node, ast.IfExp):
        yield "order", lambda n: n.__dict__.update(body=n.orelse, orelse=n.body)
    if text in ("np", "self") or isinstance(node, ast.Slice | ast.Tuple | ast.Constant):
        return
    if text in terms:
        for other in terms:
            yield "name", _replaced("{}", other)
    for template in WRAPPED:
        yield "missing", _replaced(template, text)
    for other in terms[:MOST_COMBINED]:
        for template in COMBINED:
            yield "combined", _replaced(template, text, other)
        yield "combined", _replaced("({}) / len({})", text, other)


def _parenthesised(text):
    """Yield changes that add a pair of parentheses to an expression, or remove one."""
    before = ast.dump(ast.parse(text, mode="eval"))
    starts = [m.start() for m in re.finditer(r"(?<![\w.])[\w(]", text)]
    ends = [m.end() for m in re.finditer(r"[\w)\]](?![\w.(\[])", text)]
    added = [
        f"{text[:i]}({text[i:j]}){text[j:]}"
        for i in starts
        for j in ends
        if i < j and text[i:j].count("(") == text[i:j].count(")")
    ]
    removed = [
        text[:i] + text[i + 1 : j - 1] + text[j:]
        for i in starts
        for j in ends
        if i < j and text[i] == "(" and text[j - 1] == ")"
    ]
    meanings = {before}
    for new in (*removed, *added):
        with contextlib.suppress(SyntaxError):
            tree = ast.parse(new, mode="eval")
            if (meaning := ast.dump(tree)) not in meanings:
                meanings.add(meaning)
                yield "parentheses", _replaced("{}", new)


def _renamed(value, terms):
    """Yield changes that rename every occurrence of a variable in an expression."""
    text = ast.unparse(value)
    for old, new in itertools.permutations(terms, 2):
        after, times = re.subn(rf"(?<![\w.]){re.escape(old)}(?!\w)", new, text)
        if times > 1:
            yield "name", _replaced("{}", after)


def _of_call(node, text):
    """Yield changes to a call's axes or dtype, to the range of a loop, and to a length."""
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in REDUCE:
        others = [k for k in node.keywords if k.arg not in ("axis", "keepdims")]
        for axis, keepdims in itertools.product(AXES, (False, True)):
            words = f"f(axis={axis}{', keepdims=True' if keepdims else ''})"
            new = ast.parse(words, mode="eval").body.keywords
            yield "axis", set_field("keywords", [*others, *new])
    if name in ("zeros", "zeros_like", "ones_like", "empty_like", "full_like", "array"):
        others = [k for k in node.keywords if k.arg != "dtype"]
        dtype = ast.keyword("dtype", ast.Name("float", ast.Load()))
        yield "type", set_field("keywords", [*others, dtype])
    if name == "range":
        yield "loop", _replaced("reversed({})", text)
    if name == "reversed":
        yield "loop", _replaced("{}", ast.unparse(node.args[0]))
    if name == "len":
        for k in (1, 2, 3):
            yield "length", _replaced("{}.shape[{}]", ast.unparse(node.args[0]), k)
        yield "length", _replaced("{}.size", ast.unparse(node.args[0]))


def _of_assignment(node):
    """Yield changes to an assignment's operator."""
    if isinstance(node, ast.AugAssign):
        for new in (ast.Add, ast.Sub, ast.Mult, ast.Div):
            yield "operator", set_field("op", new())
        yield "assigned", turn_into(lambda n: ast.Assign([n.target], n.value))
        if isinstance(node.target, ast.Name):
            yield "in-place", turn_into(_without_writing)
    elif not isinstance(node.targets[0], ast.Tuple):
        added = turn_into(lambda n: ast.AugAssign(n.targets[0], ast.Add(), n.value))
        yield "assigned", added


def _without_writing(node):
    """Return an assignment of a new array instead of one that changes an array."""
    old = ast.Name(node.target.id, ast.Load())
    return ast.Assign([node.target], ast.BinOp(old, node.op, node.value))


def _of_body(node, field):
    """Yield (kind, line, change) for the statements in a body: moved or removed."""
    body = getattr(node, field)
    for k, s in enumerate(body):
        if is_fixed(s):
            continue
        if len(body) > 1 and not isinstance(s, ast.Return):
            yield "unnecessary", s.lineno, _rebuilt(field, k, 1, lambda _: [])
        for kind, *order in (("exchanged", 1, 0), ("moved", 1, 2, 0), ("moved", 2, 0, 1)):
            if (n := len(order)) <= len(body) - k:
                moved = body[k + 2 if order[0] == 2 else k]
                if not isinstance(moved, BLOCKS):  # students rarely misplace a whole loop
                    change = _rebuilt(field, k, n, operator.itemgetter(*order))
                    yield kind, moved.lineno, change
        if not isinstance(s, BLOCKS):
            continue
        if len(s.body) > 1:
            yield "inside", s.body[-1].lineno, _rebuilt(field, k, 1, _last_moved_out)
        if k + 1 < len(body):
            yield "inside", body[k + 1].lineno, _rebuilt(field, k, 2, _next_moved_in)
        for j in range(k):
            yield "inside", body[j].lineno, _rebuilt(field, j, k - j + 1, _first_moved_in)


def _rebuilt(field, k, n, make):
    """Return a change that replaces n statements of a body, starting at index k."""

    def change(node):
        old = getattr(node, field)
        setattr(node, field, [*old[:k], *make(old[k : k + n]), *old[k + n :]])

    return change


def _with_body(statement, body):
    """Return a copy of a loop or `if` statement with a different body."""
    new = copy.copy(statement)
    new.body = body
    return new


def _last_moved_out(old):
    """Return a loop or `if` without its last statement, then that statement."""
    return [_with_body(old[0], old[0].body[:-1]), old[0].body[-1]]


def _next_moved_in(old):
    """Return a loop or `if` with the next statement moved into it."""
    return [_with_body(old[0], [*old[0].body, old[1]])]


def _first_moved_in(old):
    """Return statements and a loop or `if`, with the first statement moved into its body."""
    return [*old[1:-1], _with_body(old[-1], [old[0], *old[-1].body])]
