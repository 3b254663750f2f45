"""Tables to take away: sent while they are read, and cells that no spreadsheet takes for a formula.

However long one is, it is whole: the browser shows how far it came, and the person may go on meanwhile.
"""

from collections.abc import Iterable

from django.http import StreamingHttpResponse

from setsquare.kernel.representation.tables import (
    CSV,
    as_asked,
    csv_rows,
    json_rows,
    trail_head,
    trail_rows,
    trail_values,
)

__all__ = ["CSV", "csv_rows", "json_rows", "sent", "trail_head", "trail_rows", "trail_values"]


def sent(parts: Iterable[str] | Iterable[bytes], name: str, content_type: str) -> StreamingHttpResponse:
    """Return a file that is sent while it is made, in the language and time zone of the person who asks now."""
    response = StreamingHttpResponse(as_asked(parts), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Accel-Buffering"] = "no"
    return response
