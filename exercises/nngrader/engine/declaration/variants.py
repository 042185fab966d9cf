"""Change a solution in one place, as frequent mistakes do, for example by forgetting a factor.

Each known mistake has its own hint. The variants explain other wrong answers. We store the
results of a variant in a few cases as short fingerprints, because there are hundreds of them.
"""

import ast
import inspect
import re
import sys
from difflib import SequenceMatcher

import numpy as np

from ..explanation.own_words import KNOWN, is_vague_number, lacks_variable
from ..observation.compare import fingerprint
from .edit import compiled, source_of

MOST_CASES = 2  # ordinary cases in which a variant is computed
MOST_NAMES = 5  # local variables that may replace another one
LONGEST = 50  # characters of an expression that a message may show
OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.And: "and", ast.Or: "or",
}  # fmt: skip
APPLIED_AGAIN = ("tanh", "exp", "log", "sqrt")  # functions that are applied once too often
OF_FUNCTIONS = (  # kinds of variants whose descriptions contain no variables
    *("operator", "constant", "function", "function-again", "function-exchanged"),
    *("axis", "all-axes", "arguments"),
)
EXCHANGED = {  # operators that are mistaken for each other
    ast.Mult: (ast.Add, ast.MatMult), ast.Add: (ast.Mult,), ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv,), ast.Div: (ast.FloorDiv,), ast.MatMult: (ast.Mult,),
    ast.Lt: (ast.LtE,), ast.LtE: (ast.Lt,), ast.Gt: (ast.GtE,), ast.GtE: (ast.Gt,),
    ast.And: (ast.Or,), ast.Or: (ast.And,),
}  # fmt: skip
RENAMED = {  # functions that are mistaken for each other
    "mean": ("sum", "max"), "sum": ("mean", "max"), "max": ("min", "sum", "mean"),
    "min": ("max",), "maximum": ("minimum",), "minimum": ("maximum",), "argmax": ("argmin",),
    "argmin": ("argmax",), "log": ("log2", "log10", "log1p"), "exp": ("expm1", "exp2"),
    "sin": ("cos",), "cos": ("sin",), "var": ("std",), "std": ("var",), "any": ("all",),
    "all": ("any",), "floor": ("round", "ceil"), "ceil": ("floor",), "ones": ("zeros",),
    "zeros": ("ones",), "tanh": ("arctan",),
}  # fmt: skip
REDUCTIONS = ("sum", "mean", "max", "min", "argmax", "argmin", "all", "any", "cumsum")


def add_variants(problem, data, answer):
    """Add the variants of a problem to its packed data.

    There are none for a problem with a measure, for one with parts that may be None, and for
    one that trains but isn't declared as slow.
    ``answer(function, case)`` returns the parts of a function's answer in a packed case, or
    None if it fails.
    """
    takes_long = problem.trains and not problem.slow
    if problem.measure or takes_long or problem.none:
        return
    first, *others = _cases_to_compute(data["cases"], 1 if problem.slow else MOST_CASES)
    known = {_rounded(first["want"]): None}
    known |= {_rounded(parts): None for parts in first["mistaken"].values()}
    words, prints = [], []
    for about, function in _all_variants(problem, lambda f: answer(f, first)):
        parts = answer(function, first)
        if parts is None or list(map(np.shape, parts)) != list(map(np.shape, first["want"])):
            continue
        if (key := _rounded(parts)) not in known:
            known[key] = about
            words.append(about)
            more = [answer(function, case) or [None] * len(parts) for case in others]
            prints.append([list(map(fingerprint, row)) for row in (parts, *more)])
        elif (same := known[key]) and "or" not in same and same["kind"] != about["kind"]:
            if same.get("vague"):
                same.clear()
                same.update(about)
            elif not about.get("vague"):
                same["or"] = about
    if not words:
        return
    data["variants"] = words
    for k, case in enumerate((first, *others)):
        case["variants"] = list(np.array([rows[k] for rows in prints]).swapaxes(0, 1))


def _cases_to_compute(cases, most):
    """Return up to `most` ordinary cases and one case of each kind with values."""
    compared = [c for c in cases if not c["error"] and c["aspect"] not in ("loops", "memory")]
    ordinary = [c for c in compared if c["aspect"] == "value"][:most]
    kinds = {c["group"]: c for c in reversed(compared)}
    return [*{id(c): c for c in (*ordinary, *kinds.values())}.values()]


def _rounded(parts):
    """Return the fingerprints of an answer as text, equal for equal answers up to rounding."""
    return " ".join(f"{x:.7g}" for part in parts for x in fingerprint(part))


def _all_variants(problem, run):
    """Yield the variants of the reference and of the other correct solutions."""
    alternatives = [] if problem.slow else problem.alternatives.values()
    for f in (problem.solve, *alternatives):
        yield from variants(f, lambda f=f: run(f))


def variants(f, run):
    """Yield (description, function) for each small change of a function or class.

    ``run`` calls ``f`` once, so that we know which of its variables have the same shape.
    """
    text = ast.unparse(ast.parse(source_of(f)))
    tree, earlier = ast.parse(text), {text}
    if not isinstance(tree.body[0], ast.FunctionDef | ast.ClassDef):
        return  # a lambda
    public = {*re.findall(r"\w+", inspect.getdoc(f) or ""), *_parameters(tree)}
    similar = {} if inspect.isclass(f) else _similar(f, _parameters(tree), run)
    possible = [
        (i, about, change)
        for i, node in enumerate(_nodes(tree))
        for about, change in changes(node, similar, _defaults(tree))
        if about["kind"] != "function-again" or f"{about['of']}(" in text
    ]
    for i, about, change in possible:
        new = ast.parse(text)
        change(list(_nodes(new))[i])
        yield from _made(f, ast.unparse(new), earlier, _shown(about, public))
    for inner, after in _without_parentheses(text):
        yield from _made(
            f, after, earlier, _shown({"kind": "parentheses", "of": inner}, public)
        )


def _made(f, text, earlier, about):
    """Yield the description and the function of a changed source, if it is new."""
    if text not in earlier:
        earlier.add(text)
        yield about, compiled(text, f, "<variant>", {})


def _parameters(tree):
    """Return the names of all parameters in a source."""
    return [
        a.arg for node in ast.walk(tree) if isinstance(node, ast.arguments) for a in node.args
    ]


def _nodes(tree):
    """Yield the nodes of a source, without those in a `while` loop, which might never end."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if isinstance(tree, ast.BinOp) and isinstance(child, ast.BinOp):
            divides = isinstance(tree.op, ast.Div) and child is tree.right
            inside = isinstance(tree.op, ast.Mult) and getattr(tree, "divides", False)
            child.divides = divides or inside
        if not isinstance(child, ast.While):
            yield from _nodes(child)


def _defaults(tree):
    """Return the default values of parameters, as expressions, by name."""
    pairs = [
        pair
        for node in ast.walk(tree)
        if isinstance(node, ast.arguments)
        for pair in zip(node.args[::-1], node.defaults[::-1], strict=False)
    ]
    return {a.arg: default for a, default in pairs}


def _similar(f, parameters, run):
    """Return, for each variable, others with the same shape: parameters, and similar names."""
    values = {}

    def look(frame, event, value):
        if event == "return" and frame.f_code is f.__code__:
            values.update(frame.f_locals)

    sys.setprofile(look)
    try:
        run()
    finally:
        sys.setprofile(None)
    numbers = {n: np.shape(v) for n, v in values.items() if isinstance(v, float | np.ndarray)}
    similar = {}
    for name, shape in numbers.items():
        others = [n for n, s in numbers.items() if n != name and s == shape]
        others.sort(key=lambda n, name=name: -SequenceMatcher(None, n, name).ratio())
        chosen = [n for n in others if n in parameters or name in parameters]
        similar[name] = list(dict.fromkeys([*chosen, *others[:MOST_NAMES]]))
    return similar


def _shown(about, public):
    """Return a description without long expressions and names that students don't know.

    It is vague if it could be about almost any line: about parentheses around an expression
    or an exchanged variable that students don't know, or about 1, 0 or -1. A number with the
    wrong sign is vague too, because only the sign is wrong.
    """
    if about["kind"] in OF_FUNCTIONS:
        return about | ({"vague": True} if is_vague_number(about) else {})
    shown = {
        key: value
        for key, value in about.items()
        if key == "kind" or (len(value) <= LONGEST and {*_names(value)} <= public)
    }
    vague = shown == {"kind": "parentheses"} or lacks_variable(shown)
    return shown | ({"vague": True} if vague else {})


def _names(text):
    """Return the names of variables in an expression."""
    names = [node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
    return [name for name in names if name not in KNOWN]


def _without_parentheses(text):
    """Yield (inner text, source) for each pair of parentheses whose absence has an effect."""
    meaning = ast.dump(ast.parse(text))
    for start in (m.start() for m in re.finditer(r"(?<![\w\])'\"])\(", text)):
        depth, end = 1, start
        while depth:
            end += 1
            depth += {"(": 1, ")": -1}.get(text[end], 0)
        after = text[:start] + text[start + 1 : end] + text[end + 1 :]
        try:
            tree = ast.parse(after)
        except SyntaxError:
            continue
        if ast.dump(tree) != meaning:
            yield text[start + 1 : end], ast.unparse(tree)


# Each change is a pair: its description, and a function that changes a node of the source.


def set_field(field, value):
    """Return a function that sets a field of a node."""
    return lambda node: setattr(node, field, value)


def turn_into(make):
    """Return a function that turns a node into another one."""

    def change(node):
        new = make(node)
        node.__class__, node.__dict__ = new.__class__, new.__dict__

    return change


def _again(node):
    """Apply the operation of a node once more: a + b becomes a + b + b."""
    node.left = ast.BinOp(node.left, node.op, node.right)


def _set_keyword(k, value):
    """Return a function that sets the k-th keyword argument of a call."""
    return lambda node: setattr(node.keywords[k], "value", ast.Constant(value))


def changes(node, similar, defaults):
    """Yield the changes of a node."""
    if isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    elif isinstance(node, ast.Compare | ast.BoolOp):
        yield from _of_comparison(node)
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        added = isinstance(node.op, ast.Sub)
        about = {"kind": "added" if added else "subtracted", "of": ast.unparse(node.value)}
        yield about, set_field("op", ast.Add() if added else ast.Sub())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        about = {"kind": "minus", "of": ast.unparse(node.operand)}
        yield about, turn_into(lambda node: node.operand)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        about = {"kind": "transpose", "of": ast.unparse(node.value)}
        yield about, turn_into(lambda node: node.value)
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
        if node.value.attr == "shape" and isinstance(node.slice, ast.Constant):
            about = {"kind": "length", "of": ast.unparse(node.value.value)}
            yield about, lambda node: setattr(node.slice, "value", 1 - node.slice.value)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        if node.id in similar:
            for name in APPLIED_AGAIN:
                new = ast.parse(f"np.{name}({node.id})", mode="eval").body
                about = {"kind": "function-again", "of": f"np.{name}"}
                yield about, turn_into(lambda n, new=new: new)
        if default := defaults.get(node.id):
            about = {"kind": "default", "used": ast.unparse(default), "needed": node.id}
            yield about, turn_into(lambda node: default)
        for other in similar.get(node.id, ()):
            yield {"kind": "name", "used": other, "needed": node.id}, set_field("id", other)


def _of_operation(node):
    """Yield changes of a sum, a product, a quotient or a power."""
    left, right = ast.unparse(node.left), ast.unparse(node.right)
    first, second = turn_into(lambda n: n.left), turn_into(lambda n: n.right)
    match node.op:
        case ast.Add():
            yield {"kind": "term", "of": right}, first
            yield {"kind": "term", "of": left}, second
            yield {"kind": "subtracted", "of": right}, set_field("op", ast.Sub())
            yield {"kind": "term-twice", "of": right}, _again
        case ast.Sub():
            yield {"kind": "term", "of": right}, first
            yield {"kind": "added", "of": right}, set_field("op", ast.Add())
        case ast.Mult():
            kind = "divisor" if getattr(node, "divides", False) else "factor"
            yield {"kind": kind, "of": right}, first
            yield {"kind": kind, "of": left}, second
            yield {"kind": "divided", "of": right}, set_field("op", ast.Div())
            yield {"kind": "factor-twice", "of": right}, _again
        case ast.Div() | ast.FloorDiv():
            yield {"kind": "divisor", "of": right}, first
            yield {"kind": "multiplied", "of": right}, set_field("op", ast.Mult())
            yield {"kind": "divisor-twice", "of": right}, _again
        case ast.Pow():
            yield {"kind": "exponent", "of": right}, first
            yield {"kind": "multiplied-power", "of": right}, set_field("op", ast.Mult())
    if isinstance(node.op, ast.Sub | ast.Div | ast.MatMult):
        about = {"kind": "sides", "of": ast.unparse(node)}
        yield about, lambda n: n.__dict__.update(left=n.right, right=n.left)
    yield from _exchanged(node.op, lambda new: set_field("op", new))


def _exchanged(op, change):
    """Yield changes to operators that are mistaken for this one."""
    for new in EXCHANGED.get(type(op), ()):
        about = {"used": OPERATORS[new], "needed": OPERATORS[type(op)]}
        yield {"kind": "operator"} | about, change(new())


def _of_comparison(node):
    """Yield changes of a comparison, or of `and` and `or`."""
    if isinstance(node, ast.BoolOp):
        yield from _exchanged(node.op, lambda new: set_field("op", new))
    elif len(node.ops) == 1:
        yield from _exchanged(node.ops[0], lambda new: set_field("ops", [new]))


def _of_call(node):
    """Yield changes of a call: another function; an argument, or the call itself, forgotten."""
    if isinstance(node.func, ast.Name) and node.func.id == "len":
        about = {"kind": "length", "of": ast.unparse(node.args[0])}
        new = ast.parse(f"{about['of']}.shape[1]", mode="eval").body
        yield about, turn_into(lambda n: new)
    if isinstance(node.func, ast.Name) and node.func.id == "range":
        ends = ast.unparse(node.args[0]) if len(node.args) == 1 else ""
        for text in ("range({} - 1)", "range(1, {})", "range({} + 1)") if ends else ():
            new = ast.parse(text.format(ends), mode="eval").body
            yield {"kind": "loop"}, turn_into(lambda n, new=new: new)
    if not isinstance(node.func, ast.Attribute):
        return
    name, of_numpy = node.func.attr, ast.unparse(node.func.value) == "np"
    title = f"np.{name}" if of_numpy else f".{name}"
    if name in REDUCTIONS and not of_numpy and node.args:  # the axis comes first
        for axis in (0, 1):
            about = {"kind": "axis", "of": title}
            yield about, lambda n, axis=axis: n.args.__setitem__(0, ast.Constant(axis))
    for k, keyword in enumerate(node.keywords):
        if keyword.arg == "axis":
            for axis in (0, 1):
                yield {"kind": "axis", "of": title}, _set_keyword(k, axis)
            yield {"kind": "all-axes", "of": title}, _set_keyword(k, None)
        else:
            about = {"kind": "argument", "of": f"{keyword.arg}={ast.unparse(keyword.value)}"}
            yield about, lambda n, k=k: n.keywords.pop(k)
    for other in RENAMED.get(name, ()):
        about = {"kind": "function-exchanged", "used": other, "needed": name}
        yield about, lambda n, other=other: setattr(n.func, "attr", other)
    if of_numpy and node.args:
        yield {"kind": "function", "of": title}, turn_into(lambda n: n.args[0])
    elif not of_numpy:
        yield {"kind": "function", "of": title}, turn_into(lambda n: n.func.value)
    if len(node.args) in (2, 3):
        about = {"kind": "arguments", "of": title}
        yield about, lambda n: n.args.append(n.args.pop(-2))


def _of_constant(node):
    """Yield changes of a number."""
    if type(node.value) is bool:
        others = (not node.value,)
    elif type(node.value) is int:
        others = (node.value + 1, node.value - 1, -node.value)
    elif type(node.value) is float:
        others = (2 * node.value, node.value / 2, -node.value)
    else:
        others = ()
    for other in others:
        about = {"kind": "constant", "used": repr(other), "needed": repr(node.value)}
        yield about, set_field("value", other)
