"""Whose a subject is: the team that looks after it, and the scopes of audits that it is in; pure.

Nothing is judged by it: it is for who reads the reports.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from checks.place import Place
from checks.verdict import Subject, SubjectKind, Verdict


def _tag(text: str) -> str:
    # Reports list tags with these between them, and whoever filters a report splits at them.
    if text != text.strip() or not text.isprintable() or {",", ";"} & {*text}:
        raise ValueError(
            f"{text!r} is no team and no tag; write it without commas, semicolons and outer blanks"
        )
    return text


Tag = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_tag)]


class Owner(Place):
    """An ``[[owner]]`` table: whose a zone is, or names or networks in it."""

    team: Tag | None = None
    """None: as the tables before have it."""
    scope: tuple[Tag, ...] | None = None
    """Tags such as ``pci``; empty: lifts those of the tables before. None: as these have it."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.team is None and self.scope is None:
            raise ValueError("says nothing; add team, scope or both")
        return self

    def speaks_of(self, subject: Subject) -> bool:
        """Tell whether the subject is the owner's; of a zone that is the zone as a whole."""
        match subject.kind:
            case SubjectKind.TARGET:
                return self.applies_to(subject.zone, subject.fqdn, subject.address)
            case SubjectKind.ZONE:
                return self.is_of_whole(subject.zone)
            case SubjectKind.RUN:
                return False


def claimed(verdict: Verdict, owners: Iterable[Owner]) -> Verdict:
    """Return the verdict with its subject's team and tags: the later table wins, key by key."""
    team, scope = "", tuple[str, ...]()
    for owner in owners:
        if owner.speaks_of(verdict.subject):
            team = team if owner.team is None else owner.team
            scope = scope if owner.scope is None else owner.scope
    if not team and not scope:
        return verdict
    return replace(
        verdict, subject=replace(verdict.subject, team=team, tags=tuple(sorted(set(scope))))
    )
