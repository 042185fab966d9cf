"""nnlib for readers who haven't installed it: a wheel, and the same files as scripts for *Run*.

Colab installs the wheel. A page that was opened from a file can't fetch other files, so for
*Run* the code and each data file are also stored as classic scripts that contain their bytes as
text; a data file is loaded only if the cells of the page name it.
"""

import base64
import io
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from .cachekey import digest

WHEEL_OF = ("pyproject.toml", "README.md", "LICENSE", "nnlib/**/*", "exercises/nngrader/**/*")
DATA = "nnlib/datasets/data/"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date in a zip
NEVER_CHANGES = {"SOURCE_DATE_EPOCH": "315532800"}  # the same date, for hatchling


def wheel_name(root: Path) -> str:
    """Return the file name of the wheel, or "" if no package is declared."""
    declared = root / "pyproject.toml"
    if not declared.exists():
        return ""
    project = tomllib.loads(declared.read_text(encoding="utf-8"))["project"]
    return f"{project['name'].replace('-', '_')}-{project['version']}-py3-none-any.whl"


def deliver(root: Path, out: Path, memory: Path) -> None:
    """Write the wheel and its pieces into a folder, unless they are up to date."""
    name = wheel_name(root)
    if not name:
        return
    key, note = digest(root, [*WHEEL_OF, "chapters/_ext/begin/wheel.py"]), memory / "wheel-of"
    if (out / name).exists() and note.exists() and note.read_text() == key:
        return
    build(root, out)
    for piece, text in pieces(out / name).items():
        (out / piece).write_text(text, encoding="ascii")
    note.write_text(key)


def build(root: Path, out: Path) -> None:
    """Build the wheel with hatchling, reproducibly and without a network."""
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    env = os.environ | NEVER_CHANGES
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"wheel: hatchling could not make the wheel: {done.stderr}")


def pieces(wheel: Path) -> dict[str, str]:
    """Return scripts by file name: one with nnlib's code, and one for each set of data.

    Data files begin with the name of the function that reads them (``digits.npz``,
    ``fashion_mnist.more.npz``), so a cell needs them only if its text contains this name.
    """
    with zipfile.ZipFile(wheel) as whole:
        files = {n: whole.read(n) for n in sorted(whole.namelist()) if n.startswith("nnlib/")}
    code = {n: data for n, data in files.items() if not n.startswith(DATA)}
    data = {}
    for name in files:
        if name.startswith(DATA) and name.endswith(".npz"):
            data.setdefault(reader(name), {})[name] = files[name]
    scripts = {f"data-{name}.js": _script(name, _zip(d)) for name, d in data.items()}
    packed = _zip(code)
    listed = json.dumps({"data": sorted(data)})
    return {"library.js": f"nn.tryIt.library({listed});\n{_script('nnlib', packed)}"} | scripts


def reader(file: str) -> str:
    """Return the name of the function that reads a data file."""
    return Path(file).name.partition(".")[0]


def sizes(out: Path, code: str) -> tuple[bool, float]:
    """Return whether code names a data file, and the megabytes that *Run* loads."""
    if not (out / "library.js").exists():
        return False, 0.0
    names = (path.stem.removeprefix("data-") for path in sorted(out.glob("data-*.js")))
    data = [f"data-{name}" for name in names if re.search(rf"\b{name}\b", code)]
    total = sum((out / f"{name}.js").stat().st_size for name in ("library", *data))
    return bool(data), round(total / 1e6, 1)


def _zip(files: dict[str, bytes]) -> bytes:
    """Return files as a reproducible zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


def _script(name: str, data: bytes) -> str:
    """Return a classic script that passes bytes, encoded as base64, to `nn.tryIt.bytes`."""
    return f'nn.tryIt.bytes("{name}", "{base64.b64encode(data).decode("ascii")}");\n'
