"""Explain a wrong answer only with names that the student's code contains."""

import re

from ...records.rendering import IDEAS

SHOWN = ("of", "used", "needed")  # fields of a description that contain code
KNOWN = {"np", "len", "True", "False", "None"}  # that any student knows
USED = ("constant", "default", "operator", "function-exchanged", "function-again")
USED += ("arguments", "argument", "name")  # kinds that name what the student's code contains


def is_vague_number(about):
    """Return whether a variant is about 1, 0 or -1, or only about the sign of a number."""
    if about["kind"] != "constant":
        return False
    used, needed = about["used"], about["needed"]
    return needed in ("1", "0", "-1") or used.lstrip("-") == needed.lstrip("-")


def lacks_variable(about):
    """Return whether a variant exchanges variables, but can't name both of them."""
    return about["kind"] == "name" and not {"used", "needed"} <= about.keys()


def in_own_words(data, words):
    """Return packed data whose variants name only what a student's code contains.

    A variant that needs any other name to be understood becomes vague, so that the wrong answer
    is described instead. Then the variant still decides what follows from the same mistake.

    :param words: (set of str) The names, numbers and operators in the student's code
        (`reading.words_near`).
    """
    variants = [_in_own_words(about, words) for about in data.get("variants", ())]
    return data | {"variants": variants} if variants else data


def _in_own_words(about, words):
    """Return a description that names only these words; it is vague if too little is left."""
    both = {k: v for k, v in about.items() if k != "or"}, about.get("or")
    clear = [known for one in both if one and not (known := _known(one, words)).get("vague")]
    if not clear:
        return both[0] | {"vague": True}
    return clear[0] | ({"or": clear[1]} if len(clear) > 1 else {})


def _known(about, words):
    """Return the description of one variant without unknown names; it may be vague."""
    kind = about["kind"]
    own = ("used",) if kind in ("constant", "operator") else SHOWN  # the other isn't a name
    unknown = {k: v for k, v in about.items() if k in own and not _all_known(v, words)}
    rest = {k: v for k, v in about.items() if k not in unknown}
    if kind in ("function", "function-exchanged"):  # of which one function is forgotten
        (forgotten,) = {"of", "needed"} & about.keys()
        if forgotten in unknown:
            idea = unknown.pop(forgotten).split(".")[-1]
            rest |= {"idea": idea} if idea in IDEAS else {}
            rest |= {"vague": True} if kind == "function" and idea not in IDEAS else {}
    missing = kind in USED and (unknown or is_vague_number(about) or lacks_variable(about))
    return rest | ({"vague": True} if missing else {})


def _all_known(text, words):
    """Return whether all names in an expression, or its only number or operator, are known."""
    names = re.findall(r"(?<!\w)[^\W\d]\w*", text.replace(".T", ""))
    if not names:
        return text.lstrip("-") in words or any(c in text for c in " ()")
    return {*names} <= words | KNOWN
