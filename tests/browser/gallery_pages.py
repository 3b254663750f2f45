"""The gallery of frontend/gallery.py on loopback: every part with sample data, without Django or a database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from frontend import gallery

PAGES = (*gallery.PAGES, "error-404", "error-500")


@contextmanager
def served() -> Iterator[str]:
    """The address of the gallery, with the content security policy of production."""
    gallery.render()
    server = gallery.serve()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
