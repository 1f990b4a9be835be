"""No secret reaches the log, by whatever way it comes."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from app.logs import configure_logs
from core.redaction import SECRET_TEXTS, _replaced, redact_text
from core.settings import Settings

PLANTED = (
    "hunter2hunter2",
    "lok_AAAABBBBCCCCDDDDEEEE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
    "EAAB0123456789abcdefghij",
    "proof0123456789",
)
PASSWORD, KEY, TOKEN, META, PROOF = PLANTED


@pytest.fixture
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def break_down() -> None:
    raise RuntimeError(f"cannot reach postgres://u:{PASSWORD}@db with {KEY}")


def plant() -> None:
    log = structlog.get_logger("planted")
    log.info("one", access_token=META, password=PASSWORD, headers={"Authorization": TOKEN})
    log.info("Bearer %s and %s and %s", TOKEN, KEY, META)
    log.info("nested", request={"deep": [{"X-API-Key": KEY}, (f"key {KEY}",)]})
    log.info("url", url=f"postgresql://liftos:{PASSWORD}@db:5432/liftos")
    log.info("query", url=f"https://graph.test/act_1?access_token={META}&appsecret_proof={PROOF}")
    log.info("bytes", body=f"token={TOKEN}".encode())
    log.info("json", body=json.dumps({"client_secret": PASSWORD, "a": 1}))
    logging.getLogger("some.library").warning("GET ?access_token=%s refused", META)
    logging.getLogger("uvicorn.error").error("redis://:%s@cache", PASSWORD)
    try:
        break_down()
    except RuntimeError:
        log.exception("failed")
        logging.getLogger("some.library").exception("failed there")


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("form", ["json", "console"])
def test_planted_secrets_do_not_come_out(form: Literal["json", "console"]) -> None:
    out = io.StringIO()
    configure_logs(Settings(log_format=form, log_level="debug"), out)
    plant()
    text = out.getvalue()
    assert len(text.splitlines()) >= 11
    assert [secret for secret in PLANTED if secret in text] == []
    assert "RuntimeError: cannot reach" in text
    assert "db:5432/liftos" in text


@pytest.mark.usefixtures("restored")
def test_lines_are_json_with_the_requests_id() -> None:
    out = io.StringIO()
    configure_logs(Settings(), out)
    with structlog.contextvars.bound_contextvars(request_id="r1", tenant_id="t1", run_id="x1"):
        structlog.get_logger("here").info("hello", rows=3)
        logging.getLogger("uvicorn.error").warning("from %s", "uvicorn")
        structlog.get_logger("here").debug("not at this level")
    ours, theirs = map(json.loads, out.getvalue().splitlines())
    assert (ours["event"], ours["rows"], ours["request_id"], ours["tenant_id"], ours["run_id"]) == (
        "hello",
        3,
        "r1",
        "t1",
        "x1",
    )
    assert (theirs["event"], theirs["request_id"]) == ("from uvicorn", "r1")


def test_ordinary_text_is_left_alone() -> None:
    for text in (
        "the token has expired",
        "http://127.0.0.1:8000/graphql",
        "stored 12 rows of act_1001 in 0.4 s",
        "user:ada@example.org",
        "access token: Error validating access token: Session has expired on Sunday.",
        "the token: it can't be read",
        "refused the access token: I cannot parse it",
        "signature: Not the one, it seems",
    ):
        assert redact_text(text) == text


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in SECRET_TEXTS], ids=str)
@given(st.data())
@settings(max_examples=50)
def test_nothing_that_looks_like_a_secret_is_passed_over(
    pattern: re.Pattern[str], data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(pattern))
    assert redact_text(text) == _replaced(text, SECRET_TEXTS)


@pytest.mark.parametrize(
    "text",
    [
        "token: {} has expired",
        "token: {}",
        "token:{} has expired",
        "access_token={} has expired",
        'access token: "{}" has expired',
        "Error validating access token: {} has expired",
        "api_key: {}, and more words",
    ],
)
@pytest.mark.parametrize(
    "secret",
    [
        "EAABwzLixnjYBO",
        "eyJhbGciOiJIUzI1NiJ9",
        "lok_abcdef",
        "sandbox-token-1001",
        "hunter2",
        "aBcDeFgH",
        "abcdefghijklmnopq",
    ],
)
def test_what_stands_behind_the_name_of_a_token_goes(text: str, secret: str) -> None:
    assert redact_text(text.format(secret)) == text.format("[redacted]")


@pytest.mark.parametrize(
    "text",
    [
        "password: {} is not right",
        "client_secret: {} is not right",
        "token: {}",
        "token={} is not right",
        'token: "{} is not right"',
        "token: {} 9944b09199c6 is refused",
    ],
)
def test_a_word_that_may_be_a_secret_goes(text: str) -> None:
    assert redact_text(text.format("swordfish")) == text.format("[redacted]")
