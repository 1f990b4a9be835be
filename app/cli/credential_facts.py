"""A connection, what is known of its credentials, its alerts and tests, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.cli.tables import moment
from core.records.connections import ConnectionRecord
from core.records.credentials import (
    AlertRecord,
    ConnectionTestRecord,
    ConnectionTestStatus,
    CredentialRecord,
)


def told_connection(
    connection: ConnectionRecord, credential: CredentialRecord | None, alerts: Sequence[AlertRecord]
) -> list[tuple[str, str]]:
    """Names and values of what is known."""
    return [
        ("name", connection.name),
        ("account", f"{connection.source} {connection.account_id}"),
        ("status", connection.status),
        ("last read", moment(connection.last_read_at, "never")),
        *_told_credential(credential),
        *((each.notice.kind, f"{each.notice.message}; {each.notice.mend}") for each in alerts),
    ]


def told_test(test: ConnectionTestRecord) -> list[tuple[str, str]]:
    """Names and values of what a test found."""
    waiting = "no worker has answered; see: liftos worker"
    status = waiting if test.status is ConnectionTestStatus.WAITING else test.status
    account = test.account
    found = [] if account is None else [
        ("account", f"{account.account_id} {account.name}"),
        ("currency", account.currency),
        ("time zone", account.time_zone),
    ]  # fmt: skip
    findings = [(each.kind, f"{each.message}; {each.mend}") for each in test.findings]
    return [("status", status), *found, *findings]


def _told_credential(credential: CredentialRecord | None) -> Iterator[tuple[str, str]]:
    if credential is None:
        yield "credentials", "none"
        return
    facts = credential.facts
    yield "credentials", f"{facts.kind} of {moment(credential.sealed_at)}"
    yield "expires", moment(facts.expires_at, "never, or the source has not said")
    yield "allows", ", ".join(facts.scopes) or "-"
