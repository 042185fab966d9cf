"""Turn findings into sentences; only this module and `exceptions` contain the sentences.

A finding becomes two sentences: what we see in the student's result, and where to look. The
tables have both, separated by " | ". Where `WORDS` has several variants, the first
one needs the most data of the finding, and the last one the least. The first variant whose data
are all known is used, so a variant without numbers serves for hidden cases.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from html import escape

from ..wording import with_article
from . import exceptions
from .codes import Code
from .finding import Finding, one_per_cause
from .obstacles import because

ALL_RIGHT = "All tests passed."  # if there is no finding


class Audience(StrEnum):
    """Who reads a finding."""

    VISIBLE = "visible"  # the student, about cases whose inputs they have
    HIDDEN = "hidden"  # the student, about hidden cases
    INSTRUCTOR = "instructor"


PLURAL = {
    "is": "are",
    "has": "have",
    "agrees": "agree",
    "contains": "contain",
    "differs": "differ",
    "rises": "rise",
    "falls": "fall",
    "was": "were",
    "it": "each of them",
}
NUMBERS = "no one two three four five six seven eight".split()
CHECK = "Do the same with a small example to see the error."
CHECKED = "Where does your code check this input?"
KEEPS = (
    "The first call works, the next ones don't: does your code keep something from the "
    "previous call?"
)
RAISED = "Which line should raise this error, and does your code reach that line?"
CAUSES = {  # the most frequent cause of each exception
    "AttributeError": "Is the object on the left of the dot what you expect? Print its type.",
    "AssertionError": "Which of your assertions fails, and with which values?",
    "FileNotFoundError": "In grading, only files that were released with the assignment "
    "exist. Can your function do without this one?",
    "ImportError": "Can you do without this import? Not every package is installed here.",
    "IndexError": "Print the index and the shape of the array: which of the two is wrong?",
    "KeyError": "Which keys does the dictionary have at that point?",
    "ModuleNotFoundError": "Can you do without this import? Not every package is installed.",
    "NameError": "Restart the kernel and run all cells: is everything that the function uses "
    "defined or imported in the notebook?",
    "TypeError": "Print the types of your values: are they the types that you expect?",
    "UnboundLocalError": "Is the variable assigned on every path through the function?",
    "ValueError": "Which operation, or which of your own checks, rejects its input?",
    "ZeroDivisionError": "For which input is the denominator 0?",
}
SLOW = (
    "Is there a loop that never ends, a loop over all entries that NumPy could do at once, or "
    "an array that is larger than necessary?"
)
STOPS = {  # what ended a call, by the limit that was reached, and where to look
    "time": f"takes too long | {SLOW}",
    "clock": (
        "takes too long, and spends most of the time waiting | Does your code wait for "
        "something, or was the computer busy?"
    ),
    "submission": f"was stopped because the notebook's time had run out | {SLOW}",
    "memory": "runs out of memory | How large is the largest array that it creates?",
    "processes": "starts too many processes or threads | Can you do without them?",
    "file": "writes a file that is too large | Does your function need to write a file?",
    "space": "fills the disk space that it may use | Does your function need to write files?",
    "open files": "opens too many files | Where do you close them?",
    "ended": "ends the whole program | Remove `exit()`, `quit()` and `sys.exit()`.",
    "crashed": "crashes the Python process | Restart the kernel and run all cells.",
    "too-large": "returns far more values than expected | Which step creates them?",
    "recursion": "calls itself too many times | Does it end, and can a loop replace it?",
    "no-answer": "ends without returning a result | Restart the kernel and run all cells.",
}
UNITS = {
    "time": "seconds of computing time are allowed",
    "clock": "seconds are allowed",
    "submission": "seconds are allowed",
    "memory": "MB is the limit",
    "processes": "are allowed",
    "file": "MB is the limit",
    "space": "MB is the limit",
    "open files": "are allowed",
}
KINDS = {  # a value that isn't an array of numbers: the kind of value, and where to look
    "array": "an array whose entries aren't numbers | Which call creates it?",
    "text": "text | Which call turns the numbers into text?",
    "dict": "a dictionary | Which of its values should your function return?",
    "set": "a set | Which call turns it into an array?",
    "list": "a list | Which call turns it into an array?",
    "tuple": "a tuple | Which call turns it into an array?",
    "ragged": "a list that can't be converted to an array of numbers | Do all its rows have "
    "the same length?",
    "generator": "a generator | Does your function use `yield` instead of `return`?",
    "iterator": "an iterator | Which call collects its values, for example in a list?",
    "view": "a dictionary view or memoryview | Which call turns it into an array?",
    "exact": "a Fraction or Decimal | Which call turns it into a float?",
    "tensor": "a tensor | How do you get a NumPy array from a tensor?",
    "table": "a pandas object | How do you get a NumPy array from it?",
    "function": "a function | Are the parentheses of a call missing?",
    "large": "an array or list with far too many entries | Which step creates so many?",
    "object": "an object of a different type | What does your `return` statement return?",
}
KINDS_OF_NUMBER = {  # the same where the problem asks for one number
    "set": "Which of its values should your function return?",
    "list": "Which of its values should your function return?",
    "tuple": "Which of its values should your function return?",
    "view": "Which of its values should your function return?",
    "tensor": "How do you get a Python number from a tensor?",
    "table": "How do you get a single number from it?",
}
SHAPES = {  # causes of a wrong shape: what we see, if anything, and where to look
    "empty": "the array has no entries | Which step should create them?",
    "transposed": "rows and columns are swapped | What should a row contain?",
    "permuted": "the axes are in a different order | Which axis should be the {axis} one?",
    "flat": "the array has only one axis | Which call flattens it?",
    "regrouped": (
        "the number of entries is correct | Is there an extra axis, or is one missing?"
    ),
    "in-array": "the number is inside an array | Which step leaves an axis of length 1?",
    "extra-one": (
        "there is an additional axis of length 1 | Which index or `keepdims` leaves it there?"
    ),
    "missing-one": "an axis of length 1 is missing | Which step removes it?",
    "moved-one": "the axis of length 1 is in the wrong place | Along which axis do you reduce?",
    "broadcast": (
        "every entry is combined with every other entry | Does broadcasting combine an array "
        "of shape ({n}, 1) with one of shape ({n},)?"
    ),
    "reduced": (
        "only one entry remains along {along} | Which step reduces that axis, or which loop "
        "ends too early?"
    ),
    "one-short": "one entry is missing along {along} | Where does your loop or slice end?",
    "one-long": (
        "there is one entry too many along {along} | Where does your loop or slice end?"
    ),
    "length": " | How long should the axis {along} be, and which step sets its length?",
    "each": (
        "there are {came_along} numbers instead of {along} | Along which axis do you reduce?"
    ),
    "axis": (
        "the {axis} axis has length {came_along} instead of {along} | Where does that axis "
        "come from?"
    ),
    "one-axis": "only the {axis} axis has the wrong length | Which step sets its length?",
    "left-over": (
        "there are extra axes for {names} | Should your code sum, average or select along them?"
    ),
    "left-over-one": (
        "there is an extra axis, {names} | Should your code sum, average or select along it?"
    ),
    "left-over-some": (
        "there are too many axes | Should your code sum, average or select along one of them?"
    ),
    "scalar": "only one number remains | Which call reduces every axis?",
    "gone": "the axis {names} is missing | Where do you reduce it?",
    "gone-some": "an axis is missing | Where do you reduce it?",
    "entries": (
        "its only axis has the wrong length | Which entries are missing, or shouldn't be there?"
    ),
    "other": " | Where does each axis come from?",
}
COUNTED = ("left-over-some", "gone-some")  # causes where the number of axes helps
LAWS = {  # rules that the correct values obey and the wrong ones break
    "rows-0": "Each row of the correct values adds up to 0. Do your rows?",
    "rows-1": "Each row of the correct values adds up to 1. Do your rows?",
    "columns-0": "Each column of the correct values adds up to 0. Do your columns?",
    "columns-1": "Each column of the correct values adds up to 1. Do your columns?",
    "symmetric": "The correct matrix is symmetric. Is yours?",
    "diagonal-0": "The diagonal of the correct matrix is 0. Is yours?",
    "not-negative": "No correct value is negative. Can yours be negative?",
    "at-most-1": "No correct value is larger than 1. Can yours be larger?",
}
IDEAS = {  # what a forgotten function computes, if the student's code doesn't contain it
    "abs": "an absolute value",
    "argsort": "a sort",
    "copy": "a copy",
    "cumsum": "a cumulative sum",
    "exp": "an exponential",
    "expm1": "an exponential",
    "log": "a logarithm",
    "log1p": "a logarithm",
    "log2": "a logarithm",
    "max": "a maximum",
    "maximum": "a maximum",
    "mean": "a mean",
    "min": "a minimum",
    "minimum": "a minimum",
    "norm": "a norm",
    "outer": "an outer product",
    "prod": "a product",
    "sort": "a sort",
    "sqrt": "a square root",
    "std": "a standard deviation",
    "sum": "a sum",
    "tanh": "a tanh",
    "var": "a variance",
}
VARIANTS = {  # small changes of the reference; the last words fit if names are unknown
    "term": ["leave out the term `{of}`", "leave out a term"],
    "term-twice": ["add the term `{of}` twice", "add a term twice"],
    "factor-twice": ["multiply by `{of}` twice", "multiply by a factor twice"],
    "divisor-twice": ["divide by `{of}` twice", "divide by a number twice"],
    "added": ["add `{of}` instead of subtracting it", "add a term instead of subtracting it"],
    "subtracted": [
        "subtract `{of}` instead of adding it",
        "subtract a term instead of adding it",
    ],
    "factor": ["leave out the factor `{of}`", "leave out a factor"],
    "divided": [
        "divide by `{of}` instead of multiplying by it",
        "divide by a factor instead of multiplying by it",
    ],
    "divisor": ["don't divide by `{of}`", "leave out a division"],
    "multiplied": [
        "multiply by `{of}` instead of dividing by it",
        "multiply by a number instead of dividing by it",
    ],
    "exponent": ["leave out the exponent `{of}`", "leave out an exponent"],
    "multiplied-power": [
        "multiply by `{of}` instead of raising to this power",
        "multiply instead of raising to a power",
    ],
    "sides": [
        "exchange the two sides of `{of}`",
        "exchange the two sides of a difference, a quotient or a product",
    ],
    "operator": ["write `{used}` instead of `{needed}`"],
    "minus": ["leave out the minus sign of `{of}`", "leave out a minus sign"],
    "parentheses": ["leave out the parentheses around `{of}`", "leave out parentheses"],
    "transpose": ["don't transpose `{of}`", "don't transpose a matrix"],
    "name": [
        "use `{used}` instead of `{needed}`",
        "use a wrong variable with the correct shape",
    ],
    "default": ["write {used} instead of using the argument `{needed}`"],
    "length": [
        "take the length of the wrong axis of `{of}`",
        "take the length of a wrong axis",
    ],
    "axis": ["use the wrong axis in `{of}`", "reduce along a wrong axis"],
    "all-axes": ["use all axes in `{of}`, instead of one", "reduce all axes, instead of one"],
    "argument": ["leave out the argument `{of}`", "leave out an argument"],
    "function": ["leave out `{of}`", "leave out {idea}", "leave out a function"],
    "function-again": ["apply `{of}` once too often"],
    "function-exchanged": [
        "use `{used}` instead of `{needed}`",
        "use `{used}` instead of {idea}",
        "use `{used}` instead of another function",
    ],
    "arguments": ["exchange two arguments of `{of}`", "exchange two arguments"],
    "loop": ["start or end a loop one step too early or too late"],
    "constant": ["write {used} instead of {needed}"],
}
FILES = {
    "broken": "isn't a complete .npz file",
    "objects": "contains Python objects instead of arrays of numbers",
    "memory": "contains more numbers than fit into memory",
}
WORDS = {
    Code.NOT_WRITTEN: [
        "{Whose} `{function}` calls {called}, which {negated} written yet "
        "| Write {called} first.",
        "{Whose} `{function}` isn't written yet | Write it, and remove the line with `raise`.",
    ],
    Code.NOT_DEFINED: [
        "{Whose} notebook doesn't define `{function}`, because {because} | {advice}",
        "{Whose} notebook doesn't define `{function}` | Did you rename the function, or delete "
        "its cell?",
    ],
    Code.STOPPED: [
        "{Whose} `{function}` {stop} | {cause}",
        "While the test cell `{test}` runs, {whose} code {stop} | {cause}",
    ],
    Code.RAISED: [
        "{Whose} `{function}` raises {raised} on line {line_number}: {message} | {cause}",
        "{Whose} `{function}` raises {raised} on line {line_number} | {cause}",
        "{Whose} `{function}` raises {raised}: {message} | {cause}",
        "{Whose} `{function}` raises {raised} | {cause}",
    ],
    Code.ERROR_EXPECTED: [
        "Right place, wrong class: raise {right_class}, not {raised}",
        "{Whose} `{function}` {returned} instead of raising {expected} | {cause}",
    ],
    Code.PREVENTED: [
        "{Your} {is} missing because {who} {stop} | {cause}",
        "{Your} {is} missing because {who} raises {raised}: {message} | {cause}",
        "{Your} {is} missing because {who} raises {raised} | {cause}",
    ],
    Code.STILL_MISSING: (
        "{Your} {is} None | You get these points when your function returns a value for {it}."
    ),
    Code.COUNT: "{Whose} `{function}` returns {returned}, expected {expected} | {cause}",
    Code.ORDER: [
        "{Whose} {swapped} are swapped | Which one should {whose} function return first?",
        "{Whose} `{function}` returns its values in the wrong order | Return {expected}, in "
        "this order.",
    ],
    Code.UNMEASURED: [
        "{words}",
        "{Whose} answer doesn't have the form that the problem describes | Which values should "
        "your function return, and with which shape?",
    ],
    Code.NOT_JUDGED: (
        "The grader couldn't judge this problem | This isn't your fault, and your instructor "
        "will see this message."
    ),
    Code.NOTEBOOK_MISSING: (
        "{Whose} submission contains no `{file}` that we can read | Check that it opens in "
        "Jupyter, and submit it together with the other notebooks."
    ),
    Code.TEST_FAILED: (
        "Line {line} of the test cell, `{quoted}`, fails with {exception} | Run the cell: what "
        "does your code return there?"
    ),
    Code.HIDDEN_TEST_FAILED: [
        "Line {line_number} of the test cell, `{message}`, fails with {exception}; students "
        "don't see this line",
        "A hidden test fails with {exception} | Test your code on more inputs of your own, for "
        "example on the smallest and the largest that the problem allows.",
    ],
    Code.TEST_PREVENTED: (
        "This test needs a name that the test cell `{after}` defines, but that cell stopped "
        "before defining it | Fix the error in `{after}`, so that this test can run."
    ),
    Code.IS_NONE: "{Your} {is} None | Does every path through the function return a value?",
    Code.KIND: "{Your} {is} {kind}, expected {expected} | {cause}",
    Code.BOOLEAN: (
        "{Your} {is} True or False, expected a number | Which line computes the number?"
    ),
    Code.COMPLEX: (
        "{Your} {contains} complex numbers | Which step takes the square root or the "
        "logarithm of a negative number?"
    ),
    Code.MASKED: (
        "{Your} {is} a masked array, expected an ordinary array | Which value should the "
        "masked entries have?"
    ),
    Code.DTYPE: [
        "{Your} {has} the type {returned}, expected {expected} | {fractions}Choose the type "
        "where you create the array.",
        "{Your} {has} the wrong type, expected {expected} | Choose the type where you create "
        "the array.",
    ],
    Code.SHAPE: [
        "{Your} have each other's {swapped} | Are the two swapped? Compare their order with "
        "the order in the text.",
        "{Your} {has} shape {found}, expected {asked}{observed} | {cause}",
        "{Your} {has} the wrong shape, expected {asked}{observed} | {cause}",
        "{Your} {has} the wrong shape{observed} | {cause}",
    ],
    Code.INPUTS_CHANGED: (
        "{Whose} `{function}` changes {arguments} | Which line writes into an argument, "
        "perhaps under another name? Work on a copy (a slice isn't one, and `asarray` rarely "
        "makes one)."
    ),
    Code.LOOPS: [
        "{Whose} `{function}` runs more lines of Python when {letters} grows: {steps} | Which "
        "loop can you replace with one expression for the whole array?",
        "{Whose} `{function}` runs more lines of Python when {letters} grows | Which loop can "
        "you replace with one expression for the whole array?",
    ],
    Code.MEMORY: [
        "{Whose} `{function}` needs {bytes} MB at once, more than an array with four bytes for "
        "each combination of {letters} | How can you get the same result with smaller arrays "
        "or lists?",
        "{Whose} `{function}` needs more memory than an array with four bytes for each "
        "combination of {letters} | How can you get the same result with smaller arrays or "
        "lists?",
    ],
    Code.LARGER_WRONG: (
        "{Whose} `{function}` returns a wrong answer when {letters} {grows} larger | Which "
        "line depends on {letters}?"
    ),
    Code.FORBIDDEN: "{Whose} notebook uses `{name}`{place}{whole} | Write this step yourself.",
    Code.CALLS_WRONG: [
        "{Whose} function calls {called}, which {negated} correct | We judged it with correct "
        "code for {called}, and this added {back} to the score.",
        "{Whose} function calls {called}, which {negated} correct | Correct {called} first.",
    ],
    Code.FILE_MISSING: (
        "{Whose} submission doesn't contain `{file}`, so the optional challenge gets no points "
        "| If you wrote this file, save it next to the notebook, and submit both."
    ),
    Code.FILE_TOO_LARGE: (
        "{Whose} file `{file}` is larger than {most} bytes, so it isn't read "
        "| Which arrays can you store with fewer bits?"
    ),
    Code.FILE_UNREADABLE: (
        "{Whose} file `{file}` {why} | Write it with `np.savez`, and load it once before you "
        "submit."
    ),
    Code.THRESHOLD: (
        "{Whose} {measured} is {value}, which doesn't reach this threshold | What could "
        "improve the {measured}?"
    ),
    Code.MISTAKE: "{hint}",
    Code.LIKE_MISTAKE: [
        "Only {your} {has} the following mistake. {only}",
        "In {your}: {hint}",
    ],
    Code.WRONG: "{words}",
    Code.FACTOR: [
        "{Your} {is} {times} | {from_where}",
        "{Your} {is} the correct value times a factor | Where does the factor come from?",
    ],
    Code.AMOUNT: "{Your} {is} too {large} by {amount} | Which term do you add or leave out?",
    Code.SIGN: "{Your} {has} the wrong sign | Where does the sign change?",
    Code.SQUARE: (
        "{Your} {is} the square of the correct value | Do you square once too often, or is a "
        "square root missing?"
    ),
    Code.ROOT: (
        "{Your} {is} the square root of the correct value | Is a square missing, or do you "
        "take one square root too many?"
    ),
    Code.EXPONENTIAL: (
        "{Your} {is} the exponential of the correct value | Is a logarithm missing, or do you "
        "exponentiate once too often?"
    ),
    Code.LOGARITHM: (
        "{Your} {is} the logarithm of the correct value | Is an exponential missing, or do you "
        "take one logarithm too many?"
    ),
    Code.MINUS_LOGARITHM: (
        "{Your} {is} minus the logarithm of the correct value | Which step takes the logarithm?"
    ),
    Code.RECIPROCAL: (
        "{Your} {is} 1 divided by the correct value | What belongs in the denominator?"
    ),
    Code.ABSOLUTE: (
        "{Your} {is} the absolute value of the correct value | Which step loses the sign?"
    ),
    Code.NO_NEGATIVES: (
        "{Your} {is} 0 where the correct value is negative | Does a step remove negative "
        "values, or is a term missing?"
    ),
    Code.NO_POSITIVES: (
        "{Your} {is} 0 where the correct value is positive | Does a step remove positive "
        "values, or is a term missing?"
    ),
    Code.COMPLEMENT: (
        "{Your} {is} 1 minus the correct value | Which of the two should your function return?"
    ),
    Code.TRANSPOSED: (
        "{Your} {is} the transpose of the correct matrix | What should a row contain?"
    ),
    Code.TRUNCATED: (
        "{Your} {has} lost the digits after the decimal point | Which step converts to "
        "integers?"
    ),
    Code.ROUNDED: (
        "{Your} {is} rounded to {decimals} decimal places | Return the unrounded value."
    ),
    Code.EXCHANGED: [
        "{Your} and `{other}` are {swapped} | Which line computes which, and in which order "
        "should your function return them?",
        "{Your} {is} equal to the correct `{other}`{same} | Which formula does the text give "
        "for each of the two?",
        "{Your} {contains} the correct values of `{other}` | In which order should your "
        "function return its values?",
    ],
    Code.VARIANT: (
        "{Your} {is} what you get if you {change} | Does your code do this, or something "
        "similar?"
    ),
    Code.ABSENT: [
        "{Your} {is} None in {some_places} where the correct value is a number | Which test in "
        "your code decides between None and a number?",
        "{Your} {contains} numbers in some places where the correct value is None | Which test "
        "in your code decides between None and a number?",
    ],
    Code.NOT_FINITE: [
        "{Your} {contains} {values} in {count}, first at {first}{ranges} | Which operation "
        "produces {values}{given}?",
        "{Your} {is} {kind}{everywhere}{ranges} | Which operation produces {values}{given}?",
        "{Your} {contains} nan or infinite values | Which operation produces them?",
    ],
    Code.FEW_DIGITS: [
        "{Your} {agrees} with the correct value only up to an error of {worst}, relative to "
        "the largest entry | Does your code use float32, a small constant, an "
        "approximation, or a difference of nearly equal numbers?",
        "{Your} {agrees} with the correct value, but not to enough digits | Does your code use "
        "float32, a small constant, an approximation, or a difference of nearly equal numbers?",
    ],
    Code.REMEMBERED: (
        "Your function remembers an earlier call: for other numbers in arrays of the same "
        "shapes, {your} {is} the earlier result | What does your code keep from one call to "
        "the next?"
    ),
    Code.UNREPEATABLE: (
        "{Your} {differs} from call to call with the same arguments | Do you draw additional "
        "random numbers, or does a variable outside the function change?"
    ),
    Code.ZERO: [
        "{Your} {is} 0{everywhere}, although the correct value is a {tiny} number | Does your "
        "code add such a number to a larger one, or subtract nearly equal numbers?",
        "{Your} {is} 0{everywhere} | Which line should change this?",
    ],
    Code.CONSTANT: (
        "{Your} {has} the same value in every entry | Which step should make the entries "
        "different?"
    ),
    Code.ALIKE: [
        "All {lines} of {your} are equal: each is the {which} | {store}",
        "All {lines} of {your} are equal | Which step should make them different?",
    ],
    Code.ARGUMENT: (
        "{Your} {is} equal to the argument `{argument}` | Which line should change it, and "
        "does that line run?"
    ),
    Code.REORDERED: (
        "{Your} {contains} the correct numbers in the wrong places | Which step decides the "
        "order?"
    ),
    Code.SIGNS: "{Your} {has} the wrong sign in some entries | Which step decides the sign?",
    Code.STEADY: [
        "{Your} {differs} from the correct value by the same {same} within each {along} | What "
        "do you compute once for each {along}?",
        "{Your} {differs} from the correct value by the same {same} in every entry | Which "
        "step affects all entries equally?",
    ],
    Code.LINEAR: (
        "{Your} {is} the correct value times a factor, plus a constant | Which step scales the "
        "values, and which one shifts them?"
    ),
    Code.NEAR: (
        "{Your} {is} close to the correct value, but not close enough | Is a small "
        "term missing or a formula only approximate, or does an iteration stop too early?"
    ),
    Code.RISING: (
        "{Your} {rises} and {falls} with the correct value, but {is} neither equal nor "
        "proportional to it | Compute the smallest and the largest entry step by step."
    ),
    Code.FALLING: (
        "{Your} {falls} where the correct value grows | Which step changes the sign or the "
        "order?"
    ),
    Code.ENTRIES: (
        "{Your} {is} {wrong} for {letters}, but correct for the others | Which steps use "
        "{these}?"
    ),
    Code.BLOCKS: (
        "In {your}, only the rows of {letters} are wrong{off} | Which lines compute the "
        "gradient for {letters}?"
    ),
    Code.SHIFTED: (
        "{Your} {is} shifted by one {line}: each {line} contains the correct values of the "
        "{neighbour} one | Where does your loop or slice start?"
    ),
    Code.REVERSED: (
        "{Your} {has} the {lines} in reverse order | At which end does your loop start?"
    ),
    Code.CUMULATIVE: (
        "{Your} {is} the cumulative sum of the correct values, {line} by {line} | Which "
        "variable should be reset to 0 for each {line}?"
    ),
    Code.FIRST_ROW_FILLED: (
        "{Your} {has} values only in the first row, and 0 in all other rows | Is the "
        "`return` inside the loop?"
    ),
    Code.FIRST_ROWS_FILLED: (
        "{Your} {is} correct in the first rows, and 0 in all other rows | Where does your "
        "loop end?"
    ),
    Code.AT_INDEX: (
        "{Your} {is} wrong only at [n, {argument}[n]]{off} | Which line writes there, and "
        "what should it write?"
    ),
    Code.ONLY_AT_INDEX: (
        "{Your} {is} correct only at [n, {argument}[n]] | Which line writes the other entries?"
    ),
    Code.ONE_LINE: [
        "{Your} should be 0 in the {end} {line}{empty}, and {is} correct elsewhere | Which "
        "step of your code writes there?",
        "{Your} {is} wrong only in the {end} {line}{off} | What is different there?",
        "{Your} {is} wrong only in {line} {place}{off} | What is different there?",
        "{Your} {is} wrong only in one {line}{off} | What is different there?",
    ],
    Code.SOME_LINE: (
        "{Your} {is} wrong in only one {line}, which isn't the same in every case | What is "
        "different there?"
    ),
    Code.FIRST_LINES: [
        "{Your} {is} correct only up to {line} {place} | What is different after that?",
        "{Your} {is} correct only in the first {only} | What is different after that?",
        "{Your} {is} correct only in the first few {lines} | What is different after that?",
    ],
    Code.LAST_LINE: (
        "{Your} {is} correct only in the last {line} | What does your code do there, and not "
        "elsewhere?"
    ),
    Code.DIAGONAL: "{Your} {is} wrong only {where} the diagonal | What is different there?",
    Code.ONLY_DIAGONAL: (
        "{Your} {is} correct only {where} the diagonal | What is different in the other "
        "entries?"
    ),
    Code.BORDER: (
        "{Your} {is} wrong only at the border | Which values does your code use outside the "
        "border?"
    ),
    Code.BY_SIGN: [
        "{Your} {is} wrong only where `{argument}` is {sign} | What should happen there?",
        "{Your} {is} wrong only where the correct value is {sign} | What should happen there?",
    ],
    Code.LEFT_EMPTY: (
        "{Your} {is} 0 in some entries, and correct in the others | Which line should fill "
        "these entries?"
    ),
    Code.NOT_EMPTIED: (
        "{Your} {is} wrong only in the entries that should be 0{these} | Which line of your "
        "code should leave 0 there?"
    ),
    Code.PLACES: [
        "{Your} {is} wrong only in {place}, for example at {first} | What is different there?",
        "{Your} {is} wrong in {count}, first at {first} | What do these entries have in "
        "common?",
        "{Your} {is} wrong in some entries | What do these entries have in common?",
    ],
    Code.DIFFERS: [
        "{Your} {differs} from the correct value | Call your function with {such} input, and "
        "check each step.",
        "{Your} {differs} from the correct value | Compute a small example by hand, and "
        "compare each step with your code.",
    ],
    Code.ORDINARY_FIRST: (
        "{Your} {is} wrong here, too | Correct your answers for ordinary input first."
    ),
}


def sentences(findings: Iterable[Finding], audience: Audience) -> list[str]:
    """Return findings as sentences with the aspects; equal sentences are merged.

    >>> findings = [Finding(Code.SIGN, aspect, ("dx", "dw")) for aspect in ("value", "edge")]
    >>> sentences(findings, Audience.HIDDEN)
    ['value, edge: Your `dx` and `dw` have the wrong sign. Where does the sign change?']
    """
    return [f"{', '.join(aspects)}: {text}" for aspects, text in by_words(findings, audience)]


def by_words(findings: Iterable[Finding], audience: Audience) -> list[tuple[list[str], str]]:
    """Return the aspects and sentences of findings; equal sentences are merged."""
    aspects = {}
    for finding in one_per_cause(findings):
        aspects.setdefault(text(finding, audience), []).append(finding.aspect)
    return [([*dict.fromkeys(named)], words) for words, named in aspects.items()]


def text(finding: Finding, audience: Audience) -> str:
    """Return one finding in words, without its aspect.

    :param audience: For hidden cases, private data of the finding are left out. The instructor
        gets only the sentence about the student's result, and the name of the registered
        mistake.
    """
    if audience == Audience.HIDDEN:
        finding = finding.hidden()
    fields = _fields(finding, audience)
    what, ask = next(_filled(finding.code, fields))
    notes = [f"tried: {', '.join(finding.cases)}"] * bool(finding.cases)
    notes += [f"shapes: {fields['shapes']}"] if "shapes" in fields else []
    named = f"[{finding.mistake}]" if finding.mistake else ""
    if audience == Audience.INSTRUCTOR:
        ask = named
    elif "law" in finding.data:
        ask = LAWS[finding.data["law"]]
    return f"{_ended(what, notes)} {ask}".rstrip()


def as_html(words: str) -> str:
    """Return words as HTML, with `names` as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(words))


def _obstacle(data):
    """Return words for what is in the way of a definition, if it is known."""
    if "obstacle" not in data:
        return {}
    return dict(zip(("because", "advice"), because(data["obstacle"]), strict=True))


def _ended(what, notes):
    """Return a sentence with notes in brackets, and one full stop."""
    if notes:
        what = f"{what} ({'; '.join(notes)})"
    return what if what.endswith((".", "?", "!", ".)")) else f"{what}."


def _filled(code, fields):
    """Yield the sentences of a code, filled in, if all their fields are known."""
    variants = WORDS[code]
    for words in [variants] if isinstance(variants, str) else variants:
        try:
            yield tuple(part.format_map(fields) for part in _pair(words))
        except KeyError:
            continue


def _pair(words):
    """Split an entry of the tables above at " | ": what we see, and where to look."""
    what, _, ask = words.partition(" | ")
    return what, ask


def _fields(finding, audience):
    """Return the values of the placeholders in a finding's sentences, by name."""
    parts, data = finding.parts, finding.data
    whose = "The student's" if audience == Audience.INSTRUCTOR else "Your"
    subject = f"{whose} {listed([f'`{p}`' for p in parts])}" if parts else f"{whose} answer"
    verbs = {verb: plural if len(parts) > 1 else verb for verb, plural in PLURAL.items()}
    fields = (
        {
            "Whose": whose,
            "whose": whose.lower(),
            "Your": subject,
            "your": subject[:1].lower() + subject[1:],
        }
        | verbs
        | data
    )
    fields["everywhere"] = " everywhere" if data.get("everywhere") else ""
    fields |= {"such": "such an"} if finding.cases else {}
    how = data.get("how")
    off = "all with the wrong sign" if how == "sign" else f"always by the same {how}"
    fields["off"] = f", {off}" if how else ""
    return fields | FIELDS.get(finding.code, lambda _: {})(data)


def listed(names: list[str]) -> str:
    """Return names as a list in words.

    >>> listed(["i"]), listed(["i", "f"]), listed(["i", "f", "g"])
    ('i', 'i and f', 'i, f and g')
    """
    *some, last = names or [""]
    return f"{', '.join(some)} and {last}" if some else last


def counted(count: int, size: int) -> str:
    """Return a number of entries of an array in words: "3 of 40 entries"."""
    return f"{count} of {size} entries"


def ended(stopped: dict) -> str:
    """Return what ended a call or a cell, for example "takes too long (4 seconds ...)"."""
    return _stopped({"stopped": stopped})["stop"]


def _stopped(data):
    """Return what ended a call, a limit or an exception, and where to look."""
    if "stopped" not in data:
        _, known = exceptions.CAUSES.get(data.get("cause"), (None, None))
        return {"cause": known or CAUSES.get(data.get("raised"), CHECK)}
    stop = data["stopped"]
    what, cause = _pair(STOPS[stop["limit"]])
    if (most := stop.get("most")) is not None:
        graded = f", and {stop['graded']:g} in grading" if "graded" in stop else ""
        limit = f"{most:g} {UNITS[stop['limit']]} {stop.get('where', '')}".rstrip()
        what = f"{what} ({limit}{graded})"
    return {"stop": what, "cause": cause}


def _raised(data):
    """Return the fields of an exception: where to look, and the shapes of the inputs."""
    fields = _stopped(data)
    if data.get("unasked"):
        fields["cause"] = "This input is allowed. Which condition in your code leads to this?"
    if data.get("keeps"):
        fields["cause"] = KEEPS
    if "message" in data:
        fields["message"] = exceptions.in_words(data["message"])
    if shapes := data.get("given"):
        fields["shapes"] = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    return fields


def _error_expected(data):
    """Return the fields if an exception was expected: what the function did instead."""
    if "stopped" in data:
        fields = _stopped(data)
        return {"returned": fields["stop"], "cause": fields["cause"]}
    if "raised" in data:
        return ({"right_class": data["expected"]} if data.get("own") else {}) | {
            "returned": f"raises {data['raised']}",
            "cause": "Which exception does `assert` raise, and which one should you raise?"
            if data["raised"] == "AssertionError"
            else "Which check should come first?",
        }
    if data["returned"] == "error":
        return {
            "returned": "returns normally",
            "cause": "Do you `return` or `print` the error instead of raising it?",
        }
    outcome = "fails" if data["returned"] == "failed" else "returns a value"
    about_input = data["expected"] in ("ValueError", "TypeError")
    return {"returned": outcome, "cause": CHECKED if about_input else RAISED}


def kind_in_words(kind: str) -> str:
    """Return a kind of value in words: "a list", or "None".

    >>> kind_in_words("exact"), kind_in_words("none")
    ('a Fraction or Decimal', 'None')
    """
    return _pair(KINDS[kind])[0] if kind in KINDS else "None" if kind == "none" else kind


def _kind(data):
    """Return the fields of a value of the wrong kind."""
    what, cause = kind_in_words(data["kind"]), _pair(KINDS[data["kind"]])[1]
    if data["number"]:
        cause = KINDS_OF_NUMBER.get(data["kind"], cause)
    expected = "a number" if data["number"] else "an array of numbers"
    return {"kind": what, "expected": expected, "cause": cause}


def _shape(data):
    """Return the fields of a wrong shape: what we see of its cause, and where to look."""
    if data.get("swapped"):
        return {"swapped": "shape"}
    observed, cause = (words.format_map(data) for words in _pair(SHAPES[data["cause"]]))
    fields = {"observed": f": {observed}" if observed else "", "cause": cause}
    if data.get("keeps"):
        fields["cause"] = KEEPS
    expected, returned = data["expected"], data.get("returned")
    if "?" in expected:  # a length that students must not read
        n = len(expected.strip("(,)").split(","))
        if data["cause"] in COUNTED:
            fields["observed"] += (
                f", but it should have {'one axis' if n == 1 else f'{n} axes'}"
            )
        return fields
    fields["asked"] = expected
    return fields | ({"found": returned} if returned and "?" not in returned else {})


def _count(data):
    """Return the fields of a wrong number of values."""
    names, kind = data["names"], data.get("kind")
    cause = "What does your `return` statement return?"
    cause = "Is the `return` missing?" if kind == "none" else cause
    returned = kind_in_words(kind) if kind else _values(data["returned"])
    expected = f"{_values(len(names))}: {listed([f'`{n}`' for n in names])}"
    return {"returned": returned, "expected": expected, "cause": cause}


def _values(n):
    """Return a number of values in words."""
    word = NUMBERS[n] if n < len(NUMBERS) else "more than eight"
    return f"{word} value{'s' * (n != 1)}"


def _letters(data):
    """Return letters of axes as a list in words, with a verb that agrees."""
    fields = {"letters": listed(data["letters"])}
    if len(data["letters"]) > 1:
        fields["grows"] = "become"
    else:
        fields["grows"] = "becomes"
    if "steps" in data:
        fields["steps"] = " and ".join(
            f"{steps} lines for {data['letters'][0]} = {n}" for n, steps in data["steps"]
        )
    if "bytes" in data:
        fields["bytes"] = f"{data['bytes'] / 1e6:.1f}"
    return fields


def _factor(data):
    """Return the fields of a factor: "N times too large", and where to look."""
    if "factor" not in data:
        return {}
    name, sign, power = data["factor"], data["sign"], data["power"]
    times = f"{name} times too large" if power > 0 else f"too small by a factor of {name}"
    times += ", with the wrong sign" if sign < 0 else ""
    times = "minus the correct value" if name == "1" else times
    if sizes := data.get("sizes"):
        here = [f"{letter} is {listed(values)}" for letter, values in sizes.items()]
        times += f" ({'; '.join(here)} here)"
    where = "Where does the sign change?" if name == "1" else "Where does the factor come from?"
    if name.endswith("²"):
        where = "Do you multiply where the formula divides, or the other way round?"
    elif "ln " in name:
        where = "Which base should the logarithm have?"
    return {"times": times, "from_where": where}


def _variant(data):
    """Return the field of a small change of the reference, in words."""
    about = data["variant"]
    both = [about, about["or"]] if "or" in about else [about]  # they have the same result
    return {"change": ", or if you ".join(map(_change, both))}


def _change(about):
    """Return a small change in words."""
    about = about | ({"idea": IDEAS[about["idea"]]} if "idea" in about else {})
    for words in VARIANTS[about["kind"]]:
        with contextlib.suppress(KeyError):
            return words.format_map(about)
    raise KeyError(about["kind"])


def _not_finite(data):
    """Return the fields of entries that are nan or infinite."""
    ranges = [f"{n} from {low:.4g} to {high:.4g}" for n, low, high in data.get("ranges", ())]
    fields = {"ranges": f" (inputs: {', '.join(ranges)})" if ranges else ""}
    if "kind" in data:
        fields["values"] = "nan" if data["kind"] == "nan" else "infinite values"
    fields["given"] = ", or is it left from an input" if data.get("in_inputs") else ""
    return fields | ({"count": counted(*data["count"])} if "count" in data else {})


def _called(data):
    """Return the fields of other problems' functions that a function calls."""
    names = [f"`{name}`" for name in data["called"]]
    return {"called": listed(names), "negated": "isn't" if len(names) == 1 else "aren't"}


def _points(back):
    """Return the field of the points that a correct function restored."""
    return {"back": "1 point" if back == 1 else f"{back:.3g} points"}


def _named(data):
    """Return the problems that get no points because of a forbidden name, in words."""
    return listed([f"`{name}`" for name in data.get("problems", ())]) or "this problem"


def _alike(data):
    """Return the fields of equal lines: which correct line each is, and where to look."""
    if "which" not in data:
        return {}
    if data["which"] == "sum":
        every = f"Should your code add up all {data['lines']}, or treat each one separately?"
        return {"which": f"sum of all correct {data['lines']}", "store": every}
    copy = "Does your code store one array several times, and change it later? Store a copy."
    return {"which": f"correct {data['which']} {data['line']}", "store": copy}


def places(data: dict) -> str:
    """Return where entries are wrong, from the data of `Code.PLACES`."""
    return f"wrong in {_places(data).get('place', counted(*data['count']))}"


def _places(data):
    """Return the fields of entries that are wrong in a few places."""
    fields = {"count": counted(*data["count"])} if "count" in data else {}
    if "place" in data:
        fields["place"] = listed([_between(*lines) for lines in data["place"]])
    return fields


def _between(line, lines, first, last):
    """Return "row 3" or "rows 3 to 5"."""
    return f"{line} {first}" if first == last else f"{lines} {first} to {last}"


FIELDS: dict[Code, Callable[[dict], dict]] = {
    Code.NOT_WRITTEN: lambda d: _called(d) if "called" in d else {},
    Code.STOPPED: _stopped,
    Code.RAISED: _raised,
    Code.PREVENTED: _stopped,
    Code.ERROR_EXPECTED: lambda d: (
        _error_expected(d) | {"expected": with_article(d["expected"])}
    ),
    Code.KIND: _kind,
    Code.DTYPE: lambda d: {
        "fractions": "Can this type store fractions? " if d.get("fractions") else ""
    },
    Code.SHAPE: _shape,
    Code.UNMEASURED: lambda d: {k: v[:1].upper() + v[1:] for k, v in d.items()},
    Code.NOT_DEFINED: _obstacle,
    Code.COUNT: _count,
    Code.ORDER: lambda d: (
        {"expected": listed([f"`{n}`" for n in d["names"]])}
        | ({"swapped": listed([f"`{n}`" for n in d["swapped"]])} if "swapped" in d else {})
    ),
    Code.INPUTS_CHANGED: lambda d: {
        "arguments": f"its argument{'s' * (len(d['arguments']) > 1)} "
        + listed([f"`{n}`" for n in d["arguments"]])
    },
    Code.LOOPS: _letters,
    Code.MEMORY: _letters,
    Code.LARGER_WRONG: _letters,
    Code.FORBIDDEN: lambda d: {
        "place": f" in the cell that begins {d['at']}" if "at" in d else "",
        "whole": f", which isn't allowed and costs all points of {_named(d)}"
        if d.get("whole")
        else "",
    },
    Code.CALLS_WRONG: lambda d: _called(d) | (_points(d["back"]) if "back" in d else {}),
    Code.FILE_TOO_LARGE: lambda d: {"most": f"{d['most']:,}"},
    Code.FILE_UNREADABLE: lambda d: {"why": FILES[d["why"]]},
    Code.THRESHOLD: lambda d: {"value": f"{d['value']:.4g}"},
    Code.FACTOR: _factor,
    Code.AMOUNT: lambda d: {"large": "large" if d["sign"] > 0 else "small"},
    Code.ZERO: lambda d: {"tiny": "very small"} if d.get("small") else {},
    Code.LIKE_MISTAKE: lambda d: {"only": d["hint"]} if d.get("alone", True) else {},
    Code.EXCHANGED: lambda d: (
        {"swapped": "swapped"} if d.get("swapped") else {"same": ""} if d.get("same") else {}
    ),
    Code.VARIANT: _variant,
    Code.ABSENT: lambda d: {"some_places": "some places"} if d["none"] else {},
    Code.NOT_FINITE: _not_finite,
    Code.FEW_DIGITS: lambda d: {"worst": f"{d['worst']:.0e}"} if "worst" in d else {},
    Code.ENTRIES: lambda d: {
        "wrong": "0" if d.get("zero") else "wrong",
        "letters": listed(d["letters"] or ["some variables"]),
        "these": listed(d["letters"] or ["these variables"]),
    },
    Code.ALIKE: _alike,
    Code.ONE_LINE: lambda d: {"empty": ""} if d.get("empty") else {},
    Code.NOT_EMPTIED: lambda d: {"these": f" ({d['zeros']})" if "zeros" in d else ""},
    Code.BLOCKS: lambda d: {"letters": listed(d["letters"])},
    Code.SHIFTED: lambda d: {"neighbour": "previous" if d["by"] > 0 else "next"},
    Code.PLACES: _places,
}
