"""From the records to the papers of a dispute."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from gridapp.models import Dispute, DisputeParty, DisputeSession, Grid
from gridapp.office.sheets.dispute_file import DisputeFile
from gridapp.office.sheets.record_data import in_words
from gridapp.office.sheets.visit_data import grid_words
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.work.record_parts import of_each

SIDES = ("applicant", "respondent", "other")


def from_records(
    db: Connection, ids: Iterable[UUID], *, unmasked: bool = False
) -> list[DisputeFile]:
    """One file a dispute, in the order asked; those that are gone are left out."""
    disputes = records.by_id(db, Dispute, ids)
    parties = of_each(db, DisputeParty, "dispute_id", disputes)
    sessions = of_each(db, DisputeSession, "dispute_id", disputes)
    people = [one for some in parties.values() for one in some]
    sittings = [one for some in sessions.values() for one in some]
    grids = records.by_id(db, Grid, {one["grid_id"] for one in disputes.values()})
    words = {
        **in_words(db, Dispute, disputes.values(), unmasked=unmasked),
        **in_words(db, DisputeParty, people, unmasked=unmasked),
        **in_words(db, DisputeSession, sittings, unmasked=unmasked),
    }
    return [
        DisputeFile(
            record_id=key,
            grid=grid_words(grids[dispute["grid_id"]]),
            dispute=words[key],
            parties=tuple(
                words[one["id"]]
                for one in sorted(
                    parties.get(key, ()),
                    key=lambda one: (SIDES.index(one["side"]), not one["main"]),
                )
            ),
            sessions=tuple(words[one["id"]] for one in sessions.get(key, ())),
            applied=dispute["case_source"] == "applied",
            oral=dispute["agreement_form"] == "oral",
        )
        for key, dispute in disputes.items()
    ]
