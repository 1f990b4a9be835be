from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.records.search import Candidate, ModeAnswer, Path, SearchMode, Signal
from core.search.fusing import alone, fuse
from core.search.snippets import MAX_SNIPPET, snippet

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
EQUAL = dict.fromkeys(SearchMode, 1.0)


def test_documents_are_fused_by_their_places() -> None:
    path = Path("Bikes")
    found = fuse(
        [
            ModeAnswer(
                SearchMode.LEXICAL,
                (Candidate(A, 0.9, words=("bike",)), Candidate(B, 0.3, words=("uk",))),
            ),
            ModeAnswer(
                SearchMode.KNOWLEDGE, (Candidate(B, 12.0, paths=(path,)), Candidate(C, 1.0))
            ),
            ModeAnswer(SearchMode.NEURAL, missing="away"),
        ],
        EQUAL,
    )
    assert [each.document_id for each in found] == [B, A, C]
    assert [each.score for each in found] == [1 / 32 + 1 / 31, 1 / 31, 1 / 32]
    assert found[0].signals == (
        Signal(SearchMode.LEXICAL, 2, 0.3),
        Signal(SearchMode.KNOWLEDGE, 1, 12.0),
    )
    assert (found[0].words, found[0].paths) == (("uk",), (path,))


def test_what_scores_alike_shares_its_places() -> None:
    level = ModeAnswer(
        SearchMode.LEXICAL, (Candidate(A, 1.0), Candidate(B, 1.0), Candidate(C, 0.5))
    )
    assert [each.score for each in fuse([level], EQUAL)] == [1 / 31, 1 / 31, 1 / 33]


ids = st.integers(1, 30).map(lambda number: UUID(int=number))
candidates = st.lists(
    st.builds(Candidate, ids, st.floats(0, 1)), unique_by=lambda each: each.document_id
).map(lambda found: tuple(sorted(found, key=lambda each: -each.score)))


@given(st.lists(candidates, min_size=1, max_size=3))
def test_fusion_loses_nothing_and_is_ordered(found: list[tuple[Candidate, ...]]) -> None:
    modes = (SearchMode.LEXICAL, SearchMode.NEURAL, SearchMode.KNOWLEDGE)
    answers = [ModeAnswer(mode, each) for mode, each in zip(modes, found, strict=False)]
    fused = fuse(answers)
    everyone = {each.document_id for answer in answers for each in answer.candidates}
    assert {each.document_id for each in fused} == everyone
    assert len(fused) == len(everyone)
    scores = [each.score for each in fused]
    assert scores == sorted(scores, reverse=True)
    assert sum(len(each.signals) for each in fused) == sum(map(len, found))


def test_a_mode_alone_keeps_its_scores() -> None:
    found = alone(ModeAnswer(SearchMode.NEURAL, (Candidate(B, 0.8), Candidate(A, 0.5))))
    assert [(each.document_id, each.score) for each in found] == [(B, 0.8), (A, 0.5)]
    assert found[1].signals == (Signal(SearchMode.NEURAL, 2, 0.5),)


def test_a_snippet_begins_where_most_words_are() -> None:
    text = "Campaign on Meta.\nVerdict: no sales, wasted spend. Channel: Email.\nNumbers: good."
    assert snippet(text, ("wasted", "sales")) == (
        "Verdict: no sales, wasted spend. Channel: Email. Numbers: good."
    )
    assert snippet(text, ()) == text.replace("\n", " ")
    assert snippet("", ("x",)) == ""


@given(st.text(), st.lists(st.text(min_size=1)))
def test_a_snippet_is_short_and_taken_from_the_text(text: str, words: list[str]) -> None:
    made = snippet(text, words)
    assert len(made) <= MAX_SNIPPET
    assert set(made) - {"…", " "} <= set(text)
