"""Read a figure's texts, such as the names next to its lines."""


def names_of(ax):
    """Return the texts that `label_lines` writes next to lines."""
    return [name for artist in ax.get_children() for name in getattr(artist, "names", [])]


def labels_of(ax):
    return [" ".join(name.get_text().split()) for name in names_of(ax)]


def words(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]
