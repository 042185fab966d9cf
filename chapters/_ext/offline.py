"""Keep the built pages free of third-party hosts; cure what the theme and axe leave open."""

UNWANTED = "thebe"  # sphinx-thebe asks a foreign host, and declares a constant twice
NAVBAR = ("navbar_start", "navbar_center", "navbar_end", "navbar_persistent")
CURES = (
    # A list whose items are not list items, and a role that no longer exists.
    ('role="list" class="citation-list"', 'class="citation-list"'),
    (' role="doc-biblioentry"', ""),
    # sphinx-exercise gives these to every exercise; an id stands once on a page.
    (' id="exercise-content"', ""),
    (' id="solution-content"', ""),
    # A label that hides the words that can be read.
    ('<summary aria-label="Toggle hidden content">', "<summary>"),
)


def _wanted(asset) -> bool:
    """Say whether a script or style sheet stays on the page."""
    attributes = getattr(asset, "attributes", {})
    names = f"{getattr(asset, 'filename', asset)} {attributes.get('body') or ''}"
    return UNWANTED not in names.lower()


def _page(app, pagename, templatename, context, doctree) -> None:
    """Drop unwanted assets and mend the markup of one page."""
    for key in ("script_files", "css_files"):
        context[key] = [asset for asset in context[key] if _wanted(asset)]
    for old, new in CURES:
        context["body"] = context.get("body", "").replace(old, new)


def _config(app, config) -> None:
    """Merge into the theme's options; setting them in _config.yml would replace them all."""
    for key in NAVBAR:  # else the theme shows a second search bar
        config.html_theme_options.setdefault(key, [])
    config.html_theme_options.setdefault("show_toc_level", 2)
    config.html_theme_options.setdefault("use_fullscreen_button", False)  # browsers have one
    config.html_theme_options.setdefault("footer_content_items", ["copyright.html"])


def setup(app):
    """Connect to Sphinx."""
    app.connect("config-inited", _config)
    app.connect("html-page-context", _page, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
