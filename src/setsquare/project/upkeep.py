"""What the clock runs of the installation as a whole."""

from setsquare.kernel.database.sizes import look_at_sizes
from setsquare.kernel.events.clock import every


@every(hours=6)
def look_at_database() -> int:
    """Have the database look at how its tables have grown."""
    look_at_sizes()
    return 0
