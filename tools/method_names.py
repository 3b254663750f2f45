"""Writes `docs/methods/names.md` from `setsquare.methods.names`: ``tools/method_names.py``.

A test (`tests/methods/test_names.py`) holds the committed page to what this writes.
"""

from pathlib import Path

from setsquare.methods.names import KNOWN

PAGE = Path(__file__).resolve().parent.parent / "docs" / "methods" / "names.md"

HEAD = """# Names that you may know

Functions are named by what they do, in words. Who comes from R's qcc, qicharts2, SixSigma or AcceptanceSampling, from
Minitab, from AIAG's manuals or from statsmodels knows other names: asked for one of these, a family says where it is,
and `names.find` looks a name or a few words up. This page is written by `tools/method_names.py`.

```python
import setsquare.methods as m

m.names.find("gage R&R")[0].path  # 'measurement.crossed_study'
m.charts.imr  # AttributeError: ... has no attribute 'imr'; use individuals (I-MR chart, ...)
```

| Function | What it does | Other names |
|---|---|---|"""


def page() -> str:
    """Return the page."""
    rows = (f"| `{one.path}` | {one.what} | {', '.join(f'`{name}`' for name in one.also)} |" for one in KNOWN)
    return "\n".join((HEAD, *rows, ""))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
