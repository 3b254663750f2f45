"""The seal: the trail's entries in a Merkle log with signed checkpoints, so that a changed history shows."""
