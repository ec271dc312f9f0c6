"""The tables of `benchmarks/README.md`, each filled in from a file of results.

A table stands between two comments that name its file, so that no figure is copied by hand:
`<!-- results/ablations.json: Ablations -->` and `<!-- end -->`. Words around them are kept.
"""

import re
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core.analysis.context_report import ContextReport, correlations, side_by_side
from core.analysis.evidence import Comparison, comparison_table
from core.analysis.robustness import Robustness, robustness_table
from core.errors import InputError

HERE = Path(__file__).parents[1]
PAGE = HERE / "README.md"
PICTURES = Path("pictures")
_BLOCK = re.compile(
    r"(?P<opened><!-- (?P<file>results/[\w-]+\.json): (?P<title>[^>]+?) -->\n)"
    r".*?(?P<closed><!-- end -->)",
    re.DOTALL,
)
Result = Comparison | ContextReport | Robustness
_RESULTS: TypeAdapter[Result] = TypeAdapter(Result)


def fill(page: str, folder: Path = HERE) -> str:
    """Return the page with every table made anew.

    Args:
        page: Markdown with blocks.
        folder: Where the files that blocks name are.

    Raises:
        InputError: A file is missing or is no result that has a table.
    """

    def made(block: re.Match[str]) -> str:
        found = _read(folder / block["file"])
        return f"{block['opened']}{_words(found, block)}\n{block['closed']}"

    return _BLOCK.sub(made, page)


def comparisons(page: str, folder: Path = HERE) -> dict[Path, tuple[Comparison, str]]:
    """Return the comparisons of a page and their titles, by the path of their picture.

    Raises:
        InputError: As for `fill`.
    """
    found = {}
    for block in _BLOCK.finditer(page):
        read = _read(folder / block["file"])
        if isinstance(read, Comparison):
            found[folder / _picture(block)] = (read, block["title"])
    return found


def _read(path: Path) -> Result:
    try:
        return _RESULTS.validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); make it first") from None
    except ValidationError:
        raise InputError(
            f"{path}: is nothing that `core compare`, `core context-quality` or `core robustness` "
            "writes; make it by one of them"
        ) from None


def _words(found: Result, block: re.Match[str]) -> str:
    if isinstance(found, Comparison):
        return f"{comparison_table(found)}\n\n![{block['title']}]({_picture(block).as_posix()})\n"
    if isinstance(found, Robustness):
        return f"{robustness_table(found)}\n"
    return f"{side_by_side(found)}\n\n{correlations(found)}\n"


def _picture(block: re.Match[str]) -> Path:
    return PICTURES / f"{Path(block['file']).stem}.png"
