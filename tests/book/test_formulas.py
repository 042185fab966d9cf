"""Formulas: typeset by KaTeX while the book is built, for visible, ear and clipboard."""

import json
import re
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from browser import PHONE, visit
from docutils import nodes
from minibook import HEADER, ROOT, MiniBook
from write.katex import KATEX, RefusedError, Typesetter
from write.typeset import _beginning, _ending, glue, typeset_page


@pytest.fixture(scope="module")
def katex():
    return Typesetter(ROOT / KATEX)


def test_a_formula_is_read_aloud_and_copied_from_its_mathml(katex):
    made = katex.formula(r"\frac{a}{b}")
    assert "<mfrac><mi>a</mi><mi>b</mi></mfrac>" in made
    assert r'<annotation encoding="application/x-tex">\frac{a}{b}</annotation>' in made
    assert 'class="katex-html" aria-hidden="true"' in made


def test_a_printed_formula_is_mathml_with_its_tex_as_alternative_text(katex):
    root = ET.fromstring(katex.formula(r"a < \tfrac12", display=True, visible=False))
    assert root.tag == "{http://www.w3.org/1998/Math/MathML}math"
    assert root.get("alttext") == r"a < \tfrac12"
    assert root.get("display") == "block"
    assert not list(root.iter("{*}annotation"))


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\nosuch x", r"Undefined control sequence: \\nosuch"),
        (r"\begin{bmatrix} 1", "Expected"),
        ("x^2 и y", "strict mode"),
    ],
)
def test_unreadable_or_unsafe_tex_is_refused(katex, tex, said):
    with pytest.raises(RefusedError, match=said):
        katex.formula(tex)


def test_rows_are_aligned_and_numbers_left_to_the_book(katex):
    assert katex.formula(r"a &= b \\ &= c", display=True).count("col-align-") == 2
    assert "eqn-num" not in katex.formula(r"\begin{align}a\end{align}", display=True)
    assert "col-align-r" not in katex.formula(r"\substack{a \\ b}", display=True)


def test_a_page_gets_the_faces_that_its_formulas_use(katex):
    assert katex.used("<p>no formula</p>") == []
    assert katex.used(katex.formula("1")) == ["KaTeX_Main-Regular"]
    both = ["KaTeX_Main-Regular", "KaTeX_Math-Italic"]
    assert katex.used(katex.formula("x_n")) == both
    assert katex.used(katex.formula("x_n").replace('"', '\\"')) == both
    assert "KaTeX_AMS-Regular" in katex.used(katex.formula(r"\mathbb{R}"))
    assert "KaTeX_Size2-Regular" in katex.used(katex.formula(r"\sum_n", display=True))
    assert "KaTeX_SansSerif-Regular" in katex.used(katex.formula(r"\mathsf{x}"))
    assert len(katex.faces) == len(list((ROOT / KATEX / "fonts").glob("*.woff2")))


def test_the_texts_of_a_script_that_holds_data_cannot_end_it(katex):
    said = r'at most <span class="math">\(N &lt; 9\)</span>'
    text = json.dumps({"a": [said, "</b>"]}).replace("</", r"<\/")
    context = {"body": f'<script type="application/json">{text}</script>'}
    app = SimpleNamespace(nn_formulas=katex, builder=SimpleNamespace(name="html"))
    typeset_page(app, "part/page", "", context, None)
    (held,) = re.findall(r"json\">(.*?)</script>", context["body"])
    assert "</" not in held
    first, second = json.loads(held)["a"]
    assert 'class="katex' in first
    assert second == "</b>"


def test_punctuation_before_and_after_a_formula_is_found():
    assert _ending("so (“") == "(“"
    assert _beginning("); and") == ");"
    assert _ending("so ") == _beginning(" and") == ""


PAGE = """# Second

So ($x^2$), and

$$
a = b
$$ (eq-first)

```{math}
:label: eq-two
\\begin{aligned} a &= b \\\\ &= c \\end{aligned}
```

By {eq}`eq-two` and a wide one:

$$
abcdefghi + abcdefghi + abcdefghi + abcdefghi + abcdefghi + abcdefghi + abcdefghi + abcdefghi
$$

And one that is a little too wide for a phone:

$$
abcdefghi + abcdefghi + abcdefghi + abcdef
$$

```{code-cell} python
:tags: [remove-input]
from nnlib import book
choices = [("0", False, r"that is $0^1$."), ("$1$", True, "yes.")]
book.quiz(book.single("Which is $e^0$?", choices))
```
"""


@pytest.fixture(scope="module")
def typeset(tmp_path_factory):
    book = MiniBook.create(tmp_path_factory.mktemp("formulas") / "book")
    book.write("chapters/part/second.md", HEADER + PAGE)
    book.syllabus([])
    book.errata([])
    book.write("chapters/reference/generated.md", "# Generated\n")
    return book.made()


@pytest.mark.slow
def test_a_built_page_contains_typeset_formulas_and_no_script_that_typesets(typeset):
    page = typeset.page()
    assert "\\(" not in page.replace("\\\\(", "")
    assert page.count("<annotation") == 11  # five in the text, twice three of the question
    assert '<span class="nn-glued">(<span class="math' in page
    assert "katex.min.js" not in page
    assert 'data-files="katex.css KaTeX_Main-Regular.css KaTeX_Math-Italic.css"' in page
    assert "MathJax" not in page


def test_punctuation_comes_from_the_text_next_to_a_formula_not_from_a_similar_one():
    row = nodes.paragraph("", "", nodes.Text("("), nodes.emphasis("", "a"), nodes.Text("."))
    row += [nodes.Text("("), nodes.math("", "b"), nodes.Text(".")]
    glue(None, row, "page")
    assert row.astext() == "(a.(b."
    assert [result.astext() for result in row.findall(nodes.inline)] == ["(b."]


@pytest.mark.slow
def test_a_formula_that_is_refused_fails_the_build_with_page_and_line(typeset, tmp_path):
    book = typeset.copy(tmp_path / "book")
    book.replace("So ($x^2$)", "So ($x^2$) and $\\nosuch$")
    book.replace("that is $0^1$", "that is $\\nonesuch$")
    done = book.build()
    assert done.returncode != 0
    lines = (book.root / "chapters/part/second.md").read_text("utf-8").splitlines()
    for name in ("nosuch", "nonesuch"):
        line = next(k for k, text in enumerate(lines, start=1) if f"\\{name}" in text)
        said = f"second.md:{line}: WARNING: KaTeX rejects the formula '\\\\{name}'"
        assert said in done.stdout


@pytest.mark.slow
@pytest.mark.browser
def test_wide_formulas_scroll_by_themselves_and_equations_are_linked(browser, typeset):
    base = (typeset.root / "_build/html").as_uri() + "/"
    with visit(browser, base, "chapters/part/second.html", size=PHONE) as visited:
        wide, nearly = (visited.page.locator("div.math").nth(k) for k in (-2, -1))
        assert wide.evaluate("e => e.scrollWidth > e.clientWidth + 50")
        wide.and_(visited.page.locator("[tabindex='0']")).wait_for()
        assert nearly.evaluate("e => e.scrollWidth <= e.clientWidth")
        assert nearly.evaluate("e => parseInt(e.style.fontSize)") in range(80, 100)
        assert nearly.get_attribute("tabindex") is None
        assert visited.too_wide() == []
        visited.page.locator("a.reference.internal[href='#equation-eq-two']").click()
        assert visited.page.url.endswith("#equation-eq-two")
        faces = "[...document.fonts].filter(f => f.family.includes('KaTeX')).map(f => f.status)"
        assert set(visited.page.evaluate(faces)) == {"loaded"}
        assert (visited.missing, visited.errors, visited.outside) == ([], [], [])


@pytest.mark.slow
@pytest.mark.browser
def test_selected_formulas_are_copied_as_tex(browser, typeset):
    base = (typeset.root / "_build/html").as_uri() + "/"
    with visit(browser, base, "chapters/part/second.html") as visited:
        copied = visited.page.evaluate("""() => {
          getSelection().selectAllChildren(document.querySelector(".nn-glued").parentElement);
          const data = new DataTransfer();
          const event = new ClipboardEvent("copy", {clipboardData: data, bubbles: true});
          document.dispatchEvent(event);
          return data.getData("text/plain");
        }""")
        assert copied == "So ($x^2$), and"
