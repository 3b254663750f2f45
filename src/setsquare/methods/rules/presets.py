"""Sets of rules as they are published, and as packages have them; ``docs/methods/rules.md`` says what differs.

Sources: Nelson, Journal of Quality Technology 16 (1984) 237-239; Western Electric, Statistical Quality Control
Handbook (1956); NIST e-Handbook 6.3.2; AIAG, Statistical Process Control, 2nd edition (2005); Westgard et al.,
Clinical Chemistry 27 (1981) 493-501. Those named after packages follow the source of these: qcc 2.7 and 3.0,
jaspQualityControl 0.97, Rspc 1.2.2; Minitab has no public source and is told by its help and by the other two.
"""

from .definitions import Conventions, Rule, RuleSet


def _eight(
    prefix: str, *, run: int = 9, trend: int = 6, turns: int = 14, near: int = 15, far: str = "either"
) -> tuple[Rule, ...]:
    return (
        Rule(f"{prefix}-1", "limits"),
        Rule(f"{prefix}-2", "beyond", run),
        Rule(f"{prefix}-3", "trend", trend),
        Rule(f"{prefix}-4", "alternating", turns),
        Rule(f"{prefix}-5", "beyond", 2, 3, 2),
        Rule(f"{prefix}-6", "beyond", 4, 5, 1),
        Rule(f"{prefix}-7", "within", near, sigmas=1),
        Rule(f"{prefix}-8", "beyond", 8, sigmas=1, sides=far),
    )


def _western(prefix: str) -> tuple[Rule, ...]:
    return (
        Rule(f"{prefix}-1", "limits"),
        Rule(f"{prefix}-2", "beyond", 2, 3, 2),
        Rule(f"{prefix}-3", "beyond", 4, 5, 1),
        Rule(f"{prefix}-4", "beyond", 8),
    )


NELSON = RuleSet("nelson", "1984", _eight("nelson", far="both"))
"""Nelson's eight: 9 in a row, 8 beyond one sigma on both sides."""

WESTERN_ELECTRIC = RuleSet("western-electric", "1956", _western("western-electric"))
"""Western Electric's four: 8 in a row."""

NIST = RuleSet(
    "nist",
    "6.3.2",
    (*_western("nist"), Rule("nist-trend", "trend", 6), Rule("nist-alternating", "alternating", 14)),
)
"""The WECO rules with trends, as the NIST e-Handbook lists them."""

AIAG = RuleSet("aiag", "2005", _eight("aiag", run=7))
"""The eight criteria of the AIAG's manual: 7 in a row; 8 beyond one sigma on either side."""

_WESTGARD = {
    "1-2s": Rule("1-2s", "beyond", sigmas=2, warning=True),
    "1-3s": Rule("1-3s", "beyond", sigmas=3),
    "2-2s": Rule("2-2s", "beyond", 2, sigmas=2),
    "2of3-2s": Rule("2of3-2s", "beyond", 2, 3, 2),
    "R-4s": Rule("R-4s", "range", 2, sigmas=4, sides="both"),
    "R-4s of three": Rule("R-4s", "range", 3, sigmas=4, sides="both"),
    "3-1s": Rule("3-1s", "beyond", 3, sigmas=1),
    "4-1s": Rule("4-1s", "beyond", 4, sigmas=1),
    "6-x": Rule("6-x", "beyond", 6),
    "7-T": Rule("7-T", "trend", 7),
    "8-x": Rule("8-x", "beyond", 8),
    "10-x": Rule("10-x", "beyond", 10),
    "12-x": Rule("12-x", "beyond", 12),
}


def _westgard(*names: str) -> tuple[Rule, ...]:
    return tuple(_WESTGARD[name] for name in names)


WESTGARD = RuleSet("westgard", "1981", _westgard("1-2s", "1-3s", "2-2s", "R-4s", "4-1s", "10-x"))
"""The multirule for one, two or four controls a run; 1-2s warns."""

WESTGARD_OF_THREE = RuleSet(
    "westgard-of-three", "1981", _westgard("1-2s", "1-3s", "2of3-2s", "R-4s of three", "3-1s", "6-x")
)
"""The multirule for three controls a run."""

WESTGARD_ALL = RuleSet(
    "westgard-all",
    "1981",
    _westgard("1-2s", "1-3s", "2-2s", "2of3-2s", "R-4s", "3-1s", "4-1s", "6-x", "7-T", "8-x", "10-x", "12-x"),
)
"""Every rule of this family, to choose from by ``only``."""

QCC = RuleSet("qcc", "3.0", _western("qcc")[::3], Conventions(full_window=True))
"""What qcc 3.0 does unless told otherwise: rules 1 and 4 of Western Electric."""

QCC_WESTERN_ELECTRIC = RuleSet("qcc-western-electric", "3.0", _western("qcc"), Conventions(full_window=True))
"""qcc 3.0 with ``rules = 1:4``."""

QCC_NELSON = RuleSet("qcc-nelson", "3.0", _eight("qcc", far="both"), Conventions(full_window=True))
"""qcc 3.0 with ``rule.set = "nelson"`` and ``rules = 1:8``."""

QCC_27 = RuleSet("qcc-2.7", "2.7", (Rule("beyond-limits", "limits"), Rule("violating-runs", "beyond", 7)))
"""qcc 2.7: beyond the limits, and runs of 7."""

_JASP = {
    2: Rule("jasp-2", "beyond", 9),
    3: Rule("jasp-3", "trend", 7),
    4: Rule("jasp-4", "beyond", 2, 3, 2),
    5: Rule("jasp-5", "within", 16, sigmas=1),
    6: Rule("jasp-6", "beyond", 8, sigmas=1, sides="either"),
    7: Rule("jasp-7", "beyond", 4, 5, 1),
    8: Rule("jasp-8", "alternating", 15),
}


def _jasp(name: str, *rules: int, **points: int) -> RuleSet:
    """Make a set of JASP's by its numbers; ``points`` by rule name, such as ``jasp_2=7``."""
    chosen = (Rule("jasp-1", "limits"), *(_JASP[number] for number in rules))
    made = RuleSet(name, "0.97", chosen, Conventions(on_limit="neither"))
    for rule, value in points.items():
        made = made.changed(rule.replace("_", "-"), points=value)
    return RuleSet(name, "0.97", made.rules, made.conventions)


JASP = _jasp("jasp", 2, 3, jasp_2=7, jasp_3=8)
"""JASP's default of subgroups: 7 in a row, and 7 steps up or down, which are 8 points."""

JASP_INDIVIDUALS = _jasp("jasp-individuals", 2, 3, 4, 5, 6, jasp_2=7, jasp_3=8)
"""JASP's default of single values."""

JASP_NELSON = _jasp("jasp-nelson", 2, 3, 4, 5, 6, 7, 8)
"""JASP's "Nelson laws", in its own order: one point more than its k in its rules 3, 5 and 8."""

JASP_WESTERN_ELECTRIC = _jasp("jasp-western-electric", 2, 4, 7, jasp_2=8)
"""JASP's "Western Electric"."""

MINITAB = RuleSet("minitab", "told second-hand", _eight("minitab", trend=7, turns=15))
"""Minitab's eight tests, trends counted in steps as Rspc and JASP tell of it: 6 steps are 7 points."""

RSPC = RuleSet("rspc", "1.2.2", _eight("rspc"), Conventions(missing="skip"))
"""Rspc (and JMP, whose convention it takes by default): points are counted, missing ones left out."""

QICHARTS2 = RuleSet("qicharts2", "0.8", (Rule("sigma-signal", "limits"),), Conventions(excluded="skip"))
"""qicharts2's ``sigma.signal``; its ``runs.signal`` is ``anhoej``."""

PRESETS = {
    one.name: one
    for one in (
        NELSON,
        WESTERN_ELECTRIC,
        NIST,
        AIAG,
        WESTGARD,
        WESTGARD_OF_THREE,
        WESTGARD_ALL,
        QCC,
        QCC_WESTERN_ELECTRIC,
        QCC_NELSON,
        QCC_27,
        JASP,
        JASP_INDIVIDUALS,
        JASP_NELSON,
        JASP_WESTERN_ELECTRIC,
        MINITAB,
        RSPC,
        QICHARTS2,
    )
}
"""Every set by its name."""
