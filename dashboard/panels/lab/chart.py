"""How the lab shows a drawing: larger on a presenter's screen."""

from dashboard.figures.drawing import Drawing
from dashboard.figures.lab.enlarge import enlarge
from dashboard.lab.state import Lab, key
from dashboard.panels import chart as panel

ON_SCREEN = 1.4  # times the usual size


def chart(state: Lab, name: str, drawing: Drawing) -> None:
    """Draw a figure with its words for those who do not see it; `name` is unique on the page."""
    panel.chart(
        enlarge(drawing, ON_SCREEN) if state.settings.screen else drawing, key("chart", name)
    )
