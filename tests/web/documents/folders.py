"""Folders of documents as they are brought in, and their imports."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from setsquare.domains.documents.importing import jobs
from setsquare.domains.documents.importing.models import ImportJob
from tests.web.documents_house import House


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return target.getvalue()


def begin(house: House, data: bytes, name: str = "legacy.zip", **options: Any) -> ImportJob:
    wanted = {"unit": "NW", "owner": "", "reason": "Taken over from the file server.", **options}
    return jobs.begin(house.people["cora"], data, name, options=wanted)


def checked(house: House, data: bytes, **options: Any) -> ImportJob:
    job = begin(house, data, **options)
    jobs.run_to_end(job)
    return job
