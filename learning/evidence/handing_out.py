"""Files of a folder as answers: to be saved, and never to be run by the browser here."""

from django.http import FileResponse, Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from ..models import EvidencePack
from .folder import Item


def hand_out(item: Item | None) -> HttpResponseBase:
    """Answer with one file; 404 for none and for one that is lost."""
    if item is None or not item.is_there:
        raise Http404
    response = StreamingHttpResponse(item.chunks(), content_type="application/octet-stream")
    return _to_be_saved(response, item.name)


def hand_out_pack(pack: EvidencePack) -> HttpResponseBase:
    """Answer with the ZIP of a folder; 404 when its file is lost."""
    try:
        file = pack.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return _to_be_saved(FileResponse(file, content_type="application/zip"), pack.file_name)


def _to_be_saved(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    return response
