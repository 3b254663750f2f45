"""Render every part of the look with sample data, so that it can be seen and tested without Django.

    python frontend/gallery.py            writes frontend/gallery/*.html (not kept in git)
    python frontend/gallery.py --serve    the same, then serves them on loopback with the strict
                                          content security policy that production uses

The pages are made from frontend/specimens/*.html.jinja and the samples in specimens/samples.py.
"""

import argparse
import json
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

HERE = Path(__file__).resolve().parent
WEB = HERE.parent / "src" / "setsquare" / "faces" / "web"
OUT = HERE / "gallery"
SPECIMENS = HERE / "specimens"
sys.path.insert(0, str(HERE.parent))

from frontend.specimens import samples  # noqa: E402 - needs the path above when run as a script

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGES = ("index", "register", "empty", "record", "form", "home", "document", "compare", "signin", "editor")


def static(path: str) -> str:
    """The address of a static file in the gallery."""
    return f"/static/{path}"


def url(name: str, *args: object) -> str:
    """The address of a page in the gallery; unknown names lead to a page of that name."""
    return "/" + "/".join([name, *map(str, args)])


class NotKept(Extension):
    """The tag `{% kept key %}` without its memory: the body as it stands."""

    tags = {"kept"}

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Read over the key."""
        next(parser.stream)
        parser.parse_tuple()
        return parser.parse_statements(("name:endkept",), drop_needle=True)


def environment() -> Environment:
    """A Jinja2 environment as setsquare.project.jinja makes it: escaping, strict, with static, url and gettext."""
    env = Environment(
        loader=FileSystemLoader([WEB / "templates", SPECIMENS]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", NotKept],
        undefined=StrictUndefined,
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(static=static, url=url, day_text=str, time_text=str)
    env.globals["words"] = lambda: env.get_template("parts/words.html.jinja").make_module().words()  # type: ignore[attr-defined]
    return env


def context(**more: object) -> dict[str, object]:
    """What every page's context holds, see docs/design.md."""
    return samples.FRAME | {"csrf_token": "gallery", "s": samples} | more


def render() -> None:
    """Write all pages below frontend/gallery/."""
    OUT.mkdir(exist_ok=True)
    env = environment()
    for page in PAGES:
        (OUT / f"{page}.html").write_text(env.get_template(f"{page}.html.jinja").render(context(page=page)))
    for error in ("403", "404", "500", "offline"):
        (OUT / f"error-{error}.html").write_text(
            env.get_template(f"errors/{error}.html.jinja").render(request_id="7f3a9c")
        )
    (OUT / "mail.html").write_text(env.get_template("mail/frame.html.jinja").render(samples.MAIL))
    (OUT / "mail.txt").write_text(env.get_template("mail/frame.txt.jinja").render(samples.MAIL))
    (OUT / "dialog").write_text(env.get_template("dialog.html.jinja").render(context(errors=[])))
    (OUT / "dialog-wrong").write_text(
        env.get_template("dialog.html.jinja").render(context(errors=samples.DIALOG_ERRORS))
    )


class Gallery(SimpleHTTPRequestHandler):
    """Serves the gallery, the bundle, and canned answers for what the scripts ask a server."""

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def end_headers(self) -> None:
        """Send the policy with each answer."""
        mail = self.path.startswith("/mail")  # a mail program shows what a page may not have
        self.send_header(
            "Content-Security-Policy",
            POLICY.replace("style-src 'self'", "style-src 'unsafe-inline'") if mail else POLICY,
        )
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def translate_path(self, path: str) -> str:
        """`/static/` is the bundle's folder; everything else a page of the gallery."""
        path = urlsplit(path).path
        if path.startswith("/static/"):
            return str(WEB / "static" / path.removeprefix("/static/"))
        name = path.strip("/") or "index"
        page = OUT / name
        return str(page if page.exists() else page.with_suffix(".html"))

    def guess_type(self, path: object) -> str:
        """Pages without a suffix are fragments of HTML."""
        return (
            "text/html; charset=utf-8" if "." not in Path(str(path)).name else super().guess_type(str(path))
        )

    def do_GET(self) -> None:
        """Answer the palette, choosers and the unread counter; else a file."""
        parts = urlsplit(self.path)
        q = parse_qs(parts.query).get("q", [""])[0].lower()
        if parts.path == "/palette":
            groups = [
                {
                    "label": g["label"],
                    "items": [i for i in g["items"] if q in (i["label"] + i.get("key", "")).lower()],
                }
                for g in samples.PALETTE
            ]
            template = environment().get_template("parts/palette.html.jinja")
            self.answer(str(template.module.palette_results(groups, q)), "text/html; charset=utf-8")  # type: ignore[attr-defined]
        elif parts.path.startswith("/choose/"):
            found = samples.CHOICES.get(parts.path.removeprefix("/choose/"), [])
            self.answer(
                json.dumps([c for c in found if q in (c["text"] + c["hint"]).lower()]), "application/json"
            )
        elif parts.path == "/unread":
            self.answer('{"unread": 3}', "application/json")
        else:
            super().do_GET()

    def do_POST(self) -> None:
        """Take autosaves and uploads; refuse the dialog's form once, so that its errors show."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/autosave"):
            self.answer('{"saved_at": "2026-03-14T12:03:00Z"}', "application/json")
        elif self.path.startswith("/upload"):
            self.answer(
                '{"src": "file:%s", "url": "/static/setsquare/setsquare.svg", "id": 7}' % ("ab" * 32),
                "application/json",
            )
        elif b"reason=ok" in body:
            self.send_response(HTTPStatus.NO_CONTENT)
            self.send_header(
                "HX-Trigger",
                '{"toast": {"text": "SOP-004 was sent to review.", "kind": "done"}, "dialog-close": {}}',
            )
            self.end_headers()
        else:
            self.answer(
                (OUT / "dialog-wrong").read_text(),
                "text/html; charset=utf-8",
                HTTPStatus.UNPROCESSABLE_ENTITY,
            )

    def answer(self, text: str, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        """Send `text` as a whole response."""
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def serve(port: int = 0) -> ThreadingHTTPServer:
    """A server on loopback, not yet running; its port is `server_address[1]`."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Gallery, directory=str(OUT)))


def main() -> None:
    """Render, and serve when asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--serve", action="store_true", help="serve the pages on loopback afterwards")
    parser.add_argument("--port", type=int, default=8765)
    arguments = parser.parse_args()
    render()
    print(f"{len(PAGES)} pages in {OUT.relative_to(Path.cwd()) if OUT.is_relative_to(Path.cwd()) else OUT}")
    if arguments.serve:
        print(f"http://127.0.0.1:{arguments.port}/")
        serve(arguments.port).serve_forever()


if __name__ == "__main__":
    main()
