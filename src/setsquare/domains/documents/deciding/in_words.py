"""What was decided on the reading and training of a revision: as the trail keeps it, and told as people read it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.documents.deciding.models import Decision, Named
from setsquare.domains.documents.in_words import names_of
from setsquare.kernel.writing.sentences import quoted

if TYPE_CHECKING:
    from setsquare.domains.documents.models import Revision

Values = Mapping[str, Any]


def decision_state(revision: "Revision") -> Mapping[str, Any]:
    """Return what the trail keeps of what was decided; nothing where nothing was."""
    decision: Decision | None = getattr(revision, "decision", None)
    if decision is None:
        return {}
    values = {
        "who": decision.who,
        "readers": [_reached(row) for row in decision.readers],
        "why": decision.why,
        "passages": decision.passages,
        "retraining": [
            {"course": row.course, **_reached(row), "days": row.days, "reason": row.reason}
            for row in decision.retraining
        ],
        "threshold": decision.threshold,
        "latest": decision.latest,
        "kept_days": decision.kept_days,
        "waived": decision.waived,
    }
    return {"decision": values}


def _reached(row: Named) -> dict[str, Any]:
    return {"role": row.role, "unit": row.unit, "person": row.person}


def decided_in_words(decision: Decision) -> list[str]:
    """Return what was decided, a sentence for each point."""
    values = {name: getattr(decision, name) for name in ("who", "why", "passages", "threshold", "latest")}
    values |= {"kept_days": decision.kept_days, "waived": decision.waived}
    learning = [
        {"course": str(row.course), "who": row.in_words, "days": row.days, "reason": row.reason}
        for row in decision.retraining
    ]
    return _told(values, [row.in_words for row in decision.readers], learning)


def past_decision(values: Values | None, rows: Any) -> list[str]:
    """Return what a state of the past says that was decided, a sentence for each point."""
    if not values:
        return []
    named = [*values["readers"], *values["retraining"]]
    names = names_of([{key: row[key] for key in ("role", "unit", "person")} for row in named])
    learning = [{**row, "who": _who(row, names)} for row in values["retraining"]]
    days = {name: values[name] and dt.datetime.fromisoformat(values[name]) for name in ("latest", "waived")}
    return _told({**values, **days}, [_who(row, names) for row in values["readers"]], learning)


def _who(row: Values, names: Mapping[str, str]) -> str:
    codes = [row[key] for key in ("person", "role", "unit") if row[key]]
    return " · ".join(names.get(code, code) for code in codes)


def _told(values: Values, readers: Iterable[str], learning: Iterable[Values]) -> list[str]:
    told = [_reading(values, readers)]
    if values["passages"]:
        names = ", ".join(quoted(name) for name in values["passages"])
        told.append(_("Readers see first: %(names)s.") % {"names": names})
    waits = values["threshold"] is not None and values["waived"] is None
    told += [_learning(row, waits) for row in learning]
    if values["threshold"] is not None:
        told.append(_waiting(values))
    if values["kept_days"]:
        sentence = ngettext(
            "Having read what was in force before counts for %(days)s day after this reading is due.",
            "Having read what was in force before counts for %(days)s days after this reading is due.",
            values["kept_days"],
        )
        told.append(sentence % {"days": values["kept_days"]})
    return told


def _reading(values: Values, readers: Iterable[str]) -> str:
    if values["who"] == Decision.Who.NOBODY:
        return _("Nobody is asked to read it. Why: %(why)s") % {"why": values["why"]}
    if values["who"] == Decision.Who.PART:
        return _("Of its audience these have to read it: %(names)s.") % {"names": "; ".join(readers)}
    return _("Everybody in its audience has to read it.")


def _learning(row: Values, waits: bool) -> str:
    who = row["who"] or _("all who have to read it")
    values = {"course": row["course"], "who": who, "days": row["days"], "reason": row["reason"]}
    if waits:  # whoever has not done it by then has as long as the others, once it is in force
        sentence = ngettext(
            "%(course)s is taken anew by %(who)s from the approval on, at the latest %(days)s day after it takes"
            " effect: %(reason)s",
            "%(course)s is taken anew by %(who)s from the approval on, at the latest %(days)s days after it takes"
            " effect: %(reason)s",
            row["days"],
        )
        return sentence % values
    sentence = ngettext(
        "%(course)s is taken anew by %(who)s, within %(days)s day after it takes effect: %(reason)s",
        "%(course)s is taken anew by %(who)s, within %(days)s days after it takes effect: %(reason)s",
        row["days"],
    )
    return sentence % values


def _waiting(values: Values) -> str:
    words = {"share": values["threshold"]}
    if values["waived"] is not None:
        return _("It was to wait for %(share)s %% of those who are asked; it waits no longer.") % words
    begins = _("Reading and training begin with the approval.")
    if values["latest"] is None:
        sentence = _("It takes effect once %(share)s %% of those who are asked have done all of it.")
    else:
        words["day"] = formats.date_format(values["latest"])
        sentence = _(
            "It takes effect once %(share)s %% of those who are asked have done all of it, and waits until %(day)s."
        )
    return f"{begins} {sentence % words}"
