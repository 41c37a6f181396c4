"""Who owes nothing because of its certificate: the policy exempts a contractor that has a level of
the PSO, or a higher one, on the day of the award.

What a certificate changes afterwards is a discount (`contracts.acts.certificates`). Source:
DOMAIN.md section 4, `exempt_from_pso_level`.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from contracts.models import Contract, Policy, PsoCertificate, PsoLevel, Region
from sroi.templatetags.formats import long_date

# From the lowest to the highest.
LADDER = tuple(PsoLevel.values)


def exempts(policy: Policy, certificate: PsoCertificate, awarded: date) -> bool:
    """Whether who has this certificate owes nothing under a contract that is awarded on a day."""
    least = policy.exempt_from_pso_level
    return (
        bool(least)
        and LADDER.index(certificate.level) >= LADDER.index(least)
        and certificate.valid_from <= awarded <= certificate.valid_until
    )


class Exemptions:
    """The certificates of a region by their contractors, looked up at once where one of these
    policies exempts anybody.
    """

    def __init__(self, region: Region, policies: Iterable[Policy]) -> None:
        self._of: dict[int | None, list[PsoCertificate]] = defaultdict(list)
        if any(policy.exempt_from_pso_level for policy in policies):
            for certificate in PsoCertificate.objects.filter(region=region):
                self._of[certificate.contractor_id].append(certificate)

    def of(self, contract: Contract) -> PsoCertificate | None:
        """What exempts the contractor of this contract: the highest level, and of it the latest."""
        found = [
            certificate
            for certificate in self._of.get(contract.contractor_id, ())
            if exempts(contract.policy, certificate, contract.award_date)
        ]
        return max(found, key=lambda c: (LADDER.index(c.level), c.valid_until), default=None)


def exempt_because(certificate: PsoCertificate) -> str:
    return _("Exempt: the contractor had PSO %(level)s on the award date, valid until %(day)s.") % {
        "level": certificate.get_level_display(),
        "day": long_date(certificate.valid_until),
    }
