"""Frameworks as subjects of qualifications: people are qualified in their components, at the levels described there."""

from collections.abc import Collection

from setsquare.domains.competence.models import Framework
from setsquare.kernel.qualifications.subjects import Part


def components_told(frameworks: Collection[int]) -> dict[tuple[int, str], Part]:
    """Return the components of the editions in force, with the names of the levels at which each is described."""
    found: dict[tuple[int, str], Part] = {}
    for framework in Framework.objects.filter(pk__in=frameworks):
        content = framework.in_force
        if content is None:
            continue
        names = {level.rank: level.name for level in content.scale}
        for item in content.components:
            levels = {rank: names.get(rank, "") for rank in item.ranks}
            found[framework.pk, item.code] = Part(item.title, levels)
    return found
