"""Words for clients: their kinds as they are read from a file, and what one client, or several, are called."""

from collections.abc import Mapping

from contracts.models import ClientKind
from sroi.exchange import choice

KINDS_IN_DUTCH: Mapping[str, ClientKind] = {
    "gemeente": ClientKind.MUNICIPALITY,
    "provincie": ClientKind.PROVINCE,
    "waterschap": ClientKind.WATER_BOARD,
    "hoogheemraadschap": ClientKind.WATER_BOARD,
    "woningcorporatie": ClientKind.HOUSING_ASSOCIATION,
    "woningbouwvereniging": ClientKind.HOUSING_ASSOCIATION,
    "school": ClientKind.SCHOOL,
    "onderwijsinstelling": ClientKind.SCHOOL,
    "ziekenhuis": ClientKind.HOSPITAL,
    "andere organisatie": ClientKind.OTHER,
    "overig": ClientKind.OTHER,
}
# A kind as it is written in a file: its code, or what people write.
kind_of = choice({kind.value: kind for kind in ClientKind}, KINDS_IN_DUTCH)
