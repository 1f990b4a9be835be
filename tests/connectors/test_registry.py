from __future__ import annotations

import pytest

from connectors.meta.connector import MetaConnector
from connectors.registry import ConnectorAccount, open_connector
from core.errors import BadInput, ConfigError
from core.records.connections import Level, Source
from core.settings import Settings

ACCOUNT = ConnectorAccount("act_1001", "EUR", "Europe/Berlin", Level.CAMPAIGN, 28)


async def test_a_source_with_a_connector_is_opened_without_a_request() -> None:
    connector = open_connector(
        Source("META_ADS"), ACCOUNT, {"access_token": "abcdefgh"}, Settings()
    )
    assert isinstance(connector, MetaConnector)
    assert connector.window_days == 30
    await connector.aclose()


@pytest.mark.parametrize("source", [Source.FILE, Source.WEBHOOK])
def test_a_source_without_a_connector_is_refused_with_those_there_are(source: Source) -> None:
    with pytest.raises(BadInput, match=source) as caught:
        open_connector(source, ACCOUNT, {}, Settings())
    assert "META_ADS" in str(caught.value.mend)


def test_credentials_without_a_token_are_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        open_connector(Source("META_ADS"), ACCOUNT, {"access_token": " "}, Settings())
    assert caught.value.field == "accessToken"


def test_an_account_id_that_is_none_of_metas_is_refused() -> None:
    whom = ConnectorAccount("my shop", "EUR", "Europe/Berlin", Level.CAMPAIGN, 28)
    with pytest.raises(BadInput) as caught:
        open_connector(Source("META_ADS"), whom, {"access_token": "abcdefgh"}, Settings())
    assert caught.value.field == "accountId"
