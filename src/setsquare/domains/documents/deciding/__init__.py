"""What people have to read and learn when a standard changes: decided with the comparison in view, before approval."""
