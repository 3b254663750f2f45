"""The standard error of measurement: how precisely one person's, or one team's, score is known."""

import dataclasses
import math

from ..inputs import number
from ..results import Part


@dataclasses.dataclass(frozen=True)
class MeasurementError(Part):
    """The standard error of a score, half the width of its interval, and the smallest change that is not noise."""

    error: float
    half_width: float
    smallest_change: float
    confidence: float


def measurement_error(sd: float, reliability: float, *, confidence: float = 0.95) -> MeasurementError:
    """Return the standard error of measurement, sd sqrt(1 - reliability).

    A score's interval is score +- z error; two scores of one person differ by more than noise from z sqrt(2) error on.
    Source: F. M. Lord and M. R. Novick, Statistical Theories of Mental Test Scores (1968), section 3.8. Assumes one
    error for all scores. Raises ValueError at ``sd`` (below 0), ``reliability`` (outside 0 to 1), ``confidence``.

    >>> found = measurement_error(15, 0.91)
    >>> round(found.error, 2), round(found.half_width, 2), round(found.smallest_change, 2)
    (4.5, 8.82, 12.47)
    """
    from scipy.special import ndtri  # noqa: PLC0415 - loads when first used

    level = number("confidence", confidence, least=0.5, most=0.9999)
    share = number("reliability", reliability, least=0.0, most=1.0)
    error = number("sd", sd, least=0.0) * math.sqrt(1 - share)
    half = float(ndtri(0.5 + level / 2)) * error
    return MeasurementError(error, half, math.sqrt(2) * half, level)
