"""What rules of authority come to: who may do something, and what somebody may do."""
