"""What a row says without saying it: values that follow from others."""

from __future__ import annotations

from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Values

#: The cluster of a shelter operation: a row that names none is ours.
OUR_CLUSTER = "shelter_nfi"


def complete(values: Values, template: Template) -> Values:
    """Fill, in place, what follows from other cells; returns the same row.

    The cluster is ours where the row names none. The sub-sector is that of the activity type where the row
    gives only the latter. Nothing that the row says is overruled.
    """
    if values.get("cluster") is None:
        values["cluster"] = OUR_CLUSTER
    if values.get("sub_sector") is None and (kind := values.get("activity_type")) is not None:
        choice = template.activity_types.get(str(kind))
        if choice is not None and "sub_sector" in choice.attributes:
            values["sub_sector"] = choice.attributes["sub_sector"]
    return values
