"""Django's SQLite back end, made durable and fair to several writing processes.

Use it as ``ENGINE = "setsquare.kernel.database.sqlite"``.
"""
