"""A causal export in the shape that a model reads: one call each.

One file that stands alone. It needs Python 3.11, pandas and pyarrow, and the model that you use::

    inputs = pymc_marketing("bundle.zip")
    MMM(**inputs.columns, adstock=GeometricAdstock(l_max=8), saturation=LogisticSaturation())

An export is given as its `bundle.zip`, as a folder of its files, as a link to its `bundle.zip`, or
as what `load` made of one of these. Every file is held against the checksum in the manifest.
Nothing is changed on the way: no number is scaled, filled or left out.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import urllib.request
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.error import HTTPError

import pandas as pd

FORMAT: Final = "liftos-causal-export"
VERSION: Final = 1
_SECONDS: Final = 60
_Contents: TypeAlias = Callable[[str], bytes]


class BundleError(ValueError):
    """The export is not whole, or has not what the model needs; the message says what mends it."""


@dataclass(frozen=True, slots=True)
class Media:
    """A paid channel: its column of spend, and that of its exposure, which may be its spend."""

    channel: str
    spend: str
    exposure: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """An export: `manifest` says what each column of `wide` is.

    `wide` has one row per period (and geo, in this order: geo, time), `time` as the period's first
    day; `holidays` has ds, holiday, country and year.
    """

    manifest: Mapping[str, Any]
    wide: pd.DataFrame
    holidays: pd.DataFrame

    @property
    def roles(self) -> Mapping[str, Any]:
        """Which columns play which part."""
        roles: Mapping[str, Any] = self.manifest["roles"]
        return roles

    @property
    def geo(self) -> str | None:
        """The column that tells places apart; None in a national export."""
        return self.roles.get("geo")

    @property
    def media(self) -> tuple[Media, ...]:
        """The paid channels, in the order of the columns."""
        parts = (self.names(role) for role in ("media_channels", "media_spend", "media"))
        return tuple(Media(*each) for each in zip(*parts, strict=True))

    def names(self, role: str) -> list[str]:
        """The columns of a role; empty where there are none."""
        return list(self.roles.get(role) or ())


Source: TypeAlias = "Bundle | str | Path"


def load(source: Source) -> Bundle:
    """The export at `source`. BundleError when it is not whole."""
    if isinstance(source, Bundle):
        return source
    contents = _contents(str(source))
    manifest = json.loads(contents("manifest.json"))
    if (manifest.get("format"), manifest.get("version")) != (FORMAT, VERSION):
        raise BundleError(
            f"this is no {FORMAT} of version {VERSION}: use the client of its release"
        )
    sums = {file["name"]: file["sha256"] for file in manifest["files"]}

    def checked(name: str) -> io.BytesIO:
        if name not in sums:
            raise BundleError(f"the export has no {name}: ask for the format PARQUET")
        body = contents(name)
        if hashlib.sha256(body).hexdigest() != sums[name]:
            raise BundleError(f"{name} is not as it was exported: download it again")
        return io.BytesIO(body)

    wide = pd.read_parquet(checked("wide.parquet"))
    wide["time"] = pd.to_datetime(wide["time"])
    holidays = pd.read_csv(checked("holidays.csv"), dtype={"country": str}, keep_default_na=False)
    return Bundle(manifest, wide, holidays)


def _contents(source: str) -> _Contents:
    if source.startswith(("https://", "http://")):
        return _unzipped(io.BytesIO(_fetched(source)))
    folder = Path(source)
    if folder.is_dir():
        return lambda name: _read(folder, name)
    return _unzipped(folder)


def _fetched(link: str) -> bytes:
    try:
        with urllib.request.urlopen(link, timeout=_SECONDS) as answer:  # noqa: S310 - looked at
            body: bytes = answer.read()
            return body
    except HTTPError as error:
        raise BundleError(
            f"the link is answered with {error.code}: ask for a new one, it may have expired"
        ) from None


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        raise BundleError(f"{folder} has no {name}: download it, or the whole bundle.zip") from None


def _unzipped(file: Path | io.BytesIO) -> _Contents:
    try:
        with zipfile.ZipFile(file) as archive:
            bodies = {name: archive.read(name) for name in archive.namelist()}
    except FileNotFoundError:
        raise BundleError(f"there is no {file}") from None
    except zipfile.BadZipFile:
        raise BundleError("this is no bundle.zip: download it again") from None

    def read(name: str) -> bytes:
        if name not in bodies:
            raise BundleError(f"the bundle has no {name}: ask for the format PARQUET")
        return bodies[name]

    return read


@dataclass(frozen=True, slots=True)
class PymcInputs:
    """`X` and `y` for MMM.fit, and `columns` for MMM itself."""

    X: pd.DataFrame
    y: pd.Series[float]
    columns: Mapping[str, Any]


def pymc_marketing(source: Source) -> PymcInputs:
    """For pymc_marketing.mmm.MMM: a channel is its spend.

    Controls are the export's controls, treatments, organic media and events. They are not scaled:
    MMM does not do so either.
    """
    bundle = load(source)
    channels = [media.spend for media in bundle.media]
    controls = [
        name
        for role in ("controls", "treatments", "organic_media", "events")
        for name in bundle.names(role)
    ]
    place = [bundle.geo] if bundle.geo else []
    X = bundle.wide[["time", *place, *channels, *controls]].copy()  # noqa: N806 - its name there
    columns: dict[str, Any] = {
        "date_column": "time",
        "target_column": bundle.roles["kpi"],
        "channel_columns": channels,
    }
    if controls:
        columns["control_columns"] = controls
    if place:
        columns["dims"] = tuple(place)
    return PymcInputs(X, bundle.wide[bundle.roles["kpi"]].copy(), columns)


def meridian(source: Source) -> Any:
    """meridian.data.input_data.InputData, by its DataFrame builder.

    A channel's media is its exposure, or its spend where it has none; events and controls are
    controls.
    """
    builders = importlib.import_module("meridian.data.data_frame_input_data_builder")

    bundle = load(source)
    wide = bundle.wide.assign(time=bundle.wide["time"].dt.strftime("%Y-%m-%d"))
    builder = builders.DataFrameInputDataBuilder(kpi_type=bundle.manifest["kpi"]["kpi_type"])
    place = {"geo_col": bundle.geo} if bundle.geo else {}
    builder = builder.with_kpi(wide, bundle.roles["kpi"], **place)
    if bundle.roles.get("revenue_per_kpi") and bundle.manifest["kpi"]["kpi_type"] != "revenue":
        builder = builder.with_revenue_per_kpi(wide, bundle.roles["revenue_per_kpi"], **place)
    if bundle.roles.get("population"):
        builder = builder.with_population(wide, bundle.roles["population"], **place)
    media = [each for each in bundle.media if each.channel not in _reached(bundle)]
    if media:
        builder = builder.with_media(
            wide,
            [each.exposure for each in media],
            [each.spend for each in media],
            [each.channel for each in media],
            **place,
        )
    return _with_the_rest(builder, bundle, wide, place).build()


def _with_the_rest(builder: Any, bundle: Bundle, wide: pd.DataFrame, place: Any) -> Any:
    reached = _reached(bundle)
    if reached:
        spends = {each.channel: each.spend for each in bundle.media}
        builder = builder.with_reach(
            wide,
            [reach for reach, _ in reached.values()],
            [frequency for _, frequency in reached.values()],
            [spends[channel] for channel in reached],
            list(reached),
            **place,
        )
    if bundle.names("organic_media"):
        builder = builder.with_organic_media(wide, bundle.names("organic_media"), **place)
    if bundle.names("treatments"):
        builder = builder.with_non_media_treatments(wide, bundle.names("treatments"), **place)
    controls = [*bundle.names("controls"), *bundle.names("events")]
    return builder.with_controls(wide, controls, **place) if controls else builder


def _reached(bundle: Bundle) -> dict[str, tuple[str, str]]:
    """The paid channels that have reach and frequency, with the columns of both."""
    found = {
        media.channel: tuple(f"{media.channel}_{part}" for part in ("reach", "frequency"))
        for media in bundle.media
    }
    held = {*bundle.names("reach"), *bundle.names("frequency")}
    return {channel: (r, f) for channel, (r, f) in found.items() if {r, f} <= held}


@dataclass(frozen=True, slots=True)
class RobynInputs:
    """`dt_input` and `dt_holidays`, and what robyn_inputs is told of their columns."""

    dt_input: pd.DataFrame
    dt_holidays: pd.DataFrame
    arguments: Mapping[str, Any]

    def write(self, folder: str | Path) -> None:
        """dt_input.csv, dt_holidays.csv and robyn_inputs.json, for R to read."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        self.dt_input.to_csv(place / "dt_input.csv", index=False)
        self.dt_holidays.to_csv(place / "dt_holidays.csv", index=False)
        (place / "robyn_inputs.json").write_text(json.dumps(dict(self.arguments), indent=2))


def robyn(source: Source) -> RobynInputs:
    """For Robyn::robyn_inputs: dates as YYYY-MM-DD, one row each; it knows no places.

    BundleError for an export by geo, and for a number below 0 among the media.
    """
    bundle = load(source)
    if bundle.geo:
        raise BundleError("Robyn reads one row per date: export without geo")
    spends = [each.spend for each in bundle.media]
    exposures = [each.exposure for each in bundle.media]
    context = [name for role in ("controls", "treatments", "events") for name in bundle.names(role)]
    organic, target = bundle.names("organic_media"), str(bundle.roles["kpi"])
    wide = bundle.wide.assign(time=bundle.wide["time"].dt.strftime("%Y-%m-%d"))
    columns = dict.fromkeys([target, *spends, *exposures, *organic, *context])
    below = [name for name in (*spends, *exposures, *organic) if (wide[name] < 0).any()]
    if below:
        raise BundleError(f"Robyn takes no media below 0: {', '.join(dict.fromkeys(below))}")
    arguments = {
        "date_var": "time",
        "dep_var": target,
        "dep_var_type": _dep_var_type(bundle),
        "paid_media_spends": spends,
        "paid_media_vars": exposures,
        "organic_vars": organic,
        "context_vars": context,
        "window_start": wide["time"].iloc[0],
        "window_end": wide["time"].iloc[-1],
    }
    return RobynInputs(wide[["time", *columns]], bundle.holidays.copy(), arguments)


def _dep_var_type(bundle: Bundle) -> str:
    return "revenue" if bundle.manifest["kpi"]["kpi_type"] == "revenue" else "conversion"


def geolift(source: Source, covariates: Sequence[str] = ()) -> pd.DataFrame:
    """For GeoLift::GeoDataRead: location, date (YYYY-MM-DD), Y and any of the wide columns.

    Every place is there: which ones are treated is the test's design. BundleError without geo.
    """
    bundle = load(source)
    if not bundle.geo:
        raise BundleError("GeoLift compares places: export by geo")
    frame = bundle.wide[[bundle.geo, "time", bundle.roles["kpi"], *covariates]].copy()
    frame["time"] = frame["time"].dt.strftime("%Y-%m-%d")
    return frame.rename(columns={bundle.geo: "location", "time": "date", bundle.roles["kpi"]: "Y"})


def causal_impact(source: Source, treated: Sequence[str] = ()) -> pd.DataFrame:
    """For CausalImpact: `y` first and what it is held against after it, by date.

    By geo, `y` is the sum of the `treated` places, and each other place is a column of its own.
    Nationally, the controls are: media may have been treated themselves. How an answer depends on
    the choice of places is not in its interval; try several.
    """
    bundle = load(source)
    target = str(bundle.roles["kpi"])
    if not bundle.geo:
        frame = bundle.wide.set_index("time")[[target, *bundle.names("controls")]]
        return frame.rename(columns={target: "y"})
    places = bundle.wide.pivot_table(index="time", columns=bundle.geo, values=target, sort=True)
    unknown = sorted(set(treated) - set(places.columns))
    if unknown or not treated:
        raise BundleError(f"name the treated places, of these: {', '.join(map(str, places))}")
    result = places.drop(columns=list(treated))
    result.insert(0, "y", places[list(treated)].sum(axis=1))
    result.columns.name = None
    return result
