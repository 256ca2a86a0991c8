"""Trains the model when the image is built. Usage: train.py FOLDER"""

import os
import sys

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

iris = load_iris()
species = iris.target_names[iris.target]
model = LogisticRegression(max_iter=1000).fit(iris.data, species)
joblib.dump(model, os.path.join(sys.argv[1], "iris.joblib"))
