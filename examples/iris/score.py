import json
import os

import joblib


def init():
    """Called once, when the server starts."""
    global model
    model = joblib.load(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "iris.joblib"))


def run(raw_data):
    """Called for every request, with its body as text. Returns the species of each flower."""
    flowers = json.loads(raw_data)["data"]
    return model.predict(flowers).tolist()
