"""Builds Meridian's InputData and its model from an export and says what they hold."""

import json
import sys

from liftos_causal import meridian
from meridian.model import model, spec

data = meridian(sys.argv[1])
built = model.Meridian(input_data=data, model_spec=spec.ModelSpec())
told = {
    "channels": data.media_channel.values.tolist(),
    "kpi_type": data.kpi_type,
    "geos": data.geo.values.tolist(),
    "times": data.time.values.tolist(),
    "kpi": data.kpi.values.tolist(),
    "media": data.media.values.tolist(),
    "media_spend": data.media_spend.values.tolist(),
    "controls": [] if data.controls is None else data.control_variable.values.tolist(),
    "organic": [] if data.organic_media is None else data.organic_media_channel.values.tolist(),
    "media_channels": built.n_media_channels,
}
sys.stdout.write(json.dumps(told))
