"""The app's entry point: `streamlit run dashboard/app.py` from any folder."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = str(HERE.parent)
if ROOT not in sys.path:  # streamlit puts only this file's folder on the path
    sys.path.insert(0, ROOT)

import streamlit as st  # noqa: E402, after the path it needs

from dashboard import services, state  # noqa: E402, after the path it needs
from dashboard.compare import state as compare_state  # noqa: E402, after the path it needs
from dashboard.errors import state as errors_state  # noqa: E402, after the path it needs
from dashboard.lab import state as lab_state  # noqa: E402, after the path it needs
from dashboard.panels import head  # noqa: E402, after the path it needs
from dashboard.runs import state as runs_state  # noqa: E402, after the path it needs
from dashboard.views import compare, errors, explore, lab, runs  # noqa: E402, after the path it needs

ICON = HERE / "icon.svg"  # a file of ours: icons by name are fetched from elsewhere

st.set_page_config(page_title="Shap-CA", page_icon=ICON, layout="wide")
st.html(HERE / "style.css")
links = [
    (
        st.Page(explore.render, title="Explore", default=True),
        state.visitor(st.session_state).address,
    ),
    (
        st.Page(errors.render, title="Error analysis", url_path="errors"),
        errors_state.visitor(st.session_state).settings.address,
    ),
    (
        st.Page(compare.render, title="Compare", url_path="compare"),
        compare_state.visitor(st.session_state).settings.address,
    ),
    (
        st.Page(lab.render, title="Shapley lab", url_path="lab"),
        lab_state.visitor(st.session_state).settings.address,
    ),
    (
        st.Page(runs.render, title="Runs", url_path="runs"),
        runs_state.visitor(st.session_state).settings.address,
    ),
]
page = st.navigation([page for page, _ in links], position="hidden")
head.render(links, page.title, Path(services.checkpoint()).name)
page.run()
