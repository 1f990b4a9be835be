from __future__ import annotations

from uuid import UUID

import pytest

from core.commands import FileOptions, FileReading, StartIngestion
from tests.graph import samples
from tests.graph.mutating import (
    FILE,
    FILES,
    META,
    UPLOAD,
    result,
)
from tests.graph.world import World


async def test_a_file_is_ingested_as_the_caller_describes_it(world: World) -> None:
    given = {
        "connectionId": FILES,
        "uploadId": UPLOAD,
        "columns": [{"field": "date", "header": "Tag"}, {"field": "spend", "header": " Kosten "}],
        "dateFormat": "%d.%m.%Y",
        "decimalSeparator": ",",
        "delimiter": ";",
        "encoding": "windows-1252",
        "sheet": "Daten",
        "reading": "COMPLETE",
    }
    assert await result(world, FILE, input=given) == {
        "__typename": "IngestFilePayload",
        "run": {"status": "QUEUED", "uploadId": UPLOAD},
    }
    assert world.stand_ins.runs.commands == [
        StartIngestion(
            samples.FILES,
            upload_id=UUID(UPLOAD),
            file=FileOptions(
                columns={"date": "Tag", "spend": "Kosten"},
                date_format="%d.%m.%Y",
                decimal_separator=",",
                delimiter=";",
                encoding="windows-1252",
                sheet="Daten",
                reading=FileReading.COMPLETE,
            ),
        )
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"connectionId": META}, "connectionId"),
        ({"uploadId": "7"}, "uploadId"),
        ({"columns": [{"field": "mood", "header": "x"}]}, "columns.0.field"),
        ({"columns": [{"field": "date", "header": " "}]}, "columns.0.header"),
        (
            {"columns": [{"field": "date", "header": "a"}, {"field": "date", "header": "b"}]},
            "columns.1.field",
        ),
        ({"dateFormat": "%Q"}, "dateFormat"),
        ({"dateFormat": "%d.%m"}, "dateFormat"),
        ({"dateFormat": "DD.MM.YYYY"}, "dateFormat"),
        ({"decimalSeparator": "'"}, "decimalSeparator"),
        ({"delimiter": ";;"}, "delimiter"),
        ({"encoding": "morse"}, "encoding"),
        ({"encoding": "a\x00"}, "encoding"),
        ({"sheet": ""}, "sheet"),
    ],
)
async def test_a_file_that_cannot_be_read_so_is_refused_by_field(
    world: World, given: dict[str, object], field: str
) -> None:
    base = {"connectionId": FILES, "uploadId": UPLOAD}
    answer = await result(world, FILE, input=base | given)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert answer["mend"]
    assert world.stand_ins.runs.commands == []
