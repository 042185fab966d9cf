"""Tables with shaded cells: counts, confusion matrices, attention."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from ..checks import classes, drawable
from .colours import BLUE, ORANGE
from .show import SLANT, fit_columns
from .style import WIDTH, canvas, short, styled

__all__ = ["attention", "confusion", "heatmap", "matrix"]

DARKEST = 0.6  # the opacity of the darkest cell, on which text is still legible
WRITTEN = 12  # largest number of columns that leaves room for three characters in each


@styled
def heatmap(
    table,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    fmt: str = "",
    limits: tuple[float, float] | None = None,
    ax=None,
):
    """Draw a table of numbers, each written in its cell; cells of larger numbers are darker.

    Parameters
    ----------
    table : (R, C) int or float
        The numbers. In a table of integers, a cell with 0 stays empty. For a table of mistakes,
        use ``confusion`` instead.
    rows, columns : sequence of str
        Names of rows and columns.
    xlabel, ylabel, title : str
        Labels of the columns and of the rows, and title of the plot.
    fmt : str
        Format of a number, as in ``format``. Default: no decimals for integers, otherwise
        two decimals.
    limits : (float, float)
        Values of the lightest and the darkest cell. Default: 0 and the largest number for
        integers, otherwise the smallest and the largest number.

    Raises
    ------
    ValueError
        If the names do not match the table, or a number is not finite.

    >>> ax = heatmap([[3, 0], [1, 2]], ["cat", "rat"], ["day", "night"], xlabel="when",
    ...              ylabel="who")
    >>> [text.get_text() for text in ax.texts]
    ['3', '1', '2']
    """
    counts = np.asarray(table).dtype.kind in "iu"
    values = drawable("heatmap", "the table", table, 2)
    _fit("heatmap", values, rows, columns)
    low, high = limits or (0.0 if counts else values.min(), values.max())
    strength = np.clip((values - low) / max(high - low, 1e-12), 0, 1)
    axes = _table("heatmap", ax, values.shape, title=title, xlabel=xlabel, ylabel=ylabel)
    _shade(axes, strength, ORANGE)
    fmt = fmt or (".0f" if counts else ".2f")
    for index, value in np.ndenumerate(values):
        if value or not counts:
            _write(axes, index, format(value, fmt))
    _name_cells(axes, values.shape, rows, columns)
    return axes


@styled
def confusion(
    true, predicted, names: Sequence[str], *, rates: bool = False, title: str = "", ax=None
):
    """Draw a confusion matrix: how often each true class was predicted as each class.

    Correct predictions are bold, on the diagonal; the shading shows only mistakes.

    Parameters
    ----------
    true, predicted : (N,) int
        Class indices in [0, C).
    names : sequence of str
        Names of the C classes.
    rates : bool
        If True, write percentages of the true class instead of counts. The row of a class
        without examples is empty.

    Raises
    ------
    ValueError
        If the true and the predicted classes differ in length, or a class has no name.

    >>> ax = confusion([0, 0, 1], [0, 1, 1], ["cat", "rat"])
    >>> [(text.get_text(), text.get_weight()) for text in ax.texts]
    [('1', 'bold'), ('1', 'normal'), ('1', 'bold')]
    """
    C = len(names)
    true = classes("confusion", "true classes", true, C)
    predicted = classes("confusion", "predicted classes", predicted, C)
    if true.shape != predicted.shape:
        raise ValueError(
            f"confusion: expected as many predictions as true classes, "
            f"got {predicted.shape} and {true.shape}"
        )
    table = np.bincount(C * true + predicted, minlength=C * C).reshape(C, C)
    if rates:
        table = 100 * table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    xlabel = "predicted (% of the true class)" if rates else "predicted"
    axes = _table("confusion", ax, table.shape, title=title, xlabel=xlabel, ylabel="true")
    mistakes = np.where(np.eye(C, dtype=bool), 0, table)
    _shade(axes, mistakes / max(mistakes.max(), 1), ORANGE)
    for (i, j), value in np.ndenumerate(table):
        if value:
            _write(axes, (i, j), f"{value:.0f}", weight="bold" if i == j else "normal")
    _name_cells(axes, table.shape, names, names)
    return axes


@styled
def matrix(
    A,
    *,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    fmt: str = "",
    ax=None,
):
    """Draw a matrix with its entries, on orange if positive and on blue if negative.

    Larger absolute values have stronger colours, and zero has none. In greyscale, the minus
    signs distinguish negative entries. A matrix with more than 12 columns is drawn as an image
    without numbers or names, in which zero is grey, positive entries are bright and negative
    entries are dark.

    Parameters
    ----------
    A : (M, N) float, or Fractions as ``linalg`` returns them
        The matrix. A vector (N,) is drawn as a column.
    rows, columns : sequence of str
        Names of rows and columns, or none.
    xlabel, ylabel, title : str
        Labels of the columns and of the rows, and title of the plot.
    fmt : str
        Format of an entry, as in ``format``. Default: three significant digits, or an integer
        if |entry| ≥ 999.5. Fractions are always written exactly.

    Raises
    ------
    ValueError
        If A is empty, an entry is not finite, A has more than two dimensions, or the names do
        not match A.

    >>> ax = matrix([[2, -1], [0, Fraction(1, 3)]], title="A")
    >>> [text.get_text() for text in ax.texts]
    ['2', '−1', '0', '1/3']
    """
    entries = np.asarray(A.detach() if hasattr(A, "detach") else A)
    entries = entries[:, None] if entries.ndim == 1 else entries
    exact = entries.dtype == object and all(isinstance(a, int | Fraction) for a in entries.flat)
    values = drawable("matrix", "A", entries.astype(float) if exact else entries, 2)
    _fit("matrix", values, rows or range(len(values)), columns or range(values.shape[1]))
    names = {"title": title, "xlabel": xlabel, "ylabel": ylabel}
    top = max(np.abs(values).max(), 1e-300)
    if values.shape[1] > WRITTEN:
        return _picture(values, top, names, ax)
    axes = _table("matrix", ax, values.shape, **names)
    _shade(axes, np.maximum(values, 0) / top, ORANGE)
    _shade(axes, np.maximum(-values, 0) / top, BLUE)
    for index, entry in np.ndenumerate(entries):
        _write(axes, index, _entry(entry, "" if exact else fmt))
    _name_cells(axes, values.shape, rows, columns)
    axes.spines["bottom"].set_visible(False)
    axes.spines["right"].set_visible(True)
    return axes


def _entry(entry, fmt: str) -> str:
    """Return an entry of a matrix as text."""
    if fmt:
        return format(entry, fmt)
    return str(entry) if isinstance(entry, int | Fraction) else short(entry)


def _picture(values: np.ndarray, top: float, names: dict[str, str], ax):
    """Return Axes with a large matrix as an image, and a line that explains its colours."""
    height = min(max(0.7 + 2.7 * values.shape[0] / values.shape[1], 1.2), 6.0)
    axes = canvas("matrix", ax, height=height, **names)
    options = {"cmap": "cividis", "vmin": -top, "vmax": top, "interpolation": "none"}
    axes.imshow(values, **options)
    axes.grid(visible=False)
    scale = f"dark −{top:.2g}, grey 0, bright {top:.2g}"
    axes.set_xlabel(f"{names['xlabel']}\n{scale}".strip())
    return axes


@styled
def attention(
    weights, queries: Sequence[str], keys: Sequence[str], *, title: str = "", ax=None
):
    """Draw how strongly each query (row) attends to each key (column).

    If there are at most eight keys, the weights are written as percentages.

    Parameters
    ----------
    weights : (Q, K) float
        Weights of at least 0. After softmax, each row sums to 1.
    queries, keys : sequence of str
        The tokens of the rows and of the columns.

    Raises
    ------
    ValueError
        If the tokens do not match the weights, or a weight is negative or not finite.

    >>> ax = attention([[0.9, 0.1], [0.5, 0.5]], ["la", "mer"], ["the", "sea"])
    >>> [text.get_text() for text in ax.texts]
    ['90', '10', '50', '50']
    """
    values = drawable("attention", "the weights", weights, 2)
    _fit("attention", values, queries, keys)
    if values.min() < 0:
        raise ValueError(
            f"attention: expected weights of at least 0, as after softmax, got {values.min():g}"
        )
    few = values.shape[1] <= 8
    xlabel = "key (weights in %)" if few else f"key (darkest: {100 * values.max():.0f} %)"
    axes = _table("attention", ax, values.shape, title=title, xlabel=xlabel, ylabel="query")
    _shade(axes, values / max(values.max(), 1e-300), BLUE, darkest=DARKEST if few else 1.0)
    for index, value in np.ndenumerate(values):
        if few:
            _write(axes, index, f"{100 * value:.0f}")
    _name_cells(axes, values.shape, queries, keys)
    return axes


def _fit(function: str, values: np.ndarray, rows: Sequence, columns: Sequence) -> None:
    """Raise ValueError for names that do not match the table."""
    if values.shape != (len(rows), len(columns)):
        raise ValueError(
            f"{function}: expected a table ({len(rows)}, {len(columns)}) for the names, "
            f"got shape {values.shape}"
        )


def _table(function: str, ax, shape: tuple[int, int], **names: str):
    """Return Axes for a table, whose height depends on the number of rows."""
    height = 1.1 + 0.26 * shape[0] + 0.2 * bool(names["title"])
    return canvas(function, ax, height=height, **names)


def _shade(axes, strength: np.ndarray, colour: str, darkest: float = DARKEST) -> None:
    """Shade the cells, from transparent at 0 to darkest at 1."""
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgba

    indices = [index for index, value in np.ndenumerate(strength) if value > 0]
    square = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    cells = [square + np.array((j, i)) for i, j in indices]
    colours = [to_rgba(colour, darkest * float(strength[index])) for index in indices]
    axes.add_collection(PolyCollection(cells, facecolors=colours, linewidths=0))


def _write(axes, index: tuple[int, int], text: str, weight: str = "normal") -> None:
    """Write a number into its cell, with a proper minus sign."""
    i, j = index
    options = {"ha": "center", "va": "center", "fontsize": 9, "weight": weight}
    axes.text(j, i, text.replace("-", "−"), **options)


def _name_cells(axes, shape: tuple[int, int], rows: Sequence, columns: Sequence) -> None:
    """Label the rows and columns; if there are many columns, slant or omit labels."""
    (R, C), names = shape, list(map(str, columns))
    axes.set(xlim=(-0.5, C - 0.5), ylim=(R - 0.5, -0.5))
    every = -(-C // 18)
    slant = {"rotation": SLANT, "ha": "right", "rotation_mode": "anchor"}
    turn = {} if fit_columns(names, WIDTH) else slant
    axes.set_xticks(range(0, len(names), every), names[::every], **turn)
    axes.set_yticks(range(len(rows)), list(map(str, rows)))
    axes.tick_params(length=0)
    axes.grid(visible=False)
