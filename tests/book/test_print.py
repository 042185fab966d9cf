"""The book on paper and in readers: formulas, ePub, PDF."""

import ast
import io
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from begin.checks import failures
from printed import contents, epub, epub_check, pdf, xhtml
from printed.browser import printer
from pypdf import PdfReader
from read import formulas

ROOT = Path(__file__).resolve().parents[2]
SOFTMAX = (ROOT / "chapters/classifiers/softmax.md").read_text(encoding="utf-8")
PLAIN = r"([^$`*,.:\n]{,60})\b"  # how a text begins, before any formula or mark


@pytest.fixture(scope="module")
def paper():
    with printer() as paper:
        yield paper


def test_a_page_becomes_xhtml_that_needs_no_script():
    page = (
        "<html><head><title>t</title></head><body><h1 id=a>T</h1><script>1</script>"
        '<nn-quiz><script>{}</script><div class="nn-fallback"><p>Is <span class="math">'
        '<math><mi>x</mi><mspace width="0.167em"></mspace></math></span>?<br></div></nn-quiz>'
        "<details open><summary>Answer</summary><p>Yes.</details>"
        '<svg viewBox="0 0 1 1" fill="var(--nn-ink, currentColor)">'
        "<clipPath id=a></clipPath></svg>"
        '<img src="data:image/png;base64,AAAA" alt="dot"><button>Go</button></body></html>'
    )
    kept = {}
    text = xhtml.page(
        page, {"ink": "#123456"}, lambda name, content: kept.setdefault(name, name)
    )
    root = ET.fromstring(text.removeprefix("<!DOCTYPE html>"))
    assert list(kept) == [root.find(".//{*}img").get("src")]
    assert root.find(".//{*}math") is not None
    assert root.find(".//{*}mspace").get("width") == "0.167em"
    assert root.find(".//{*}svg").get("viewBox")
    assert root.find(".//{*}clipPath") is not None
    assert root.find(".//*[@open]") is None
    for gone in ("<script", "<details", "<button", "nn-quiz", "var(--nn", "currentColor"):
        assert gone not in text
    assert "Answer" in text
    assert "#123456" in text


@pytest.fixture(scope="module")
def packed(built, tmp_path_factory):
    root = built.copy(tmp_path_factory.mktemp("epub") / "book").root
    command = [sys.executable, ROOT / "tools/print_book.py", "epub", root]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-6000:]
    assert "executed part/" not in done.stdout  # the outputs are those of the site
    return root / "_build" / "neural-networks-from-first-principles.epub"


@pytest.mark.slow
def test_the_epub_of_a_book_is_sound(packed):
    assert epub_check.faults(packed) == []
    with zipfile.ZipFile(packed) as archive:
        second = archive.read("book/chapters/part/second.xhtml").decode()
        nav = archive.read("book/nav.xhtml").decode()
    assert "<math" in second
    assert "Two things are taught here" in second
    assert "It is 2." in second
    assert "This check ran" not in second
    assert "Second" in nav


@pytest.mark.slow
def test_the_same_pages_give_the_same_epub(packed):
    root = packed.parents[1]
    once, twice = (epub.pack(epub.gather(root, root / epub.BUILD)) for _ in range(2))
    assert once == twice == packed.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("nav.xhtml", "</nav>", "", "not well-formed"),
        ("nav.xhtml", "second.xhtml", "third.xhtml", "not in the book"),
        ("nav.xhtml", "</body>", "<script/></body>", "contains a script"),
        ("content.opf", 'href="epub.css"', 'href="other.css"', "not in the manifest"),
        ("title.xhtml", "</body>", '<a href="nav.xhtml#x">x</a></body>', "has no such id"),
    ],
)
def test_the_check_of_an_epub_finds_a_fault(packed, tmp_path, name, old, new, fault):
    broken = tmp_path / "broken.epub"
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(broken, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == f"book/{name}":
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            target.writestr(info, content)
    assert any(fault in line for line in epub_check.faults(broken))


@pytest.fixture(scope="module")
def sheets(book, paper, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pdf")
    for name in ("_config.yml", "_toc.yml", "chapters", "CHANGELOG.md", ".git"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "_build").symlink_to(book.parent)
    pages = ["chapters/classifiers/softmax", "chapters/reference/errata"]
    pdf.make(folder, folder / "book.pdf", paper, pages)
    pdf.sheet(folder, folder / "sheet.pdf", paper)
    return {name: PdfReader(folder / f"{name}.pdf") for name in ("book", "sheet")}


@pytest.fixture(scope="module")
def text(sheets):
    """Return the words of the book on paper."""
    return " ".join(" ".join(page.extract_text() for page in sheets["book"].pages).split())


@pytest.mark.slow
def test_the_pdf_has_the_sentences_the_outline_and_the_numbers(sheets, text):
    reader = sheets["book"]
    head = re.sub(r"```.*?```", "", SOFTMAX.split("```{strip}")[0], flags=re.DOTALL)
    first = head.split("# Softmax regression")[1].strip().splitlines()[0]
    assert re.match(PLAIN, first)[0] in text
    titles = [item.title for item in reader.outline if not isinstance(item, list)]
    assert titles == ["Classifiers", "Reference"]
    assert reader.page_labels[0] == "i"
    assert "1" in reader.page_labels
    assert reader.metadata.title == "Neural networks from first principles"


@pytest.mark.slow
def test_the_pdf_shows_solutions_and_answers(text):
    solutions = re.findall(r"solution-start\}[^`]*````\n" + PLAIN, SOFTMAX)
    assert len(solutions) > 2
    assert [begin for begin in solutions if begin not in text] == []
    assert "The notes, “2.3 Softmax Loss”, say" in text
    assert "This check ran" not in text


@pytest.mark.slow
def test_the_formula_sheet_fills_two_sheets(sheets):
    pages = sheets["sheet"].pages
    text = "\n".join(page.extract_text() for page in pages)
    assert len(pages) == 2
    assert "Ctrl+P" not in text
    assert all(title in text for title in formulas.PARTS.values())


def test_the_contents_follow_the_table_of_contents(tmp_path):
    (tmp_path / "_toc.yml").write_text(
        "root: a/first\nparts:\n- caption: One\n  chapters:\n"
        "  - file: a/second\n    sections:\n    - file: a/third\n"
    )
    titles = {f"a/{n}": [(1, n, n.title())] for n in ("first", "second", "third")}
    entries = contents.outline(tmp_path, titles)
    walked = [entry.title for top in entries for entry in top.walk()]
    assert walked == ["First", "One", "Second", "Third"]


class _Flip(ast.NodeTransformer):
    """Turns the k-th plus into a minus and the other way round."""

    def __init__(self, k):
        self.k, self.done = k, False

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Add | ast.Sub):
            if self.k == 0:
                node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
                self.done = True
            self.k -= 1
        return node


def _with_a_sign_wrong(entry):
    """Return programs of a formula's check in which one sign is wrong."""
    for k in range(40):
        flip = _Flip(k)
        tree = flip.visit(ast.parse(entry["check"]))
        if not flip.done:
            return
        yield formulas.program({**entry, "check": ast.unparse(tree)})


def entries():
    return [e for part in formulas.read(ROOT).values() for e in part]


def test_every_formula_holds(tmp_path):
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    assert formulas.wrong(ROOT, tmp_path / "memory.json") == {}
    assert 60 <= len(entries()) <= 100


@pytest.mark.slow
def test_a_wrong_sign_in_a_formula_is_found(tmp_path):
    programs = {
        f"{entry['name']}/{k}": program
        for entry in entries()
        for k, program in enumerate(_with_a_sign_wrong(entry))
    }
    failing = set(failures(programs, tmp_path / "memory.json", "flipped"))
    missed = sorted(set(programs) - failing)
    assert len(programs) > 150
    assert len(missed) <= 0.05 * len(programs), missed  # these are true with either sign


def test_a_check_that_compares_nothing_fails(tmp_path):
    program = formulas.program({"check": "x = 1"})
    error = failures({"empty": program}, tmp_path / "memory.json", "lock")["empty"]
    assert "compares nothing" in error


def test_a_formula_with_an_unknown_key_is_refused(tmp_path):
    folder = tmp_path / formulas.FOLDER
    folder.mkdir(parents=True)
    (folder / "maths.yml").write_text("- {name: a, tex: a, when: a, page: a, wrong: a}\n")
    with pytest.raises(ValueError, match="formulas: expected a new name and the keys"):
        formulas.read(tmp_path)


def test_the_cover_is_an_image_and_always_the_same():
    from PIL import Image
    from printed import cover

    once, twice = (cover.picture("A title of some length") for _ in range(2))
    assert once == twice
    assert Image.open(io.BytesIO(once)).size == (1200, 1800)
