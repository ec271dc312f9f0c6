"""The photo: as it is, under its region gates, or under the attention of one word."""

import streamlit as st

from core.images import LoadedImage
from core.records import Attention, Record
from dashboard.figures.photo import photo_chart
from dashboard.panels.card import caption, card
from dashboard.panels.chart import chart

PHOTO, GATE, ATTENTION = "Photo", "Gate", "Attention"


def render(record: Record, key: str, *, photo: LoadedImage | None) -> None:
    """Draw the photo with a choice of what lies over it.

    Args:
        record: Of one post.
        key: Prefix of the panel's widgets.
        photo: The pixels; a Record does not hold them.
    """
    with card(f"photo-{key.replace('.', '-')}", "Photo", "which regions speak", height="stretch"):
        if photo is None:
            caption("This post has no image, so no region speaks and there is no image side.")
            return
        _views(record, key, photo)


@st.fragment
def _views(record: Record, key: str, photo: LoadedImage) -> None:
    choices = [PHOTO]
    choices += [GATE] if record.gates and record.gates.image else []
    choices += [ATTENTION] if record.attention and record.post.tokens else []
    view = st.segmented_control(
        "What lies over the photo",
        choices,
        default=GATE if GATE in choices else PHOTO,
        required=True,
        key=f"{key}.view",
        label_visibility="collapsed",
    )
    if view == GATE and record.gates:
        about = (
            "Bright regions keep their own voice (gate near 1); dark ones are replaced by what the "
            "contexts say."
        )
        _regions(record.gates.image, "gate", about, key, photo)
    elif view == ATTENTION and record.attention:
        word = st.selectbox(
            "Attention of the word",
            range(len(record.attention.weights)),
            format_func=lambda place: f"{record.post.tokens[place].text}  ({place + 1})",
            index=record.entities[0].token_start if record.entities else 0,
            key=f"{key}.word",
        )
        about = "Where this word looks: brightest is the most looked at. All regions add up to 1."
        _regions(_grid(record.attention, word), "attention", about, key, photo)
    else:
        st.image(photo.pixels, width="stretch", alt="The photo of the post")


def _regions(
    values: list[list[float]], quantity: str, about: str, key: str, photo: LoadedImage
) -> None:
    drawing = photo_chart(photo.pixels, values, quantity)
    chart(drawing, f"{key}.{quantity}")
    low, high = drawing.table.to_numpy().min(), drawing.table.to_numpy().max()
    st.html(
        f'<p class="sc-scale">{quantity} <span>{low:.3f}</span><span class="sc-ramp"></span>'
        f"<span>{high:.3f}</span></p>"
    )
    caption(about)
    with st.expander("Regions as a table", type="compact"):
        st.dataframe(drawing.table.round(3), alt=drawing.alt)


def _grid(attention: Attention, word: int) -> list[list[float]]:
    weights = attention.weights[word]  # (rows * columns)
    return [
        weights[row * attention.columns : (row + 1) * attention.columns]
        for row in range(attention.rows)
    ]
