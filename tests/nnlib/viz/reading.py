"""What can be read in a figure: the names of its legend, its words."""


def labels_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def words(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]
