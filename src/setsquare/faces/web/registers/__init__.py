"""The register of a record type: its page, saved views, bulk commands and export."""
