import asyncio
import json
import os

from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

HEADERS = {"Authorization": f"Bearer {os.environ['LIFTOS_TOKEN']}"}
RUN = {"runId": os.environ["LIFTOS_RUN_ID"]}
ENTRIES = gql("""
  query Entries($after: String) {
    marketingEntries(first: 30, after: $after, orderBy: DATE_ASC) {
      nodes { id spend }
      pageInfo { hasNextPage endCursor }
    }
  }
""")
CANCEL = gql("""
  mutation Cancel($runId: ID!) {
    cancelRun(runId: $runId) { __typename ... on UserError { code mend } }
  }
""")
PROGRESS = gql("""
  subscription Progress($runId: ID!) { ingestionProgress(runId: $runId) { status } }
""")
WRONG = gql("query Wrong { marketingEntries(first: 0) { totalCount } }")


def given(document, variables):
    """The same document with these variables."""
    document.variable_values = variables
    return document


async def main():
    http = HTTPXAsyncTransport(os.environ["LIFTOS_URL"], headers=HEADERS)
    socket = WebsocketsTransport(
        os.environ["LIFTOS_WS_URL"],
        init_payload=HEADERS,
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )
    async with Client(transport=http, fetch_schema_from_transport=True) as session:
        entries, after = [], None
        while after is not None or not entries:
            answer = await session.execute(given(ENTRIES, {"after": after}))
            page = answer["marketingEntries"]
            entries += page["nodes"]
            after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        try:
            await session.execute(WRONG)
        except TransportQueryError as error:
            refused = error.errors[0]["extensions"]
        cancelled = await session.execute(given(CANCEL, RUN))
    async with Client(transport=socket) as session:
        steps = [step async for step in session.subscribe(given(PROGRESS, RUN))]
    return {
        "ids": [entry["id"] for entry in entries],
        "spend": entries[0]["spend"],
        "refused": refused,
        "cancelled": cancelled["cancelRun"],
        "ended": steps[-1]["ingestionProgress"]["status"],
    }


print(json.dumps(asyncio.run(main())))
