"""Change requests: what is to change in the organisation's standards, why, with what impact, and who decided."""
