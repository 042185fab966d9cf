"""Count the markers of unidiomatic English per 1,000 words of a text.

    python tools/english.py chapters/cnn/layers.md   # each hit with a suggestion
    python tools/english.py --summary nnlib docs     # one line per file, the worst first
    python tools/english.py --registers              # part of `make lint`

Markers are words and constructions that d2l, CS231n's notes, Karpathy's posts, QuantEcon's
lectures and the documentation of pytest, click, nbgrader and otter-grader almost never use. One
marker is not an error; many of them make a text read as if it were translated. The tool reads
Markdown and YAML, the docstrings, strings and comments of Python, and the strings and comments
of JavaScript. ``english.yml`` contains the markers.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
FEWEST = 300  # words: the rate of a shorter text is unreliable
MOST = 5.0  # markers per 1,000 words
# The texts that must have at most MOST markers, by kind.
REGISTERS = {
    "entry": ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "exercises/README.md"),
    "docs": ("docs/*.md",),
    "library": ("nnlib/**/*.py",),
    "grader": ("exercises/nngrader/**/*.py",),
    "machinery": ("chapters/_ext/**/*.py", "tools/**/*.py"),
    "site": ("chapters/_extra/**/*.js",),
    "pages": ("chapters/*/*.md",),
    "assignments": ("exercises/source/*/*.md", "exercises/problems/**/*.py"),
    "reference": ("chapters/reference/*.yml",),
}
WORDS = yaml.safe_load((ROOT / "tools/english.yml").read_text(encoding="utf-8"))


def prose(text: str) -> str:
    """Return the running text of Markdown, without code, formulas and addresses."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    text = re.sub(r"^(`{3,}|~{3,})[^\n]*\n.*?^\1`*\s*$", _fence, text, flags=re.S | re.M)
    text = re.sub(r"\$\$.*?\$\$", " X. ", text, flags=re.S)
    text = re.sub(r"\{[a-z:-]+\}`[^`\n]*`", "X", text)
    text = re.sub(r"\$[^$\n]*\$|`[^`\n]*`", "X", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<[^>]+>|https?://\S+", " ", text)
    return re.sub(r"^\|.*$", lambda m: m[0].replace("|", " . "), text, flags=re.M)


def _fence(match: re.Match) -> str:
    first = match[0].split("\n", 1)[0]
    if re.search(
        r"code|covers|math|bibliography|literalinclude|mermaid|toctree|python|^`{3,}\s*$|bash|text",
        first,
    ):
        captions = re.findall(r'^:\s+caption: "(.*)"$', match[0], flags=re.M)
        return "\n\n" + "\n\n".join(captions) + "\n\n"
    return (
        "\n\n" + "\n".join(match[0].split("\n")[1:-1]) + "\n\n"
    )  # admonitions, exercises: prose


def of_python(source: str) -> str:
    """Return docstrings, strings of five words or more, and comments."""
    nodes = ast.walk(ast.parse(source))
    texts = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    texts = [re.sub(r"^\s*>>>.*$", "", t, flags=re.M) for t in texts if t.count(" ") > 3]
    texts += re.findall(r"(?:^|  )# (.+)$", source, flags=re.M)
    return prose("\n\n".join(texts))


STRING = r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`(?:[^`\\]|\\.)*`'


def of_javascript(source: str) -> str:
    """Return comments, and strings of five words or more, with X for each inserted value."""
    tokens = re.findall(rf"{STRING}|//[^\n]*|/\*.*?\*/", source, flags=re.S)
    comments = [t.strip("/* ") for t in tokens if t.startswith("/")]
    texts = [re.sub(r"\$\{[^}]*\}", "X", t[1:-1]) for t in tokens if not t.startswith("/")]
    texts = [t for t in texts if t.count(" ") > 3 and "\n" not in t]  # longer ones are code
    return prose("\n\n".join([*comments, *texts]))


def of_yaml(source: str) -> str:
    """Return the values of five words or more, and the comments."""
    texts, values = re.findall(r"(?:^|\s)# (.*)$", source, flags=re.M), [yaml.safe_load(source)]
    while values:
        value = values.pop()
        if isinstance(value, dict | list):
            values += value.values() if isinstance(value, dict) else value
        elif isinstance(value, str) and value.count(" ") > 3:
            texts.append(value)
    return prose("\n\n".join(texts))


READERS = {".md": prose, ".py": of_python, ".js": of_javascript, ".yml": of_yaml}


def read(path: Path) -> str:
    """Return the part of a file that people read."""
    return READERS[path.suffix](path.read_text(encoding="utf-8"))


def files(paths: list[str]) -> list[Path]:
    """Return the given files, and the readable files in the given folders."""
    out: list[Path] = []
    for p in map(Path, paths):
        out += sorted(q for q in p.rglob("*") if q.suffix in READERS) if p.is_dir() else [p]
    return [p for p in out if "_vendor" not in p.parts]


def measure(text: str) -> tuple[int, float, dict[str, float], list]:
    """Return the number of words, the excess of markers, the rates of voice words and the hits.

    All rates are per 1,000 words. The excess is the rate of markers above the reference rates.
    Voice words, such as "you" and "because", are those that teaching texts need.
    """
    words = len(re.findall(r"[A-Za-z][A-Za-z'’-]*", text))
    flat = re.sub(r"(?<!\n)\n(?!\n)", " ", text)
    per_thousand = 1000 / max(words, 1)
    hits, excess = [], 0.0
    for marker in WORDS["markers"]:
        matches = list(re.finditer(marker["pattern"], flat, re.M))
        hits += [(_context(m), m[0], marker["write"]) for m in matches]
        excess += max(0.0, per_thousand * len(matches) - marker["rate"])
    voice = {
        v["name"]: per_thousand * len(re.findall(v["pattern"], flat)) for v in WORDS["voice"]
    }
    return words, excess, voice, hits


def _context(match: re.Match) -> str:
    """Return a match with the text around it."""
    return match.string[max(0, match.start() - 50) : match.end() + 40].strip()


def findings() -> list[str]:
    """Return a line for each file in REGISTERS with more than MOST markers per 1,000 words."""
    out = []
    for register, patterns in REGISTERS.items():
        for path in sorted({p for pattern in patterns for p in ROOT.glob(pattern)}):
            words, excess, *_ = measure(read(path))
            if words >= FEWEST and excess > MOST:
                where = path.relative_to(ROOT).as_posix()
                out.append(f"{where}: {excess:.1f} markers per 1,000 words ({register})")
    return out


def main() -> int:
    """Print the requested rates; return 1 if a file in REGISTERS has more than MOST."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("paths", nargs="*")
    parser.add_argument(
        "--summary", action="store_true", help="one line per file, the worst first"
    )
    parser.add_argument("--registers", action="store_true", help="check the project's files")
    args = parser.parse_args()
    if args.registers:
        lines = findings()
        print(*lines, f"{len(lines)} files above {MOST:g} markers per 1,000 words", sep="\n")
        return int(bool(lines))
    rows = [(*measure(read(path)), path) for path in files(args.paths)]
    rows = sorted((r for r in rows if r[0] >= FEWEST or not args.summary), key=lambda r: -r[1])
    for words, excess, voice, hits, path in rows:
        if not args.summary:
            for context, word, advice in hits:
                print(f"  {word!r}: …{context}…  → {advice}")
        field = {v["name"]: v["rate"] for v in WORDS["voice"]}
        rates = "  ".join(f"{k} {v:.1f} (field {field[k]:g})" for k, v in voice.items())
        print(f"{excess:6.1f} markers  {rates}  {words} words  {path}")
    if len(rows) > 1:
        total = sum(r[0] for r in rows)
        mean = sum(r[0] * r[1] for r in rows) / total
        print(f"{mean:6.1f} markers per 1,000 words in {total} words of {len(rows)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
