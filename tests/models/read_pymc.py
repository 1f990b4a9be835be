"""Builds the real MMM from an export and says what it holds."""

import json
import sys

from liftos_causal import pymc_marketing
from pymc_marketing.mmm import MMM, GeometricAdstock, LogisticSaturation

inputs = pymc_marketing(sys.argv[1])
model = MMM(**inputs.columns, adstock=GeometricAdstock(l_max=8), saturation=LogisticSaturation())
model.build_model(inputs.X, inputs.y)
held = model.model
channels = {name: inputs.X[name].tolist() for name in inputs.columns["channel_columns"]}
told = {
    "columns": {**inputs.columns},
    "rows": len(inputs.X),
    "y": inputs.y.tolist(),
    "channels": channels,
    "in_the_model": held["channel_data"].get_value().shape,
    "free": sorted(variable.name for variable in held.free_RVs),
}
sys.stdout.write(json.dumps(told))
