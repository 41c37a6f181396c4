"""Secrets of second factors that stood there as they are get sealed with the key of this server."""

from django.db import migrations


def seal(apps, schema_editor):
    from sroi.accounts.second_factor.sealing import seal_all

    seal_all(apps.get_model("mfa", "Authenticator").objects.using(schema_editor.connection.alias))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_telephone_of_work"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
