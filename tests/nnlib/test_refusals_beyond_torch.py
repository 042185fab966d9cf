"""What does not fit is refused by every public function beyond torch's, in its own name.

Each function has an entry in a table: a call that is right, argument by argument, and for each
argument what it must refuse. In turn each argument is given all of that, while the others stay
right. A public function without an entry fails.
"""

import importlib
import inspect

import pytest

from nnlib import calculus, datasets, linalg, probability

NAMES = (
    *("linear_algebra", "distributions", "derivatives", "filtering"),
    *("pictures", "sequences", "sets"),
)
TABLES = [importlib.import_module(f"tests.nnlib.refusals.{name}") for name in NAMES]
FROM_A_FOLDER = {"CIFAR10", "MNIST", "FashionMNIST"}  # a right call would need the files
OTHER_NAMES = {"ToTensor.__call__": ("to_image",)}  # which does the work, and says so
RESULTS = {  # made by functions, not by callers
    *(linalg.RowReduction, linalg.SolutionSet, probability.BayesTable),
    *(calculus.Identity, datasets.Card, datasets.Cards),
}


def kind(owner):
    """Return the class of an object, or a class itself."""
    return owner if isinstance(owner, type) else type(owner)


def entries():
    """Yield every function with its full name and its arguments."""
    for table in TABLES:
        for name, arguments in table.FUNCTIONS.items():
            qualified_name = f"{table.MODULE.__name__}.{name}"
            yield pytest.param(getattr(table.MODULE, name), name, arguments, id=qualified_name)
        for owner, name, arguments in table.METHODS:
            qualified_name = f"{kind(owner).__name__}.{name}"
            yield pytest.param(
                getattr(owner, name), qualified_name, arguments, id=qualified_name
            )


def call(f, given):
    """Call a function with keyword arguments; those of a starred name become *args."""
    named = {name: value for name, value in given.items() if not name.startswith("*")}
    return f(*(value for name, value in given.items() if name.startswith("*")), **named)


def complaint(f, names, given):
    """Return what is wrong if a call is not refused in the function's name, else None."""
    try:
        call(f, given)
    except (TypeError, ValueError) as error:
        function = str(error).partition(":")[0].lower()
        return None if function in names else f"{type(error).__name__}: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "accepted"


@pytest.mark.parametrize(("f", "name", "arguments"), list(entries()))
def test_what_does_not_fit_is_refused_by_name(f, name, arguments):
    right = {argument: value for argument, (value, _) in arguments.items()}
    if name not in FROM_A_FOLDER:
        call(f, right)
    names = {name.lower(), *name.lower().split("."), *OTHER_NAMES.get(name, ())}
    options = [{}, {"steps": True}] if "steps" in inspect.signature(f).parameters else [{}]
    wrong = {
        f"{argument}: {label} {option or ''}": message
        for option in options
        for argument, (_, refused) in arguments.items()
        for label, value in refused.items()
        if (message := complaint(f, names, {**right, argument: value, **option}))
    }
    assert not wrong


def public(module):
    """Yield the functions and classes of a module that take something from a caller."""
    for name in module.__all__:
        thing = getattr(module, name)
        callers = inspect.isclass(thing) and not issubclass(thing, tuple)
        if inspect.isfunction(thing) or (callers and thing not in RESULTS):
            yield name


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_every_public_name_has_an_entry(table):
    assert set(table.FUNCTIONS) == set(public(table.MODULE))


def methods(module):
    """Yield the public methods of a module's classes that take something, with their class."""
    for cls in filter(inspect.isclass, (getattr(module, name) for name in module.__all__)):
        for name, method in vars(cls).items():
            found = inspect.isfunction(method) or isinstance(method, classmethod)
            bound = 1 if inspect.isfunction(method) else 0
            if name.startswith("_") or not found:
                continue
            if len(inspect.signature(getattr(cls, name)).parameters) > bound:
                yield cls, name


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_every_public_method_has_an_entry(table):
    known = {(kind(owner), name) for owner, name, _ in table.METHODS}
    assert not set(methods(table.MODULE)) - known
