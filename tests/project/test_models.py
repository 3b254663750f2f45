"""Relations between models obey the direction of imports: a foreign key named by a string escapes import-linter."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Field, Model

LAYERS = ["methods", "kernel", "domains", "flows", "faces", "project"]
FOR_ALL_DOMAINS = {"organisation", "requirements"}
OUR = "setsquare."


def relations() -> list[tuple[type[Model], Field]]:
    """Each relation that one of our models declares to one of our models."""
    return [
        (model, field)
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith(OUR)
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and isinstance(field.related_model, type)
        and field.related_model.__module__.startswith(OUR)
    ]


def place(model: type[Model]) -> tuple[int, str]:
    """The layer of a model, and its domain."""
    _package, layer, name, *_rest = [*model.__module__.split("."), ""]
    return LAYERS.index(layer), name


def test_there_are_relations_to_look_at():
    assert len(relations()) > 20


@pytest.mark.parametrize(("model", "field"), relations(), ids=lambda part: str(part))
def test_a_relation_points_inwards(model, field):
    own, own_name = place(model)
    other, other_name = place(field.related_model)
    assert other <= own, f"{field} points from {LAYERS[own]} to {LAYERS[other]}"
    if own == other == LAYERS.index("domains") and own_name != other_name:
        assert other_name in FOR_ALL_DOMAINS, f"{field} points from {own_name} to {other_name}"


def test_no_relation_is_generic():
    generic = [model for model in apps.get_models() if hasattr(model, "content_object")]
    assert generic == []


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_our_own_tables_have_wide_keys():
    narrow = [
        model
        for model in apps.get_models()
        if model.__module__.startswith(OUR)
        and model._meta.pk.get_internal_type() in ("AutoField", "SmallAutoField")
    ]
    assert narrow == []
