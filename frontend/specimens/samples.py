# ruff: noqa: E501, S704 - texts of documents as one line each, written here
# fmt: off
"""Sample data for the gallery: an invented maker of medical devices. Shapes as the macros document them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup

NOW = datetime.now(UTC).replace(microsecond=0)


def ago(**span: float) -> datetime:
    """An instant before now."""
    return NOW - timedelta(**span)


def in_days(days: int) -> str:
    """A calendar day from today."""
    return (NOW + timedelta(days=days)).date().isoformat()


def who(name: str, hint: str, gone: bool = False) -> dict[str, object]:
    """A person as the macros take one."""
    return {"name": name, "initials": "".join(p[0] for p in name.split()[:2]), "hint": hint, "url": "/people/1", "gone": gone}


JANA = who("Jana Lindqvist", "Document controller")
OMAR = who("Omar Haddad", "Quality manager")
MEI = who("Mei Tanaka", "Head of quality")
TOM = who("Tomasz Wójcik", "Production engineer")
ANA = who("Ana Ferreira", "Quality assistant")
LEON = who("Leon Brandt", "Former quality manager", gone=True)
UNIT = {"name": "Aarhus site", "url": "/units/2", "code": "AAR"}

STATES = {
    "draft": {"word": "Draft", "colour": "grey"}, "review": {"word": "In review", "colour": "blue"},
    "approval": {"word": "In approval", "colour": "purple"}, "approved": {"word": "Approved", "colour": "teal"},
    "effective": {"word": "Effective", "colour": "green"}, "superseded": {"word": "Superseded", "colour": "grey"},
    "overdue": {"word": "Review overdue", "colour": "orange"}, "withdrawn": {"word": "Withdrawn", "colour": "red"},
}


def _item(label: str, url: str, icon: str, **more: object) -> dict[str, object]:
    return {"label": label, "url": url, "icon": icon, "current": False, "count": 0} | more


FRAME: dict[str, object] = {
    "me": {"username": "jlindqvist", "name": "Jana Lindqvist", "initials": "JL", "email": "jana.lindqvist@halden.example"},
    "nav": {"key": "gallery", "groups": [
        {"label": "", "items": [_item("My work", "/home", "inbox", count=7, go="h"), _item("Search", "/search", "search", go="s")]},
        {"label": "Context", "items": [_item("Organisation", "/units", "sitemap"), _item("Processes", "/processes", "route", go="p")]},
        {"label": "Governance", "items": [_item("Documents", "/register", "file-text", current=True, go="d"), _item("Change requests", "/changes", "git-pull-request", count=4, go="c"), _item("Requirements", "/requirements", "list-check")]},
        {"label": "Assurance", "items": [_item("Audits", "/audits", "clipboard-check"), _item("Measurements", "/measures", "chart-line")]},
        {"label": "Improvement", "items": [_item("Nonconformities", "/nc", "alert-triangle", count=12), _item("Corrective actions", "/ca", "tool")]},
        {"label": "Leadership", "items": [_item("Objectives", "/objectives", "target"), _item("Management review", "/reviews", "report-analytics")]},
        {"label": "Administration", "items": [_item("People and roles", "/people", "users"), _item("Settings", "/settings", "settings")]},
    ]},
    "crumbs": [("Governance", None), ("Documents", "/register"), ("Gallery", None)],
    "page_title": "Gallery", "unread": 3, "language": "en", "theme": "auto", "timezone": "Europe/Copenhagen", "messages": [],
    "organisation_name": "Halden Medical", "demo": True,
}

TITLES = [
    ("POL-001", "Quality policy", "effective", MEI, -410, 12), ("SOP-004", "Control of documents and records", "approval", JANA, -2, 7),
    ("SOP-011", "Design and development planning", "effective", OMAR, -95, 4), ("SOP-017", "Handling of nonconforming product on the assembly line and in the warehouse", "review", TOM, -1, 3),
    ("WI-032", "Torque setting of infusion pump housings", "effective", TOM, -33, 9), ("WI-033", "Final inspection of pump drives", "overdue", ANA, -740, 2),
    ("FRM-008", "Supplier assessment", "effective", OMAR, -12, 5), ("SOP-021", "Software problem resolution", "draft", JANA, 0, 1),
    ("SPC-114", "Housing, polycarbonate, drawing 114", "approved", TOM, -3, 6), ("SOP-009", "Management review", "effective", MEI, -201, 5),
    ("EXT-003", "Regulation on medical devices, consolidated text", "effective", OMAR, -388, 1), ("WI-019", "Cleaning of the filling line", "withdrawn", LEON, -61, 8),
    ("PLN-002", "Quality plan for the Tern pump", "effective", OMAR, -48, 2), ("MAN-001", "Quality manual", "effective", MEI, -120, 14),
    ("SOP-013", "Internal audits", "effective", OMAR, -77, 6), ("WI-040", "Calibration of torque screwdrivers", "review", ANA, -4, 3),
    ("SOP-015", "Complaint handling", "effective", JANA, -260, 7), ("FRM-011", "Training record", "superseded", LEON, -520, 3),
]
COLUMNS = [
    {"key": "number", "label": "Number", "kind": "key", "sort_url": "?sort=number"},
    {"key": "title", "label": "Title", "kind": "title", "sort_url": "?sort=title"},
    {"key": "state", "label": "State", "kind": "state", "sort_url": "?sort=state"},
    {"key": "rev", "label": "Revision", "kind": "number", "minor": True},
    {"key": "owner", "label": "Owner", "kind": "person"},
    {"key": "unit", "label": "Unit", "kind": "unit", "minor": True},
    {"key": "review", "label": "Next review", "kind": "due", "minor": True},
    {"key": "changed", "label": "Changed", "kind": "time", "sort_url": "?sort=changed", "sort": "descending"},
]
ROWS = [
    {"id": n, "url": "/record", "label": number, "cells": {"number": number, "title": title, "state": STATES[state], "rev": rev, "owner": owner, "unit": UNIT, "review": in_days(365 + days), "changed": ago(days=-days, hours=2)}}
    for n, (number, title, state, owner, days, rev) in enumerate(TITLES, 1)
]
PAGE = {"total": 1204, "capped": False, "newer_url": "", "older_url": "?before=1"}


def _choices(*words: str, on: int = 0) -> list[dict[str, object]]:
    return [{"value": w.lower(), "label": w, "selected": i < on, "hint": str(3 + 7 * i)} for i, w in enumerate(words)]


BAR = {
    "action": "/register", "q": "", "placeholder": "Find by number, title or text …", "clear_url": "/register",
    "filters": [
        {"name": "state", "label": "State", "choices": _choices("Effective", "In review", "In approval", "Draft", "Approved", "Superseded", "Withdrawn", on=2)},
        {"name": "type", "label": "Type", "choices": _choices("Policy", "Manual", "Procedure", "Work instruction", "Form", "Specification", "External standard", "Plan", "Record", "Drawing")},
        {"name": "owner", "label": "Owner", "choices": _choices("Jana Lindqvist", "Omar Haddad", "Mei Tanaka"), "search": True},
        {"name": "effective", "label": "Effective", "kind": "dates"},
        {"name": "area", "label": "Process area", "choices": _choices("Production", "Purchasing")},
        {"name": "unit", "label": "Unit", "choices": _choices("Aarhus", "Leipzig")},
        {"name": "changed", "label": "Changed", "kind": "dates"},
    ],
    "chips": [{"name": "State", "value": "Effective, In review", "remove_url": "?a"}, {"name": "Unit", "value": "Aarhus site", "remove_url": "?b"}],
    "views": {"current": "All current", "items": [{"label": "All current", "url": "?v=1", "current": True}, {"label": "Review due in 60 days", "url": "?v=2"}, {"label": "Waiting for me", "url": "?v=3"}], "save_url": "/dialog"},
    "export": [{"label": "Excel (XLSX)", "url": "/x.xlsx", "icon": "file-spreadsheet"}, {"label": "CSV", "url": "/x.csv", "icon": "file-export"}],
}
BULK = [{"label": "Change owner", "url": "/dialog", "icon": "user"}, {"label": "Set review date", "url": "/dialog", "icon": "calendar"}, {"label": "Withdraw", "url": "/dialog", "icon": "archive", "danger": True}]

TABS = [{"label": "Content", "url": "/document", "current": True}, {"label": "History", "url": "/record", "count": 42}, {"label": "Links", "url": "/record", "count": 6}, {"label": "Distribution", "url": "/record", "count": 118}, {"label": "Signatures", "url": "/record", "count": 3}]
COMMANDS = [
    {"label": "Approve", "url": "/dialog", "icon": "signature", "primary": True, "dialog": True, "key": "a"},
    {"label": "Comment", "url": "/dialog", "icon": "message-plus", "dialog": True},
    {"label": "Edit", "url": "/form", "icon": "pencil", "why_not": "Revision 7 is in approval. Reject it back to draft to edit its text."},
    {"label": "Compare with revision 6", "url": "/compare", "icon": "git-compare"},
    {"label": "Export as PDF", "url": "/x.pdf", "icon": "file-type-pdf"},
    {"label": "Withdraw", "url": "/dialog", "icon": "archive", "danger": True, "why_not": "Only an effective revision can be withdrawn."},
]
TRAIL = [
    {"who": OMAR, "sentence": "approved revision 7 as process owner", "when": ago(hours=3), "icon": "signature", "colour": "green", "seq": 42, "proof_url": "/proof/42", "reason": "", "changes": []},
    {"who": JANA, "sentence": "sent revision 7 to approval", "when": ago(hours=26), "icon": "send", "colour": "purple", "seq": 41, "reason": "All comments of the review are resolved.", "changes": [{"label": "State", "was": "In review", "now": "In approval"}]},
    {"who": ANA, "sentence": "changed the audience", "when": ago(days=3), "icon": "users", "seq": 40, "reason": "", "changes": [{"label": "Roles", "was": "Production, Quality", "now": "Production, Quality, Warehouse"}, {"label": "Reading due", "was": None, "now": "14 days after effective"}]},
    {"who": None, "sentence": "reminded 3 people of the review", "when": ago(days=6), "icon": "mail", "seq": 39, "reason": "", "changes": []},
    {"who": JANA, "sentence": "opened revision 7 from change request CR-2026-014", "when": ago(days=21), "icon": "git-pull-request", "colour": "blue", "seq": 38, "reason": "Retention of records follows the new archive.", "changes": []},
]
THREADS = [
    {"id": 1, "quote": "at least ten years after the last unit was placed on the market", "resolved": False, "reply_url": "/dialog", "resolve_url": "/dialog", "comments": [{"who": OMAR, "when": ago(days=2), "html": Markup("<p>Is this also true for implantable parts? I read fifteen years there.</p>")}, {"who": JANA, "when": ago(days=1, hours=4), "html": Markup("<p>Right. I add a row to the table in section 5.</p>")}]},
    {"id": 2, "quote": "stored in the green cabinet", "lost": True, "resolved": True, "resolved_by": TOM, "comments": [{"who": TOM, "when": ago(days=5), "html": Markup("<p>We have no green cabinet any more.</p>")}]},
]
SIGNATURES = [
    {"name": "Omar Haddad", "meaning": "Approved as process owner", "authority": "Quality manager · competence Governance, tier 3, valid until 30 Nov 2027", "signed_at": "2026-03-11 09:14:22 UTC", "local_time": "11 Mar 2026, 10:14 CET (Aarhus)", "digest": "9f2c1b7ae04d6c5b8f1e77aa20c4d9135b6f0e8c2d1a4b7f3e9c8d0a5b6c7d8e", "verified": True},
    {"name": "Ana Ferreira", "meaning": "Reviewed", "signed_at": "2026-03-09 15:40:01 UTC", "local_time": "9 Mar 2026, 16:40 CET (Aarhus)", "digest": "77aa20c4d9135b6f0e8c2d1a4b7f3e9c8d0a5b6c7d8e9f2c1b7ae04d6c5b8f1e", "verified": False, "on_behalf_of": "Tomasz Wójcik"},
]
TASKS = [
    {"title": "Control of documents and records", "url": "/record", "icon": "signature", "key": "SOP-004 rev. 7", "kind": "To approve", "from_": JANA, "due": in_days(2), "action_label": "Review and sign"},
    {"title": "Final inspection of pump drives", "url": "/record", "icon": "refresh", "key": "WI-033", "kind": "Periodic review", "due": in_days(-9), "overdue": True, "action_label": "Decide"},
    {"title": "Handling of nonconforming product on the assembly line and in the warehouse", "url": "/record", "icon": "message-check", "key": "SOP-017 rev. 3", "kind": "To review", "from_": TOM, "due": in_days(5), "action_label": "Review"},
    {"title": "Torque setting of infusion pump housings", "url": "/record", "icon": "book", "key": "WI-032 rev. 9", "kind": "To read", "due": in_days(11), "note": "3 sections changed", "action_label": "Read"},
]
NOTICES = [
    {"text": "Omar Haddad approved SOP-004 revision 7", "url": "/record", "icon": "signature", "when": ago(hours=3), "new": True},
    {"text": "Tomasz Wójcik answered your comment in SOP-017", "url": "/record", "icon": "message-circle", "when": ago(hours=20), "new": True, "hint": "“We measured it again with the new gauge.”"},
    {"text": "WI-033 is past its review date", "url": "/record", "icon": "clock-exclamation", "when": ago(days=9), "new": False},
]
FILES = [
    {"name": "Archive contract 2026.pdf", "url": "/x.pdf", "size": 1_840_000, "kind": "pdf", "digest": "9f2c1b7ae04d6c5b", "who": JANA, "when": ago(days=20), "remove_url": "/dialog"},
    {"name": "Retention periods by record type, with reasons.xlsx", "url": "/x.xlsx", "size": 48_200, "kind": "xlsx", "digest": "77aa20c4d9135b6f", "who": ANA, "when": ago(days=3)},
]
TREE = [
    {"label": "Policies", "open": True, "note": "4", "children": [{"label": "Quality policy", "number": "POL-001", "url": "/record", "state": STATES["effective"]}, {"label": "Information security policy", "number": "POL-002", "url": "/record", "state": STATES["review"]}]},
    {"label": "Procedures", "open": True, "note": "26", "children": [{"label": "Governance", "open": True, "children": [{"label": "Control of documents and records", "number": "SOP-004", "url": "/record", "state": STATES["approval"]}]}, {"label": "Assurance", "children": [{"label": "Internal audits", "number": "SOP-013", "url": "/record", "state": STATES["effective"]}]}]},
    {"label": "Work instructions", "note": "31", "children": [{"label": "Torque setting", "number": "WI-032", "url": "/record", "state": STATES["effective"]}]},
]
TILES = [{"label": "To sign", "value": "3", "note": "oldest 2 days", "url": "/home"}, {"label": "To read", "value": "4", "note": "next due in 5 days", "url": "/home"}, {"label": "Overdue", "value": "1", "note": "9 days late", "url": "/home", "colour": "red"}, {"label": "In review", "value": "12", "note": "my documents"}]
CHART = {"kind": "bar", "labels": ["Oct", "Nov", "Dec", "Jan", "Feb", "Mar"], "series": [{"name": "Effective", "values": [6, 9, 4, 11, 8, 5]}, {"name": "Withdrawn", "values": [1, 0, 2, 1, 0, 1]}], "stacked": True, "unit": "revisions", "axis": "Month"}
LINE = {"kind": "line", "labels": [f"W{n}" for n in range(1, 13)], "series": [{"name": "Confirmed in time", "values": [71, 74, 73, 80, 82, 79, 85, 88, 86, 90, 93, 92]}], "unit": "%", "axis": "Week"}
PIE = {"kind": "pie", "labels": ["Effective", "In review", "Draft", "Withdrawn"], "series": [{"name": "Documents", "values": [812, 96, 201, 95]}], "axis": "State", "colours": ["green", "blue", "grey", "red"]}
PALETTE: list[dict[str, Any]] = [
    {"label": "Records", "items": [{"label": t[1], "key": t[0], "url": "/record", "icon": "file-text", "hint": str(STATES[t[2]]["word"])} for t in TITLES[:6]]},
    {"label": "Actions", "items": [{"label": "Create a document", "url": "/form", "icon": "plus", "hint": "c"}, {"label": "Open a change request", "url": "/dialog", "icon": "git-pull-request", "dialog": True}, {"label": "Go to My work", "url": "/home", "icon": "inbox", "hint": "g h"}]},
]
CHOICES: dict[str, list[dict[str, str]]] = {
    "people": [{"value": str(n), "text": str(p["name"]), "hint": str(p["hint"])} for n, p in enumerate((JANA, OMAR, MEI, TOM, ANA), 1)],
    "units": [{"value": "1", "text": "Halden Medical", "hint": "organisation"}, {"value": "2", "text": "Aarhus site", "hint": "Halden Medical"}],
    "records": [{"value": t[0], "text": f"{t[0]} {t[1]}", "hint": str(STATES[t[2]]["word"])} for t in TITLES],
}
DIALOG_ERRORS = [
    {"id": "id_reason", "label": "Reason", "sentence": "Say why, in a sentence: an inspector reads this later."},
    {"id": "signing-password", "label": "Your password", "sentence": "That is not your password."},
]
BODY = Markup("""
<h1 id="purpose" data-block="b1">1 Purpose</h1><p data-block="b2">This procedure says how documents and records of the quality management system are written, reviewed, approved, distributed, changed and kept, so that everybody works from the version in force and nothing is lost that has to be shown later.</p>
<h1 id="scope" data-block="b3">2 Scope</h1><p data-block="b4">It applies at all three sites, to documents of our own and of external origin. Software source code is controlled by <a href="/record" data-record="SOP-021">SOP-021</a> instead.</p>
<h1 id="roles" data-block="b5">3 Responsibilities</h1><ul data-block="b6"><li>The <strong>document controller</strong> keeps the register and publishes.</li><li>The <strong>process owner</strong> answers for the content and approves it.<ul><li>An author never approves a text of their own.</li></ul></li><li>Everybody reads what applies to them within the time set.</li></ul>
<h2 id="retention" data-block="b7">3.1 Retention</h2><p data-block="b8">Records of a device are kept at least ten years after the last unit was placed on the market. Other records are kept as the table says.</p>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table"><table data-block="b9"><thead><tr><th>Record</th><th>Kept for</th><th>By</th></tr></thead><tbody><tr><td>Device history</td><td>10 years</td><td>Production</td></tr><tr><td>Training record</td><td>Employment and 5 years</td><td>People</td></tr><tr><td>Supplier assessment</td><td>7 years</td><td>Purchasing</td></tr></tbody></table></div>
<blockquote data-block="b10"><p>A printed copy is uncontrolled unless it carries a copy number.</p></blockquote>
<ol data-block="b11"><li>Print the copy from the record's page.</li><li>Enter holder and place in the register of controlled copies.</li><li>Recall it when the next revision becomes effective.</li></ol>
""")
OUTLINE = [{"label": "1 Purpose", "anchor": "purpose", "level": 2}, {"label": "2 Scope", "anchor": "scope", "level": 2}, {"label": "3 Responsibilities", "anchor": "roles", "level": 2}, {"label": "3.1 Retention", "anchor": "retention", "level": 3}]
REMARKS = [
    {"id": 1, "quote": "at least ten years after the last unit was placed on the market", "prefix": "Records of a device are kept ", "suffix": ". Other records", "block": "b8", "resolved": False, "who": "Omar Haddad", "when": ago(days=2).isoformat(), "text": "Is this also true for implantable parts?", "url": "/dialog"},
    {"id": 2, "quote": "An author never approves", "prefix": "", "suffix": " a text of their own", "block": "b6", "resolved": True, "who": "Ana Ferreira", "when": ago(days=4).isoformat(), "text": "Should we say who does then?", "url": "/dialog"},
    {"id": 3, "quote": "in the green cabinet", "prefix": "stored ", "suffix": "", "block": "b8", "resolved": False, "who": "Tomasz Wójcik", "when": ago(days=5).isoformat(), "text": "We have none any more.", "url": "/dialog"},
]
COMPARED = Markup("""<h2>3.1 Retention</h2><p class="block-changed">Records of a device are kept at least <del>seven</del><ins>ten</ins> years after the last unit was placed on the market. Other records are kept as the table says.</p>
<div class="block-changed"><table><thead><tr><th>Record</th><th>Kept for</th><th>By</th></tr></thead><tbody><tr><td>Device history</td><td><del>7</del><ins>10</ins> years</td><td>Production</td></tr><tr><td class="ins"><ins>Training record</ins></td><td class="ins"><ins>Employment and 5 years</ins></td><td class="ins"><ins>People</ins></td></tr></tbody></table></div>
<p class="block-del"><del>Paper records are stored in the green cabinet.</del></p><p class="block-ins"><ins>Paper records are scanned within a week and kept by the archive.</ins></p><p>A printed copy is uncontrolled unless it carries a copy number.</p>""")
_same = [{"left": Markup(f"<p>Unchanged paragraph number {n} of the procedure.</p>"), "right": Markup(f"<p>Unchanged paragraph number {n} of the procedure.</p>"), "kind": "same"} for n in range(1, 7)]
SIDES = [
    *_same,
    {"left": Markup("<p>Records of a device are kept at least <del>seven</del> years.</p>"), "right": Markup("<p>Records of a device are kept at least <ins>ten</ins> years.</p>"), "kind": "changed"},
    {"left": Markup("<p>Paper records are stored in the green cabinet.</p>"), "right": "", "kind": "removed"},
    {"left": "", "right": Markup("<p>Paper records are scanned within a week.</p>"), "kind": "added"}, *_same[:2],
]
MAIL = {"subject": "3 things wait for you", "preheader": "SOP-004 waits for your signature", "organisation_name": "Halden Medical", "lines": ["Good morning, Omar Haddad."], "items": [{"title": "SOP-004 Control of documents and records", "note": "To approve, due in 2 days", "url": "https://qms.halden.example/documents/SOP-004"}, {"title": "WI-033 Final inspection of pump drives", "note": "Periodic review, 9 days overdue", "url": "https://qms.halden.example/documents/WI-033"}], "action_label": "Open my work", "action_url": "https://qms.halden.example/", "foot": ""}
MARKDOWN = """# 1 Purpose

This procedure says how **documents** and *records* are controlled, see [SOP-021](record:SOP-021) and [the archive](https://archive.example/).

## 1.1 Retention

- Device history
  - kept for ten years
  - by production
- Training records

1. Print the copy.
2. Enter the holder.

| Record | Kept for | By |
| --- | --- | --- |
| Device history | 10 years | Production |
| Training record | 5 years | People |

> A printed copy is uncontrolled.
"""
