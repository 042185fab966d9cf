r"""KaTeX, the program that sites run in a reader's browser, run here in an embedded V8.

It writes a formula twice, as elements to display and as MathML for screen readers. The MathML
also contains the TeX, which KaTeX's own script puts on the clipboard.
"""

import atexit
import base64
import html
import re
from functools import cache, cached_property
from pathlib import Path

from py_mini_racer import JSEvalException, MiniRacer

VENDORED = "_vendor/katex"
KATEX = Path("chapters", "_extra", VENDORED)
UNDERLINE = "\u0332"  # KaTeX's error messages put it under each wrong letter
OPTIONS = {"throwOnError": True, "strict": "error", "trust": False}
MATH = re.compile(r"<math.*</math>", re.DOTALL)
SOURCE = re.compile(r"<semantics>(.*)<annotation[^>]*>.*?</annotation></semantics>", re.DOTALL)
MESSAGE = re.compile(r"KaTeX parse error: ([^\n]*)")
NUMBERED = re.compile(r"\\(begin|end)\{(align|alignat|equation|gather)\}")
GROUP = re.compile(r"\{[^{}]*\}")
INNER = re.compile(r"\\begin\{(\w+\*?)\}(?:(?!\\begin|\\end).)*\\end\{\1\}", re.DOTALL)
FACE = re.compile(r"@font-face\{([^}]*)\}")
FILE = re.compile(r"fonts/([\w-]+)\.woff2")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
NAME = re.compile(r"\.(-?[A-Za-z][\w-]*)")
CLASSES = re.compile(r'class=\\?"([^"\\]*)\\?"')
KEYS = ("font-family", "font-weight", "font-style")
USUAL = {"font-family": "KaTeX_Main", "font-weight": "400", "font-style": "normal"}


class RefusedError(ValueError):
    """A formula that KaTeX cannot read; the message gives the reason."""


class Typesetter:
    """KaTeX and its style sheet; each formula is typeset only once.

    Parameters
    ----------
    folder : Path
        Contains ``katex.min.js``, ``katex.min.css`` and ``fonts/``.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.sheet = (folder / "katex.min.css").read_text(encoding="utf-8")
        self.formula = cache(self._formula)

    @cached_property
    def _engine(self) -> MiniRacer:
        """Return V8 with KaTeX loaded, started only when needed, because it starts threads."""
        engine = MiniRacer()
        atexit.register(engine.close)  # otherwise it may wait for its own threads at exit
        engine.eval((self.folder / "katex.min.js").read_text(encoding="utf-8"))
        return engine

    @cached_property
    def rules(self) -> str:
        """Return the style sheet without its font faces."""
        return FACE.sub("", self.sheet)

    def _formula(self, tex: str, *, display: bool = False, visible: bool = True) -> str:
        r"""Return a formula as HTML.

        Parameters
        ----------
        tex : str
            Without its dollars or brackets.
        display : bool, optional
            Whether it is on a separate line.
        visible : bool, optional
            Whether to return the elements to display along with the MathML; without them, the
            MathML has the TeX as its alternative text.

        Raises
        ------
        RefusedError
            If KaTeX rejects the formula, as for an unknown command or an unclosed environment.
        """
        output = "htmlAndMathml" if visible else "mathml"
        options = OPTIONS | {"displayMode": display, "output": output}
        try:
            markup = self._engine.call("katex.renderToString", _in_rows(tex), options)
        except JSEvalException as error:
            message = MESSAGE.search(str(error))
            raise RefusedError(
                (message[1] if message else str(error)).replace(UNDERLINE, "")
            ) from error
        if visible:
            return markup
        text = html.escape(" ".join(tex.split()))
        math = SOURCE.sub(r"\1", MATH.search(markup)[0])
        return math.replace("<math", f'<math alttext="{text}"', 1)

    @cached_property
    def faces(self) -> dict[tuple[str, ...], str]:
        """Return the file of each font face, by family, weight and style."""
        files = {}
        for rule in FACE.findall(self.sheet):
            declared = _declared(rule)
            file = FILE.search(rule)[1]
            files[tuple(declared[key] for key in KEYS)] = file
        return files

    @cached_property
    def _face_rules(self) -> list[tuple[set[str], dict[str, str]]]:
        """Return the rules that choose a font face: classes and their properties."""
        rules = []
        for selectors, body in RULE.findall(self.rules):
            chosen = {key: value for key, value in _declared(body).items() if key in KEYS}
            for selector in selectors.split(",") if chosen else []:
                last = selector.removesuffix(">span").rpartition(" ")[2]
                rules.append((set(NAME.findall(last)), chosen))
        return rules

    def used(self, markup: str) -> list[str]:
        """Return the files of the font faces that the formulas in some HTML use."""
        files = set()
        for classes in set(CLASSES.findall(markup)):
            own, names = {}, set(classes.split())
            for wanted, rule in self._face_rules:
                if wanted and wanted <= names:
                    own |= rule
            if own or "katex" in names:
                files.add(self.faces.get(tuple((USUAL | own)[key] for key in KEYS)))
        return sorted(files - {None})

    def face(self, file: str) -> str:
        """Return the style sheet of one font face, with its data."""
        data = base64.b64encode((self.folder / f"fonts/{file}.woff2").read_bytes()).decode()
        rule = next(rule for rule in FACE.findall(self.sheet) if FILE.search(rule)[1] == file)
        source = f'src:url(data:font/woff2;base64,{data}) format("woff2")'
        rule = re.sub(r"src:[^;]*", source, rule)
        return f"@font-face{{{rule}}}\n"


def _declared(body: str) -> dict[str, str]:
    """Return the properties of a rule; ``bold`` is a weight of 700."""
    pairs = (part.split(":", 1) for part in body.split(";") if ":" in part)
    return {key.strip(): value.strip(' "').replace("bold", "700") for key, value in pairs}


def _in_rows(tex: str) -> str:
    """Return TeX whose outermost rows are aligned; Sphinx adds the numbers, not KaTeX."""
    tex = outer = NUMBERED.sub(r"\\\1{\2*}", tex.strip())
    for inside in (INNER, GROUP):
        while (less := inside.sub("", outer)) != outer:
            outer = less
    return rf"\begin{{aligned}}{tex}\end{{aligned}}" if r"\\" in outer else tex
