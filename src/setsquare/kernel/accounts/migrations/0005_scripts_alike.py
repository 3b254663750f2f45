from importlib import import_module

from django.db import migrations

fill = import_module("setsquare.kernel.accounts.migrations.0003_likeness").fill


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_letters_alike"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
