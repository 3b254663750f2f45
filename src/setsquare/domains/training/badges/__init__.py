"""Open Badges 3.0: issued for certificates, read from files of any issuer, and verified."""
