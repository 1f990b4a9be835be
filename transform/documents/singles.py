"""Documents of insights, of events of the tenant's own, and of exports: one for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from core.causal import CausalDefinition
from core.feature_exports import FeatureDefinition
from core.records.calendar import CalendarEventRecord, EffectDirection
from core.records.connections import Source
from core.records.document_facts import SingleFacts
from core.records.documents import DocumentKind, Subject
from core.records.exports import ExportKind, ExportRecord
from core.records.findings import Finding
from core.records.insights import InsightKind, InsightRecord
from core.units import DateRange
from transform.documents.written import Written, months_of, said, words

_SIZES: Final = ((0.5, "massively"), (0.2, "strongly"), (0.05, "clearly"), (0.0, "slightly"))
"""From which share of what it was."""

_EFFECTS: Final[Mapping[EffectDirection, str]] = MappingProxyType(
    {
        EffectDirection.UP: "expected to lift sales",
        EffectDirection.DOWN: "expected to lower sales",
    }
)


def single_documents(facts: SingleFacts) -> Iterator[Written]:
    """One for each insight, event and export; none for an export whose definition is unreadable."""
    for insight in facts.insights:
        account = insight.connection_id and facts.accounts.get(insight.connection_id)
        if insight.finding is None:
            yield _exact(insight, account or None)
        else:
            yield _found(insight, insight.finding, account or None)
    yield from map(_event, facts.events)
    yield from filter(None, map(_readable, facts.exports))


def _exact(insight: InsightRecord, account: tuple[Source, str] | None) -> Written:
    metric, of = words(insight.metric), f" of {account[1]}" if account else ""
    when = months_of(insight.window)
    before, after = insight.exact
    if insight.kind is InsightKind.TOTAL_GAP:
        direction = "below" if after < before else "above"
        title = f"Insight: {metric} apart from the platform's total{of}, {when}"
        what = (
            "Reconciliation found a gap, a discrepancy: the entries sum to something else than the "
            f"platform says. Our {metric} is {_size(insight)} {direction} the platform's."
        )
    else:
        direction = "down" if after < before else "up"
        title = f"Insight: {metric} restated {direction}{of}, {when}"
        what = (
            "Restatement: the source corrected days that had settled, revised after the fact. "
            f"{metric.capitalize()} moved {_size(insight)} {direction}."
        )
    return _told(insight, account, title, what)


def _found(insight: InsightRecord, finding: Finding, account: tuple[Source, str] | None) -> Written:
    """What analysis found, by its kind and what it is about; its figures are looked up."""
    name = finding.facts.get("subject") or (account[1] if account else "everything")
    kind, metric = words(insight.kind), words(insight.metric)
    title = f"Insight: {kind} of {metric}, {name}, {months_of(insight.window)}"
    causes = ", ".join(cause.label for cause in finding.causes)
    what = f"{kind.capitalize()}: found by analysis in {metric} of {name}."
    return _told(insight, account, title, " ".join(filter(None, (what, said("Known", causes)))))


def _told(
    insight: InsightRecord, account: tuple[Source, str] | None, title: str, what: str
) -> Written:
    source = account[0] if account else None
    told = ", ".join((source.manifest.title, *source.manifest.aliases)) if source else ""
    when = f"When: {months_of(insight.window)}."
    text = "\n".join(each for each in (what, said("Source", told), when) if each)
    subject = Subject(DocumentKind.INSIGHT, str(insight.id))
    return Written(subject, insight.window, title, text, source=source)


def _size(insight: InsightRecord) -> str:
    before, after = insight.exact
    if not before:
        return "from nothing"
    share = float(abs(after - before) / abs(before))
    return next(word for least, word in _SIZES if share >= least)


def _event(record: CalendarEventRecord) -> Written:
    event = record.event
    period = DateRange(event.since, event.until)
    where = ", ".join((*event.countries, *event.geos)) or "everywhere"
    effect = _EFFECTS.get(event.effect_direction) if event.effect_direction else None
    sentences = (
        f"Event of our own calendar: {words(event.kind)}.",
        said("Where", where),
        f"When: {months_of(period)}.",
        said("Effect", effect or ""),
        said("Note", (event.note or "").rstrip(".")),
    )
    title = f"Event {event.name}, {words(event.kind)}, {months_of(period)}"
    subject = Subject(DocumentKind.CALENDAR_EVENT, str(record.id))
    return Written(subject, period, title, "\n".join(each for each in sentences if each))


def _readable(record: ExportRecord) -> Written | None:
    try:
        return (_features if record.kind is ExportKind.FEATURES else _causal)(record)
    except ValueError:
        # Kept by another release: no reason for all else to go without its document.
        return None


def _features(record: ExportRecord) -> Written:
    definition = FeatureDefinition.from_json(record.definition)
    when, view = months_of(definition.dates), definition.view
    sentences = (
        "Export of features, a data set to train models on: values as known at each moment.",
        f"Feature view: {view.name}, version {view.version}.",
        f"When: {when}.",
        said("Files", ", ".join(map(words, definition.formats))),
    )
    text = "\n".join(each for each in sentences if each)
    subject = Subject(DocumentKind.EXPORT, str(record.id))
    return Written(subject, definition.dates, f"Export of features {view.name}, {when}", text)


def _causal(record: ExportRecord) -> Written:
    definition = CausalDefinition.from_json(record.definition)
    when = months_of(definition.dates)
    sources = ", ".join(each.manifest.title for each in definition.sources)
    sentences = (
        "Causal export, a data set for marketing mix models (MMM): media, KPI and controls.",
        f"When: {when}, by {words(definition.grain)}.",
        f"KPI: {words(definition.kpi.kind)}, {words(definition.kpi.measure)}.",
        said("Channels", ", ".join(definition.channels)),
        said("Sources", sources),
        said("Geography", words(definition.geo) if definition.geo else ""),
        said("Files", ", ".join(map(words, definition.formats))),
    )
    text = "\n".join(each for each in sentences if each)
    subject = Subject(DocumentKind.EXPORT, str(record.id))
    return Written(subject, definition.dates, f"Export of {when}", text)
