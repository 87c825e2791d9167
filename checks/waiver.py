"""What the organisation has decided to live with."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import Field

from checks.policy import FindingId, Model


class Waiver(Model):
    """Somebody's decision to live with one finding of one name for a while."""

    fqdn: Annotated[str, Field(min_length=1)]
    """As the zone has it; exactly this name."""
    finding: FindingId
    reason: Annotated[str, Field(min_length=1)]
    approved_by: Annotated[str, Field(min_length=1)]
    expires: date
    """The last day, UTC, on which it holds."""

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether the waiver has not run out at that (aware) moment."""
        return moment.astimezone(UTC).date() <= self.expires

    def covers(self, fqdn: str, finding_id: str) -> bool:
        """Tell whether the waiver speaks of that name and finding."""
        return self.name == fqdn and self.finding == finding_id

    @property
    def name(self) -> str:
        """The name as subjects have it."""
        return self.fqdn.lower().rstrip(".")
