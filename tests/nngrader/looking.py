"""Opens our pages in a browser: nothing fetched, nothing too wide, nothing that axe minds."""

from ..book.browser import DESKTOP, PHONE, chromium, served, visit

SCHEMES = ("light", "dark")
INK = "() => getComputedStyle(document.body).color"


def looked_at(file):
    """See a page wide and narrow, in light and dark, and on spec.

    A page has no program, so what was opened in light looks in dark as if opened so.
    """
    with served(file.parent) as base, chromium() as browser:
        for size in (DESKTOP, PHONE):
            with visit(browser, base, file.name, size=size) as seen:
                for scheme in SCHEMES:
                    seen.page.emulate_media(color_scheme=scheme)
                    assert seen.too_wide() == []
                assert seen.outside == seen.errors == seen.missing == []
            with visit(browser, base, file.name, size=size, bypass_csp=True) as seen:
                for scheme in SCHEMES:
                    seen.page.emulate_media(color_scheme=scheme)
                    assert seen.axe() == []
                seen.page.emulate_media(media="print", color_scheme="dark")
                assert seen.page.evaluate(INK) == "rgb(29, 37, 48)"
