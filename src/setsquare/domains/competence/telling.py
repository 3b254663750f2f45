"""What somebody is able to and how assessors stand, as values: the same for the API and the command line."""

from typing import Any

from setsquare.domains.competence.calibration import Calibration, Pair, Standing
from setsquare.domains.competence.standing import Line
from setsquare.kernel.records.things import plain

Values = dict[str, Any]


def line_told(line: Line) -> Values:
    """Return one component that somebody is or was qualified in."""
    row = line.row
    return {
        "framework": line.framework.number,
        "component": line.code,
        "title": line.component,
        "level": row.level,
        "level_name": line.level,
        "since": plain(row.since),
        "until": plain(row.until),
        "last_day": plain(line.last),
        "given": plain(row.given),
        "ended": plain(row.ended),
        "evidence": line.evidence.number if line.evidence is not None else None,
    }


def calibration_told(found: Calibration) -> Values:
    """Return a calibration: assessors over all components and in each, and each two of them."""
    return {
        "assessors": [
            {"assessor": name, **_standing(found.overall[key])} for key, name in found.assessors.items()
        ],
        "components": [
            {
                "component": code,
                "title": title,
                "assessors": [
                    {"assessor": name, **_standing(found.cells[code, key])}
                    for key, name in found.assessors.items()
                    if (code, key) in found.cells
                ],
            }
            for code, title in found.components.items()
        ],
        "pairs": [_pair(pair) for pair in found.pairs],
        "left_out": found.left_out,
    }


def _standing(one: Standing) -> Values:
    return {
        "ratings": one.count,
        "mean_difference": round(one.difference, 4),
        "exact_agreement": round(one.exact, 4),
    }


def _pair(pair: Pair) -> Values:
    return {
        "first": pair.first,
        "second": pair.second,
        "rated_by_both": pair.count,
        "mean_difference": round(pair.difference, 4),
        "exact_agreement": round(pair.exact, 4),
        "weighted_kappa": round(pair.kappa, 4) if pair.kappa is not None else None,
    }
