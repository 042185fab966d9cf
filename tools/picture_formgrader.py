"""Draw the pictures of formgrader for the instructors' page: a made class, a real browser.

Run as ``python tools/picture_formgrader.py``; it writes three PNG files into
chapters/reference/pictures. The class is graded in the sandbox, as any other.
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "chapters" / "reference" / "pictures"
LARGEST = 150_000  # bytes of one picture
WIDE, COLOURS = 1200, 64
ANSWER = (
    "Every score of a row may be raised by the same amount: each exponential is then "
    "multiplied by the same factor, and it cancels in the quotient. I do not know why the "
    "largest score is the one to take away."
)
COMMENT = "Right for the shift. What does exp give at a score of 1000, and what at -1000?"
NAMES = {
    "amara": ("Amara", "Okafor"),
    "ben": ("Ben", "Lindqvist"),
    "chloe": ("Chloé", "Martin"),
    "deniz": ("Deniz", "Yılmaz"),
}
DUE = "due = 2025-12-01T23:59:00+01:00\n[late]\npoints_per_day = 10\n"


def make_class(folder):
    """Release a course, submit and grade a small class; return the course's folder."""
    from tests.nngrader.hand_marked_course import hand_marked_course
    from tests.nngrader.sample_course import NAME, ReleasedNotebook, hand_in, run
    from tests.nngrader.test_nbgrader import partly_wrong

    course = hand_marked_course(folder)
    settings = course / "source" / NAME / "nngrader.toml"
    settings.write_text(DUE + settings.read_text())
    base = ReleasedNotebook(course)
    hand_in(course, "amara", base.solved().write("why", ANSWER).text())
    chloe = partly_wrong(base).add_cell("import os", before="hinge_loss").delete("why")
    hand_in(course, "chloe", chloe.text())
    hand_in(course, "deniz", base.untouched().text())
    handed_in = hand_in(course, "ben", base.solved().write("hinge_loss", "def hinge(").text())
    (handed_in / "timestamp.txt").write_text("2025-12-03 00:59:00 UTC")
    if run(course, "grade", NAME):
        raise SystemExit("picture_formgrader: the class could not be graded")
    return course


def mark_by_hand(course):
    """Give points and a comment for one written answer, and enter the students' names."""
    from nngrader.course import Course
    from nngrader.gradebook import open_gradebook, quiet

    from tests.nngrader.sample_course import NAME

    with quiet(), open_gradebook(Course(course), NAME) as gradebook:
        grade = gradebook.find_grade("why", NAME, NAME, "amara")
        grade.manual_score, grade.needs_manual_grade = 6, False
        comment = gradebook.find_comment("why", NAME, NAME, "amara")
        comment.manual_comment = COMMENT
        for student, (first, last) in NAMES.items():
            gradebook.update_or_create_student(student, first_name=first, last_name=last)
        gradebook.db.commit()


def take(course):
    """Yield the name and the PNG bytes of each screenshot of formgrader."""
    from tests.book.browser import chromium
    from tests.nngrader.formgrader import TOKEN, formgrader
    from tests.nngrader.sample_course import NAME

    with formgrader(course) as site, chromium() as browser:
        key = {"Authorization": f"token {TOKEN}"}
        size = {"width": WIDE, "height": 520}
        page = browser.new_page(viewport=size, extra_http_headers=key)
        base = f"{site.address}/formgrader"
        found = {s["student"]: s["id"] for s in site.get(f"submitted_notebooks/{NAME}/{NAME}")}
        page.goto(f"{base}/manage_submissions/{NAME}")
        page.wait_for_selector("text=amara")
        yield "formgrader_class", page.screenshot()
        page.set_viewport_size({"width": WIDE, "height": 800})
        page.goto(f"{base}/submissions/{found['chloe']}/")
        page.wait_for_timeout(1500)
        flags = page.screenshot(clip={"x": 0, "y": 0, "width": WIDE, "height": 205})
        page.set_viewport_size({"width": WIDE, "height": 410})
        found_out = shot_from(page, "What is still missing?", 300)
        yield "formgrader_submission", below(flags, found_out)
        page.set_viewport_size({"width": WIDE, "height": 640})
        page.goto(f"{base}/submissions/{found['amara']}/")
        page.wait_for_timeout(1500)
        yield "formgrader_answer", shot_from(page, ANSWER[:40], 190)


def below(first, second):
    """Return two screenshots as one PNG, the second below the first, with a grey gap."""
    parts = [Image.open(io.BytesIO(p)).convert("RGB") for p in (first, second)]
    parts[1] = parts[1].crop((0, 56, *parts[1].size))  # without the bar, which is there already
    gap = 14
    whole = Image.new("RGB", (WIDE, sum(p.height for p in parts) + gap), "#c9ced6")
    whole.paste(parts[0], (0, 0))
    whole.paste(parts[1], (0, parts[0].height + gap))
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()


def shot_from(page, text, above):
    """Return a screenshot that begins `above` pixels above a text."""
    element = page.get_by_text(text).first
    element.evaluate(f"e => window.scrollBy(0, e.getBoundingClientRect().top - {above})")
    page.wait_for_timeout(300)
    return page.screenshot()


def small(picture):
    """Return the picture as a PNG with few colours, which is much smaller."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    few = image.quantize(COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    if out.tell() > LARGEST:
        raise SystemExit(f"picture_formgrader: {out.tell()} bytes, more than {LARGEST}")
    return out.getvalue()


def main():
    """Make the class, take the screenshots, and write them."""
    sys.path[:0] = [str(ROOT), str(ROOT / "exercises")]
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="formgrader-") as folder:
        course = make_class(Path(folder, "course"))
        mark_by_hand(course)
        for name, picture in take(course):
            (OUT / f"{name}.png").write_bytes(small(picture))
            print(OUT / f"{name}.png")


if __name__ == "__main__":
    main()
