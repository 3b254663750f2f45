"""The trail: what was done to each record, by whom, when and why; only ever appended to."""
