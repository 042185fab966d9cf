"""Read a figure's texts, such as the labels of its legend."""


def labels_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def words(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]
