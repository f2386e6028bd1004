"""Breast cancer from 30 measurements of cells: training ends when validation stops improving."""

import keras
from keras import layers
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(0)
x, y = load_breast_cancer(return_X_y=True)
x, x_test, y, y_test = train_test_split(x, y, test_size=0.2, random_state=0, stratify=y)

model = keras.Sequential(
    [
        layers.BatchNormalization(),
        layers.Dense(32, activation="relu"),
        layers.Dropout(0.2),
        layers.Dense(2),
    ]
)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("adam", loss, metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
model.fit(x, y, epochs=200, validation_split=0.2, callbacks=[stop], verbose=2)

accuracy = model.evaluate(x_test, y_test, verbose=0)[1]
print(f"accuracy {accuracy:.3f}")
assert accuracy >= 0.93
