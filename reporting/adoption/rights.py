"""Who may take which step with a report, and whether there is something to revise."""

from contracts.models import Region
from reporting.models import AnnualReport, FrozenEdition
from reporting.particulars.filled_in import filed_anew
from reporting.texts.written import edited
from sroi.access import Access, May


def may_propose(access: Access, region: Region) -> bool:
    return access.may(May.WRITE_REPORTS, region_id=region.pk)


def may_finalise(access: Access, region: Region) -> bool:
    return access.may(May.FINALISE, region_id=region.pk)


def may_send_back(access: Access, region: Region) -> bool:
    return may_propose(access, region) or may_finalise(access, region)


def can_be_revised(report: AnnualReport | None) -> bool:
    """Something was written since the last revision that is not in it."""
    if report is None:
        return False
    editions = FrozenEdition.objects.filter(revision__report=report, revision__number=0)
    texts = edited(report, editions.values_list("municipality", flat=True))
    return any(texts.values()) or bool(filed_anew(report))
