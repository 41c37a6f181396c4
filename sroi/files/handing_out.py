"""A kept file as an answer that a browser does nothing with but show or save it."""

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase

from sroi.files.storage import evidence_storage


def handed_out(name: str, media_type: str, shown: str) -> HttpResponseBase:
    try:
        stored = evidence_storage().open(name)
    except OSError:
        raise Http404 from None
    response = FileResponse(stored, as_attachment=True, filename=shown, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
