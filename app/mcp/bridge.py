"""Standard input and output on this side, the API's own address on the other.

An assistant that starts programs on its user's machine needs no more than a token there.
"""

from __future__ import annotations

from typing import Any

import httpx2
import mcp_types as types
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from app.mcp.server import named_server

SECONDS = 60.0


async def bridge(url: str, token: str) -> None:
    """Hand on what is asked, until standard input ends."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=SECONDS) as http,
        Client(streamable_http_client(url, http_client=http)) as api,
        stdio_server() as (reading, writing),
    ):
        server = _handing_on(api)
        await server.run(reading, writing, server.create_initialization_options())


def _handing_on(api: Client) -> Server[Any]:
    async def on_list(_: Any, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return await api.list_tools(cursor=params.cursor if params else None)

    async def on_call(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        return await api.call_tool(params.name, params.arguments or {})

    return named_server(on_list, on_call)
