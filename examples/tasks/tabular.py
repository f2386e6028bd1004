"""Breast cancer from 30 measurements of cells: training ends when validation stops improving."""

import weft
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from weft.gluon import nn

weft.seed(0)
x, y = load_breast_cancer(return_X_y=True)
x, x_test, y, y_test = train_test_split(x, y, test_size=0.2, random_state=0, stratify=y)

net = nn.HybridSequential(
    nn.BatchNorm(), nn.Dense(32, activation="relu"), nn.Dropout(0.2), nn.Dense(2)
)
model = weft.Model(net, "softmax_cross_entropy", "adam", ["accuracy"])
stop = weft.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
model.fit(x, y, epochs=200, validation_split=0.2, callbacks=stop)

accuracy = model.evaluate(x_test, y_test)["accuracy"]
print(f"accuracy {accuracy:.3f}")
assert accuracy >= 0.93
