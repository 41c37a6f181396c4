"""Contact persons of a contractor get their home at the firm.

The same person is who has the same e-mail address or the same name, of the same firm in the same
region, where nothing that both say differs: what differs stays apart, so that nothing is lost. Can be
broken off and run again: what has its home already is left as it is.
"""

from django.db import migrations, models

from sroi.database.alongside import AddIndexAlongside

FACTS = ("name", "function", "email", "phone")


def plain(name, value):
    return "".join(filter(str.isdigit, value)) if name == "phone" else value.strip().casefold()


def is_same(one, other):
    said = {name: (plain(name, getattr(one, name)), plain(name, getattr(other, name))) for name in FACTS}
    alike = [name for name in ("name", "email") if said[name][0] and said[name][0] == said[name][1]]
    return bool(alike) and all(a == b for a, b in said.values() if a and b)


def bring_home(apps, editor):
    ContactPerson = apps.get_model("contracts", "ContactPerson")
    FirmPerson = apps.get_model("contracts", "FirmPerson")
    waits = ContactPerson.objects.filter(side="contractor", person=None)
    of_firm = ("contract__region_id", "contract__contractor_id")
    firms = waits.order_by(*of_firm).values_list(*of_firm).distinct()
    for region, contractor in list(firms):
        known = list(FirmPerson.objects.filter(region=region, contractor=contractor))
        theirs = waits.filter(contract__region=region, contract__contractor=contractor)
        for row in theirs.order_by("-contract__award_date", "pk"):
            home = next((one for one in known if is_same(one, row)), None)
            if home is None:
                home = FirmPerson(region_id=region, contractor_id=contractor)
                known.append(home)
            for name in FACTS:
                setattr(home, name, getattr(home, name) or getattr(row, name))
            home.save()
            ContactPerson.objects.filter(pk=row.pk).update(person=home)
        for home in known:
            facts = {name: getattr(home, name) for name in FACTS}
            ContactPerson.objects.filter(person=home).update(**facts)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("contracts", "0041_contact_persons_of_a_firm"),
    ]

    operations = [
        AddIndexAlongside(
            model_name="contactperson",
            index=models.Index(fields=["person"], name="contact_person_of_firm"),
        ),
        migrations.RunPython(bring_home, migrations.RunPython.noop, elidable=True),
    ]
