"""Permissions of routes that are no GraphQL."""

from __future__ import annotations

from starlette.requests import Request

from app.http.services import services_of
from core.errors import Forbidden
from core.records.audit import Act
from core.scope import Permission, TenantScope


async def demand(request: Request, scope: TenantScope, permission: Permission) -> None:
    """Refuse a caller who lacks `permission`, and keep that it was asked for."""
    if scope.may(permission):
        return
    subject = f"route:{request.url.path}"
    await services_of(request).audit.note(scope, Act.ACCESS_REFUSED, subject, permission=permission)
    raise Forbidden(
        f"this needs the permission {permission}",
        mend="ask an administrator of your tenant for a role that has it",
    )
