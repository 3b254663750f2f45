"""Learning records (xAPI, IEEE 9274.1.1): statements that others send, and those that are sent to others."""
