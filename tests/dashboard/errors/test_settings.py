import pytest
from pydantic import ValidationError

from dashboard.errors.listing import FACETS
from dashboard.errors.settings import Settings
from dashboard.panels.errors.bar import VIEWS
from dashboard.panels.errors.records import FACET_NAMES, ORDERS
from dashboard.views.errors import SECTIONS


def test_the_usual_settings_leave_the_address_empty():
    assert Settings().address == {}


def test_settings_come_back_from_their_address():
    settings = Settings().changed(
        run="runs/a.parquet",
        view="records",
        slice="@cell:entity:PER:(none)",
        name="lost people",
        post="tw-1",
        tau_text=0.25,
        tau_image=-1.5,
        feature="verdict",
        search="anna oslo",
        outcomes=("wrong", "no gold"),
        order="gate",
        gallery=True,
        page=3,
    )

    assert Settings.read(settings.address) == (settings, ())
    assert settings.address["x_tau_text"] == "0.25"


def test_every_view_has_a_name_and_a_section():
    views = set(Settings.model_fields["view"].annotation.__args__)

    assert views == set(VIEWS) == set(SECTIONS)


def test_every_order_and_facet_can_be_chosen():
    assert set(Settings.model_fields["order"].annotation.__args__) == set(ORDERS)
    assert set(FACETS) == set(FACET_NAMES)


def test_a_threshold_has_to_be_a_number():
    with pytest.raises(ValidationError):
        Settings().changed(tau_text=float("nan"))
