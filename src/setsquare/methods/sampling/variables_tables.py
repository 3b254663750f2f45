"""What ANSI/ASQ Z1.9 tables: letters, samples, and the plans for known sigma, as facts with their origin.

Z1.9 took its plans over from MIL-STD-414 (1957, a work of the United States Government and free), whose letters it
moved so that they follow MIL-STD-105. Of the plans for unknown sigma only the samples need a table: every acceptability
constant follows from the probability with which the plan accepts a lot at its AQL, which hangs on the sample alone
(`ACCEPTED_AT_AQL`). All 170 printed values of M come out of it to their rounding, and so do the printed k.

For known sigma samples are small whole numbers, and the constants were fitted to them one by one, so n and M (in
percent) are tabled. The numbers were compared with those of R's AQLSchemes 1.7-2; where its two tables differ
(letter E at 0.65: 4 items in one, 3 in the other) the sample is taken whose curve is that of unknown sigma.
"""

AQLS = (0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10.0, 15.0)
"""Columns of the tables; AQLs that can be asked for are those from 0.10 to 10."""

LEVELS = ("S-3", "S-4", "I", "II", "III")
# The largest lot of each row, and its letter at each level in the order above; the last row has no end.
LOTS = (8, 15, 25, 50, 90, 150, 280, 400, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
LOT_LETTERS = (
    "BBBBC", "BBBBD", "BBBCE", "BBCDF", "BBDEG", "BCEFH", "BDFGI", "CEGHJ", "CEGIJ", "DFHJK", "EGIKL", "FHJLM",
    "GIKMN", "HJLNP", "HKMPP", "HKNPP",
)  # fmt: skip

LETTERS = "BCDEFGHIJKLMNP"
ROWS = "BCDEFGHIiJKLMNP"
"""The rows of the tables; i is the row of 30 items, which reduced inspection alone uses."""
REDUCED_ROWS = "BBBBCDEFGHIiKL"
"""The row of each letter on reduced inspection."""

SIZES = dict(zip(ROWS, (3, 4, 5, 7, 10, 15, 20, 25, 30, 35, 50, 75, 100, 150, 200), strict=True))
"""Samples for unknown sigma."""
FIRST_AQL = {"B": 2.5, "C": 1.0, "D": 0.40, "E": 0.10}
"""The smallest AQL that a row has a plan for; other rows have all."""
ACCEPTED_AT_AQL = dict(
    zip(
        ROWS,
        (0.89, 0.90, 0.90, 0.90, 0.90, 0.91, 0.92, 0.93, 0.94, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99),
        strict=True,
    )
)
"""The probability of acceptance at the AQL from which the constants for unknown sigma follow."""

KNOWN = """
B .       .       .       .       .       .       .       .       .       .        .        .        .
C .       .       .       .       .       .       2:2.73  2:3.90  2:6.11  2:9.27   3:17.74  3:24.22  4:33.67
D .       .       .       .       .       2:1.28  2:2.23  2:3.00  3:7.56  3:10.79  3:15.60  4:22.97  4:31.01
E .       .       .       2:0.310 2:0.510 3:1.94  3:2.76  3:3.85  4:6.99  4:9.97   5:15.21  5:20.80  6:28.64
F .       .       3:0.369 3:0.568 3:0.959 4:1.88  4:2.58  4:3.87  5:6.05  5:8.92   6:13.89  7:19.46  8:26.64
G 3:0.114 4:0.290 4:0.399 4:0.681 5:1.09  5:1.76  6:2.57  6:3.77  7:5.83  8:8.62   9:12.88  11:17.88 12:24.88
H 4:0.161 5:0.296 5:0.445 6:0.721 6:1.14  7:1.75  7:2.62  8:3.68  9:5.68  10:8.43  12:12.35 14:17.36 16:23.96
I 6:0.230 6:0.321 6:0.478 7:0.756 8:1.14  8:1.80  9:2.59  10:3.63 11:5.60 13:8.13  15:12.04 17:17.05 20:23.43
i .       .       7:0.507 8:0.791 9:1.18  10:1.79 11:2.57 12:3.61 13:5.58 15:8.13  18:11.88 21:16.71 24:23.13
J 7:0.226 8:0.330 9:0.469 9:0.760 10:1.14 11:1.73 12:2.49 14:3.43 15:5.34 18:7.72  20:11.57 24:16.23 .
K 11:.217 11:.326 12:.461 13:.721 14:1.08 16:1.62 17:2.35 19:3.28 22:4.98 25:7.34  29:10.93 33:15.61 38:21.77
L 15:.211 16:.308 17:.438 19:.673 21:1.00 23:1.51 25:2.19 28:3.05 32:4.68 36:6.95  42:10.40 49:14.87 56:20.90
M 20:.207 22:.296 23:.423 25:.655 27:.980 30:1.47 33:2.12 36:2.99 42:4.55 48:6.75  55:10.17 64:14.58 .
N 30:.193 31:.283 34:.397 37:.615 40:.921 44:1.39 49:2.00 54:2.82 61:4.35 73:6.48  82:9.76  95:14.09 .
P 40:.196 42:.285 45:.402 49:.620 54:.920 59:1.39 65:2.00 71:2.82 81:4.34 93:6.46  109:9.73 127:14.02 .
"""
"""Known sigma: sample and M in percent; a point sends to the next row that has a plan."""
