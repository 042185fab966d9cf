"""The colours of text and lines, and ten colours that colour-blind readers can distinguish."""

__all__ = [
    *("BLUE", "COLOURS", "DARK", "GREEN", "GRID", "INK", "ORANGE", "SOFT", "VARIABLES", "WORDS")
]

INK, GRID, SOFT = "#1f2430", "#d9dce3", "#eef1f6"
BLUE, ORANGE, GREEN = "#0062b1", "#b4490a", "#00704f"
# We found these colours by a search: they maximize the smallest distance between two colours,
# or a colour and the ink, for readers with normal, red-blind and green-blind vision. COLOURS is
# for white pages, and DARK for black pages.
COLOURS = (
    *(BLUE, ORANGE, GREEN, "#9953f7", "#ba870c"),
    *("#ad8285", "#18495a", "#ac80d4", "#3a3c03", "#140695"),
)
DARK = (
    *("#62b0f5", "#ff9d5c", "#4fcf9f", "#a26bff", "#be7c13"),
    *("#a35045", "#659ba0", "#905691", "#faf41e", "#8e3dd3"),
)
# Words need more contrast than lines, so these colours are mixed with the ink, for white and
# for black pages.
WORDS = {
    **{"d": ("#894ddd", "#a570fe"), "e": ("#8b6917", "#c0801c"), "f": ("#84676c", "#b77f79")},
    **{"h": ("#7d629e", "#a880ac"), "j": ("#140695", "#ab77dc")},
}

# `show` replaces each colour by the page's CSS variable for its role, so that one drawing works
# in light and dark mode. JupyterLab has its own variables for text and lines. If neither is
# defined, as in print, the colour itself is used.
VARIABLES = {
    INK: f"var(--nn-ink, var(--jp-content-font-color1, {INK}))",
    GRID: f"var(--nn-grid, var(--jp-border-color2, {GRID}))",
    SOFT: f"var(--nn-soft, var(--jp-layout-color2, {SOFT}))",
    **{c: f"var(--nn-{letter}, {c})" for letter, c in zip("abcdefghij", COLOURS, strict=True)},
}
