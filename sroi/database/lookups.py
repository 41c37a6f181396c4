"""`field__in` with many values passes them as one parameter, so that no query grows with the
register.

A database takes so many parameters in one query and no more: SQLite 32,766, PostgreSQL 65,535. That
a list is too long shows on a large register only; so this holds for every list of values, also for
those of `prefetch_related`.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Field, ForeignObject
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

# Up to so many are written out, as the states of a model are: so a database recognises the
# condition of an index.
FEW = 20

# By database: what stands after the column, and the values as one parameter.
AS_ONE: dict[str, tuple[str, Callable[[Sequence[Any]], Any]]] = {
    "sqlite": ("IN (SELECT value FROM json_each(%s))", json.dumps),
    "postgresql": ("= ANY(%s)", list),
}


@Field.register_lookup
class InAtOnce(In):
    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        sql, params = super().process_rhs(compiler, connection)
        written_out = f"({', '.join(['%s'] * len(params))})"
        if len(params) <= FEW or sql != written_out:
            return sql, params  # few, or a subquery
        after_column, together = AS_ONE[connection.vendor]
        return after_column, [together(params)]

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return rhs if rhs == AS_ONE[connection.vendor][0] else super().get_rhs_op(connection, rhs)


@ForeignObject.register_lookup
class RelatedInAtOnce(InAtOnce, RelatedIn):
    """The same along a relation."""
