"""Measurement systems: whether a gauge, or a judge, is good enough for what it decides.

>>> from setsquare.methods.measurement import bias_from_summary
>>> bias_from_summary(100.2, 0.5, 10, 100.0).significant
False
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .anova import crossed_study, from_mean_squares, nested_study
from .appraisers import Agreement, Appraiser, Share, attribute_agreement
from .average_range import average_range_study
from .bias import (
    Bias,
    Linearity,
    Stability,
    Type1,
    bias,
    bias_from_summary,
    linearity,
    stability,
    type1_study,
)
from .concordance import Concordance, Intraclass, intraclass, kendall_w
from .gauge import AnovaRow, Component, GaugeStudy
from .guard import Conformity, GuardBand, Risks, conformity, global_risks, guard_band
from .kappa import Kappa, cohen_kappa, conger_kappa, fleiss_from_counts, fleiss_kappa, light_kappa

__all__ = [
    "Agreement",
    "AnovaRow",
    "Appraiser",
    "Bias",
    "Component",
    "Concordance",
    "Conformity",
    "GaugeStudy",
    "GuardBand",
    "Intraclass",
    "Kappa",
    "Linearity",
    "Risks",
    "Share",
    "Stability",
    "Type1",
    "attribute_agreement",
    "average_range_study",
    "bias",
    "bias_from_summary",
    "cohen_kappa",
    "conformity",
    "conger_kappa",
    "crossed_study",
    "fleiss_from_counts",
    "fleiss_kappa",
    "from_mean_squares",
    "global_risks",
    "guard_band",
    "intraclass",
    "kendall_w",
    "light_kappa",
    "linearity",
    "nested_study",
    "stability",
    "type1_study",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)
