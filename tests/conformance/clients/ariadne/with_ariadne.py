import asyncio
import json
import os
from decimal import Decimal

from liftos_client import GraphQLClientGraphQLMultiError, Liftos

HEADERS = {"Authorization": f"Bearer {os.environ['LIFTOS_TOKEN']}"}
RUN = os.environ["LIFTOS_RUN_ID"]


async def main():
    async with Liftos(
        url=os.environ["LIFTOS_URL"],
        headers=HEADERS,
        ws_url=os.environ["LIFTOS_WS_URL"],
        ws_connection_init_payload=HEADERS,
    ) as client:
        entries, after = [], None
        while after is not None or not entries:
            page = (await client.entries(after=after)).marketing_entries
            entries += page.nodes
            after = page.page_info.end_cursor if page.page_info.has_next_page else None
        try:
            await client.entries(after="nothing of ours")
        except GraphQLClientGraphQLMultiError as error:
            refused = error.errors[0].extensions
        cancelled = (await client.cancel(run_id=RUN)).cancel_run
        steps = [step async for step in client.progress(run_id=RUN)]
    return {
        "ids": [entry.id for entry in entries],
        "spend": str(entries[0].spend),
        "is_exact": isinstance(entries[0].spend, Decimal),
        "refused": refused,
        "cancelled": cancelled.model_dump(by_alias=True),
        "ended": steps[-1].ingestion_progress.status.value,
    }


print(json.dumps(asyncio.run(main())))
