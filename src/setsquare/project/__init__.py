"""The outer shell: settings, addresses, commands, the server."""
