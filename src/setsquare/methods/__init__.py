"""Quality methods as a typed library: pure functions over plain values, without Django."""
