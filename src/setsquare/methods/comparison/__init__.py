"""Compare two Markdown texts block by block, word by word, and tables cell by cell.

>>> from setsquare.methods.comparison import compare
>>> compare("Keep records for 5 years.", "Keep records for 7 years.").changed
1
"""

from typing import TYPE_CHECKING

from ..names import signpost
from .compare import compare
from .dialect import parser
from .merging import Conflict, Merged, merge
from .result import BlockChange, CellChange, Comparison, RowChange, Run, Summary

__all__ = [
    "BlockChange",
    "CellChange",
    "Comparison",
    "Conflict",
    "Merged",
    "RowChange",
    "Run",
    "Summary",
    "compare",
    "merge",
    "parser",
]

if not TYPE_CHECKING:
    __getattr__ = signpost(__name__)
