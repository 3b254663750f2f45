"""The demo's scans of certificates from elsewhere: drawn, with what is recorded of each."""

import datetime as dt
from html import escape
from zlib import crc32

from setsquare.domains.training.badges.pictures import painted
from setsquare.kernel.files.intake import take_in
from setsquare.project.demo.stage import person, record

PAPER = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512" text-anchor="middle" font-family="Inter">'
    '<rect width="512" height="512" fill="#e4e2dc"/><g transform="rotate(-0.7 256 256)" fill="#222">'
    '<rect x="14" y="14" width="484" height="484" fill="#fffdf7" stroke="#b9b6ad"/>'
    '<rect x="28" y="28" width="456" height="456" fill="none" stroke="#8a8a8a" stroke-width="1.5"/>'
    '<text x="256" y="92" font-size="26">{issuer}</text>'
    '<text x="256" y="210" font-size="34">{title}</text><text x="256" y="282" font-size="24">{name}</text>'
    '<text x="256" y="324" font-size="17">{day}</text>'
    '<path d="M316 418 q14 -40 26 -6 t22 -10 t20 4 t34 -8" fill="none" stroke="#1d3b8b" stroke-width="2.2"/>'
    '<path d="M300 430 h140" stroke="#8a8a8a"/>'
    '<circle cx="122" cy="408" r="34" fill="none" stroke="#a33" stroke-width="2.5" opacity="0.7"/>'
    '<circle cx="122" cy="408" r="26" fill="none" stroke="#a33" opacity="0.7"/>'
    '<text x="256" y="466" font-size="15">{number}</text></g></svg>'
)
"""How a certificate from elsewhere looks on the scanner."""


def number_there(holder: str, course: str, issued: dt.date) -> str:
    """Return the number that the issuer gave a certificate, the same each time."""
    return f"{issued.year}-{crc32(f'{holder} {course}'.encode()) % 9000 + 1000}"


def scan(keeper: str, *, holder: str, course: str, issued: dt.date, issuer: str, number: str) -> str:
    """Keep the scan of a certificate for whoever hands it in or records it; return what a command takes as its file."""
    told = {
        "issuer": issuer,
        "title": record(course).title,
        "name": person(holder).name,
        "day": f"{issued:%-d %B %Y}",
        "number": number,
    }
    paper = PAPER.format(**{name: escape(text) for name, text in told.items()})
    blob: str = take_in(person(keeper), painted(paper), f"{number}.png").blob_id
    return blob
