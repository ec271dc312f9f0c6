from urllib.parse import parse_qs, urlsplit

from dashboard.offers import Offer
from dashboard.panels.errors.record import explore_link

OWN = Offer("own", "own", "mner", "1" * 64)
OTHER = Offer("other", "other", "mner", "2" * 64)
OFFERED = (OWN, OTHER)


def asked(link: str) -> dict[str, list[str]]:
    parts = urlsplit(link)
    assert (parts.netloc, parts.path) == ("", "/")
    return parse_qs(parts.query)


def test_explore_opens_with_the_checkpoint_of_the_run():
    for offer in OFFERED:
        link, warning = explore_link("petra", f"any-name@{offer.fingerprint}", OFFERED)
        assert asked(link) == {"e_post": ["petra"], "e_model": [offer.name]}
        assert warning == ""


def test_where_the_checkpoint_is_not_there_it_is_said_which_answers_instead():
    link, warning = explore_link("petra", "other@" + "3" * 64, OFFERED)
    assert asked(link) == {"e_post": ["petra"]}
    assert "other · 3333333</b>, is not on this server" in warning
    assert "<b>own · entities · 1111111</b> answers" in warning


def test_a_run_that_names_no_checkpoint_says_so():
    link, warning = explore_link("petra", "unknown", OFFERED)
    assert asked(link) == {"e_post": ["petra"]}
    assert warning.startswith("This run does not say which checkpoint made it")


def test_ids_and_names_cannot_break_out_of_the_address_or_the_page():
    link, warning = explore_link("a&e_model=b", "<img>@" + "3" * 64, OFFERED)
    assert asked(link) == {"e_post": ["a&e_model=b"]}
    assert "<img>" not in warning
