"""Two builds give the same bytes, outside what cells tagged `timing` show."""

import compare_builds
import pytest
from minibook import MiniBook

FENCE = "```"
TIMED = '<div class="cell tag_timing docutils"><div class="x"><p>{}</p></div></div>'
DIFFERING = {
    "a page": ("a.html", "<p>1</p>", "<p>2</p>", "a.html: '1<' | '2<'"),
    "a page that is longer": ("a.html", "<p>1</p>", "<p>1</p><p>2</p>", "a.html: "),
    "a timed page elsewhere": (
        "a.html",
        TIMED.format(1) + "<p>3</p>",
        TIMED.format(2) + "<p>4</p>",
        "a.html: '3<' | '4<'",
    ),
    "a notebook": (
        "a.ipynb",
        '{"cells": [{"metadata": {"tags": ["timing"]}, "source": "1"}]}',
        '{"cells": [{"metadata": {"tags": ["timing"]}, "source": "2"}]}',
        "a.ipynb: ",
    ),
}


def two(tmp_path, name, *texts):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder, text in zip(folders, texts, strict=True):
        folder.mkdir()
        (folder / name).write_text(text)
    return folders


@pytest.mark.parametrize("kind", DIFFERING)
def test_a_difference_is_told_with_its_place(tmp_path, kind):
    name, one, other, expected = DIFFERING[kind]
    (line,) = compare_builds.differences(*two(tmp_path, name, one, other))
    assert line.startswith(expected)


def test_bytes_decide_where_there_is_no_text(tmp_path):
    folders = two(tmp_path, "a.png", "", "")
    (folders[0] / "a.png").write_bytes(b"\xff\x00")
    assert list(compare_builds.differences(*folders)) == ["a.png: 2 and 0 bytes differ"]


def test_a_file_that_only_one_build_has_is_told(tmp_path):
    folders = two(tmp_path, "a.html", "", "")
    (folders[1] / "b.html").touch()
    assert list(compare_builds.differences(*folders)) == [f"b.html: only in {folders[1]}"]


def test_what_timed_cells_show_is_masked_in_pages_and_notebooks(tmp_path):
    notebook = '{"cells": [{"metadata": {"tags": ["timing"]}, "outputs": ["%s"]}]}'
    folders = two(tmp_path, "a.html", TIMED.format(1), TIMED.format(2))
    for folder, seconds in zip(folders, "12", strict=True):
        (folder / "a.ipynb").write_text(notebook % seconds)
    assert list(compare_builds.differences(*folders)) == []


CELLS = (
    "print({'apple', 'pear', 'plum', 'fig'}, {1.5: 'x'})",
    "import sys\nfor k in range(20):\n    print(k, flush=True)",
    "from matplotlib import pyplot as plt\nplt.plot([1, 2]); plt.show()",
    "from matplotlib import pyplot as plt\nfrom nnlib import viz\n"
    "figure, axes = plt.subplots()\naxes.plot([1, 2])\n"
    "viz.show(figure, alt='a line', name='line')",
)
TIMED_CELL = (
    f"{FENCE}{{code-cell}} python\n:tags: [timing]\nimport time\nprint(time.time())\n{FENCE}\n"
)


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """Return the same small book, built from nothing at two places."""

    def built(folder):
        book = MiniBook.create(tmp_path_factory.mktemp("twice") / folder)
        page = (book.root / "chapters/part/second.md").read_text()
        cells = [f"{FENCE}{{code-cell}} python\n{code}\n{FENCE}\n" for code in CELLS]
        book.write("chapters/part/second.md", "\n".join([page, *cells, TIMED_CELL]))
        done = book.build()
        assert done.returncode == 0, done.stdout
        return book.root / "_build" / "html"

    return [built("book"), built("another place/the book")]


@pytest.mark.slow
def test_two_builds_at_two_places_give_the_same_bytes(twice):
    assert list(compare_builds.differences(*twice)) == []


@pytest.mark.slow
def test_the_timed_cell_of_the_two_builds_did_differ(twice):
    pages = [(folder / "chapters/part/second.html").read_text() for folder in twice]
    assert pages[0] != pages[1]
