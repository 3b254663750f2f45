"""What roles allow: permissions that nobody can hold, as after an upgrade that brought new ones."""

from setsquare.domains.organisation.permissions import known
from setsquare.kernel.accounts.models import RolePermission
from setsquare.project.checks.findings import Finding, hint, ok
from setsquare.project.configuration import Configuration


def permissions(settings: Configuration) -> list[Finding]:
    """That each permission is one of some role, so that people may do what it allows."""
    held = set(RolePermission.objects.order_by().values_list("permission", flat=True).distinct())
    everything = known()
    missing = [code for code in everything if code not in held]
    if not missing:
        return [ok("permissions", f"Each of the {len(everything)} permissions stands in a role.")]
    said = f"No role holds {', '.join(missing)}: nobody may do what that allows."
    mend = (
        "If you want it done, give roles what is missing by “Set permissions”. New versions bring permissions, and "
        "leave your roles as they are."
    )
    return [hint("permissions", said, mend)]
