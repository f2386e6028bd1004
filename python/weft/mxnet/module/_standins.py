import pickle
from weft.init import *  # noqa
from weft.init import create as _ci, Uniform, Initializer
from weft import optimizer as _o
from weft import np

class InitDesc(str):
    def __new__(cls, name, attrs=None, global_init=None):
        m = super().__new__(cls, name); m.attrs = attrs or {}; m.global_init = global_init
        return m

class LSTMBias(Initializer):
    def __init__(self, forget_bias=1.0): self.forget_bias = forget_bias
    def dumps(self):
        import json
        return json.dumps(["lstmbias", {"forget_bias": self.forget_bias}])

def create(spec, **kw):
    return _ci(spec, **kw) if spec in ("xavier", "uniform") else _o.create(spec, **kw)

SGD = _o.SGD

class Updater:
    def __init__(self, optimizer):
        self.optimizer, self.states, self.arrays = optimizer, {}, {}
    def __call__(self, index, grad, weight):
        if index not in self.arrays:
            self.arrays[index] = self.optimizer.create_state_multi_precision(weight)
            self.states[index] = self.arrays[index][0] if self.arrays[index] else None
        self.optimizer.update(index, weight, grad, self.arrays[index])
    def get_states(self, dump_optimizer=False):
        return pickle.dumps({k: [a.asnumpy() for a in v] for k, v in self.arrays.items()})
    def set_states(self, text):
        self.arrays = {k: tuple(np.array(a) for a in v) for k, v in pickle.loads(text).items()}
        self.states = {k: v[0] if v else None for k, v in self.arrays.items()}

def get_updater(optimizer): return Updater(optimizer)
