"""The one module that turns a flag into text: for the student, and for the instructor.

The student reads what happened and what to do; the instructor reads what happened.
"""

from __future__ import annotations

import sys

from ..wording import TIME_FORMS, counted, span
from .flag import Flag, FlagCode, Rank, rank
from .obstacles import because
from .rendering import SLOW

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
WHAT = {  # kinds of files that aren't what they should be
    "pdf": "a PDF",
    "zip": "a zip file (office documents are zip files, too)",
    "gzip": "a compressed file (gzip)",
    "png": "an image (PNG)",
    "jpeg": "an image (JPEG)",
    "conflict": "a file with conflict markers from git",
    "html": "HTML or XML",
    "binary": "not a text file",
    "not-json": "not valid JSON",
    "nested": "nested too deeply",
    "not-utf-8": "not encoded in UTF-8",
    "unknown": "in an unknown format",
    "incomplete": "it isn't a complete .npz file",
    "objects": "it contains Python objects instead of arrays of numbers",
    "memory": "its arrays need too much memory",
}
ENDINGS = {  # after the name of a cell or a function; those with a limit are below
    "ended": "ended the Python process",
    "crashed": "crashed the Python process",
    "too-large": "returned a result that is far too large",
    "forged": "sent a result in the wrong format",
    "broken": "broke the connection to the grader",
    "not-again": "was stopped so often that it wasn't called again",
    "too-long": "took too long",
    "waited": "spent too long waiting",
    "too-much-memory": "used too much memory",
    "too-many-processes": "started too many processes",
}
TIMES = {
    "call_seconds": "took longer than {time}",
    "total_seconds": "took longer than {time} over all calls",
    "submission_seconds": "was still running when the {time} for the whole notebook ran out",
}
LIMITS = {
    "memory": "used more than {most} MB of memory",
    "processes": "started more than {most} processes or threads",
    "file": "wrote a file of more than {most} MB",
    "space": "filled the {most} MB available for files",
    "open files": "opened more than {most} files at the same time",
}
ADVICE = {  # what a student does about an ending or a limit
    "too-long": SLOW,
    "waited": "Does it wait for something, for example with `time.sleep`?",
    "too-much-memory": "How large is the largest array that it creates?",
    "memory": "How large is the largest array that it creates?",
    "ended": "Does it call `exit()` or `quit()`? Remove such calls.",
    "crashed": "Restart the kernel, run all cells, and see what happens.",
    "too-large": "Which shape should the result have?",
    "processes": "Don't start threads or processes.",
    "too-many-processes": "Don't start threads or processes.",
    "file": "Your code doesn't need to write files here.",
    "space": "Your code doesn't need to write files here.",
    "open files": "Close each file after use, or better, do without files.",
}
AS_USUAL = "Restart the kernel, run all cells, and check that everything still works."
# Words that agree with one cell or with several: label, is, another, was.
ALONE = ("label", "is", "another cell that defines the same name", "was")
SEVERAL = ("labels", "are", "other cells that define the same names", "were")
SHORT = "Keep long experiments out of the notebook that you submit."
RUN_ALL = (
    "Restart the kernel and run all cells from top to bottom: you should see the same error."
)
LABEL = "Every cell of the assignment carries a hidden label"
LOOKED_AT = (
    "Your instructor will look at this. It costs points only if the notebook forbids it."
)
NO_COST = "This doesn't cost you any points."
TRUST = " If you or the platform wrote this file, collect again with `--trust-times`."
OPENS = "Does it open in Jupyter?"
RANKS = {
    Rank.COSTS: "costs points",
    Rank.LOOK: "please look",
    Rank.INFORMATION: "for information",
}
SAID = {  # for the student, and for the instructor
    FlagCode.FOLDER_IS_LINK: (
        "Your submission is in a folder, `{folder}`, that is a symbolic link, and we don't "
        "follow links. Submit the files themselves.",
        "The folder `{folder}` is a symbolic link, so nothing in it was read.",
    ),
    FlagCode.FILE_IS_LINK: (
        "The file `{file}` is a symbolic link, and we don't follow links. Submit the file "
        "itself.",
        "The file `{file}` is a symbolic link, so it was not read.",
    ),
    FlagCode.NO_FOLDER: (
        "We found no folder with your submission.",
        "`{folder}` is not a folder, so there is no submission to read.",
    ),
    FlagCode.NOT_A_REGULAR_FILE: (
        "`{file}` is a folder or a special file, and we read only ordinary files. Submit the "
        "file itself.",
        "`{file}` is not a regular file, so it was not read.",
    ),
    FlagCode.READ_ERROR: (
        "{File} could not be read. Ask your instructor.",
        "{File} could not be read: {reason}.",
    ),
    FlagCode.FILE_TOO_LARGE: (
        "Your file `{file}` is larger than {size}, so it was not read. Make it smaller, for "
        "example by clearing the outputs of a notebook.",
        "`{file}` is larger than {size}, so it was not read.",
    ),
    FlagCode.NOTEBOOK_TOO_LARGE: (
        "Your notebook is larger than {size} even without its outputs. Remove large texts and "
        "images from its cells.",
        "The notebook is larger than {size} even without its outputs, so it was not read.",
    ),
    FlagCode.NOTEBOOK_TOO_COMPLEX: (
        "Your notebook is too large to be read. Clear its outputs and save it again.",
        "The notebook contains more than {most:,} strings and brackets, so it was not read.",
    ),
    FlagCode.NO_NOTEBOOK: (
        "Your submission contains no notebook{but_files}. Did you upload the right file?",
        "The submission contains no notebook{but_files}.",
    ),
    FlagCode.NOTEBOOK_MISSING: (
        "Your submission has no `{expected}`, so its tests earned no points.",
        "There is no `{expected}`, so its tests earned no points.",
    ),
    FlagCode.EMPTY_FILE: (
        "Your file `{file}` is empty. Save it again and check its size before you submit it.",
        "`{file}` is empty ({bytes}).",
    ),
    FlagCode.CUT_OFF: (
        "Your file `{file}` is only the first part of a notebook: its end is missing, as if a "
        f"download or an upload had been interrupted. {OPENS}",
        "`{file}` is not a complete notebook: its end is missing.",
    ),
    FlagCode.NOT_A_NOTEBOOK: (
        f"Your file{{its_file}} is not a notebook: it is {{what}}{{from_line}}. {OPENS}",
        "{File} is not a notebook: it is {what}{from_line}.",
    ),
    FlagCode.NO_CELLS: (
        f"Your file `{{file}}` contains no cells. {OPENS}",
        "`{file}` contains no cells.",
    ),
    FlagCode.NOTEBOOK_RENAMED: (
        f"Your submission has no `{{expected}}`, so we graded `{{file}}`. {NO_COST}",
        "There is no `{expected}`, so `{file}` was graded.",
    ),
    FlagCode.SEVERAL_NOTEBOOKS: (
        "Your submission contains several notebooks. We graded `{file}`, in which you filled "
        "in the most cells, and not {files}. If this is wrong, tell your instructor.",
        "There are several notebooks. `{file}` was graded because it has the most cells filled "
        "in; not graded: {files}.",
    ),
    FlagCode.HARD_LINK: (
        f"Your notebook has a second name (a hard link). {NO_COST}",
        "The notebook has a second name (a hard link).",
    ),
    FlagCode.OLD_FORMAT: (
        f"Your notebook is saved in an old format (nbformat 3). {NO_COST}",
        "The notebook has the old format nbformat 3.",
    ),
    FlagCode.TOO_MANY_CELLS: (
        "Your notebook has {count:,} cells, and we read only the first {read:,}. Delete the "
        "cells that you don't need.",
        "The notebook has {count:,} cells; only the first {read:,} were read.",
    ),
    FlagCode.CELLS_LEFT_OUT: (
        "We could not read {malformed} of your notebook. Save it again with Jupyter.",
        "{malformed} could not be read: malformed or too large.",
    ),
    FlagCode.FILE_UNREADABLE: (
        "Your file `{file}` could not be opened: {what}. Save it again with `np.savez`.",
        "`{file}` could not be opened: {what}.",
    ),
    FlagCode.CELL_MISSING: (
        f"We did not find {{cells}}. {LABEL}, which is lost if you copy only the text. Start "
        "with a fresh copy of the notebook and write your answers into its own cells.",
        "The notebook does not contain {cells}.",
    ),
    FlagCode.CELL_FOUND_BY_NAME: (
        f"{LABEL}; we did not find the {{label}} of {{cells}} and graded {{another}}. "
        f"{NO_COST}",
        "The {label} of {cells} {is} missing; {another} {was} graded.",
    ),
    FlagCode.SEVERAL_CELLS: (
        "Your notebook has {count} cells with the label of {cells}, which happens if you "
        "split or copy a cell. We used those that you changed, in order. Delete those that you "
        "don't need.",
        "{count} cells have the label of {cells}, which happens if a cell is split or copied; "
        "all changed ones were used, in order.",
    ),
    FlagCode.CELL_TYPE_CHANGED: (
        "You changed the type (code or text) of {cells}. We graded the contents as usual. "
        f"{NO_COST}",
        "The type (code or text) of {cells} was changed; the contents were graded as usual.",
    ),
    FlagCode.LOCKED_CELL_CHANGED: (
        "We used our own version of {cells}, because you had changed, deleted or copied the "
        f"original.{{kept}} {NO_COST}",
        "Our own version of {cells} was used, because it was changed, deleted or copied.{kept}",
    ),
    FlagCode.METADATA_LOST: (
        f"{LABEL}, and your editor has removed all of them. We graded the cells that we could "
        "identify by the names that they define. Next time, use Jupyter and don't delete the "
        "cells that you were given.",
        "All {count} cell labels are missing; {by_name} cells were found by the names that "
        "they define, and our own version of the locked cells was used.",
    ),
    FlagCode.ANSWER_ELSEWHERE: (
        "You wrote nothing in {cells}. Your instructor sees all other text in your notebook, "
        "and grades it if it contains the answer.",
        "The student wrote nothing in {cells}; other text from the notebook is shown instead.",
    ),
    FlagCode.IMAGE_NOT_SHOWN: (
        "Your instructor sees the text of {cells} without one of its images, and has to open "
        "your notebook to see the image. Paste images as PNG or JPEG files of at most 2 MB.",
        "An image in {cells} is not shown; open the submitted notebook to see it.",
    ),
    FlagCode.OWN_IMAGE_NOT_SHOWN: (
        "Your instructor sees one of the text cells that you added without one of its images, "
        "and has to open your notebook to see the image. Paste images as PNG or JPEG files of "
        "at most 2 MB.",
        "An image in a text cell that the student added is not shown; open the submitted "
        "notebook to see it.",
    ),
    FlagCode.FORBIDDEN_NAME: (
        "Your code for {problems} must not use or import `{name}`, but it does{cost}. Write "
        "this step yourself.",
        "The code for {problems} must not use or import `{name}`, but it does{cost}.",
    ),
    FlagCode.UNUSUAL_IMPORT: (
        "Your code imports `{name}`. Your instructor can see this. It costs points only "
        "if the notebook forbids it, or if your code needs a package that isn't installed "
        "where we grade.",
        "Imports `{name}`.",
    ),
    FlagCode.UNUSUAL_NAME: (f"Your code uses `{{name}}`. {LOOKED_AT}", "Uses `{name}`."),
    FlagCode.TOO_MANY_NAMES: (
        f"Your code uses more than {{most:,}} names. {LOOKED_AT}",
        "Uses more than {most:,} names, so not all of them were checked.",
    ),
    FlagCode.MORE_UNUSUAL: (
        "Further unusual imports or names in your code: {more}.",
        "Further unusual imports or names: {more}.",
    ),
    FlagCode.SYNTAX_ERROR: (
        f"Python {VERSION} cannot run {{code}}, because {{because}}. {{obstacle_advice}}",
        f"{{Code}} has a syntax error in Python {VERSION} ({{exception}}{{and_line}})"
        "{found}.",
    ),
    FlagCode.NAME_MISSING: (
        "{Code} uses {a_name}. Restart the kernel and run all cells: is everything that the "
        "cell uses defined or imported above it?",
        "{Code} uses {a_name} (NameError).",
    ),
    FlagCode.CELL_RAISED: (
        "{Code} raised `{exception}` when we ran it{missing}. {rerun}",
        "{Code} raised {exception}{missing}.",
    ),
    FlagCode.CELL_LIMIT: ("{Code} {limit}. {advice}", "{Code} {limit}."),
    FlagCode.CELL_STOPPED: (
        "{Code} {ending}, so we ran your notebook without it. {advice}",
        "{Code} {ending} and was left out.",
    ),
    FlagCode.CELL_UNREADABLE: (
        "Python could not read {code}. Run the cell: Python will show you where.",
        "Python could not read {code}: the attempt {ending}. The cell was left out.",
    ),
    FlagCode.CELLS_UNREADABLE: (
        "We could not check which names your notebook uses. Ask your instructor.",
        "The cells could not be checked for unusual names: the check {ending}.",
    ),
    FlagCode.LINES_SKIPPED: (
        "{Code} contains lines that only work in a notebook{skipped}, and we did not run "
        f"them. {NO_COST}",
        "{Code} contains lines that only work in a notebook{skipped}; we skipped them.",
    ),
    FlagCode.ADDED_CELLS_LEFT_OUT: (
        "Several of the cells that you added ended the Python process, so we ran your notebook "
        "without any of them. Put your functions into the cells of the assignment.",
        "All added cells were left out, because several of them ended the Python process.",
    ),
    FlagCode.MORE_NOTES: (
        "We found similar problems in {more} more of the cells that you added.",
        "Flags for other added cells: {more}.",
    ),
    FlagCode.FUNCTION_MISSING: (
        "There is no `{cell}` after all your cells have run{since}. {obstacle_advice}",
        "`{cell}` is not defined after all cells have run{since}{cost}.",
    ),
    FlagCode.FUNCTION_LIMIT: ("Your function `{cell}` {limit}. {advice}", "`{cell}` {limit}."),
    FlagCode.FUNCTION_STOPPED: (
        "Your function `{cell}` {ending}{stopped}. {advice}",
        "`{cell}` {ending}{stopped}.",
    ),
    FlagCode.ODD_POINTS: (
        "The last line of the test cell `{cell}` didn't give 0 to {most:g} points. Does your "
        "notebook change something that the test uses?",  # without the number, a way out
        "The last line of the test cell `{cell}` gave {given} points; expected 0 to {most:g}.",
    ),
    FlagCode.NOT_MEASURED: (
        "We could not evaluate the result of your function `{cell}`. Compare the type and "
        "shape of the result with the description in the notebook.",
        "The result of `{cell}` could not be evaluated: the evaluation {ending}.",
    ),
    FlagCode.NO_SANDBOX: (
        f"Your submission ran without a sandbox. {NO_COST}",
        "Run without a sandbox.",
    ),
    FlagCode.TEST_FAILED: (
        "Something went wrong on our side in {cells}. Ask your instructor.",
        "The grader failed in {cells} ({exception}). This is not the student's fault.",
    ),
    FlagCode.GRADER_FAILED: (
        "Something went wrong on our side. Your instructor knows about it.",
        "The grader itself failed with {exception}: {reason}",
    ),
    FlagCode.HIDDEN_CHARACTERS: (
        f"The name of your folder contains invisible characters. {NO_COST}",
        "The folder's name contains invisible characters.",
    ),
    FlagCode.SIMILAR_FOLDER: (
        "Another folder has almost the same name as yours. Ask your instructor whether both "
        "belong to you.",
        "The name of another folder differs from this one only in capitalisation, spaces or "
        "the encoding of accents.",
    ),
    FlagCode.BAD_STUDENT_ID: (
        "Your points could not be recorded. Your instructor knows about it.",
        "The folder's name is not a valid student id. Rename the folder.",
    ),
    FlagCode.NOT_RECORDED: (
        "Your points could not be recorded. Your instructor knows about it.",
        "The points could not be recorded: {reason}",
    ),
    FlagCode.LATE: ("You submitted {span} late{cost}.", "Submitted {span} late{cost}."),
    FlagCode.MARKED_LATE: (
        f"The platform marks your submission as late, but doesn't say how late. {NO_COST}",
        "The platform marks the submission as late, but doesn't say how late, so there is no "
        "penalty.",
    ),
    FlagCode.LATE_REPLACED: (
        "This late version replaced an earlier one that was on time. If the earlier one should "
        "count, tell your instructor.",
        "This late version replaced one that was on time ({time}). Automatic points with "
        "the penalty: {now}; of the version on time: {earlier}. `nngrader restore` brings that "
        "version back.",
    ),
    FlagCode.OWN_TIME: (
        "The time of your submission comes from {source}, which you can change yourself. Your "
        f"instructor can see this. {NO_COST}",
        "The time of submission is the student's own: it comes from {source}, which a student "
        "can change.{trust}",
    ),
    FlagCode.TIME_NOT_USED: (
        "Your submission contains a file `{file}`. Only your instructor can set the time of "
        f"submission, so we did not use it. {NO_COST}",
        "The submission contains the student's own `{file}`, which was not used. The time of "
        "submission is unknown, so it counts as on time.",
    ),
    FlagCode.NO_TIME_ZONE: (
        "The recorded time of your submission has no time zone, so we read it as {zone}.",
        "The time of submission has no time zone and was read as {zone}. If it is in another "
        "zone, collect again with `--zone`, or write the zone into `timestamp.txt`, as in "
        "2026-11-21 17:30:00 Europe/Berlin.",
    ),
    FlagCode.FUTURE_TIME: (
        "The recorded time of your submission is in the future. Ask your instructor.",
        "The time in `timestamp.txt` is in the future.",
    ),
    FlagCode.UNREADABLE_TIME: (
        "The time of your submission could not be read, so it counts as on time.",
        "`timestamp.txt` contains {text!r}, so the submission counts as on time. Expected "
        f"{TIME_FORMS}: correct it, and grade again.",
    ),
}


def for_student(flag: Flag) -> str:
    """Return the text for the student: what happened, and what to do about it."""
    return SAID[flag.code][0].format_map(_values(flag, student=True)).strip()


def for_instructor(flag: Flag) -> str:
    """Return the text for the instructor: what happened.

    >>> for_instructor(Flag(FlagCode.LATE, data={"seconds": 93600.0, "points": 20.0}))
    'Submitted 1 day 2 h late, which costs 20 points.'
    """
    return SAID[flag.code][1].format_map(_values(flag, student=False)).strip()


def ranked(flags: list[Flag]) -> list[str]:
    """Return lines for the instructor: each flag with its rank, the most important first."""
    return [f"{RANKS[rank(f)]}: {for_instructor(f)}" for f in sorted(flags, key=rank)]


def as_shown(flag: Flag) -> dict:
    """Return a flag as plain data, with `rank` and `text`, as `--json` writes it."""
    shown = {"rank": rank(flag).name.lower(), "text": for_instructor(flag)}
    return flag.as_json() | shown


def _values(flag, *, student):
    """Return what the placeholders of a flag's sentences stand for."""
    return flag.data | {
        "cell": flag.cell,
        **_places(flag, student),
        **_causes(flag),
        **_more(flag),
    }


def _places(flag, student):
    """Return words for the cell, or for the cells, that a flag is about."""
    if "added" in flag.data:
        n = flag.data["added"]
        code = f"cell number {n} that you added" if student else f"added cell number {n}"
    else:
        code = f"the cell of `{flag.cell}`"
    cells, files = f"the cell `{flag.cell}`", _listed(flag, "files")
    if "cells" in flag.data:
        cells = f"the cells {_listed(flag, 'cells')}"
    agreeing = SEVERAL if "cells" in flag.data else ALONE
    words = {"code": code, "Code": code[:1].upper() + code[1:], "cells": cells}
    words |= zip(("label", "is", "another", "was"), agreeing, strict=True)
    but_files = f", but it does contain {files}" if files else ""
    return words | {"files": files, "but_files": but_files}


def _listed(flag, key):
    """Return the names under a key of a flag's data as text."""
    more = f" and {flag.data['more']} more" if flag.data.get("more") else ""
    return ", ".join(f"`{name}`" for name in flag.data.get(key, ())) + more


def _causes(flag):
    """Return words for a flag's limit or ending, and the advice for the student."""
    data = flag.data
    limit, ending = data.get("limit"), data.get("ending")
    timed = "seconds" in data and limit in TIMES
    advice = SHORT if timed and flag.code == FlagCode.CELL_STOPPED else ""
    words = {"advice": advice or ADVICE.get(ending or limit, AS_USUAL)}
    words["stopped"] = " and was stopped" if limit else ""
    if timed:
        time = counted(float(data["seconds"]), "second")
        return words | {"ending": TIMES[limit].format(time=time)}
    if limit in LIMITS:
        words["limit"] = words["ending"] = LIMITS[limit].format(most=data["most"])
    elif ending:
        words["ending"] = ENDINGS[ending]
    return words


def _obstacle(flag):
    """Return words for an obstacle in the cell of a missing function, if there is one."""
    data = flag.data
    if flag.code == FlagCode.SYNTAX_ERROR:
        data = {"cause": "syntax"} | data  # flags of 0.1.0 name no cause
    line = f", line {data['line']}" if data.get("line") else ""
    skipped = f" (`{data['sign']}`{line})" if data.get("sign") else " (%, ! or `await`)"
    if "cause" not in data:
        rename = "Did you give it a different name, or delete its cell?"
        return {"since": "", "obstacle_advice": rename, "skipped": skipped, "found": ""}
    why, advice = because(data)
    found = "" if data["cause"] == "syntax" else f": {why}"
    words = {"because": why, "since": f", because {why}", "obstacle_advice": advice}
    return words | {"skipped": skipped, "found": found}


def _more(flag):
    """Return words for the remaining entries of a flag's data."""
    data = flag.data
    line, name = data.get("line"), data.get("name")
    words = {
        "File": f"`{data['file']}`" if data.get("file") else "The notebook",
        "its_file": f" `{data['file']}`" if data.get("file") else "",
        "from_line": f" from line {line} on" if line else "",
        "in_line": f" on line {line}" if line else "",
        "and_line": f", line {line}" if line else "",
        "a_name": f"the name `{name}`, which is not defined" if name else "an undefined name",
        "missing": f", because `{name}` isn't installed where we grade" if name else "",
        "rerun": "Write this step without it." if name else RUN_ALL,
        "malformed": counted(data.get("count", 0), "cell"),
        **_obstacle(flag),
        "kept": " Lines that were added to it were kept." if data.get("kept") else "",
    }
    if "what" in data:
        words["what"] = WHAT[data["what"]]
    if "most_bytes" in data:
        most = data["most_bytes"]
        words["size"] = f"{most >> 20} MB" if most >= 1 << 20 else f"{most:,} bytes"
    if "bytes" in data:
        words["bytes"] = counted(data["bytes"], "byte") + ", all blank" * (data["bytes"] > 0)
    if flag.code == FlagCode.LATE:
        words["span"] = span(data["seconds"])
    lost = data.get("points")
    words["cost"] = f", which costs {counted(float(lost), 'point')}" if lost else ""
    if flag.code == FlagCode.LATE_REPLACED:
        words["now"] = f"{data['now']:g}"
        known = "earlier" in data
        words["earlier"] = f"{data['earlier']:g}" if known else "unknown (not graded)"
    if flag.code == FlagCode.OWN_TIME:
        dates = data["source"] == "dates"
        words["source"] = "the dates of the files" if dates else f"`{data['source']}`"
        words["trust"] = "" if dates else TRUST
    words["problems"] = _listed(flag, "problems")
    return words
