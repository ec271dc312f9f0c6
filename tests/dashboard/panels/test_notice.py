import pytest
from markdown_it import MarkdownIt

from dashboard.panels.notice import literal


@pytest.mark.parametrize(
    "text",
    [
        "**bold** [a](b) `c`",
        "<b>x</b>",
        "# head",
        "a_b_c and 1 * 2 * 3",
        "costs $5 to $6 :red[x]",
        "1. no list",
    ],
)
def test_markdown_shows_the_text_letter_by_letter(text):
    (paragraph,) = [token for token in MarkdownIt().parse(literal(text)) if token.type == "inline"]

    assert {child.type for child in paragraph.children} <= {"text", "text_special"}
    assert "".join(child.content for child in paragraph.children) == text
