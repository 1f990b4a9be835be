"""Enumerations of features, described for the schema."""

from __future__ import annotations

from enum import Enum

from core.records.features import (
    EntityKind,
    FeatureAggregate,
    FeatureMetric,
    FeatureMissing,
    FeatureType,
)
from graph.types.described import described

FEATURE_ENUMS: tuple[type[Enum], ...] = (
    described(
        EntityKind,
        "What a feature view tells figures of.",
        {
            EntityKind.CAMPAIGN: "Campaigns, by their ids.",
            EntityKind.CHANNEL: "Channels, by their names, as your channel rules have them.",
            EntityKind.CONNECTION: "Connected sources, by their ids.",
        },
        name="FeatureEntity",
    ),
    described(
        FeatureMetric,
        "What a feature is made of. Amounts are converted at the rates of their days.",
        {
            FeatureMetric.SPEND: "What was paid for media.",
            FeatureMetric.IMPRESSIONS: "How often media was shown.",
            FeatureMetric.CLICKS: "Clicks of every kind.",
            FeatureMetric.LINK_CLICKS: "Clicks that led to the advertiser's own pages.",
            FeatureMetric.CONVERSIONS: "Conversions, as platforms count them for themselves.",
            FeatureMetric.CONVERSION_VALUE: "What those were worth.",
            FeatureMetric.CTR: "Clicks / impressions.",
            FeatureMetric.CPC: "Spend / clicks.",
            FeatureMetric.CPM: "1,000 * spend / impressions.",
            FeatureMetric.CVR: "Conversions / clicks.",
            FeatureMetric.CPA: "Spend / conversions.",
            FeatureMetric.ROAS: "Conversion value / spend.",
        },
    ),
    described(
        FeatureAggregate,
        "What becomes of the days of a feature's window.",
        {
            FeatureAggregate.SUM: "What is known of them is added up.",
            FeatureAggregate.MEAN: "The mean of the days that have the metric.",
            FeatureAggregate.LAST: "The newest day that has the metric.",
            FeatureAggregate.RATIO: "Of rates: sum over sum, to ten decimals.",
        },
    ),
    described(
        FeatureType,
        "What a feature's column holds in an export.",
        {
            FeatureType.INT64: "Whole numbers: sums and newest values of what is counted.",
            FeatureType.FLOAT64: "The double nearest to the exact value.",
        },
    ),
    described(
        FeatureMissing,
        "Why a feature has no value, all as known at the moment that was asked for.",
        {
            FeatureMissing.UNKNOWN_ENTITY: "The entity was not known yet.",
            FeatureMissing.NOT_READ: "No day of the window, nor a later one, had been read yet.",
            FeatureMissing.STALE: "The newest day that had been read was older than `ttlDays`.",
            FeatureMissing.NO_ROWS: (
                "The source had been read, and told nothing of the entity in the window."
            ),
            FeatureMissing.NOT_MEASURED: "There were rows, but none of them has the metric.",
            FeatureMissing.NO_RATE: "An amount could not be converted into the view's currency.",
            FeatureMissing.ZERO_DENOMINATOR: "What it is divided by was zero.",
        },
    ),
)
