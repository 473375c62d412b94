"""Documents for the tests of knowledge, and PDFs made by hand: good ones and hostile ones."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

CORPUS = Path(__file__).parents[4] / "corpora" / "knowledge"


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF of these pages, each a list of lines."""
    contents = [
        b"BT /F1 12 Tf 14 TL 72 720 Td "
        + b" ".join(b"(" + line.encode("latin-1") + b") Tj T*" for line in lines)
        + b" ET"
        for lines in pages
    ]
    return pdf_of_streams([(content, b"") for content in contents])


def pdf_of_streams(streams: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A PDF with a page for each stream, given with the rest of its dictionary."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * at) for at in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(streams)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, (data, entries) in enumerate(streams):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * at)
        )
        objects.append(b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data))
    return assembled(objects)


def assembled(objects: Sequence[bytes]) -> bytes:
    """A file of these objects, numbered from 1, the first its catalog."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def bomb(size: int) -> bytes:
    """A page whose stream is `size` blanks, packed twice over: a few kilobytes."""
    packed = zlib.compress(zlib.compress(b" " * size, 9), 9)
    return pdf_of_streams([(packed, b"/Filter [/FlateDecode /FlateDecode]")])


def ring_of_pages() -> bytes:
    """Pages that are their own parents' children for ever."""
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>",
        ]
    )
