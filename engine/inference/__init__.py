"""Running a model package: reading and verifying it, choosing a provider, predicting.

The one home of onnxruntime. Its telemetry store is switched off before the first import.
"""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # from 1.29 on it keeps a store in the user's cache otherwise
