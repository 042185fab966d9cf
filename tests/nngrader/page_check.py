"""Check pages in a browser: nothing is fetched or too wide, and axe reports nothing."""

SCHEMES = ("light", "dark")
INK = "() => getComputedStyle(document.body).color"


def check_page(file):
    """Check a page on desktop, phone and paper, in light and dark mode.

    A page has no program, so what was opened in light looks in dark as if opened so.
    """
    from ..book.browser import DESKTOP, PHONE, chromium, served, visit

    with served(file.parent) as base, chromium() as browser:
        for size in (DESKTOP, PHONE):
            with visit(browser, base, file.name, size=size) as seen:
                for scheme in SCHEMES:
                    seen.page.emulate_media(color_scheme=scheme)
                    assert seen.too_wide() == []
                    assert seen.axe() == []
                seen.page.emulate_media(media="print", color_scheme="dark")
                assert seen.page.evaluate(INK) == "rgb(29, 37, 48)"
                assert seen.outside == seen.errors == seen.missing == []
