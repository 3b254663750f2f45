"""What the clock runs of the seal."""

from setsquare.kernel.events.clock import every
from setsquare.kernel.sealing.sequencer import AT_ONCE, make_checkpoint, seal_waiting


@every(seconds=5)
def seal_entries() -> int:
    """Give new entries of the trail their leaves."""
    return seal_waiting(AT_ONCE)


@every(minutes=1)
def sign_log() -> int:
    """Sign the log where it has grown; what was signed is no reason for the worker to look again at once."""
    make_checkpoint()
    return 0
