from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_erasure")]
    operations = [
        migrations.CreateModel(
            name="ForgottenPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=320)),
                ("language", models.CharField(max_length=10)),
                ("made_at", models.DateTimeField()),
            ],
        ),
    ]
