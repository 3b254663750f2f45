"""The commands of an installation. Each has ``add_arguments(parser)`` and ``run(options) -> exit code``."""
