"""Events: what commands announce, delivered at least once after their transaction, and jobs by the clock."""
