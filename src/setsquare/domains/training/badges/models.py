"""The detail row of known issuers of badges."""

from django.db import models


class BadgeIssuer(models.Model):
    """An issuer whose keys were entered here by one person and confirmed by another; the record's title is its name."""

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="badge_issuer"
    )
    address = models.CharField(max_length=500)
    """By which its badges name it: an address, a did:web or a did:key."""
    key = models.TextField()
    """Its public keys as they were entered: a JWK, a JWKS, or a Multikey."""
    found_out = models.TextField(blank=True)
    """How it was found out that the key is theirs."""

    def __str__(self) -> str:
        return str(self.record)
