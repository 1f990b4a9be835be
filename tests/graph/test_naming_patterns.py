from __future__ import annotations

import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.name_patterns import matcher
from core.records.naming import NamingSyntax

PLAIN = st.text(string.ascii_letters + string.digits + "-.äß ", min_size=1).map(
    lambda text: text.strip() or "x"
)


def read(template: str, name: str) -> dict[str, str] | None:
    found = matcher(NamingSyntax.TEMPLATE, template).read(name)
    return None if found is None else dict(found)


@pytest.mark.parametrize(
    ("template", "name", "said"),
    [
        (
            "dis_{mix}_{format}_{title*}_lead",
            "DIS_mix_webinar_growth_2026_Lead",
            {"mix": "mix", "format": "webinar", "title": "growth_2026"},
        ),
        (
            "{market} | {type} | {match}",
            "US | Brand Search | Exact",
            {"market": "US", "type": "Brand Search", "match": "Exact"},
        ),
        ("{a}_{b}", "x_y_z", None),
        ("{a}_{b*}", "x_y_z", {"a": "x", "b": "y_z"}),
        ("{a} {b}", "brand search", {"a": "brand", "b": "search"}),
        ("{all}", "any thing | at_all", {"all": "any thing | at_all"}),
        ("a.b[{x}]", "A.B[1]", {"x": "1"}),
        ("a.b[{x}]", "aXb[1]", None),
        ("{a}_{b}", "_y", None),
    ],
)
def test_templates(template: str, name: str, said: dict[str, str] | None) -> None:
    assert read(template, name) == said


@given(values=st.lists(PLAIN, min_size=1, max_size=8))
def test_what_was_joined_is_read_back(values: list[str]) -> None:
    fields = [f"f{number}" for number in range(len(values))]
    template = "_".join(f"{{{field}}}" for field in fields)
    assert read(template, "_".join(values)) == dict(zip(fields, values, strict=True))


@given(text=st.text(max_size=60))
def test_any_text_is_a_pattern_or_is_refused(text: str) -> None:
    for syntax in NamingSyntax:
        with suppress(BadInput):
            assert matcher(syntax, text).fields


def test_no_pattern_can_hold_up_an_answer() -> None:
    fit = matcher(NamingSyntax.REGEX, "(?P<a>(a+)+)b")
    assert fit.read("a" * 100_000) is None
