"""Join the style sheets and scripts of each page into a few files.

A page needs some 50 small files, and a browser on a slow connection waits for each of them. The
sources stay separate because they are easier to read and test.

The style sheets of the theme and of the book become one file, those that nearly all formulas
need another, and those for large brackets a third; sheets of rarer font faces stay separate.
A page's scripts become up to four files: the scripts that every page uses, the scripts for its
figures, the scripts for its questions, and the theme's scripts, which run last. The
attribute ``data-files`` of a tag names the sources, which are then deleted.
"""

import re
from hashlib import blake2b
from pathlib import Path
from urllib.parse import unquote, urlsplit

from write.scripts import ALWAYS

SHEET = r'<link (?:rel="stylesheet" )?(?:type="text/css" )?href="([^":]+\.css[^"]*)"[^>]*>'
SHEETS = re.compile(rf"(?:{SHEET}\s*)+")
DEFERRED = re.compile(r'<script defer(?:="defer")? src="([^":]+)"></script>')
COMMON = ("katex", "KaTeX_Main-Regular", "KaTeX_Math-Italic")  # in nearly all formulas
QUESTIONS = ("ask", "curtain", "predict", "kinds", "order", "quiz", "recall")
QUESTIONS += ("copy-tex.min", "cards", "live-cell", "live")  # on the same pages
IMPORT = re.compile(r'@import (?:url\()?["\']?([^"\')]+)["\']?\)?;')
LATE = re.compile(r"for \(const src of \[([^\]]*)\]\)")


def join_files(app, exception) -> None:
    """Join the files of each page that was written in this build."""
    if exception is None and app.builder.name == "html":
        out, known = Path(app.outdir), {}
        for page in sorted([*out.glob("*.html"), *out.glob("chapters/**/*.html")]):
            text = page.read_text(encoding="utf-8")
            joined = with_joined_files(text, page, out, known)
            if joined != text:
                page.write_text(joined, encoding="utf-8")
        for file in {file for files, _ in known for file in files}:
            file.unlink()


def with_joined_files(text: str, page: Path, out: Path, known: dict) -> str:
    """Return a page that loads joined files; ``known`` maps sources to a joined file."""
    root = "../" * len(page.relative_to(out).parent.parts)

    def joined(sources: list[str], suffix: str) -> str:
        files = tuple(_file(source, page) for source in sources)
        if (files, suffix) not in known:
            known[files, suffix] = _write(files, suffix, out)
        names = " ".join(file.name for file in files)
        return f'="{root}{known[files, suffix]}" data-files="{names}"'

    def sheets(match: re.Match) -> str:
        hrefs = re.findall(SHEET, match[0])
        rare = [s for s in hrefs if "_formulas/" in s and _file(s, page).stem not in COMMON]
        sizes = [s for s in rare if "_Size" in s]  # small files, of which a page needs several
        usual = [s for s in hrefs if s not in rare]
        groups = [joined(group, ".css") for group in (usual, sizes) if group]
        addresses = [*groups, *(f'="{sheet}"' for sheet in rare if sheet not in sizes)]
        return "".join(f'<link rel="stylesheet" href{one} />\n' for one in addresses)

    def late(match: re.Match) -> str:
        address = joined(re.findall(r'"([^"]+)"', match[1]), ".js").split('"')[1]
        return f'for (const src of ["{address}"])'

    head, end, body = text.partition("</head>")
    scripts = DEFERRED.findall(head)
    if len(scripts) < 2:  # joined by an earlier build, or not one of our pages
        return text
    names = [_file(script, page).stem for script in scripts]
    groups = [0 if n in ALWAYS else 2 if n in QUESTIONS else 1 for n in names]
    tags = ""
    for group in sorted(set(groups)):
        some = [s for s, its in zip(scripts, groups, strict=True) if its == group]
        tags += f'<script defer="defer" src{joined(some, ".js")}></script>\n'
    at = DEFERRED.search(head).start()
    head = head[:at] + tags + DEFERRED.sub("", head[at:])
    return SHEETS.sub(sheets, head) + end + LATE.sub(late, body)


def _file(source: str, page: Path) -> Path:
    """Return the file that a page loads from an address."""
    return (page.parent / unquote(urlsplit(source).path)).resolve()


def _write(files: tuple[Path, ...], suffix: str, out: Path) -> str:
    """Write the joined file, named after its content, and return its path in the book."""
    # The semicolon limits "use strict" to its own script, and ends an open statement.
    between = "\n;\n" if suffix == ".js" else "\n"
    text = between + between.join(map(_with_imports, files))
    digest = blake2b(text.encode(), digest_size=6).hexdigest()
    name = f"{'_play' if suffix == '.js' else '_static'}/joined-{digest}{suffix}"
    (out / name).write_text(text, encoding="utf-8")
    return name


def _with_imports(file: Path) -> str:
    """Return the text of a file; each import is replaced by the imported style sheet."""
    text = file.read_text(encoding="utf-8")
    return IMPORT.sub(lambda m: (file.parent / m[1]).read_text(encoding="utf-8"), text)
