"""What the command line does and tells."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import jwt
import pytest
from typer.testing import Result

from core.errors import BadInput, Conflict, NotFound
from core.sources import MANIFESTS
from graph.ids import CONNECTION, REJECTED, RUN
from tests.app.commands import SECRET, Run, organisation, run

__all__ = ["organisation", "run"]


def test_a_token_and_nothing_else_is_printed(run: Run, organisation: str) -> None:
    result = run("token", "--tenant", organisation, "--role", "analyst", "--hours", "2")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("\n")
    assert result.stdout.count("\n") == 1
    claims = jwt.decode(result.stdout.strip(), SECRET, algorithms=["HS256"])
    assert claims["roles"] == ["analyst"]
    assert claims["exp"] - claims["iat"] == 7200
    assert organisation in run("tenant", "list").stdout


def test_an_unknown_tenant_is_one_clear_error(run: Run) -> None:
    result = run("token", "--tenant", "nobody")
    assert result.stdout == ""
    assert isinstance(result.exception, NotFound)


def test_a_key_is_shown_once_and_can_be_revoked(run: Run, organisation: str) -> None:
    made = run("key", "create", "--tenant", organisation, "--module", "causal", "--days", "3")
    assert made.stdout.startswith("lok_")
    assert made.stdout.count("\n") == 1
    listed = run("key", "list", "--tenant", organisation).stdout
    assert made.stdout.strip() not in listed
    key_id = str(UUID(listed.splitlines()[1].split()[0]))
    assert run("key", "revoke", key_id, "--tenant", organisation).exit_code == 0
    line = run("key", "list", "--tenant", organisation).stdout.splitlines()[1]
    assert not line.rstrip().endswith("-")


def connect(run: Run, organisation: str, *options: str, given: str | None = None) -> Result:
    return run(
        "connection", "create", "--tenant", organisation, "--account", "act_1001",
        "--currency", "EUR", "--time-zone", "Europe/Berlin", *options, given=given,
    )  # fmt: skip


def test_a_connections_token_comes_by_stdin_and_never_comes_back(
    run: Run, organisation: str
) -> None:
    options = ("--source", "META_ADS", "--credentials-stdin")
    made = connect(run, organisation, *options, given="sandbox-token-1001\n")
    assert CONNECTION.decode(made.stdout.strip(), "id")
    listed = run("connection", "list", "--tenant", organisation).stdout
    assert "act_1001" in listed
    assert "sandbox-token" not in listed + made.stderr
    missing = connect(run, organisation, *options, given="")
    assert isinstance(missing.exception, BadInput)


def test_google_s_credentials_come_by_stdin_in_json(run: Run, organisation: str) -> None:
    options = ("--source", "GOOGLE_ADS", "--account", "123-456-7890", "--credentials-stdin")
    user = {"refreshToken": "1//planted", "clientId": "c", "clientSecret": "planted-secret"}
    key = {"client_email": "a@b", "private_key": "planted"}
    for given in (user | {"loginCustomerId": "100-200-9000"}, {"serviceAccountKey": key}):
        made = connect(run, organisation, *options, given=json.dumps(given))
        assert "planted" not in made.stdout + made.stderr
    listed = run("connection", "list", "--tenant", organisation).stdout
    assert "1234567890" in listed
    for wrong in ("", "[]", '{"token": "x"}', json.dumps({"refreshToken": "x"})):
        refused = connect(run, organisation, *options, given=wrong)
        assert isinstance(refused.exception, BadInput)


def test_ingest_queues_a_run(run: Run, organisation: str) -> None:
    made = connect(run, organisation, "--source", "META_ADS", given="sandbox-token-1001\n")
    connection = made.stdout.strip()
    arguments = ("ingest", "--tenant", organisation, "--connection", connection)
    queued = run(*arguments, "--since", "2026-11-01", "--until", "2026-11-02")
    inner = str(CONNECTION.decode(connection, "id"))
    assert run("ingest", "--tenant", organisation, "--connection", inner).exit_code == 0
    for wrong in ("x", queued.stdout.strip()):
        refused = run("ingest", "--tenant", organisation, "--connection", wrong)
        assert isinstance(refused.exception, BadInput)
    assert RUN.decode(queued.stdout.strip(), "id")
    assert isinstance(run(*arguments, "--since", "2026-11-01").exception, BadInput)


def test_a_new_token_takes_the_old_ones_place_and_is_not_told(run: Run, organisation: str) -> None:
    made = connect(run, organisation, "--source", "META_ADS", given="sandbox-token-1001\n")
    arguments = ("--tenant", organisation, "--connection", made.stdout.strip())
    rotated = run(
        "connection", "rotate", *arguments, "--credentials-stdin", given="sandbox-token-2\n"
    )
    assert (rotated.exit_code, rotated.output) == (0, "act_1001 has new credentials\n")
    piped = run("connection", "rotate", *arguments, given="sandbox-token-3\n")
    assert piped.output == "act_1001 has new credentials\n"
    missing = run("connection", "rotate", *arguments, "--credentials-stdin", given="\n")
    assert isinstance(missing.exception, BadInput)
    file = connect(run, organisation, "--source", "FILE").stdout.strip()
    refused = run(
        "connection", "rotate", "--tenant", organisation, "--connection", file, given="x\n"
    )
    assert isinstance(refused.exception, BadInput)


def test_a_connection_is_paused_and_resumed(run: Run, organisation: str) -> None:
    made = connect(run, organisation, "--source", "META_ADS", given="sandbox-token-1001\n")
    connection = str(CONNECTION.decode(made.stdout.strip(), "id"))
    arguments = ("--tenant", organisation, "--connection", connection)
    for _ in range(2):
        assert run("connection", "pause", *arguments).output == "act_1001 is PAUSED\n"
    assert "PAUSED" in run("connection", "list", "--tenant", organisation).stdout
    assert isinstance(run("ingest", *arguments).exception, Conflict)
    assert run("connection", "resume", *arguments).output == "act_1001 is ACTIVE\n"
    assert run("ingest", *arguments).exit_code == 0


def test_a_source_is_disconnected_once_that_is_confirmed(run: Run, organisation: str) -> None:
    options = ("--source", "META_ADS")
    made = connect(run, organisation, *options, given="sandbox-token-1001\n").stdout.strip()
    arguments = ("--tenant", organisation, "--connection", made)
    shown = run("connection", "show", *arguments).stdout
    assert "ACCESS_TOKEN" in shown
    assert "sandbox-token" not in shown
    assert run("connection", "disconnect", *arguments, given="n\n").exit_code == 1
    assert "ACTIVE" in run("connection", "list", "--tenant", organisation).stdout
    gone = run("connection", "disconnect", *arguments, "--yes")
    assert (gone.exit_code, gone.output) == (0, "act_1001 is DISCONNECTED\n")
    assert isinstance(run("connection", "resume", *arguments).exception, Conflict)
    assert isinstance(run("ingest", *arguments).exception, Conflict)
    again = connect(run, organisation, *options, given="sandbox-token-1001\n")
    assert again.stdout.strip() == made


def test_keys_are_shown_and_turned_over(run: Run, organisation: str) -> None:
    connect(run, organisation, "--source", "META_ADS", given="sandbox-token-1001\n")
    [_, line, *_] = run("keys", "status").stdout.splitlines()
    assert line.startswith("local:")
    assert line.endswith("wraps")
    done = run("keys", "rotate-master")
    assert done.stdout.startswith("0 data keys wrapped anew")
    assert isinstance(run("keys", "rotate-master", "--new").exception, Conflict)
    turned = run("keys", "rotate-tenant", "--tenant", organisation)
    assert turned.output == "1 secrets sealed anew\n"


def test_a_run_is_listed_shown_cancelled_and_tried_again(run: Run, organisation: str) -> None:
    made = connect(run, organisation, "--source", "META_ADS", given="sandbox-token-1001\n")
    days = ("--since", "2026-11-01", "--until", "2026-11-02")
    arguments = ("--tenant", organisation)
    queued = run("ingest", *arguments, "--connection", made.stdout.strip(), *days).stdout.strip()
    inner = str(RUN.decode(queued, "id"))
    heading, line = run("run", "list", *arguments).stdout.splitlines()
    assert heading.split() == [
        "id",
        "connection",
        "status",
        "kind",
        "progress",
        "counters",
        "started",
        "ended",
    ]
    expected = [queued, "act_1001", "QUEUED", "INGESTION", "0%", "0", "records", "-", "-"]
    assert line.split() == expected
    assert run("run", "cancel", inner, *arguments).output == "the run is CANCELLED\n"
    assert isinstance(run("run", "cancel", queued, *arguments).exception, Conflict)
    shown = dict(
        line.split("  ", 1) for line in run("run", "show", queued, *arguments).stdout.splitlines()
    )
    told = {name: value.strip() for name, value in shown.items()}
    assert (told["status"], told["connection"]) == ("CANCELLED", "act_1001")
    assert told["days"] == "2026-11-01 to 2026-11-02"
    assert told["asked for"].endswith(" by cli")
    assert run("run", "retry", queued, *arguments).stdout == f"{queued}\n"
    assert run("run", "show", inner, *arguments).stdout.count("QUEUED") == 1


def test_a_run_of_nobody_is_not_found(run: Run, organisation: str) -> None:
    for name in ("show", "cancel", "retry"):
        absent = run("run", name, str(UUID(int=9)), "--tenant", organisation)
        assert isinstance(absent.exception, NotFound)
        wrong = run("run", name, CONNECTION.encode(UUID(int=9)), "--tenant", organisation)
        assert isinstance(wrong.exception, BadInput)


def test_upload_queues_a_run(run: Run, organisation: str, tmp_path: Path) -> None:
    connection = connect(run, organisation, "--source", "FILE").stdout.strip()
    file, empty = tmp_path / "spend.csv", tmp_path / "empty.csv"
    file.write_text("day,spend\n2026-11-01,3\n")
    empty.touch()
    arguments = ("--tenant", organisation, "--connection", connection)
    queued = run("upload", str(file), *arguments, "--column", "date=day")
    assert RUN.decode(queued.stdout.strip(), "id")
    assert isinstance(run("upload", str(empty), *arguments).exception, BadInput)
    assert isinstance(run("upload", str(file), *arguments, "--column", "x").exception, BadInput)


def test_a_dry_run_tells_what_a_file_is(run: Run, organisation: str, tmp_path: Path) -> None:
    level = ("--source", "FILE", "--level", "SERIES")
    arguments = ("--tenant", organisation, "--connection")
    connection = connect(run, organisation, *level).stdout.strip()
    file = tmp_path / "model.csv"
    file.write_text("week,tv_S,y,note,promo\n2026-10-05,3,1,a,0\n2026-10-12,4,x,b,1\n")
    said = (str(file), *arguments, connection, "--series", "promo=TREATMENT", "--dry-run")
    assert run("upload", *said).stdout.splitlines() == [
        "rows             2",
        "entries          3",
        "refused          1",
        "dates            2026-10-05 to 2026-10-05",
        "each row covers  7 days",
        "date             week",
        "passed over      note",
        "",
        "column  role       channel",
        "tv_S    SPEND      tv",
        "y       KPI        -",
        "promo   TREATMENT  -",
        "refused: y 'x' is not a number; correct the cell and upload the row again",
    ]
    assert "QUEUED" not in run("run", "list", "--tenant", organisation).stdout
    for wrong in ("promo", "promo=EVENT"):
        assert isinstance(
            run("upload", str(file), *arguments, connection, "--series", wrong).exception, BadInput
        )
    other = connect(run, organisation, "--source", "FILE", "--account", "b").stdout.strip()
    refused = run("upload", str(file), *arguments, other, "--period", "WEEK").exception
    assert isinstance(refused, BadInput)
    assert refused.field == "period"


@pytest.mark.parametrize("slug", ["North Wind", "-x", "x" * 64, "UPPER", ""])
def test_a_tenants_name_is_checked(run: Run, slug: str) -> None:
    assert isinstance(run("tenant", "create", "--", slug).exception, BadInput)


def test_a_tenants_country_is_checked(run: Run) -> None:
    refused = run("tenant", "create", "nowhere", "--country", "XX").exception
    assert isinstance(refused, BadInput)
    assert refused.field == "--country"


def test_a_calendar_is_set_and_read_and_events_are_kept(run: Run, organisation: str) -> None:
    def calendar(command: str, *arguments: str) -> str:
        result = run("calendar", command, *arguments, "--tenant", organisation)
        assert result.exception is None, result.output
        return result.stdout

    wished = ("--subdivision", "de-by", "--week-start", "sunday", "--fiscal-start-month", "7")
    assert "nothing was changed: --preview" in calendar("set", *wished, "--preview")
    assert "not yet: a worker makes it" in calendar("show")
    said = calendar("set", *wished)
    assert "subdivisions: none -> DE-BY" in said
    assert "week start: MONDAY -> SUNDAY" in said
    assert calendar("set", *wished) == "nothing changes\n"
    shown = calendar("show")
    assert "in force              since 20" in shown
    event = calendar(
        *("add-event", "--name", "Fair", "--kind", "pr"),
        *("--since", "2026-01-06", "--until", "2026-01-06", "--effect", "up", "--size", "0.2"),
    ).strip()
    listed = calendar("days", "--since", "2026-01-06", "--until", "2026-01-07").splitlines()
    assert listed[1].split(maxsplit=7) == [
        *("2026-01-06", "Tue", "no", "2026", "Q3", "2025", "W49"),
        "Epiphany, Fair",
    ]
    assert listed[2].split()[2] == "yes"
    given = ("--name", "Fair", "--kind", "pr", "--since", "2026-01-06", "--until", "2026-01-09")
    assert "Fair is changed" in calendar("change-event", event, *given)
    assert "2026-01-09  PR    Fair  everywhere  -       -" in calendar("events")
    assert "Fair is gone" in calendar("remove-event", event)
    assert "liftos-specification" in calendar("prior", "--industry", "retail")
    refused = run("calendar", "set", "--tenant", organisation, "--week-start", "someday").exception
    assert isinstance(refused, BadInput)


def test_a_tenant_is_limited_and_goes_back_to_its_tiers_share(run: Run, organisation: str) -> None:
    limited = run("tenant", "limit", organisation, "--runs", "8")
    assert (limited.exit_code, limited.stdout) == (0, f"{organisation} has 8 runs at once\n")
    for neither_or_both in ((), ("--runs", "8", "--as-tier")):
        assert isinstance(
            run("tenant", "limit", organisation, *neither_or_both).exception, BadInput
        )
    freed = run("tenant", "limit", organisation, "--as-tier")
    assert freed.stdout == f"{organisation} has as many runs as its tier has at once\n"
    assert run("tenant", "limit", organisation, "--runs", "0").exit_code == 2
    assert isinstance(run("tenant", "limit", "nobody", "--runs", "8").exception, NotFound)


def test_refused_records_that_are_not_there_are_told_so(run: Run, organisation: str) -> None:
    at = ("--tenant", organisation)
    assert run("rejected", "list", *at).stdout.split() == [
        *("id", "refused", "state", "field", "reason"),
    ]
    unknown = REJECTED.encode(UUID(int=1))
    missing: list[tuple[str, ...]] = [
        ("show", unknown),
        ("replay", unknown, "--set", "spend=1"),
        ("dismiss", unknown, "--why", "x"),
        ("dismiss", "--all", "--why", "x"),
    ]
    for arguments in missing:
        assert isinstance(run("rejected", *arguments, *at).exception, NotFound), arguments
    misused: list[tuple[str, ...]] = [
        ("replay",),
        ("replay", unknown, "--all"),
        ("replay", unknown, "--set", "spend"),
        ("replay", unknown, "--patch", "{"),
        ("replay", unknown, "--patch", "[1]"),
        ("dismiss", "--all", "--why", " "),
    ]
    for arguments in misused:
        assert isinstance(run("rejected", *arguments, *at).exception, BadInput), arguments


def test_a_backfill_is_quoted_refused_for_more_calls_and_queued(
    run: Run, organisation: str
) -> None:
    options = ("--source", "META_ADS", "--credentials-stdin")
    made = connect(run, organisation, *options, given="sandbox-token-1001\n")
    at = ("--tenant", organisation, "--connection", made.stdout.strip())
    days = ("--since", "2026-01-01", "--until", "2026-06-30")
    quote = run("backfill", "quote", *at, *days)
    assert quote.stdout.splitlines() == [
        "to read   181 of 181 days, in 7 readings",
        "settled   0 days were read when they had stopped changing",
        "calls     7",
        "quota     1.2% of 600 insights calls an hour",
        "time      about 14 s of work",
        f"based on  {MANIFESTS['META_ADS'].reading.about}",
    ]
    assert isinstance(run("backfill", "start", *at, *days, "--max-calls", "6").exception, Conflict)
    assert run("run", "cancel-all", *at).stdout == "0 runs were asked to stop\n"
    queued = run("backfill", "start", *at, *days, "--max-calls", "7")
    assert RUN.decode(queued.stdout.strip(), "id")
    assert run("run", "cancel-all", *at).stdout == "1 runs were asked to stop\n"
    changed = run("connection", "set", *at, "--name", "Shop", "--look-back-days", "7")
    assert changed.stdout == "Shop looks back 7 days\n"


def test_an_operator_sees_and_sets_quotas(run: Run, organisation: str) -> None:
    def limits(*options: str) -> list[str]:
        told = run("tenant", "quota", organisation, *options)
        assert told.exit_code == 0
        heading, *rows = told.stdout.splitlines()
        assert heading.split() == ["quota", "used", "limit", "counted", "anew"]
        return [row.split()[2] for row in rows]

    tokens = "5,000,000"
    assert limits() == ["20,000,000,000", "2,000", "5,000,000", tokens]
    assert limits("--runs-a-day", "5") == ["20,000,000,000", "5", "5,000,000", tokens]
    assert limits("--export-rows-a-month", "9") == ["20,000,000,000", "5", "9", tokens]
    assert limits("--as-tier", "--storage-bytes", "7") == ["7", "2,000", "5,000,000", tokens]
