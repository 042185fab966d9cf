"""Convert a matplotlib figure to SVG, measuring each word only once.

matplotlib's own export creates one renderer for the layout and another for the drawing. Both
measure every word and parse every formula, which doubles the time.
"""

import functools
import io

__all__ = ["drawing"]


def drawing(figure) -> str:
    """Return a figure as SVG text without a date; the figure is laid out and drawn once."""
    from matplotlib.backends.backend_mixed import MixedModeRenderer

    out, canvas = io.StringIO(), figure.canvas
    width, height = figure.get_size_inches()
    dpi, figure.dpi = figure.dpi, 72
    vectors = _renderer_class()(72 * width, 72 * height, out, image_dpi=dpi, metadata=NO_DATE)
    renderer = MixedModeRenderer(figure, width, height, dpi, vectors)
    _canvas_class()(figure).renderer = renderer
    figure.draw(renderer)
    renderer.finalize()
    figure.set_canvas(canvas)
    return out.getvalue()


NO_DATE = {"Date": None, "Creator": None}


@functools.cache
def _renderer_class() -> type:
    """Return a class of renderers that share matplotlib's cache of parsed formulas."""
    from matplotlib.backends.backend_svg import RendererSVG
    from matplotlib.textpath import text_to_path

    class Renderer(RendererSVG):
        """A renderer for SVG."""

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self._text2path = text_to_path

    return Renderer


@functools.cache
def _canvas_class() -> type:
    """Return a class of canvases whose layout uses the same renderer as the drawing."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    class Canvas(FigureCanvasSVG):
        """A canvas for SVG."""

        renderer = None

        def get_renderer(self):
            return self.renderer

    return Canvas
