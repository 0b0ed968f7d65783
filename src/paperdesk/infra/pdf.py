"""A small writer of PDF: pages of A4 with lines of text and drawn lines, in the fonts that every reader has.

Those fonts have the letters of Western Europe; any other letter stands as a question mark.
"""

import zlib
from collections.abc import Sequence
from typing import Final, Literal

Font = Literal["plain", "bold", "even"]

WIDTH, HEIGHT, MARGIN = 595, 842, 42
_FONTS: Final[dict[Font, str]] = {"plain": "Helvetica", "bold": "Helvetica-Bold", "even": "Courier"}
_NAMES: Final[dict[Font, str]] = {"plain": "F1", "bold": "F2", "even": "F3"}


class Paper:
    """Pages that are written from the top to the bottom; what has no room begins a new one."""

    def __init__(self) -> None:
        """Begin with an empty page."""
        self._pages: list[list[str]] = [[]]
        self.y = float(HEIGHT - MARGIN)

    def need(self, room: float) -> None:
        """Begin a new page unless there is so much room, in points, on this one."""
        if self.y - room < MARGIN:
            self._pages.append([])
            self.y = float(HEIGHT - MARGIN)

    def say(self, text: str, size: float = 9, font: Font = "plain") -> None:
        """Write a line of text below what was written."""
        self.need(size * 1.4)
        self.y -= size * 1.4
        self.at(MARGIN, self.y, text, size, font)

    def at(self, x: float, y: float, text: str, size: float = 7, font: Font = "plain") -> None:
        """Write a text at a place of this page."""
        self._pages[-1].append(f"BT /{_NAMES[font]} {size:g} Tf {x:.1f} {y:.1f} Td ({_escaped(text)}) Tj ET")

    def draw(self, points: Sequence[tuple[float, float]], grey: float = 0.0, width: float = 0.7) -> None:
        """Draw a line through points of this page; grey goes from 0, black, to 1, white."""
        if points:
            (x, y), *rest = points
            way = "".join(f" {x:.1f} {y:.1f} l" for x, y in rest)
            self._pages[-1].append(f"{grey:g} G {width:g} w {x:.1f} {y:.1f} m{way} S")

    def written(self) -> bytes:
        """Return the file."""
        kids = " ".join(f"{6 + 2 * place} 0 R" for place in range(len(self._pages)))
        fonts = " ".join(f"/{_NAMES[font]} {3 + place} 0 R" for place, font in enumerate(_FONTS))
        bodies = [
            b"<</Type/Catalog/Pages 2 0 R>>",
            f"<</Type/Pages/Kids[{kids}]/Count {len(self._pages)}>>".encode(),
            *(
                f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>".encode()
                for name in _FONTS.values()
            ),
        ]
        for place, lines in enumerate(self._pages):
            box = f"/MediaBox[0 0 {WIDTH} {HEIGHT}]/Resources<</Font<<{fonts}>>>>/Contents {7 + 2 * place} 0 R"
            drawn = zlib.compress("\n".join(lines).encode("cp1252"))
            bodies.append(f"<</Type/Page/Parent 2 0 R{box}>>".encode())
            bodies.append(b"<</Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream" % (len(drawn), drawn))
        return _file(bodies)


def _file(bodies: Sequence[bytes]) -> bytes:
    """Put objects, numbered from 1, into a file with the table of where each stands."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(out)


def _escaped(text: str) -> str:
    """Return a text as it stands between parentheses, its letters those of the fonts."""
    known = "".join(each if each.isprintable() else " " for each in text).encode("cp1252", "replace").decode("cp1252")
    return known.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
