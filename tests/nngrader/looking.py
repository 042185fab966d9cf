"""Opens our pages in a browser: nothing fetched, nothing too wide, nothing that axe minds."""

from ..book.browser import DESKTOP, PHONE, chromium, served, visit


def looked_at(file):
    """See a page wide and narrow, in light and dark, and on paper."""
    with served(file.parent) as base, chromium() as browser:
        for size in (DESKTOP, PHONE):
            for scheme in ("light", "dark"):
                with visit(browser, base, file.name, size=size, scheme=scheme) as seen:
                    assert seen.outside == seen.errors == seen.missing == []
                    assert seen.too_wide() == []
                look = {"size": size, "scheme": scheme, "bypass_csp": True}
                with visit(browser, base, file.name, **look) as seen:
                    assert seen.axe() == []
        with visit(browser, base, file.name, scheme="dark") as seen:
            seen.page.emulate_media(media="print", color_scheme="dark")
            ink = "() => getComputedStyle(document.body).color"
            assert seen.page.evaluate(ink) == "rgb(29, 37, 48)"
