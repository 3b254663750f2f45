"""Signing in and its ways: password, second factor, passkeys, sessions, tokens, links to set a password."""
