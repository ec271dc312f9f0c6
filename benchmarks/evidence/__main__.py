"""Fills the page of evidence with tables and pictures: `python -m benchmarks.evidence`."""

from benchmarks.evidence.differences import draw_differences
from benchmarks.evidence.page import PAGE, comparisons, fill
from benchmarks.picture import save_picture


def main() -> None:
    """Write the page, then a picture of every comparison in it."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(fill(page), encoding="utf-8")
    print(f"wrote {PAGE}")
    for path, (found, title) in comparisons(page).items():
        path.parent.mkdir(exist_ok=True)
        save_picture(draw_differences(found, title), path)
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
