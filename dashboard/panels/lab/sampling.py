"""What is sampled and how long: estimators, budget, repeats, stop rules, Run and Cancel."""

import streamlit as st

from dashboard.lab import actions
from dashboard.lab.state import Lab, key
from dashboard.panels.card import caption

ESTIMATORS = {
    "permutation": "Plain orders",
    "antithetic": "Antithetic",
    "rotated": "Rotated",
    "corrected": "Corrected",
    "kernel": "KernelSHAP",
}
BUDGETS = (50, 100, 200, 400, 1000, 2000, 5000, 10_000, 20_000)


def controls(state: Lab) -> None:
    """Draw the settings of the sampling and its two buttons."""
    running = state.job is not None and not state.job.is_over
    st.pills(
        "Estimators",
        list(ESTIMATORS),
        selection_mode="multi",
        format_func=ESTIMATORS.__getitem__,
        **state.holds("estimators"),
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab-converge-buttons"):
        st.selectbox(
            "Budget: values of v(S)",
            sorted({*BUDGETS, state.settings.budget}),
            format_func="{:,}".format,
            width=180,
            **state.holds("budget"),
        )
        st.number_input("Repeats", 1, 50, width=130, **state.holds("repeats"))
        with st.popover("Stop earlier", icon=":material/timer_off:"):
            _stop_rules(state)
        st.button(
            "Run",
            key=key("converge", "run"),
            type="primary",
            icon=":material/play_arrow:",
            disabled=running or not state.settings.estimators,
            on_click=actions.start_sampling,
            args=(state,),
        )
        st.button(
            "Cancel",
            key=key("converge", "cancel"),
            icon=":material/stop:",
            disabled=not running,
            on_click=actions.cancel_sampling,
            args=(state,),
        )


def _stop_rules(state: Lab) -> None:
    caption("A repeat ends at its budget, or earlier when one of these says so. 0: never.")
    st.number_input(
        "Largest standard error below",
        0.0,
        100.0,
        step=0.01,
        format="%g",
        **state.holds("error"),
    )
    st.number_input("Ranking unchanged for so many checks", 0, 100, **state.holds("checks"))
    st.number_input("Seconds, each repeat", 0.0, 600.0, step=1.0, **state.holds("seconds"))
