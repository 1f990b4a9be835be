"""The mutations as documents, and their answers."""

from __future__ import annotations

from typing import Any

from graph.ids import CONNECTION
from tests.graph import samples
from tests.graph.world import World

ERROR = "... on UserError { code message field mend }"
START = f"""mutation($input: StartIngestionInput!) {{ startIngestion(input: $input) {{
  __typename
  ... on StartIngestionPayload {{ run {{ status dates {{ since until }} }} }} {ERROR} }} }}"""
FILE = f"""mutation($input: IngestFileInput!) {{ ingestFile(input: $input) {{
  __typename ... on IngestFilePayload {{ run {{ status uploadId }} }} {ERROR} }} }}"""
CONNECT = f"""mutation($input: ConnectSourceInput!) {{ connectSource(input: $input) {{
  __typename ... on ConnectSourcePayload {{ connection {{
    id source accountId name currency timeZone level lookBackDays status lastReadAt
  }} }} {ERROR} }} }}"""
ROTATE = f"""mutation($input: RotateCredentialsInput!) {{ rotateCredentials(input: $input) {{
  __typename ... on RotateCredentialsPayload {{ connection {{ id status }} }} {ERROR} }} }}"""
PAUSE = f"""mutation($id: ID!) {{ pauseConnection(connectionId: $id) {{
  __typename ... on PauseConnectionPayload {{ connection {{ id status }} }} {ERROR} }} }}"""
RESUME = f"""mutation($id: ID!) {{ resumeConnection(connectionId: $id) {{
  __typename ... on ResumeConnectionPayload {{ connection {{ id status }} }} {ERROR} }} }}"""
BACKFILL = f"""mutation($input: StartBackfillInput!) {{ startBackfill(input: $input) {{
  __typename
  ... on StartBackfillPayload {{ run {{ kind status dates {{ since until }} }} }} {ERROR} }} }}"""
CANCEL_ALL = f"""mutation($id: ID!) {{ cancelRuns(connectionId: $id) {{
  __typename ... on CancelRunsPayload {{ runIds }} {ERROR} }} }}"""
UPDATE = f"""mutation($input: UpdateConnectionInput!) {{ updateConnection(input: $input) {{
  __typename
  ... on UpdateConnectionPayload {{ connection {{ name lookBackDays }} }} {ERROR} }} }}"""
CANCEL = f"""mutation($id: ID!) {{ cancelRun(runId: $id) {{
  __typename ... on CancelRunPayload {{ run {{ status isCancelRequested }} }} {ERROR} }} }}"""
RETRY = f"""mutation($id: ID!) {{ retryRun(runId: $id) {{
  __typename ... on RetryRunPayload {{ run {{ status }} }} {ERROR} }} }}"""

META = CONNECTION.encode(samples.CONNECTION)
FILES = CONNECTION.encode(samples.FILES)
UPLOAD = "00000000-0000-0000-0000-0000000000f1"
OPENED = {"metaAds": {"accessToken": "EAABsecret"}}
NEW: dict[str, Any] = {
    "source": "META_ADS",
    "accountId": " act_7 ",
    "name": "Fresh",
    "currency": "usd",
    "timeZone": "America/New_York",
    "credentials": {"metaAds": {"accessToken": "token"}},
}


async def result(world: World, query: str, scope: Any = None, **variables: object) -> Any:
    answer = await world.ask(query, scope, **variables)
    assert "errors" not in answer, answer
    [value] = answer["data"].values()
    return value


def dates(since: str, until: str) -> dict[str, str]:
    return {"since": since, "until": until}
