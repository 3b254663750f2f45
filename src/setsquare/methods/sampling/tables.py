"""The single-sampling tables of ISO 2859-1:1999 and ANSI/ASQ Z1.4, laid out as printed: code letter by AQL.

A number is the acceptance number (rejection is one more); ``a/r`` are acceptance and rejection numbers of Z1.4's
reduced inspection, whose gap ISO gave up in 1999. ``v`` is the arrow downwards (use the first plan below), ``^`` the
arrow upwards, ``.`` an empty cell. The numbers are facts of the standards, written from the tables' diagonals and
compared with public transcriptions of MIL-STD-105E and of GB/T 2828.1-2012, which is ISO 2859-1:1999; the tests derive
every cell anew.
"""

AQLS = (
    0.010, 0.015, 0.025, 0.040, 0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10.0, 15.0, 25.0, 40.0,
    65.0, 100.0, 150.0, 250.0, 400.0, 650.0, 1000.0,
)  # fmt: skip
"""Percent nonconforming up to 10; above, and where wanted below, nonconformities per 100 items."""

LETTERS = "ABCDEFGHJKLMNPQRS"
SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150)
REDUCED_SIZES = (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800)

LEVELS = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")
# The largest lot of each row, and its letter at each level in the order above; the last row has no end.
LOTS = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
LOT_LETTERS = (
    "AAAAAAB", "AAAAABC", "AABBBCD", "ABBCCDE", "BBCCCEF", "BBCDDFG", "BCDEEGH", "BCDEFHJ", "CCEFGJK", "CDEGHKL",
    "CDFGJLM", "CDFHKMN", "DEGJLNP", "DEGJMPQ", "DEHKNQR",
)  # fmt: skip

NORMAL = """
A  v  v  v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  7 10 14 21 30
B  v  v  v  v  v  v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21 30 44
C  v  v  v  v  v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21 30 44  ^
D  v  v  v  v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21 30 44  ^  ^
E  v  v  v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21 30 44  ^  ^  ^
F  v  v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^
G  v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^
H  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^
J  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^
K  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
L  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
M  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
N  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
P  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
Q  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
R  ^  ^  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
"""
"""Table 2-A."""

TIGHTENED = """
A  v  v  v  v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18 27
B  v  v  v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18 27 41
C  v  v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18 27 41  ^
D  v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18 27 41  ^  ^
E  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18 27 41  ^  ^  ^
F  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^
G  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^
H  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^
J  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^
K  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
L  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
M  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
N  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
P  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
Q  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
R  0  ^  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
S  .  .  1  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
"""
"""Table 2-B; S has one plan only, to which an arrow leads."""

REDUCED = """
A  v  v  v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  7 10 14 21 30
B  v  v  v  v  v  v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  7 10 14 21 30
C  v  v  v  v  v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10 14 21  ^
D  v  v  v  v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10 14 21  ^  ^
E  v  v  v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10 14 21  ^  ^  ^
F  v  v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^
G  v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^
H  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^
J  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^
K  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
L  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
M  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
N  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
P  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
Q  0  ^  ^  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
R  ^  ^  ^  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
"""
"""Table 2-C of ISO 2859-1:1999."""

REDUCED_WITH_GAP = """
A  v  v  v  v  v  v  v  v  v  v  v  v  v  v 0/1  v  v 1/2 2/3 3/4 5/6 7/8 10/11 14/15 21/22 30/31
B  v  v  v  v  v  v  v  v  v  v  v  v  v 0/1  ^  v 0/2 1/3 2/4 3/5 5/6 7/8 10/11 14/15 21/22 30/31
C  v  v  v  v  v  v  v  v  v  v  v  v 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13 14/17 21/24  ^
D  v  v  v  v  v  v  v  v  v  v  v 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13 14/17 21/24  ^  ^
E  v  v  v  v  v  v  v  v  v  v 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13 14/17 21/24  ^  ^  ^
F  v  v  v  v  v  v  v  v  v 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13  ^  ^  ^  ^  ^  ^
G  v  v  v  v  v  v  v  v 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13  ^  ^  ^  ^  ^  ^  ^
H  v  v  v  v  v  v  v 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13  ^  ^  ^  ^  ^  ^  ^  ^
J  v  v  v  v  v  v 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13  ^  ^  ^  ^  ^  ^  ^  ^  ^
K  v  v  v  v  v 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
L  v  v  v  v 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
M  v  v  v 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
N  v  v 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
P  v 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
Q 0/1  ^  v 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
R  ^  ^ 0/2 1/3 1/4 2/5 3/6 5/8 7/10 10/13  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^  ^
"""
"""Table II-C of Z1.4: between the two numbers the lot is accepted, but normal inspection is back."""
