"""The door of links: one whose signature holds opens one file of one export, while both stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from app.identity.secrets import Secrets
from core.errors import NotFound
from core.export_links import ExportLinks, LinkClaims, LinkSigner
from core.records.exports import ExportFile, ExportRecord
from core.scope import Entrance, TenantScope
from core.settings import Settings


class Exports(Protocol):
    """Where exports are looked up."""

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID], /) -> dict[UUID, ExportRecord]:
        """Those of `ids` that exist."""
        ...


@dataclass(frozen=True, slots=True)
class AdmittedFile:
    """The file that a link opens, and whose it is."""

    scope: TenantScope
    export_id: UUID
    file: ExportFile


class LinkOver(Exception):
    """The link was ours; it, its export or its tenant is no more."""


def links_of(settings: Settings, secrets: Secrets) -> ExportLinks:
    """The links of this installation."""
    return ExportLinks(settings.base_url, LinkSigner.of(secrets.links))


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class LinkDoor:
    """Reads links; nothing is looked up for one that we did not sign."""

    signer: LinkSigner
    exports: Exports
    now: Callable[[], datetime] = _utc_now

    async def enter(self, token: str, file: str) -> AdmittedFile:
        """What the link opens; NotFound for one that is not ours, LinkOver for one that was."""
        claims = self.signer.read(token, file)
        if claims is None:
            raise NotFound("there is no such link", mend="copy it whole, or ask for a new one")
        if claims.expires_at <= self.now():
            raise LinkOver
        return await self._admitted(claims)

    async def _admitted(self, claims: LinkClaims) -> AdmittedFile:
        scope = TenantScope(claims.tenant_id, actor=f"link:{claims.export_id}", door=Entrance.LINK)
        export = (await self.exports.by_ids(scope, [claims.export_id])).get(claims.export_id)
        if export is None or not export.can_be_read(self.now()):
            raise LinkOver
        found = export.file(claims.file)
        if found is None:
            raise LinkOver
        return AdmittedFile(scope, export.id, found)
