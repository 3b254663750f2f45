"""The page of reference: every operation, made from the OpenAPI description, without any script."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from setsquare.faces.api.problems import KINDS

METHODS = ("get", "post")


def page(request: HttpRequest, description: Mapping[str, Any]) -> HttpResponse:
    """Return the page for an OpenAPI description."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in description["paths"].items():
        for method in METHODS:
            if method in operations:
                operation = operations[method]
                group = (operation.get("tags") or ["-"])[0]
                groups.setdefault(group, []).append(_operation(path, method, operation, description))
    kinds = [{"code": code, "status": kind.status, "title": kind.title} for code, kind in KINDS.items()]
    context = {
        "about": description["info"]["description"],
        "version": description["info"]["version"],
        "groups": [{"name": name, "operations": operations} for name, operations in groups.items()],
        "kinds": kinds,
    }
    return render(request, "api/reference.html", context, using="django")


def _operation(
    path: str, method: str, operation: Mapping[str, Any], whole: Mapping[str, Any]
) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    media_type = next(iter(content), "")
    body = content.get(media_type, {})
    return {
        "id": operation["operationId"],
        "path": path,
        "method": method.upper(),
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "parameters": operation["parameters"],
        "media_type": media_type,
        "fields": list(_fields(body.get("schema", {}), whole)),
        "responses": [
            {"status": status, "description": answer["description"]}
            for status, answer in sorted(operation["responses"].items(), key=lambda item: int(item[0]))
        ],
    }


def _fields(
    schema: Mapping[str, Any], whole: Mapping[str, Any], before: str = "", deep: int = 0
) -> Iterator[dict[str, Any]]:
    """Yield the fields of a body, those of rows below their list."""
    required = set(schema.get("required", []))
    for name, field in schema.get("properties", {}).items():
        kind, inner = _kind(field, whole)
        row = f"{before}{name}{'[]' if kind.startswith('[') else ''}."
        yield {
            "name": f"{before}{name}",
            "kind": kind,
            "required": name in required,
            "title": field.get("title", ""),
            "description": field.get("description", "") or (inner or {}).get("description", ""),
        }
        if inner and deep < 3:
            yield from _fields(inner, whole, row, deep + 1)


def _kind(field: Mapping[str, Any], whole: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None]:
    """Return the name of a field's type, and the object in it."""
    if reference := field.get("$ref"):
        name = reference.rpartition("/")[2]
        found = whole["components"]["schemas"].get(name, {})
        return found.get("title", name), found if "properties" in found else None
    for way in ("anyOf", "oneOf", "allOf"):
        if way in field:
            parts = [_kind(part, whole) for part in field[way]]
            inner = next((inner for _name, inner in parts if inner), None)
            return " | ".join(dict.fromkeys(name for name, _inner in parts)), inner
    if "items" in field:
        name, inner = _kind(field["items"], whole)
        return f"[{name}]", inner
    if "enum" in field:
        return " | ".join(str(value) for value in field["enum"]), None
    if "const" in field:
        return str(field["const"]), None
    kind = field.get("type", "any")
    return (f"{kind} ({field['format']})" if "format" in field else str(kind)), None
