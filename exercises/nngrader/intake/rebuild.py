"""Step 1 of grading: rebuild the instructor's notebook with the student's cells."""

from __future__ import annotations

import copy
import difflib
import itertools
import re
from dataclasses import dataclass, field, replace
from operator import attrgetter

from ..course.notebooks import (
    grade_id,
    is_code,
    is_ordinary,
    is_picture,
    is_solution,
    is_task,
    is_test,
    mark,
)
from ..records.flag import Flag, FlagCode
from ..storage.results import digest
from .submission import Cell

__all__ = ["own_work", "rebuild", "written"]

UNSEEN = "\u2060"  # zero width; directly after < or &, it prevents a tag or an entity
DISARMED = {
    "&": f"&{UNSEEN}",
    "<": f"<{UNSEEN}",
    "![": "! [",
    "](": "] (",
    "]:": "] :",
    "mermaid": "Mermaid",
}
ATTACHED = re.compile(r"!\[[^\]\n]*\]\(attachment:([^)\s]+)\)")
PASTED = re.compile(r"!\[pasted image\]\(attachment:pasted-\d+\.png\)")  # made by _with_images
NOT_RUN = "From the submitted notebook, not drawn again:\n"
MOST_ALIKE = 3  # cells with the same flag that are listed individually
FROM_ELSEWHERE = (
    "**The cell for this answer is empty or missing. The text below comes from elsewhere in "
    "the submission, outside the assignment's cells, so it may be the answer.**"
)


@dataclass
class Rebuilt:
    """A submission that was rebuilt for grading.

    :ivar notebook: The instructor's notebook with the student's sources, but not the student's
        metadata and outputs.
    :ivar work: Cells for the worker: name, source, and whether the student added the cell.
    :ivar flags: Unusual facts about the submission. The only student text in them is file
        names.
    :ivar solutions: Number of solution cells that the submission contains.
    :ivar files: Content of each file that the assignment requires next to the notebook, by file
        name; None if the file is missing.
    :ivar tested: For each test cell, by its id: the number of its notebook, and the indices in
        `work` of this notebook's first cell and of the first cell after the test.
    :ivar unread: For each test cell of a notebook that cannot be read, by its id: the
        notebook's file name.
    """

    notebook: dict
    work: list = field(default_factory=list)
    flags: list = field(default_factory=list)
    solutions: int = 0
    files: dict = field(default_factory=dict)
    tested: dict = field(default_factory=dict)
    unread: dict = field(default_factory=dict)


def rebuild(
    instructor: dict,
    released: dict,
    cells: list[Cell] | None,
    earlier: dict[str, list[str]] | None = None,
    before: Rebuilt | None = None,
) -> Rebuilt:
    """Return a submission: the instructor's notebook with the student's text in it.

    :param instructor: The source notebook, including hidden tests.
    :param released: The notebook that students received.
    :param cells: The student's cells; None if nothing could be read.
    :param earlier: By id: digests of the sources that locked cells had in earlier releases. A
        student who has one of these releases hasn't changed the cell.
    :param before: The result for the preceding notebooks of the same submission. The new result
        also contains everything in it, except `notebook`.
    :return: The instructor's cells are always the original ones. Lines that the student added
        to a locked code cell, such as an import, become a separate cell. A solution cell is the
        student's cell with its id, or else a cell that defines the same name. If several cells
        have the id, for example because the student split the cell, all of them stay in their
        place; the texts of a written answer are joined. If a written answer is missing or
        unchanged, its cell contains all prose that is in none of our cells, so that a person
        can mark it. Added code cells stay in their place; so do added text cells if there is a
        task to mark by hand.
    """
    ours = {grade_id(c): c for c in released["cells"] if grade_id(c)}
    out = Rebuilt(copy.deepcopy(instructor))
    if before:
        out.work, out.tested = [*before.work], dict(before.tested)
    picker = _Picker(ours, cells or [], out.flags)
    chosen = {}
    if cells is not None:
        chosen = {g: picker.choose(g) for g, c in ours.items() if is_solution(c)}
        chosen |= _found_prose(released, cells, chosen, out.flags)
        out.solutions = sum(c is not None for c in chosen.values())
        out.flags += _changed(ours, picker, earlier or {})
        out.flags[:] = _folded(out.flags, bare=not picker.by_id.keys() & ours.keys())
    own = _own_cells(released, ours, cells or [], chosen)
    own += _additions(ours, picker, earlier or {}) if cells is not None else []
    own = sorted([*own, *picker.more], key=attrgetter("position"))
    start, number, placed = len(out.work), len({n for n, *_ in out.tested.values()}), []
    counted = itertools.count(1 + sum(own for *_, own in out.work))
    plots = any(map(is_ordinary, instructor["cells"]))  # their setup may import matplotlib
    for cell in out.notebook["cells"]:
        gid = grade_id(cell)
        anchor = chosen.get(gid) or picker.first(gid)
        while anchor and own and own[0].position < anchor.position:
            placed.append(_add_own(out, own.pop(0), counted))
        if is_test(cell):
            out.tested[gid] = number, start, len(out.work)
        placed.append(_place(out, cell, ours.get(gid), chosen.get(gid), plots))
    out.notebook["cells"] = placed + [_add_own(out, c, counted) for c in own]
    if before:
        out.flags[:0] = before.flags
        out.solutions += before.solutions
    return out


def own_work(notebook: dict, released: dict) -> list:
    """Return a digest of the text that a student wrote into our cells, and its size.

    :param released: The notebook that students received.
    :return: The digest of the cells that differ from the release, ignoring spaces at line ends,
        and the number of characters in lines that are not in the release.
    """
    ours = {grade_id(c): _lines(c["source"]) for c in released["cells"] if is_solution(c)}
    changed = _changed_lines(notebook, ours)
    size = sum(len(n) for g, new in changed.items() for n in new if n not in ours[g])
    return [digest(changed), size]


def written(released: dict, cells: list[Cell]) -> tuple[int, int]:
    """Return how many of our cells a student has written, and how many the notebook has."""
    ours = {grade_id(c): _lines(c["source"]) for c in released["cells"] if is_solution(c)}
    out = rebuild(released, released, cells)
    return sum(map(bool, _changed_lines(out.notebook, ours).values())), out.solutions


def _changed_lines(notebook, ours):
    """Return the lines of each solution cell that differs from the released lines."""
    mine = {grade_id(c): _lines(c["source"]) for c in notebook["cells"] if grade_id(c) in ours}
    return {g: lines for g, lines in mine.items() if lines != ours[g]}


def _lines(text):
    """Return a cell's lines without trailing spaces, and without blank lines at either end."""
    return [line.rstrip() for line in text.strip().splitlines()]


def _place(out, cell, released, theirs, plots):
    """Return a cell of the rebuilt notebook: the instructor's, or the student's text in it."""
    gid = grade_id(cell)
    if is_code(cell):
        cell["outputs"], cell["execution_count"] = [], None
    if is_solution(cell):
        cell["metadata"] = copy.deepcopy(released["metadata"])  # with nbgrader's checksum
        cell["source"] = _text(cell, theirs, released)
        ours = cell["source"] == released["source"]
        images = released.get("attachments") if ours else theirs.images
        cell.pop("attachments", None)
        if images and not is_code(cell):
            cell["attachments"] = images
        if theirs and not is_code(cell) and "![" in PASTED.sub("", theirs.source):
            out.flags.append(Flag(FlagCode.IMAGE_NOT_SHOWN, gid))
    if is_code(cell) and not is_test(cell) and (plots or not is_picture(cell)):
        out.work.append((gid or f"cell {len(out.work)}", cell["source"], False))
    return cell


def _text(cell, theirs, released):
    """Return the student's text for a cell; prose that will be shown is made harmless."""
    if theirs is None or theirs.source == released["source"]:
        return released["source"]
    return theirs.source if is_code(cell) else harmless(theirs.source)


def _with_images(cells, between):
    """Return the text of cells with new names for the images pasted into them, and the images.

    Several of these cells may have an "image.png", so we rename the images. A link to an image
    that its cell doesn't have becomes plain text.
    """
    texts, images = [], {}
    for cell in cells:
        own = {}

        def renamed(match, own=own, cell=cell):
            if match[1] not in cell.images:
                return match[0].replace("](attachment:", "] (attachment:")
            if match[1] not in own:
                own[match[1]] = f"pasted-{len(images) + 1}.png"
                images[own[match[1]]] = cell.images[match[1]]
            return f"![pasted image](attachment:{own[match[1]]})"

        texts.append(ATTACHED.sub(renamed, cell.source))
    return between.join(texts), images


def harmless(prose: str) -> str:
    r"""Return a student's prose with HTML, links, images and diagrams turned into plain text.

    Images that `_with_images` has named stay, because their data are checked and come with the
    notebook.

    Without this, nbconvert would let links run scripts, load images from any address, fail on a
    pasted image, and run a program on the page for diagrams. We don't replace ``<`` and ``&``
    with entities, because entities would be escaped again in code and formulas.

    >>> harmless("a < b & <script>"), harmless("![a](javascript:b)")
    ('a <\u2060 b &\u2060 <\u2060script>', '! [a] (javascript:b)')
    """
    kept = PASTED.findall(prose)
    texts = PASTED.split(prose)
    for armed, harmless_one in DISARMED.items():
        texts = [text.replace(armed, harmless_one) for text in texts]
    return "".join(a + b for a, b in zip(texts, [*kept, ""], strict=True))


def _found_prose(released, cells, chosen, flags):
    """Return prose that is in none of our cells, for each missing or unchanged answer.

    Some editors remove all metadata. We can still recognise code by the names that it defines,
    but prose has no names, and an answer must not be lost together with its id.
    """
    ours = {c["source"].strip() for c in released["cells"]} | {""}
    taken = {c.position for c in chosen.values() if c}
    ids = {grade_id(c) for c in released["cells"]} - {None}
    loose = [
        c
        for c in cells
        if not c.code
        and c.position not in taken
        and c.grade_id not in ids
        and c.source.strip() not in ours
    ]
    answers = {}
    for cell in released["cells"] if loose else ():
        gid = grade_id(cell)
        if not is_solution(cell) or is_code(cell) or not mark(cell).get("grade"):
            continue
        if chosen[gid] is None or chosen[gid].source.strip() == cell["source"].strip():
            text, images = _with_images(loose, "\n\n---\n\n")
            answers[gid] = Cell(gid, f"{FROM_ELSEWHERE}\n\n---\n\n{text}", False, -1, images)
            flags.append(Flag(FlagCode.ANSWER_ELSEWHERE, gid))
    return answers


def _add_own(out, cell, counted):
    """Return a cell that the student added, and add it to the cells for the worker."""
    if not cell.code:
        text, images = _with_images([cell], "")
        if "![" in PASTED.sub("", text):
            out.flags.append(Flag(FlagCode.OWN_IMAGE_NOT_SHOWN))
        made = {"cell_type": "markdown", "id": f"own-text-{cell.position}", "metadata": {}}
        return made | {"source": harmless(text)} | ({"attachments": images} if images else {})
    n = next(counted)
    out.work.append((f"own cell {n}", cell.source, True))
    return {
        "cell_type": "code",
        "id": f"own-cell-{n}",
        "metadata": {},
        "source": cell.source,
        "outputs": _plots(cell),
        "execution_count": None,
    }


def _plots(cell):
    """Return the images among a cell's outputs, which a person may need for a mark."""
    shown = [
        {"output_type": "display_data", "metadata": {}, "data": data}
        for data in cell.images.values()
    ]
    said = {"output_type": "stream", "name": "stdout", "text": NOT_RUN}
    return [said, *shown] if shown else []


def _own_cells(released, ours, cells, chosen):
    """Return the cells that the student added; copies of released cells don't count."""
    free = {c["source"] for c in released["cells"] if not grade_id(c)}
    prose = any(is_task(c) for c in released["cells"])
    taken = {c.position for c in chosen.values() if c}
    return [
        c
        for c in cells
        if (c.code or prose)
        and c.grade_id not in ours
        and c.position not in taken
        and c.source.strip()
        and c.source not in free
    ]


class _Picker:
    """Finds the student's version of a cell."""

    def __init__(self, ours, cells, flags):
        self.ours, self.flags, self.by_id, self.more = ours, flags, {}, []
        self.loose = [c for c in cells if c.code and c.grade_id not in ours]
        self.names = None  # names that each cell defines, computed when needed
        for c in cells:
            self.by_id.setdefault(c.grade_id, []).append(c)

    def first(self, gid):
        """Return the first of the student's cells with an id, or None if there is none."""
        return next(iter(self.by_id.get(gid, ())), None) if gid else None

    def choose(self, gid):
        """Return the cell with the student's solution, or None; others go into `more`."""
        candidates, stub = self.by_id.get(gid, []), self.ours[gid]
        if not candidates:
            return self._elsewhere(gid, stub)
        if len(candidates) > 1:
            self.flags.append(Flag(FlagCode.SEVERAL_CELLS, gid, {"count": len(candidates)}))
        own = {c.source.strip(): c for c in candidates}  # the last cell with each text
        own = {t: c for t, c in own.items() if t not in ("", stub["source"].strip())}
        parts = sorted(own.values(), key=attrgetter("position")) or candidates[-1:]
        main = self._main(parts, stub)
        if main.code != is_code(stub):
            self.flags.append(Flag(FlagCode.CELL_TYPE_CHANGED, gid))
        return main

    def _main(self, parts, stub):
        """Return the cell that takes the place of ours; the others go into `more`.

        A written answer contains the texts of all of them. Code stays in separate cells, as in
        the student's notebook, so that an error in one cell doesn't stop the others.
        """
        if not is_code(stub):
            text, images = _with_images(parts, "\n\n")
            return replace(parts[-1], source=text, images=images)
        code, names = [c for c in parts if c.code] or parts, defined(stub["source"])
        main = next((c for c in reversed(code) if names & defined(c.source)), code[-1])
        self.more += [c for c in parts if c is not main]
        return main

    def _elsewhere(self, gid, stub):
        """Return the last cell without our id that defines the same name, or None."""
        names = defined(stub["source"]) if is_code(stub) else set()
        if self.names is None:
            self.names = [defined(c.source) for c in self.loose]
        candidates = [c for c, own in zip(self.loose, self.names, strict=True) if names & own]
        code = FlagCode.CELL_FOUND_BY_NAME if candidates else FlagCode.CELL_MISSING
        self.flags.append(Flag(code, gid))
        return candidates[-1] if candidates else None


def _changed(ours, picker, earlier):
    """Return flags about locked cells that the student has changed, removed or duplicated."""
    flags = []
    kept = {c.grade_id for c in _additions(ours, picker, earlier)}
    for gid, cell in ours.items():
        known = _known(cell, earlier)
        digests = [digest(c.source) for c in picker.by_id.get(gid, [])]
        if mark(cell).get("locked") and not (len(digests) == 1 and digests[0] in known):
            data = {"kept": True} if gid in kept else {}
            flags.append(Flag(FlagCode.LOCKED_CELL_CHANGED, gid, data))
    return flags


def _known(cell, earlier):
    """Return the digests of the sources that a locked cell has had in any release."""
    return {digest(cell["source"]), *earlier.get(grade_id(cell), ())}


def _additions(ours, picker, earlier):
    """Return cells with the lines that the student added to locked code cells.

    In Jupyter they count, so they count here too; our own lines follow or precede unchanged.
    The text that a student wrote into the cell of a task is kept for the person who marks it.
    """
    answers = [
        replace(c, source=text)
        for gid, cell in ours.items()
        if is_task(cell)
        for c in picker.by_id.get(gid, [])
        if digest(c.source) not in _known(cell, earlier)
        and (text := _new_lines(cell["source"], c.source))
    ]
    return answers + [
        Cell(gid, text, True, c.position - is_test(cell) / 2)
        for gid, cell in ours.items()
        if mark(cell).get("locked") and is_code(cell) and not is_solution(cell)
        for c in picker.by_id.get(gid, [])
        if digest(c.source) not in _known(cell, earlier)
        and (text := added_lines(cell["source"], c.source))
    ]


def _new_lines(ours, theirs):
    """Return the lines of a text that are not in ours."""
    known = {line.strip() for line in ours.split("\n")}
    return "\n".join(line for line in theirs.split("\n") if line.strip() not in known)


def added_lines(ours: str, theirs: str) -> str:
    r"""Return the lines that a student inserted into a cell, except in our indented blocks.

    >>> added_lines("import numpy\ncheck(f)", "import numpy\nimport math\ncheck(f)\n# done")
    'import math'
    """
    before, after = ours.strip().split("\n"), theirs.strip().split("\n")
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    blocks = [
        after[first:last]
        for kind, _, _, first, last in matcher.get_opcodes()
        if kind in ("insert", "replace")
    ]
    return "\n".join(line for block in blocks if _is_code(block) for line in block)


def _is_code(block):
    """Return whether lines contain code, and don't begin inside an indented block."""
    code = [line for line in block if line.strip() and not line.lstrip().startswith("#")]
    return bool(code) and not code[0][0].isspace()


def _folded(flags, bare):
    """Return the flags, with a single flag for each kind that many cells have.

    If no cell has our metadata, a single flag reports that all metadata are lost.
    """
    kinds = {}
    for flag in flags:
        kinds.setdefault((flag.code, str(flag.data)), []).append(flag)
    folded = []
    lost = [FlagCode.CELL_FOUND_BY_NAME, FlagCode.LOCKED_CELL_CHANGED]
    by_name, locked = (sum(f.code == code for f in flags) for code in lost)
    if bare and by_name + locked > MOST_ALIKE:
        data = {"count": by_name + locked, "by_name": by_name}
        folded.append(Flag(FlagCode.METADATA_LOST, data=data))
        kinds = {kind: alike for kind, alike in kinds.items() if kind[0] not in lost}
    for (code, _), alike in kinds.items():
        if len(alike) > MOST_ALIKE:
            cells, more = [f.cell for f in alike[:MOST_ALIKE]], len(alike) - MOST_ALIKE
            folded.append(Flag(code, data=alike[0].data | {"cells": cells, "more": more}))
        else:
            folded += alike
    return folded


def defined(source: str) -> set[str]:
    r"""Return the names that a student's text seems to define at the start of lines.

    >>> sorted(defined("class A(B):\n    def g(self): ...\ndef f (x): ..."))
    ['A', 'f']
    """
    names = set()
    for line in source.split("\n"):
        kind, _, rest = line[:100].partition(" ")
        if kind in ("def", "class"):
            names.add(rest.partition("(")[0].partition(":")[0].strip())
    return names
