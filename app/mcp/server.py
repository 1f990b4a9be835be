"""The protocol's server over tools, one for each request: it knows one caller and no other.

https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final, TypeAlias

import mcp_types as types
from mcp.server.lowlevel import Server

from app.mcp.tools import Tool

NAME: Final = "liftos"
INSTRUCTIONS: Final = (
    "Marketing data of one organisation. Every number is read from its marketing entries; null "
    "means unknown, never zero. Rows that are not mature may still change: say so. Amounts of "
    "different currencies are never to be added up. Name the days and the source of a number."
)
Given: TypeAlias = Mapping[str, Any]
Listing: TypeAlias = Callable[
    [Any, types.PaginatedRequestParams | None], Awaitable[types.ListToolsResult]
]
Calling: TypeAlias = Callable[[Any, types.CallToolRequestParams], Awaitable[types.CallToolResult]]


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool answered: the JSON of its data, or what is wrong, for the assistant to mend."""

    text: str
    is_error: bool = False


def server_of(
    listed: Callable[[], Awaitable[Sequence[Tool]]],
    call: Callable[[str, Given], Awaitable[Told]],
) -> Server[Any]:
    """A server that lists tools and has one called by its name and arguments."""

    async def on_list(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_shown(tool) for tool in await listed()])

    async def on_call(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        told = await call(params.name, params.arguments or {})
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=told.text)], is_error=told.is_error
        )

    return named_server(on_list, on_call)


def named_server(on_list: Listing, on_call: Calling) -> Server[Any]:
    """A server under our name, with what an assistant has to know of the data."""
    return Server(
        NAME,
        version=version("liftos-core-data"),
        instructions=INSTRUCTIONS,
        on_list_tools=on_list,
        on_call_tool=on_call,
    )


def _shown(tool: Tool) -> types.Tool:
    hints = types.ToolAnnotations(
        read_only_hint=not tool.is_mutation,
        destructive_hint=tool.is_mutation,
        idempotent_hint=not tool.is_mutation,
        open_world_hint=False,
    )
    return types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=dict(tool.arguments),
        annotations=hints,
    )
