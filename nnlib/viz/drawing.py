"""A figure of matplotlib as SVG, with each of its words measured once.

matplotlib's own way to a file makes one renderer for the layout and another for the drawing,
and each measures every word and reads every formula anew; that is half of its time.
"""

import functools
import io

__all__ = ["drawing"]


def drawing(figure) -> str:
    """Return a figure as the text of an SVG file without a date, laid out and drawn once."""
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
    """Return the class of renderers that share what matplotlib remembers of formulas."""
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
    """Return the class of canvases that lay a figure out with the renderer that draws it."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    class Canvas(FigureCanvasSVG):
        """A canvas for SVG."""

        renderer = None

        def get_renderer(self):
            return self.renderer

    return Canvas
