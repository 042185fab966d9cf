"""Where to look after an exception, chosen by the message of NumPy or Python.

A message may contain hidden inputs, so the sandbox returns only the key of the cause. If no
pattern fits, the class of the exception decides (`rendering.CAUSES`).
"""

import re

WORDS = {  # texts of NumPy about its own internals, and the same in words
    r"^(?:matmul|dot): .*gufunc signature .*\(size (\d+) is different from (\d+)\)": (
        "the sizes of a matrix product don't match: {1} and {0}"
    ),
    r".*gufunc signature .*\(size (\d+) is different from (\d+)\)": (
        "two sizes that should be equal are {1} and {0}"
    ),
    r"^(?:matmul|dot): .*does not have enough dimensions.*": (
        "a matrix product needs arrays, and one factor is a number"
    ),
    r"^ufunc '(\w+)' did not contain a loop with signature matching types.*": (
        "`{0}` can't work with values of this type"
    ),
    r"^loop of ufunc does not support argument \d+ of type (\w+) which has no callable.*": (
        "a function of NumPy can't work with a value of the type {0}"
    ),
    r"^ufunc '(\w+)' not supported for the input types.*": (
        "`{0}` can't work with values of this type"
    ),
}
CAUSES = {  # a pattern of the message, and where to look; the first that fits
    "tensordot": (
        r"shape-mismatch for sum",
        "`np.tensordot` sums over pairs of axes of the same length. Print both shapes: which "
        "axis has an unexpected length?",
    ),
    "broadcast": (
        r"could not be broadcast together with shapes|size of tensor a .* must match",
        "Compare the two shapes from the right: two sizes can be combined only if they "
        "are equal or one of them is 1. Is a shape wrong, or does an array need new axes, as "
        "in `b[:, None]`?",
    ),
    "partition": (
        r"kth\(=.*out of bounds",
        "`np.partition` and `np.argpartition` count positions from 0. What is the last "
        "position in an array of this length?",
    ),
    "assignment": (
        r"could not broadcast input array from shape",
        "The two sides of the assignment have different shapes. Which of them isn't the one "
        "that you expect? A slice such as `a[p:-p]` is empty if p is 0.",
    ),
    "matmul": (
        r"^(matmul|dot): .*mismatch|shapes .* not aligned",
        "A matrix product needs as many columns on the left as rows on the right. Which factor "
        "should or shouldn't be transposed?",
    ),
    "scalar": (
        r"does not have enough dimensions",
        "Print the shapes of both factors: which of them should be an array?",
    ),
    "core": (
        r"mismatch in its core dimension",
        "Print the shapes of the arguments in this line: which axes should have equal lengths?",
    ),
    "no-loop": (
        r"did not contain a loop with signature|loop of ufunc does not support"
        r"|not supported for the input types",
        "Print the type of each value in this line: is one of them None, text or a list?",
    ),
    "dtype": (
        r"Cannot interpret '.*' as a data type",
        "The shape of a new array is one argument: `np.zeros((2, 3))`, with two pairs of "
        "parentheses.",
    ),
    "called": (
        r"'numpy\.ndarray' object is not callable",
        "Your code calls an array like a function. Use square brackets for an index, or look "
        "for a missing `*`.",
    ),
    "list-method": (
        r"'numpy\.ndarray' object has no attribute '(append|add|push|extend)'",
        "An array has a fixed size. Collect the values in a list, or create the array first "
        "and fill it.",
    ),
    "no-method": (
        r"'numpy\.ndarray' object has no attribute",
        "Arrays have no method with this name. Is there a function with this name, as in "
        "`np.sqrt(x)`?",
    ),
    "none": (
        r"'NoneType' object",
        "A value is None. Should your code check for None here, or should the value be "
        "something else? A function without `return` returns None.",
    ),
    "truth": (
        r"truth value of an array",
        "`if`, `and` and `or` need a single True or False. Should you compare single numbers "
        "here? For a decision about each entry, use `np.where`, a mask, or `&` and `|`.",
    ),
    "index": (
        r"arrays used as indices must be of integer|only integers, slices|only integer scalar",
        "An index must be an integer. Where does yours become a float, or an array?",
    ),
    "sequence": (
        r"setting an array element with a sequence|inhomogeneous shape",
        "The rows have different lengths, or one entry is given several values. Print their "
        "shapes.",
    ),
    "casting": (
        r"Cannot cast ufunc|cannot cast .* output from",
        "The array contains integers, and an operation such as `x -= 0.5` would store "
        "fractions in it. Convert it to float first.",
    ),
    "infinity": (
        r"cannot convert float (infinity|NaN) to integer",
        "An array of integers can't store infinity or NaN. Convert it to float first.",
    ),
    "read-only": (
        r"read-only",
        "Your function writes into its input. Work on a copy: `x = x.copy()`.",
    ),
    "too-many-indices": (
        r"too many indices for array|invalid index to scalar",
        "Your code uses more indices than the array has axes. Print its shape.",
    ),
    "axis": (
        r"axis -?\d+ is out of bounds",
        "The array has fewer axes than your code expects. Print its shape, and count the axes "
        "from 0.",
    ),
    "out-of-bounds": (
        r"index -?\d+ is out of bounds for axis",
        "The last index of an axis is its size minus 1. Print the index and the shape: "
        "which of the two is wrong?",
    ),
    "reshape": (
        r"cannot reshape array of size",
        "The new shape must have as many entries as the array. Print the array's shape: is the "
        "array wrong, or the new shape?",
    ),
    "unpack": (
        r"not enough values to unpack|too many values to unpack",
        "The number of names on the left differs from the number of values on the right. How "
        "many axes, or results, are there?",
    ),
    "join": (
        r"all the input array dimensions|along dimension \d+, the array at index",
        "The arrays that you join may differ in size only along the axis on which you join "
        "them. Print their shapes.",
    ),
    "arguments": (
        r"positional argument|unexpected keyword argument|missing \d+ required",
        "A function is called with arguments that don't match its `def` line. Compare them.",
    ),
    "list-arithmetic": (
        r"unsupported operand type\(s\).*'(list|tuple)'|can only concatenate (list|tuple)",
        "This is arithmetic with a list. Convert it with `np.array` first.",
    ),
    "unassigned": (
        r"referenced before assignment|cannot access local variable",
        "A variable gets its value only in one branch, or after this line. Where should it be "
        "set first?",
    ),
    "boolean": (
        r"numpy boolean (negative|subtract)",
        "This array contains True and False instead of numbers. Convert it with "
        "`.astype(float)` first; `~` isn't a minus sign.",
    ),
    "in-place": (
        r"modified by an inplace operation",
        "The backward pass needs a tensor that your code has overwritten. Write `h = h + f(h)` "
        "instead of `h += f(h)`, for example.",
    ),
    "singular": (
        r"Singular matrix",
        "The matrix has no inverse. Should your formula make it invertible, or do you need a "
        "function that works without an inverse?",
    ),
}


def in_words(message: str) -> str:
    """Return the text of an exception, with NumPy's internals in words.

    >>> in_words("matmul: ... with gufunc signature (n?,k),(k,m?) (size 7 is different from 3)")
    "the sizes of a matrix product don't match: 3 and 7"
    """
    for pattern, words in WORDS.items():
        if found := re.match(pattern, message, re.DOTALL):
            return words.format(*found.groups())
    return message


def cause(message: str) -> str | None:
    """Return the key of the cause of an exception with this message, or with this key, or None.

    >>> cause("'NoneType' object is not iterable")
    'none'
    """
    known = (key for key, (pattern, _) in CAUSES.items() if re.search(pattern, message))
    return message if message in CAUSES else next(known, None)
