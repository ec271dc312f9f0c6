"""Draw the four sample pictures that carry words: poster, scoreboard, departure board, phone.

Run from anywhere: `python sample_data/make_posters.py` writes photos/drawn*.jpg beside this file.
Every name in them is invented. The drawings are CC0-1.0; the font is the one inside Pillow.
"""

from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

PHOTOS = Path(__file__).parent / "photos"
NIGHT = (18, 24, 58)
PAPER = (244, 240, 228)
AMBER = (255, 190, 60)


def write(
    draw: ImageDraw.ImageDraw,
    centre: tuple[float, float],
    words: str,
    *,
    size: int,
    colour: tuple[int, int, int],
    anchor: str = "mm",
) -> None:
    """Write one line of words at a point; `anchor` is Pillow's, "mm" centres them.

    Words stand two spaces apart: text recognition joins them when they are closer.
    """
    draw.text(
        centre,
        words.replace(" ", "  "),
        fill=colour,
        font=ImageFont.load_default(size),
        anchor=anchor,
    )


def draw_poster() -> Image.Image:
    """Return a concert poster with glowing lanterns over dark water."""
    image = Image.new("RGB", (480, 640), NIGHT)
    draw = ImageDraw.Draw(image)
    for left, top, radius in ((40, 90, 38), (130, 40, 48), (240, 95, 42), (340, 45, 46)):
        draw.line((left + radius, 0, left + radius, top), fill=(90, 90, 120), width=2)
        draw.ellipse((left, top, left + 2 * radius, top + 2.3 * radius), fill=(240, 140, 60))
        for inset in (12, 24):
            rib = (left + inset, top, left + 2 * radius - inset, top + 2.3 * radius)
            draw.ellipse(rib, outline=(255, 205, 120), width=2)
    write(draw, (240, 275), "THE PAPER", size=70, colour=PAPER)
    write(draw, (240, 350), "LANTERNS", size=76, colour=PAPER)
    write(draw, (240, 425), "with Marlo Vane", size=34, colour=AMBER)
    write(draw, (240, 490), "LIVE AT HARBOUR HALL", size=34, colour=PAPER)
    write(draw, (240, 545), "BERGEN 14 JUNE 8 PM", size=34, colour=PAPER)
    for row in range(590, 640, 14):
        draw.line((0, row, 480, row), fill=(50, 70, 130), width=5)
    return image


def draw_scoreboard(random: Random) -> Image.Image:
    """Return a stadium scoreboard above a crowd and the edge of a pitch."""
    image = Image.new("RGB", (640, 440), (40, 52, 84))
    draw = ImageDraw.Draw(image)
    for _ in range(1400):
        x, y = random.randrange(640), random.randrange(290, 380)
        colour = random.choice(((30, 120, 70), PAPER, (25, 95, 60), (70, 60, 60)))
        draw.ellipse((x, y, x + 9, y + 9), fill=colour)
    draw.rectangle((0, 380, 640, 440), fill=(60, 150, 70))
    draw.line((0, 398, 640, 398), fill=PAPER, width=4)
    draw.rectangle((80, 25, 560, 270), fill=(12, 12, 14), outline=(150, 150, 150), width=5)
    write(draw, (320, 62), "87:12", size=46, colour=(235, 70, 60))
    write(draw, (320, 135), "ROVERS 2", size=68, colour=AMBER)
    write(draw, (320, 215), "UNITED 1", size=68, colour=AMBER)
    return image


def draw_departures() -> Image.Image:
    """Return an airport departure board with one delayed flight."""
    image = Image.new("RGB", (640, 400), (28, 30, 34))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 640, 72), fill=(250, 205, 40))
    write(draw, (24, 38), "DEPARTURES", size=46, colour=(20, 20, 20), anchor="lm")
    flights = (
        ("18:05", "Lisbon", "B4", "Boarding"),
        ("18:20", "Oslo", "A1", "On time"),
        ("18:40", "Cairo", "C7", "Delayed"),
        ("19:05", "Lima", "B9", "On time"),
    )
    for row, (time, city, gate, status) in enumerate(flights):
        y = 118 + 74 * row
        colour = (255, 90, 80) if status == "Delayed" else PAPER
        for x, words in ((24, time), (160, city), (330, gate), (430, status)):
            write(draw, (x, y), words, size=42, colour=colour, anchor="lm")
        draw.line((24, y + 36, 616, y + 36), fill=(80, 84, 92), width=2)
    return image


def draw_headline() -> Image.Image:
    """Return a phone on a table that shows a local newspaper's front page."""
    image = Image.new("RGB", (480, 640), (150, 108, 72))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((60, 25, 420, 615), radius=36, fill=(20, 20, 22))
    draw.rectangle((78, 70, 402, 570), fill=(252, 252, 250))
    write(draw, (240, 102), "The Daily Ferry", size=38, colour=(20, 50, 110))
    draw.line((92, 132, 388, 132), fill=(20, 50, 110), width=3)
    for row, words in enumerate(("NEW BRIDGE", "OPENS ON", "MONDAY")):
        write(draw, (240, 172 + 50 * row), words, size=46, colour=(15, 15, 15))
    draw.rectangle((92, 318, 388, 480), fill=(170, 210, 240))
    draw.rectangle((92, 440, 388, 480), fill=(60, 110, 160))
    draw.line((92, 428, 388, 428), fill=(110, 110, 115), width=8)
    for tower in (160, 320):
        draw.line((tower, 345, tower, 455), fill=(120, 60, 50), width=9)
        for foot in (-60, -30, 30, 60):
            draw.line((tower, 350, tower + foot, 428), fill=(90, 90, 95), width=2)
    write(draw, (240, 508), "Mayor Quill: worth the wait", size=22, colour=(40, 40, 40))
    write(draw, (240, 542), "Port Ellery, 5 May", size=24, colour=(110, 110, 110))
    return image


def main() -> None:
    """Write the four pictures as JPEG files into the photos folder."""
    pictures = {
        "drawnPoster.jpg": draw_poster(),
        "drawnScoreboard.jpg": draw_scoreboard(Random(7)),
        "drawnDepartures.jpg": draw_departures(),
        "drawnHeadline.jpg": draw_headline(),
    }
    for name, image in pictures.items():
        image.save(PHOTOS / name, quality=88)


if __name__ == "__main__":
    main()
