"""The app's entry point: `streamlit run dashboard/app.py` from any folder."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = str(HERE.parent)
if ROOT not in sys.path:  # streamlit puts only this file's folder on the path
    sys.path.insert(0, ROOT)

import streamlit as st  # noqa: E402, after the path it needs

from dashboard import services, state  # noqa: E402, after the path it needs
from dashboard.lab import state as lab_state  # noqa: E402, after the path it needs
from dashboard.panels import head  # noqa: E402, after the path it needs
from dashboard.views import explore, lab  # noqa: E402, after the path it needs

ICON = HERE / "icon.svg"  # a file of ours: icons by name are fetched from elsewhere

st.set_page_config(page_title="Shap-CA", page_icon=ICON, layout="wide")
st.html(HERE / "style.css")
post = state.visitor(st.session_state).link
links = [
    (st.Page(explore.render, title="Explore", default=True), {state.LINK: post} if post else {}),
    (
        st.Page(lab.render, title="Shapley lab", url_path="lab"),
        lab_state.visitor(st.session_state).settings.address,
    ),
]
page = st.navigation([page for page, _ in links], position="hidden")
head.render(links, page.title, Path(services.checkpoint()).name)
page.run()
