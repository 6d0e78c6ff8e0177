"""Reading PDFs with programs that did not make them."""

import io

import pypdf


def text_of(pdf: bytes) -> str:
    return "\n".join(pages_of(pdf))


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def sizes_of(pdf: bytes) -> list[float]:
    """The size, in points, of each run of letters."""
    sizes = []

    def read(text, transformation, matrix, _font, size):
        if text.strip():
            sizes.append(size * abs(matrix[3] * transformation[3]))

    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=read)
    return sizes
