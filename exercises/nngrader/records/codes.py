"""The codes of findings: what can be wrong with a student's function."""

from enum import StrEnum


class Code(StrEnum):
    """The code of a finding. `rendering.WORDS` contains the sentences for each code."""

    # A call failed, or its answer cannot be compared
    NOT_WRITTEN = "not-written"  # raises NotImplementedError, as the empty cell does; called?
    NOT_DEFINED = "not-defined"  # the student's cells define no function of this name
    STOPPED = "stopped"  # a limit or the end of the process ended the call
    RAISED = "raised"  # it raised an exception
    ERROR_EXPECTED = "error-expected"  # it did not raise the required exception
    PREVENTED = "prevented"  # an exception in the student's code left no value for a part
    STILL_MISSING = "still-missing"  # a part is None, but other parts have values
    COUNT = "count"  # it returned a wrong number of values
    ORDER = "order"  # it returned the values in a wrong order
    UNMEASURED = "unmeasured"  # the problem's measure rejects the answer
    NOT_JUDGED = "not-judged"  # a fault of the grader: the problem was not judged
    NOTEBOOK_MISSING = "notebook-missing"  # the notebook of the test is missing or unreadable

    # Ordinary test cells
    TEST_FAILED = "test-failed"  # a line that students have, such as an assertion, failed
    HIDDEN_TEST_FAILED = "hidden-test-failed"  # a line between the marks of hidden tests
    TEST_PREVENTED = "test-prevented"  # it needs a name from a test cell that failed earlier

    # The form of a value
    IS_NONE = "is-none"  # a value is None
    KIND = "kind"  # a value is text, a dict, a generator, ...
    BOOLEAN = "boolean"  # True or False instead of a number
    COMPLEX = "complex"  # complex numbers
    MASKED = "masked"  # a masked array
    DTYPE = "dtype"  # an array or number of a wrong type
    SHAPE = "shape"  # a wrong shape; `data["cause"]` is the probable cause

    # Behaviour other than values
    INPUTS_CHANGED = "inputs-changed"  # it writes into its arguments
    LOOPS = "loops"  # the number of executed lines grows with an axis
    MEMORY = "memory"  # it stores an array with all of the named axes
    LARGER_WRONG = "larger-wrong"  # it fails or is wrong where an axis is longer
    FORBIDDEN = "forbidden"  # the notebook uses a name that the problem forbids
    CALLS_WRONG = "calls-wrong"  # it calls another problem's function, which is wrong

    # Challenges
    FILE_MISSING = "file-missing"  # the file was not submitted
    FILE_TOO_LARGE = "file-too-large"  # the file is larger than allowed
    FILE_UNREADABLE = "file-unreadable"  # the file isn't a plain .npz file
    THRESHOLD = "threshold"  # a threshold is not reached

    # Explanations: they predict the wrong value
    MISTAKE = "mistake"  # a registered mistake; `data["hint"]` is its hint
    LIKE_MISTAKE = "like-mistake"  # a registered mistake in this part, not in the others
    WRONG = "wrong"  # the problem's own words for a wrong part, `data["words"]`
    FACTOR = "factor"  # the correct value times a factor
    AMOUNT = "amount"  # the correct value plus a number
    SIGN = "sign"  # the correct value with the wrong sign
    SQUARE = "square"  # the square of the correct value
    ROOT = "root"  # its square root
    EXPONENTIAL = "exponential"  # e to the power of it
    LOGARITHM = "logarithm"  # its logarithm
    MINUS_LOGARITHM = "minus-logarithm"  # minus its logarithm
    RECIPROCAL = "reciprocal"  # one divided by it
    ABSOLUTE = "absolute"  # its absolute value
    NO_NEGATIVES = "no-negatives"  # 0 where it is negative
    NO_POSITIVES = "no-positives"  # 0 where it is positive
    COMPLEMENT = "complement"  # 1 minus it
    TRANSPOSED = "transposed"  # its transpose
    TRUNCATED = "truncated"  # it without its decimals
    ROUNDED = "rounded"  # it, rounded to a few decimals
    EXCHANGED = "exchanged"  # the correct value of another part
    VARIANT = "variant"  # what a small change of the reference returns; `data["variant"]`

    # Descriptions of a wrong value
    ABSENT = "absent"  # None in the wrong places, in a part that may contain None
    NOT_FINITE = "not-finite"  # entries are nan or infinite
    FEW_DIGITS = "few-digits"  # nearly correct
    REMEMBERED = "remembered"  # it returned the result of an earlier call with the same shapes
    UNREPEATABLE = "unrepeatable"  # a second call with the same arguments returns new numbers
    ZERO = "zero"  # all entries are 0
    CONSTANT = "constant"  # all entries are equal
    ALIKE = "alike"  # all rows (columns, samples, ...) are equal
    ARGUMENT = "argument"  # it is one of the arguments
    REORDERED = "reordered"  # the correct numbers in the wrong places
    SIGNS = "signs"  # some signs are wrong
    STEADY = "steady"  # one amount or factor for all, or for each row, column, ...
    LINEAR = "linear"  # a linear function of the correct values
    NEAR = "near"  # it grows with the correct values, and is near them
    RISING = "rising"  # it grows with the correct values
    FALLING = "falling"  # it falls if the correct values grow
    ENTRIES = "entries"  # some named entries of a list are wrong
    BLOCKS = "blocks"  # some named blocks of rows are wrong
    SHIFTED = "shifted"  # each row or column is in its neighbour's place
    REVERSED = "reversed"  # rows or columns in reverse order
    CUMULATIVE = "cumulative"  # the cumulative sum of the correct values
    FIRST_ROW_FILLED = "first-row-filled"  # all rows after the first are 0
    FIRST_ROWS_FILLED = "first-rows-filled"  # the first rows are correct, the rest is 0
    AT_INDEX = "at-index"  # only entries such as [n, targets[n]] are wrong
    ONLY_AT_INDEX = "only-at-index"  # only entries such as [n, targets[n]] are correct
    ONE_LINE = "one-line"  # one row or column is wrong
    SOME_LINE = "some-line"  # one row or column is wrong, a different one in each case
    FIRST_LINES = "first-lines"  # only the first rows or columns are correct
    LAST_LINE = "last-line"  # only the last row or column is correct
    DIAGONAL = "diagonal"  # only the diagonal, or one of its sides, is wrong
    ONLY_DIAGONAL = "only-diagonal"  # only the diagonal, or one of its sides, is correct
    BORDER = "border"  # only the border is wrong
    BY_SIGN = "by-sign"  # it is wrong only where some array has one sign
    LEFT_EMPTY = "left-empty"  # all wrong entries are 0, and others are correct
    NOT_EMPTIED = "not-emptied"  # entries that should be 0 are not
    PLACES = "places"  # fewer than half of the entries are wrong
    DIFFERS = "differs"  # nothing else describes it
    ORDINARY_FIRST = "ordinary-first"  # it is wrong on ordinary input, too
