"""Whether the control chart lets a capability be believed.

Sources: NIST/SEMATECH e-Handbook 6.1.6 (capability is of a process in control); ISO 22514-1:2014.
"""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from ... import methods  # charts load with the first chart that is drawn
from ..inputs import Floats, one_of

if TYPE_CHECKING:
    from ..charts import Chart, Charts
    from ..rules import Signals

Stable: TypeAlias = "bool | Chart | Charts | Signals | None"
"""What the chart says: yes or no, the chart itself, the rules' answer to it, or None to draw it from the values."""

Unstable = Literal["warn", "refuse"]
_FEWEST = 8
_CHANCE = 0.1
_SPREAD_BEYOND = 0.005
"""How often the range of five normal values, or of about as many, passes three sigma."""
_SPREAD_FAR = 5.0
_NOBODY = "the values are too few for a control chart, so that nobody knows whether the process is stable"


def judged(
    stable: Stable, unstable: str, drawn: Callable[[], "Chart | Charts"]
) -> tuple[bool | None, tuple[str, ...]]:
    """Return whether the process is stable, and what is to be said about it.

    A chart that is given says no by any point beyond its limits. Where `stable` is None, the chart that `drawn` makes
    says no where so many points lie beyond three sigma, or one so far, as chance has with less than one in ten: any
    point among up to 38 (a range or standard deviation among up to 21), more of them among many. Raises ValueError at
    ``stable`` where the process is not stable and `unstable` is "refuse"; else a warning says so, in the result and by
    Python's means.

    >>> judged(True, "warn", lambda: methods.charts.individuals([1, 2, 3]))
    (True, ())
    """
    one_of("unstable", unstable, ("warn", "refuse"))
    if stable is None:
        try:
            found = [_told(one) for one in _parts(drawn()) if _beyond_chance(one)]
        except ValueError:
            return None, (_NOBODY,)
    else:
        found = [] if isinstance(stable, bool) else [text for text in map(_told, _parts(stable)) if text]
    if stable is True or (stable is not False and not found):
        return True, ()
    told = f" ({', '.join(found)})" if found else ""
    text = f"the control chart says that the process is not stable{told}, so that indices foretell nothing"
    if unstable == "refuse":
        raise ValueError(f"stable: {text}")
    warnings.warn(text, stacklevel=4)
    return False, (text,)


def _parts(stable: Any) -> "tuple[Chart | Signals, ...]":
    if isinstance(stable, methods.charts.Charts):
        return stable.location, stable.spread
    if isinstance(stable, methods.charts.Chart | methods.rules.Signals):
        return (stable,)
    raise ValueError(
        f"stable: give True, False, a control chart, what run rules found on it, or None, not {type(stable).__name__}"
    )


def _told(one: "Chart | Signals") -> str:
    """Say what a chart or its rules found; nothing where they found nothing."""
    if isinstance(one, methods.rules.Signals):
        many = int(np.count_nonzero(one.completes()))
        return f"{many} points complete a pattern" if many else ""
    many = int(np.count_nonzero(one.beyond))
    return f"{many} of {one.points.size} points of the {one.kind} chart are beyond its limits" if many else ""


def _beyond_chance(chart: "Chart | Signals") -> bool:
    """Whether more points lie beyond three sigma, or one further out, than chance explains; few points raise."""
    from scipy.special import bdtrc, ndtr  # noqa: PLC0415 - loads when first used

    assert isinstance(chart, methods.charts.Chart)
    with np.errstate(invalid="ignore", divide="ignore"):
        far = np.abs(chart.points - chart.centre) / chart.sigma
    far = far[~np.isnan(far)]
    if far.size < _FEWEST:
        raise ValueError("values: too few points")
    many = int(np.count_nonzero(far > 3))
    if not many:
        return False
    if chart.kind in (
        "R",
        "S",
    ):  # skewed, so that three sigma are passed more often than by a normal statistic
        return bool(far.max() > _SPREAD_FAR) or float(bdtrc(many - 1, far.size, _SPREAD_BEYOND)) < _CHANCE
    seldom = float(bdtrc(many - 1, far.size, 2 * ndtr(-3.0)))
    alone = -float(np.expm1(far.size * np.log1p(-2 * ndtr(-far.max()))))
    return min(seldom, alone) < _CHANCE


def of_values(values: Floats) -> "Chart":
    """Return the chart of single values in their order; infinite ones, beyond a curve's end, are left out.

    >>> of_values(np.array([1.0, 2.0, np.inf])).points.size
    2
    """
    return methods.charts.individuals(values[np.isfinite(values)]).location


def of_rows(rows: Floats, grouped: bool) -> "Chart | Charts":
    """Return the chart of subgroups, which are rows, or of single values in their order.

    >>> of_rows(np.array([[1.0], [2.0], [1.5]]), False).kind
    'I'
    """
    if not grouped or rows.shape[1] == 1:
        return methods.charts.individuals(rows.ravel()).location
    kept = rows[(~np.isnan(rows)).sum(axis=1) > 1]
    return (methods.charts.xbar_r if rows.shape[1] <= 8 else methods.charts.xbar_s)(kept)
