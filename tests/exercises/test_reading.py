"""What is read in the text of cells without running them."""

import ast
import time

import pytest
from nngrader.engine.observation.reading import forbidden_in, imports, names_used, plain


@pytest.mark.parametrize(
    "source",
    [
        "x = (10\n     % 3)",
        "x = '''\n%matplotlib inline\n!ls\n'''",
        "x = 7 \\\n  % 4",
        "def f():\n    return '50 %'",
        "x = a if a != b else '?'",
        "    # a comment\nif x:\n    y = 1",
    ],
)
def test_legal_python_is_left_alone(source):
    assert plain(source) == source


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install scipy\nx = 1", "pass\nx = 1"),
        ("if a:\n    %time f()", "if a:\n    pass"),
        ("files = !ls", "files = None"),
        ("t = %timeit -o f()", "t = None"),
        ("np.sum?", "pass"),
        ("?np.sum\nx = 1", "pass\nx = 1"),
        ("%%time\ndef f():\n    return 1", "pass\ndef f():\n    return 1"),
        ("%%time\n%pip list\nx = 1", "pass\npass\nx = 1"),
        ("\n%%time\nx = 1", "\npass\nx = 1"),
        ("%%bash\nrm -r x", "pass"),
        ("%time f()\nx = (1\n% 2)", "pass\nx = (1\n% 2)"),
        ("%time f()\ns = '''\n!ls\n'''", "pass\ns = '''\n!ls\n'''"),
        ("%time f()\nx = 7 \\\n% 4", "pass\nx = 7 \\\n% 4"),
        ("%time f()\nx = '(' # (\n!ls", "pass\nx = '(' # (\npass"),
        ("%time f()\nx = \"'''\"\n!ls", "pass\nx = \"'''\"\npass"),
        ("    x = 1\n\n    y = 2", "x = 1\n\ny = 2"),
        ("\n  def f():\n      %time 1\n      return 1", "\ndef f():\n    pass\n    return 1"),
    ],
)
def test_lines_of_ipython_are_taken_out(source, expected):
    assert plain(source) == expected
    ast.parse(expected)


@pytest.mark.parametrize(
    "source",
    [
        "import scipy",
        "import numpy as np, scipy.spatial as sp",
        "from scipy import spatial",
        "from scipy.spatial.distance import cdist as d",
        "def f(X):\n    import scipy.spatial\n    return scipy.spatial.distance.cdist(X, X)",
        "__import__('scipy.spatial')",
        "import importlib\nimportlib.import_module('scipy')",
        "%matplotlib inline\nimport scipy",
    ],
)
def test_an_import_is_found_in_every_form(source):
    assert forbidden_in(names_used(source), ["scipy"]) == ["scipy"]


@pytest.mark.parametrize(
    "source",
    [
        "def f(X): return np.vectorize(abs)(X)",
        "import numpy\ndef f(X): return numpy.vectorize(abs)(X)",
        "import numpy as q\ny = q.vectorize",
        "from numpy import vectorize as v\nv(abs)",
        "from numpy import *\nvectorize(abs)",
        "import numpy as np\napply = getattr(np, 'vectorize')",
        "import numpy as np\nq = np\nq.vectorize(abs)",
        "import numpy as np\nbox.m = np\nbox.m.vectorize(abs)",
        "import numpy as np\nclass A:\n    m = np\nA.m.vectorize(abs)",
        "import numpy as np\nsome = [np]\nsome[0].vectorize(abs)",
        "import numpy as np\nsome = {'m': np}\ngetattr(some['m'], 'vectorize')",
    ],
)
def test_a_name_is_found_under_another(source):
    assert forbidden_in(names_used(source), ["numpy.vectorize"]) == ["numpy.vectorize"]


def test_an_alias_of_one_cell_is_undone_in_another():
    names = names_used("q.vectorize(abs)", "import numpy as q")
    assert "numpy.vectorize" in names


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nnp.sqrt(2)",
        "'import scipy'",
        "# import scipy",
        "scipyish = 1",
        "x = (",
    ],
)
def test_harmless_lookalikes_are_not_found(source):
    assert forbidden_in(names_used(source), ["scipy", "numpy.vectorize"]) == []


FUNCTION = "def f(x):\n    return helper(x)"


@pytest.mark.parametrize(
    "scratch",
    [
        "import scipy",
        "from scipy.special import softmax as right\nprint(right(3) - f(3))",
        "import scipy.special as s\nx = s.softmax(3)\nx - f(3)",
    ],
)
def test_an_import_in_a_scratch_cell_is_not_a_functions(scratch):
    assert forbidden_in(names_used(FUNCTION, scratch), ["scipy"]) == []
    assert forbidden_in(names_used(FUNCTION, scratch, scratch), ["scipy"]) == []
    assert "scipy" in str(imports(FUNCTION, scratch))


@pytest.mark.parametrize(
    "brought",
    [
        "from scipy.special import softmax as helper",
        "from scipy.special import *",
        "import scipy\nhelper = scipy.softmax",
        "import scipy\nh = scipy.softmax\nkeep(h)",
        "import scipy\nhelpers.append(scipy.softmax)",
        "import scipy\nhelpers += [scipy.softmax]",
        "import scipy\nf.helper = scipy.softmax",
        "import scipy\nglobals().update(helper=scipy.softmax)",
        "import scipy\nexec('helper = scipy.softmax')",
        "def helper(x):\n    import scipy\n    return scipy.softmax(x)",
        "for helper in [__import__('scipy')]: pass",
    ],
)
def test_an_import_that_a_function_can_reach_counts(brought):
    cells = [FUNCTION, "helpers = []", "def keep(x): helpers.append(x)"]
    assert forbidden_in(names_used(brought, *cells), ["scipy"]) == ["scipy"]


@pytest.mark.parametrize(
    ("cell", "costs"),
    [
        ("import scipy\ndef compare(x): return scipy.softmax(x)", ""),
        ("import scipy\ndef compare(x): return f(x) - scipy.f(x)\ncompare(3)", ""),
        ("import scipy\ng = scipy.softmax", "g"),
        ("import scipy\ndef helper(x): return scipy.softmax(x)", "f"),
        ("import scipy\nf(scipy.array(3))", "f"),
        ("import scipy\nf.helper = scipy.softmax", "f"),
        ("import scipy\ntimes = {}\ntimes['f'] = scipy.time(f)", ""),
        ("import scipy\ndef patch():\n    global helper\n    helper = scipy.softmax", "f"),
        ("from scipy import *", "f g"),
        ("import scipy\nglobals().update(helper=scipy.softmax)", "f g"),
        ("import scipy\nexec('helper = scipy.softmax')", "f g"),
        ("import sys\nsys.path.append('drive')\nimport scipy", ""),
    ],
)
def test_an_import_counts_for_the_functions_that_it_touches(cell, costs):
    cells = [FUNCTION, "def g(x):\n    T = x.T\n    return T", cell]
    for name in ("f", "g"):
        result = forbidden_in(names_used(*cells, function=name), ["scipy"])
        assert bool(result) == (name in costs.split()), name


def test_numpy_counts_wherever_it_occurs():
    names = names_used(FUNCTION, "import scipy\nnp.vectorize(abs)")
    assert forbidden_in(names, ["numpy.vectorize"]) == ["numpy.vectorize"]


def test_many_names_do_not_push_an_import_out():
    noise = "\n".join(f"a{k} = b{k}" for k in range(9_000))
    names = names_used(noise, "import scipy.spatial", "def f(): scipy", "np." + "y" * 500)
    assert forbidden_in(names, ["scipy"]) == ["scipy"]
    assert len(names) == 4_000
    assert max(map(len, names)) == 100


def test_imports_are_named_in_full():
    result = imports("import os.path as p\nfrom scipy.spatial import distance, KDTree")
    assert result == ["os.path", "scipy.spatial.KDTree", "scipy.spatial.distance"]


@pytest.mark.parametrize(
    "source",
    [
        "\n" * 190_000,
        "%" + "\n" * 190_000,
        "%x\n" + " " * 190_000,
        "%x\n" + "a" * 190_000 + " = ",
        "%x\n" + "'" * 190_000,
        "%x\n" + "(" * 190_000,
        "%x\n" + "\\" * 190_000,
        "(" * 5_000,
        "-" * 100_000 + "1",
        "a." * 60_000 + "b",
        "x" * 10**7,
        "\0",
        "\ud800",
    ],
)
def test_hostile_text_is_read_in_linear_time(source):
    start = time.process_time()
    plain(source)
    names_used(source)
    assert time.process_time() - start < 2
