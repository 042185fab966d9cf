"""Declare a problem once: reference, cases by aspect, known mistakes, alternatives."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field

from ..judgement.ledger import PASSIVE, WHOLE
from ..observation.driver import arguments, as_text
from .edit import edited

# These aspects can be observed only in the worker, which runs the student's code.
SELF_REPORTED = ("loops", "memory", "inputs-unchanged")
MOST_PASSIVE, MOST_SELF_REPORTED = 0.2, 0.1  # fractions of a problem's points
FEWEST_MISTAKES, FEWEST_ALTERNATIVES = 4, 2
PACKED_OPTIONS = (
    *("wrong", "entries", "rows", "zeros", "none"),
    *("computed", "tells", "near", "steps"),
)


@dataclass(frozen=True)
class Case:
    """One kind of case: a generator of arguments, and the aspect that loses points.

    ``make(rng, N, C, …)`` returns the arguments. The parameters after ``rng`` are sizes, which
    are drawn again for each case. The docstring of ``make`` describes what the case tests.
    """

    make: Callable
    aspect: str
    visible: int
    hidden: int
    rtol: float
    shown: bool = True  # whether the notebook may show a failing case, entry by entry
    parts: tuple = ()  # the parts of the answer that are judged in it, () for all

    @property
    def group(self):
        """Return the name of this kind of case, which is the name of its generator."""
        return self.make.__name__

    @property
    def tried(self):
        """Return the generator's docstring as part of a sentence: what the case tests."""
        words = inspect.getdoc(self.make) or ""
        return words[:1].lower() + words[1:].rstrip(".")

    @property
    def letters(self):
        """Return the names of the sizes that the generator takes."""
        return list(inspect.signature(self.make).parameters)[1:]


@dataclass(frozen=True)
class Mistake:
    """A known mistake: a wrong solution, its hint, and the aspects in which it is wrong."""

    solve: Callable
    hint: str
    loses: frozenset
    fixed: dict = field(default_factory=dict)  # arguments that it replaces before the call
    signs: dict = field(default_factory=dict)  # by part, the axis whose lines can have any sign
    once: bool = True  # whether it costs only one aspect, the one in which it costs most
    where: tuple = ()  # the kinds of case that show it, () for all kinds of its aspects
    noisy: frozenset = frozenset()  # other aspects, in which rounding decides its answers

    def parts_in_hint(self, parts):
        """Return the parts of the answer that the hint mentions, so it must predict them."""
        return [part for part in parts if f"`{part}`" in self.hint]


class Known:
    """Tables of known mistakes that are changes of the reference.

    ``problem.known["value shape"] = table`` declares the mistakes that lose these aspects.
    ``table`` contains the changes by hint and by name. A change is a dict of old and new texts,
    or a list of such pairs, for the option ``edit`` of `Problem.mistake`. The key "" contains
    the option ``given``; if it is the only key, its text can replace the dict. The other
    options come first: ``problem.known(where="a_kind_of_case")["value"] = table``.
    """

    def __init__(self, problem, **options):
        self.problem, self.options = problem, options

    def __call__(self, **options):
        """Return tables that declare mistakes with these options."""
        return Known(self.problem, **options)

    def __setitem__(self, loses, table):
        for hint, changes in table.items():
            for name, change in changes.items():
                edit = {"": change} if isinstance(change, str) else dict(change)
                by = {"given": edit.pop("", ""), "edit": [*edit.items()]}
                self.problem.mistake(hint, loses=loses, name=name, **by, **self.options)


class Problem:
    """A problem as the instructor declares it; `nngrader.engine.pack` turns it into plain data.

    Parameters
    ----------
    name : str
        The function that the student writes.
    returns : dict
        The parts of the answer in order, each with the aspect it belongs to.
    points : dict
        Points by aspect; the points of a whole assignment add up to 100. A value can also be a
        pair of the points and a description for the student's table.
    forbidden : dict, optional
        Lists of forbidden dotted names. The key is the aspect that using them costs, or "all".
    no_loop_over : str, optional
        Letters of axes. A Python loop over one of these axes costs the aspect "loops".
    never_at_once : str, optional
        Letters of axes. An array that extends over all of these axes costs the aspect "memory".
    rtol : float, optional
        Tolerance relative to the largest entry of the correct answer. Correct programs agree to
        about 1e-13 in float64. The errors of float32 and of difference quotients are close to
        the default, so a problem that has to reject them needs a smaller tolerance.
    lists : bool, optional
        Whether a list may be returned where the reference returns an array.
    driver : function, optional
        ``driver(student_object, *args)`` returns plain data. A problem needs a driver if the
        student defines a class, or if arguments or results aren't plain data; see the module
        `driver`. The parameters after the first are the arguments of a case.
    measure : function, optional
        ``measure(args, *raw)`` returns the parts that are compared. It receives the values from
        the call: arrays of numbers of any type and shape, or None for a value without numbers.
        Any exception means that the answer is wrong. If it is a ValueError with a constant
        text, the student reads this text. The running time must grow no faster than the input.
    observed : sequence of str, optional
        Names of the values that the call returns, if `measure` returns different ones.
    kept : sequence of str, optional
        Names of the values that generators of cases return after the arguments, for `measure`
        only.
    wrong : dict, optional
        For parts that are judged by a property: the text for a wrong part that no known mistake
        explains.
    uses : sequence of str, optional
        Packages in addition to NumPy that the driver or the student may import.
    self_reported : sequence of str, optional
        Aspects of parts that are computed in the process of the student's code, which could
        forge them.
    entries : dict, optional
        For arguments and parts that are lists, one letter for each entry, such as "abc". The
        notebook then shows a failing case entry by entry.
    rows : dict, optional
        For parts that consist of equally large blocks of rows, the names of the blocks from top
        to bottom, such as the gates of an LSTM. A finding then names the wrong blocks.
    zeros : dict, optional
        For parts with entries that should be 0, a description of these entries for the
        student: "where `s` is negative".
    none : dict, optional
        For parts with entries that may be None, the number that the driver returns instead of
        None. This number equals only itself in comparisons.
    computed : sequence of str, optional
        Parts that the driver computes, so that students don't return them.
    tells : str, optional
        The notebook's text about a number that the measure returns after its parts, such as a
        loss: "your loss is {:.3g}".
    near : tuple of (float, str), optional
        A value of that number, and a text. If a correct answer exceeds the value, the notebook
        prints the text, because the answer may be wrong for other inputs.
    steps : dict, optional
        Aspects in the order in which the student builds the answer, each with a description of
        the step. The notebook reports the first wrong step and none of the later ones.
    trains : bool, optional
        Whether computing an answer trains a model, or takes as long as training. Then inputs
        are drawn again only a few times, the gate uses few seeds, and tests don't mutate the
        reference.
    slow : bool, optional
        Whether a call takes 10 milliseconds or more. Then fewer variants of the reference are
        tried (see `variants`).
    """

    def __init__(
        self,
        name,
        *,
        returns,
        points,
        forbidden=None,
        no_loop_over="",
        never_at_once="",
        rtol=1e-7,
        lists=False,
        driver=None,
        measure=None,
        observed=(),
        kept=(),
        wrong=None,
        uses=(),
        self_reported=(),
        entries=None,
        rows=None,
        zeros=None,
        none=None,
        computed=(),
        tells="",
        near=None,
        steps=None,
        trains=False,
        slow=False,
    ):
        self.name, self.returns = name, dict(returns)
        pairs = {a: p if isinstance(p, tuple) else (p, "") for a, p in points.items()}
        self.points = {a: worth for a, (worth, _) in pairs.items()}
        self.criteria = {a: words for a, (_, words) in pairs.items() if words}
        self.driver, self.measure, self.trains, self.slow = driver, measure, trains, slow
        self.observed, self.kept, self.uses = tuple(observed), tuple(kept), tuple(uses)
        self.wrong, self.self_reported = dict(wrong or {}), tuple(self_reported)
        self.forbidden = {price: tuple(names) for price, names in (forbidden or {}).items()}
        self.entries, self.tells = dict(entries or {}), tells
        self.rows = {part: list(names) for part, names in (rows or {}).items()}
        self.zeros, self.none = dict(zeros or {}), dict(none or {})
        self.computed = list(computed)
        self.near, self.steps = near and list(near), dict(steps or {})
        self.no_loop_over, self.never_at_once = no_loop_over, never_at_once
        self.rtol, self.lists = rtol, lists
        self.solve = self.by_hand = None
        self.cases, self.mistakes, self.alternatives = [], {}, {}
        self.known = Known(self)

    def reference(self, f):
        """Register the reference; students read its docstring."""
        self.solve = f
        return f

    def case(self, aspect, *, visible=2, hidden=2, rtol=None, shown=True, parts=""):
        """Register a kind of case; the aspect "value" charges each part to its own aspect.

        As many cases are visible as hidden, if there are two or fewer, so that the sizes are in
        both orders (see `cases.draw_sizes`) for students as well as for the grader.

        Set ``shown=False`` if the driver adds its own markers to the numbers, because students
        could mistake these markers for their results. If only some parts of the answer count in
        a special case, ``parts`` names them, separated by spaces.
        """

        def add(make):
            judged = tuple(parts.split())
            numbers = min(visible, hidden), hidden
            kind = Case(make, aspect, *numbers, rtol or self.rtol, shown, judged)
            self.cases.append(kind)
            return make

        return add

    def example(self, *args):
        """Register a pencil-and-paper example, which `check` shows for unexplained answers."""
        self.by_hand = args

    def mistake(
        self,
        hint,
        *,
        loses,
        once=True,
        signs=None,
        where="",
        noisy="",
        name="",
        edit=(),
        given="",
        of=None,
    ):
        """Register a known mistake; ``loses`` names aspects, separated by spaces.

        With ``edit`` or ``given``, the wrong solution is the reference with a few changes in
        its source (see `edited`), and ``name`` is the mistake's name. Otherwise, this returns a
        decorator for a function that gives the wrong answer; the mistake has the function's
        name.

        A mistake is charged only once, in the aspect in which it costs most points.
        ``once=False`` charges all aspects. Use it if the wrong answer doesn't prove that the
        other aspects are correct. It then earns points for form only if another aspect does.

        ``signs`` is for answers such as singular vectors, whose signs differ between
        processors. It contains, by part, the axis whose lines (rows or columns) can each have
        either sign. The signs of the first part determine the signs of the other parts.

        ``where`` names the kinds of case (their generators) that show the mistake, if an aspect
        has other kinds that don't.

        ``noisy`` names other aspects in which rounding decides the answers, for example because
        a matrix is singular there. Once the mistake is recognised, they cost nothing.

        ``edit`` is a pair ``(old, new)`` of texts, or several pairs. ``given`` contains
        statements that change the arguments first, such as "stride = 1". ``of`` is the function
        to edit: an alternative, which then replaces the reference, or a helper that the
        reference calls.
        """

        def add(f):
            called = (name or f.__name__).replace("_", " ")
            spoils = frozenset(loses.split())
            options = {"once": once, "where": tuple(where.split())}
            options["noisy"] = frozenset(noisy.split())
            self.mistakes[called] = Mistake(f, hint, spoils, {}, signs or {}, **options)
            return f

        if not edit and not given:
            return add
        title = f"problem {self.name}, mistake {name}"
        if not name or self.solve is None:
            raise ValueError(f"{title}: an edit needs a name, and a reference before it")
        changed = edited(of or self.solve, title, edit, given)
        if of and of not in self.alternatives.values():
            changed = edited(self.solve, title, names={of.__name__: changed})
        return add(changed)

    def alternative(self, f):
        """Register another correct solution, in a different style."""
        self.alternatives[f.__name__] = f
        return f

    @property
    def parameters(self):
        """Return the arguments of a case by name: the driver's, or else the reference's."""
        if self.driver:
            return arguments(self.driver)
        return inspect.signature(self.solve).parameters

    @property
    def moving(self):
        """Return driver and measure as text, and their options, as `pack` includes them."""
        packed = {w: as_text(f, w) for w in ("driver", "measure") if (f := getattr(self, w))}
        packed |= {"uses": list(self.uses)} if self.uses else {}
        if inspect.isfunction(self.solve):
            packed["asked"] = list(inspect.signature(self.solve).parameters)
        for name in PACKED_OPTIONS:
            packed |= {name: value} if (value := getattr(self, name)) else {}
        if self.observed:
            packed |= {"observed": len(self.observed), "raw": list(self.observed)}
        return packed

    @property
    def total(self):
        """Return the points of the whole problem, without the rounding errors of floats."""
        return round(sum(self.points.values()), 6)

    def ignored_defaults(self):
        """Return a mistake for each argument with a default: a solution that ignores it."""
        return {
            f"ignores {name}": Mistake(
                self.solve if self.driver else _fixed(self.solve, k, p.default),
                f"Your answer is the one for `{name}` = {p.default}, whatever `{name}` is. "
                f"Where does your code use `{name}`?",
                frozenset(),
                {name: p.default} if self.driver else {},
            )
            for k, (name, p) in enumerate(self.parameters.items())
            if p.default is not inspect.Parameter.empty
        }

    def validate(self):
        """Raise a ValueError that lists all faults of the declaration."""
        faults = [*_unfinished(self), *_points_faults(self), *_aspect_faults(self)]
        faults += _moving_faults(self)
        if faults:
            raise ValueError(f"problem {self.name}: " + "; ".join(faults))


problem = Problem


def _fixed(solve, position, value):
    """Return a function like `solve` that ignores one argument and uses `value` instead."""

    def ignoring(*args):
        if len(args) > position:
            args = [*args[:position], value, *args[position + 1 :]]
        return solve(*args)

    return ignoring


def _unfinished(p):
    """Yield complaints about things that a problem still lacks."""
    if p.solve is None or not inspect.getdoc(p.solve):
        yield "it needs a reference with a docstring"
    elif p.solve.__name__ != p.name:
        yield f"its reference is called {p.solve.__name__}, expected {p.name}"
    if p.by_hand is None:
        yield "it needs a pencil-and-paper example"
    if len(p.mistakes) < FEWEST_MISTAKES:
        yield f"{len(p.mistakes)} known mistakes, expected at least {FEWEST_MISTAKES}"
    if len(p.alternatives) < FEWEST_ALTERNATIVES:
        yield f"{len(p.alternatives)} alternatives, expected at least {FEWEST_ALTERNATIVES}"
    if not any(c.aspect == "value" for c in p.cases):
        yield "it needs an ordinary case (aspect value)"
    for case in p.cases:
        if not case.tried:
            yield f"the case {case.group} needs a docstring that describes the test"


def _points_faults(p):
    """Yield complaints about the distribution of points."""
    for words, aspects, most, why in (
        ("passive aspects", PASSIVE, MOST_PASSIVE, "a function that does nothing passes them"),
        (
            "self-reported aspects",
            SELF_REPORTED + p.self_reported,
            MOST_SELF_REPORTED,
            "the student's process reports them",
        ),
    ):
        each = {a: p.points[a] for a in aspects if a in p.points}
        share = sum(each.values())
        if share > most * p.total + 1e-9:
            listed = ", ".join(f"{a} {points:g}" for a, points in each.items())
            yield (
                f"{words} give {share:g} of {p.total:g} points, expected at most {most:.0%}, "
                f"because {why}: {listed}"
            )
    if any(not points > 0 for points in p.points.values()):
        yield "every aspect needs more than 0 points"


def _moving_faults(p):
    """Yield complaints about the driver, the measure, and options that need them."""
    try:
        _ = p.moving, p.parameters if p.driver else None
    except ValueError as e:
        yield str(e)
    if (p.driver or p.measure) and p.no_loop_over:
        yield "no_loop_over needs a plain function, without a driver or a measure"
    if (p.driver or p.measure) and p.never_at_once:
        yield "never_at_once needs a plain function, without a driver or a measure"
    if (p.observed or p.kept) and not p.measure:
        yield "observed and kept need a measure, but the problem has none"
    if p.near and not p.tells:
        yield "the option near needs the option tells, because both are about the same number"
    if p.tells and not p.measure:
        yield "the option tells needs a measure, because it shows a number from it"
    named = {*p.returns, *(p.parameters if p.entries and (p.driver or p.solve) else ())}
    if unknown := sorted(set(p.entries) - named):
        yield (
            f"entries names {', '.join(unknown)}, which is neither an argument nor a part of "
            "the answer"
        )
    for option in ("rows", "zeros", "none", "computed", "wrong"):
        if unknown := sorted(set(getattr(p, option)) - set(p.returns)):
            yield f"{option} names {', '.join(unknown)}, which is not a part of the answer"
    if unknown := sorted(set(p.steps) - set(p.points)):
        yield f"steps names {', '.join(unknown)}, which is not an aspect"
    groups, parts = {c.group for c in p.cases}, {part for c in p.cases for part in c.parts}
    for name, mistake in p.mistakes.items():
        if unknown := sorted(set(mistake.where) - groups):
            yield f"the mistake {name} names {', '.join(unknown)}, which is not a kind of case"
    if unknown := sorted(parts - set(p.returns)):
        yield f"a case judges {', '.join(unknown)}, which is not a part of the answer"


def _aspect_faults(p):
    """Yield complaints about aspects without points, or with points but no cases."""
    named = {c.aspect: f"the case {c.group}" for c in p.cases if c.aspect != "value"}
    named |= dict.fromkeys(_counted(p), "the problem names axes for it")
    named |= dict.fromkeys(set(p.forbidden) - {WHOLE}, "forbidden")
    named |= dict.fromkeys(p.returns.values(), "returns")
    named |= {"shape": "every answer has a shape"}
    for name, mistake in p.mistakes.items():
        if not mistake.loses:
            yield f"the mistake {name} loses no aspect"
        if unknown := sorted(set(mistake.signs) - set(p.returns)):
            yield (
                f"the signs of the mistake {name} name {', '.join(unknown)}, which is not a "
                "part of the answer"
            )
        named = dict.fromkeys(mistake.loses, f"lost by {name}") | named
    if unknown := sorted(set(named) - set(p.points)):
        yield "no points for " + ", ".join(f"{a} ({named[a]})" for a in unknown)
    tried = {c.aspect for c in p.cases if c.visible and c.hidden} | set(p.returns.values())
    tried |= {"shape", "inputs-unchanged"} | _counted(p)
    if untried := sorted(set(p.points) - tried):
        yield f"no case with visible and hidden draws for {', '.join(untried)}"


def _counted(p):
    """Return the aspects that are tested because the problem names axes for them."""
    letters = {"loops": p.no_loop_over, "memory": p.never_at_once}
    return {aspect for aspect, named in letters.items() if named}
