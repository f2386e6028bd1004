"""What other frameworks call things, and what to write in Weft: the one table behind the hints of
errors for attributes and arguments that do not exist (`weft._base.spelling`).

A hint is the end of an error. Names in backquotes begin with what `weft` has (`np`, `nn`, ...), `x`
is an array, `net` a block, `trainer` a trainer; `tests/python/test_spelling.py` looks them up.
"""

from collections.abc import Mapping

Table = dict[str, str]


def _alike(words: str, hint: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), hint)


_MODES = (
    "train mode is what `autograd.record()` is around; outside it blocks are in predict mode, and "
    "`autograd.train_mode()` and `autograd.predict_mode()` ask for one"
)
_WARM_UP = (
    "each scheduler has `warmup_steps`, such as `lr_scheduler.CosineScheduler(max_update, "
    "warmup_steps=100)`, and an optimizer takes it as its option `lr_scheduler`"
)
_ALWAYS_NUMPY = "nothing has to be set: arrays always follow NumPy"
_NO_GRAD = "write `autograd.pause()`, though only what is inside `autograd.record()` is recorded"

# ---- attributes of arrays

ARRAY: Table = {
    **_alike("as_in_ctx as_in_context as_in_device to copyto", "write `x.to_device(device)`"),
    **_alike("cuda gpu", "write `x.to_device(device)` with a `weft.Device`"),
    **_alike("cpu", 'write `x.to_device("cpu")`'),
    **_alike("ctx context is_cuda", "write `x.device`"),
    **_alike("asscalar", "write `x.item()`"),
    **_alike("as_np_ndarray as_nd_ndarray", _ALWAYS_NUMPY),
    **_alike("view_as resize reshape_as", "write `x.reshape(shape)`"),
    **_alike("permute", "write `x.transpose(axes)`"),
    **_alike("t", "write `x.T` or `np.swapaxes(x, -1, -2)`"),
    **_alike("unsqueeze", "write `np.expand_dims(x, axis)`"),
    **_alike("expand expand_as", "write `np.broadcast_to(x, shape)`"),
    **_alike("numel nelement", "write `x.size`"),
    **_alike("dim rank", "write `x.ndim`"),
    **_alike("clone", "write `x.copy()`"),
    **_alike("contiguous", "operators take arrays of any strides, so `x` itself will do"),
    **_alike("requires_grad requires_grad_ retain_grad", "write `x.attach_grad()`"),
    **_alike("grad_fn is_leaf", "write `x.grad`, for arrays that called `x.attach_grad()`"),
    **_alike("data", "write `x.detach()`, or `x[...] = value` to set elements"),
    **_alike("zero_ fill_ copy_ set_value assign", "write `x[...] = value`"),
    **_alike("add_ sub_ mul_ div_ pow_ clamp_", "write `x += y`, or `out=x` of the function"),
    **_alike("float", 'write `x.astype("float32")`'),
    **_alike("double", 'write `x.astype("float64")`'),
    **_alike("half", 'write `x.astype("float16")`'),
    **_alike("int long bool short byte type cast", 'write `x.astype("int64")`, or another dtype'),
    **_alike("mm bmm mv", "write `x @ y`"),
    **_alike("norm", "write `np.linalg.norm(x)`"),
    **_alike("slice slice_axis narrow index_select", "write `x[begin:end]`, or `np.take(x, i)`"),
    **_alike("masked_fill masked_fill_", "write `np.where(mask, value, x)`"),
    **_alike("tostype", "write `weft.sparse.row_sparse_array((rows, indices), shape)`"),
}

# ---- attributes of blocks

BLOCK: Table = {
    **_alike("eval train training train_mode", _MODES),
    **_alike(
        "parameters named_parameters get_weights weights variables trainable_weights "
        "trainable_variables trainable_parameters collect_parameters",
        "write `net.collect_params()`",
    ),
    **_alike(
        "state_dict save_params save_weights save save_checkpoint",
        "write `net.save_parameters(path)`, or `weft.save_checkpoint(path, net)`",
    ),
    **_alike(
        "load_state_dict load_params load_weights load set_weights",
        "write `net.load_parameters(path)`, or `net.load_dict(arrays)`",
    ),
    **_alike("to as_in_ctx reset_ctx as_in_context", "write `net.reset_device(device)`"),
    **_alike("cuda gpu", "write `net.reset_device(device)` with a `weft.Device`"),
    **_alike("cpu", 'write `net.reset_device("cpu")`'),
    **_alike("half float double bfloat16 type astype", 'write `net.cast("float16")`'),
    **_alike(
        "requires_grad_ requires_grad trainable",
        "write `net.freeze()`; `net.unfreeze()` makes it trained again",
    ),
    **_alike(
        "modules children named_modules named_children layers get_layer",
        "write `net.apply(function)`, or iterate over an `nn.HybridSequential`",
    ),
    **_alike("add_module register_module add_child", "write `net.register_child(block, name)`"),
    **_alike("register_parameter add_weight", "write `self.weight = gluon.Parameter(shape=shape)`"),
    **_alike(
        "register_buffer", "write `self.mean = gluon.Parameter(shape=shape, differentiable=False)`"
    ),
    **_alike("append extend insert", "write `net.add(block)` of an `nn.HybridSequential`"),
    **_alike("fit train_on_batch", "write `weft.Model(net, loss, optimizer).fit(x, y)`"),
    **_alike("compile", "write `net.hybridize()`, or `weft.Model(net, loss, optimizer)`"),
    **_alike(
        "predict predict_on_batch", "call it: `net(x)`, or write `weft.Model(net).predict(x)`"
    ),
    **_alike("evaluate", "write `weft.Model(net, loss, metrics=metrics).evaluate(x, y)`"),
    **_alike("call hybrid_forward", "a block is called, `net(x)`, and its class writes `forward`"),
    **_alike("name_scope prefix", "parameters are named by attributes: `net.collect_params()`"),
    **_alike("optimize_for", "write `net.hybridize()`"),
    **_alike("count_params num_params", "write `net.summary(x)`"),
    **_alike("register_full_backward_hook", "write `net.register_backward_hook(hook)`"),
    **_alike("input_shape output_shape num_parameters", "write `net.summary(x)`"),
    **_alike("build", "shapes follow from the first call: nothing has to be built"),
    **_alike("init init_weights reset_parameters", "write `net.initialize()`"),
}

MODEL: Table = {
    **_alike("train train_model fit_generator train_batch", "write `model.fit(x, y)`"),
    **_alike("eval test score evaluate_generator", "write `model.evaluate(x, y)`"),
    **_alike("transform predict_proba predict_generator forward", "write `model.predict(x)`"),
    **_alike("predict_classes", "write `model.predict(x).argmax(axis=1)`"),
    **_alike("build", "shapes follow from the first data: nothing has to be built"),
    **_alike("compile", "loss, optimizer and metrics are given to `weft.Model(net, loss)`"),
    **_alike(
        "parameters named_parameters get_weights weights trainable_weights collect_params",
        "write `model.net.collect_params()`",
    ),
    **_alike("state_dict save_weights save_parameters save_model", "write `model.save(path)`"),
    **_alike(
        "load_state_dict load_weights load_parameters load_model set_weights",
        "write `model.load(path)`",
    ),
    **_alike("to cuda gpu cpu reset_device", "write `model.net.reset_device(device)`"),
    **_alike("lr", "write `model.learning_rate`"),
    **_alike("optimizer", "write `model.trainer.optimizer`"),
    **_alike("metrics", "write `model.metrics_names`"),
    **_alike("layers modules children", "write `model.net`"),
    **_alike("zero_grad", "gradients are new at each `backward`; else write `net.zero_grad()`"),
    **_alike("trainable requires_grad_ freeze", "write `model.net.freeze()`"),
    **_alike("initialize hybridize", "`model.fit(x, y)` does it; `model.net` is the network"),
}

TRAINER: Table = {
    **_alike("zero_grad", "write `net.zero_grad()`; gradients are new at each `backward` anyway"),
    **_alike("state_dict", "write `trainer.save_states(path)`"),
    **_alike("load_state_dict", "write `trainer.load_states(path)`"),
    **_alike("lr set_lr", "write `trainer.learning_rate` and `trainer.set_learning_rate(rate)`"),
    **_alike("param_groups", "write `gluon.Trainer(params, optimizer, groups=options)`"),
    **_alike("minimize apply_gradients", "write `trainer.step(batch_size)` after `backward`"),
}

PARAMETER: Table = {
    **_alike("ctx context list_ctx", "write `net.weight.list_device()`"),
    **_alike("reset_ctx to cuda", "write `net.weight.reset_device(device)`"),
    **_alike("requires_grad requires_grad_ trainable", "write `net.weight.freeze()`"),
    **_alike("numpy asnumpy value", "write `net.weight.data().asnumpy()`"),
    **_alike("copy_ assign", "write `net.weight.set_data(values)`"),
    **_alike("stype", "write `net.weight.grad_stype`"),
}

# ---- names in modules

LAYERS: Table = {
    **_alike("DropPath", "write `nn.StochasticDepth(rate)`"),
    **_alike("SEBlock SELayer SEModule", "write `nn.SqueezeExcite(channels)`"),
    **_alike("ModuleList", "write `nn.BlockList(blocks)`"),
    **_alike("ModuleDict", "write `nn.BlockDict(blocks)`"),
    **_alike("SpectralNormalization spectral_norm", "write `nn.SpectralNorm(layer)`"),
    **_alike("weight_norm", "write `nn.WeightNorm(layer)`"),
    **_alike("Linear FullyConnected", "write `nn.Dense(units, in_units=...)`"),
    **_alike("Conv1d Convolution1D", "write `nn.Conv1D(channels, kernel_size, in_channels=...)`"),
    **_alike("Conv2d Convolution2D", "write `nn.Conv2D(channels, kernel_size, in_channels=...)`"),
    **_alike("Conv3d Convolution3D", "write `nn.Conv3D(channels, kernel_size, in_channels=...)`"),
    **_alike("ConvTranspose1d", "write `nn.Conv1DTranspose(channels, kernel_size)`"),
    **_alike("ConvTranspose2d", "write `nn.Conv2DTranspose(channels, kernel_size)`"),
    **_alike("ConvTranspose3d", "write `nn.Conv3DTranspose(channels, kernel_size)`"),
    **_alike("DepthwiseConv2D", "write `nn.Conv2D(channels, kernel_size, groups=channels)`"),
    **_alike(
        "BatchNorm1d BatchNorm2d BatchNorm3d BatchNormalization LazyBatchNorm2d",
        "write `nn.BatchNorm()`",
    ),
    **_alike("LayerNormalization", "write `nn.LayerNorm()`"),
    **_alike("GroupNormalization", "write `nn.GroupNorm(num_groups)`"),
    **_alike("InstanceNorm1d InstanceNorm2d InstanceNorm3d", "write `nn.InstanceNorm()`"),
    **_alike("ReLU", 'write `nn.Activation("relu")`, or `activation="relu"` of the layer before'),
    **_alike("Sigmoid", 'write `nn.Activation("sigmoid")`'),
    **_alike("Tanh", 'write `nn.Activation("tanh")`'),
    **_alike("Softmax", "write `npx.softmax(x)`; `gluon.loss.SoftmaxCrossEntropyLoss` has its own"),
    **_alike("LogSoftmax", "write `npx.log_softmax(x)`"),
    **_alike("MaxPool1d MaxPooling1D", "write `nn.MaxPool1D(pool_size)`"),
    **_alike("MaxPool2d MaxPooling2D", "write `nn.MaxPool2D(pool_size)`"),
    **_alike("MaxPool3d MaxPooling3D", "write `nn.MaxPool3D(pool_size)`"),
    **_alike("AvgPool1d AveragePooling1D", "write `nn.AvgPool1D(pool_size)`"),
    **_alike("AvgPool2d AveragePooling2D", "write `nn.AvgPool2D(pool_size)`"),
    **_alike("AvgPool3d AveragePooling3D", "write `nn.AvgPool3D(pool_size)`"),
    **_alike("AdaptiveAvgPool1d", "write `nn.AdaptiveAvgPool1D(output_size)`"),
    **_alike("AdaptiveAvgPool2d", "write `nn.AdaptiveAvgPool2D(output_size)`"),
    **_alike("AdaptiveMaxPool2d", "write `nn.AdaptiveMaxPool2D(output_size)`"),
    **_alike("GlobalAveragePooling1D", "write `nn.GlobalAvgPool1D()`"),
    **_alike("GlobalAveragePooling2D", "write `nn.GlobalAvgPool2D()`"),
    **_alike("GlobalMaxPooling2D", "write `nn.GlobalMaxPool2D()`"),
    **_alike("ReflectionPad2d", "write `nn.ReflectionPad2D(padding)`"),
    **_alike("Module Model Layer", "write `class Net(nn.HybridBlock)`, with `forward`"),
    **_alike("LayerList", "write `nn.BlockList(blocks)`"),
    **_alike("Parameter ParameterList", "write `gluon.Parameter(shape=shape)`"),
    **_alike("Dropout1d Dropout2d SpatialDropout2D", "write `nn.Dropout(rate, axes=(2, 3))`"),
    **_alike("MultiheadAttention", "write `nn.MultiHeadAttention(units, num_heads)`"),
    **_alike("TransformerEncoder", "put `nn.TransformerEncoderLayer` in `nn.HybridSequential`"),
    **_alike("LSTM", "write `gluon.rnn.LSTM(hidden_size)`"),
    **_alike("GRU", "write `gluon.rnn.GRU(hidden_size)`"),
    **_alike("RNN SimpleRNN", "write `gluon.rnn.RNN(hidden_size)`"),
    **_alike("HybridConcurrent", "write `nn.HybridConcatenate(*blocks)`"),
    **_alike("Concurrent Concat", "write `nn.Concatenate(*blocks)`"),
    **_alike("UpsamplingNearest2d UpSampling2D", "write `nn.Upsample`"),
    **_alike("PixelShuffle", "write `nn.PixelShuffle2D(factor)`"),
    **_alike("functional", "functions of layers are in `npx`"),
    **_alike("Input InputLayer", "shapes follow from the first call: none is declared"),
    **_alike(
        "Rescaling Normalization", "write `nn.HybridLambda(function)`, or scale the data before"
    ),
    **_alike("Reshape", "write `nn.HybridLambda(function)`, or `x.reshape(shape)` in `forward`"),
    **_alike("init", "write `weft.init`"),
}

CALLBACKS: Table = {
    **_alike("ModelCheckpoint BackupAndRestore CheckpointHandler", "write `callbacks.Checkpoint`"),
    **_alike(
        "LRScheduler LearningRateMonitor WarmupCallback",
        "write `callbacks.LearningRateScheduler`, or give the optimizer an `lr_scheduler`",
    ),
    **_alike("EarlyStoppingHandler EarlyStop", "write `callbacks.EarlyStopping`"),
    **_alike("ProgbarLogger TQDMProgressBar", "write `callbacks.ProgressBar`"),
    **_alike("EMA ExponentialAverage", "write `callbacks.ExponentialMovingAverage`"),
    **_alike("History", "`model.fit(x, y)` gives it"),
    **_alike("LRFind LearningRateFinder", "write `callbacks.LRFinder`"),
    **_alike("TerminateOnNan", "write `callbacks.TerminateOnNaN`"),
    **_alike("WarmUp Warmup LearningRateWarmup WarmUpCallback LinearWarmup", _WARM_UP),
}

LOSSES: Table = {
    **_alike(
        "CrossEntropyLoss SparseCategoricalCrossentropy CategoricalCrossentropy CrossEntropy",
        "write `gluon.loss.SoftmaxCrossEntropyLoss()`",
    ),
    **_alike("NLLLoss", "write `gluon.loss.SoftmaxCrossEntropyLoss(from_logits=True)`"),
    **_alike("MSELoss MeanSquaredError", "write `gluon.loss.L2Loss()`, which is half of it"),
    **_alike("MAELoss MeanAbsoluteError", "write `gluon.loss.L1Loss()`"),
    **_alike("SmoothL1Loss Huber", "write `gluon.loss.HuberLoss()`"),
    **_alike("BCEWithLogitsLoss", "write `gluon.loss.SigmoidBCELoss()`"),
    **_alike("BCELoss BinaryCrossentropy", "write `gluon.loss.SigmoidBCELoss(from_sigmoid=True)`"),
    **_alike("KLDivergence", "write `gluon.loss.KLDivLoss()`"),
    **_alike("TripletMarginLoss", "write `gluon.loss.TripletLoss()`"),
    **_alike("HingeEmbeddingLoss Hinge", "write `gluon.loss.HingeLoss()`"),
    **_alike("SigmoidFocalLoss BinaryFocalCrossentropy", "write `gluon.loss.FocalLoss()`"),
    **_alike("LabelSmoothing", "write `gluon.loss.SoftmaxCrossEntropyLoss(label_smoothing=0.1)`"),
    **_alike("CosineSimilarity", "write `gluon.loss.CosineEmbeddingLoss()`"),
}

FUNCTIONS: Table = {
    **_alike("set_np reset_np is_np_array is_np_shape use_np set_np_shape", _ALWAYS_NUMPY),
    **_alike("gpu num_gpus current_context current_device", "write `weft.Device(name)`"),
    **_alike("cpu", "write `weft.cpu()`"),
    **_alike("cat concat", "write `np.concatenate(arrays, axis=0)`"),
    **_alike("mm bmm mv", "write `np.matmul(x, y)`"),
    **_alike("unsqueeze", "write `np.expand_dims(x, axis)`"),
    **_alike("permute", "write `np.transpose(x, axes)`"),
    **_alike("clamp", "write `np.clip(x, low, high)`"),
    **_alike("pow", "write `np.power(x, y)`"),
    **_alike("rsub", "write `np.subtract(x, y)`"),
    **_alike("rand", "write `np.random.rand(*shape)`"),
    **_alike("randn", "write `np.random.randn(*shape)`"),
    **_alike("randint randperm", "write `np.random.randint(low, high, shape)`"),
    **_alike("manual_seed", "write `np.random.seed(seed)`"),
    **_alike("tensor Tensor from_numpy as_tensor ndarray_from NDArray", "write `np.array(values)`"),
    **_alike("save savez", 'write `npx.save(path, {"name": x})`'),
    **_alike("load", "write `npx.load(path)`"),
    **_alike("no_grad inference_mode", _NO_GRAD),
    **_alike("FullyConnected linear dense", "write `npx.fully_connected(x, weight, bias)`"),
    **_alike("conv1d conv2d conv3d Convolution", "write `npx.convolution(x, weight)`"),
    **_alike("conv_transpose2d Deconvolution", "write `npx.deconvolution(x, weight)`"),
    **_alike("max_pool2d avg_pool2d Pooling", "write `npx.pooling(x)`"),
    **_alike("cross_entropy", "write `gluon.loss.SoftmaxCrossEntropyLoss()`"),
    **_alike("mse_loss", "write `gluon.loss.L2Loss()`"),
    **_alike("leaky_relu_ LeakyReLU", "write `npx.leaky_relu(x)`"),
    **_alike("BatchNorm", "write `npx.batch_norm`"),
    **_alike("gather", "write `np.take_along_axis(x, indices, axis)`"),
    **_alike("upsample UpSampling", "write `npx.interpolate(x, size)`"),
    **_alike("chunk", "write `np.array_split(x, count)`"),
    **_alike("absolute", "write `np.abs(x)`"),
    **_alike("asnumpy", "write `x.asnumpy()`"),
    **_alike("seed", "write `np.random.seed(seed)`"),
}

PACKAGE: Table = {
    **_alike("nd ndarray numpy mx", "write `weft.np`"),
    **_alike("numpy_extension", "write `weft.npx`"),
    **_alike("nn", "write `weft.gluon.nn`"),
    **_alike("loss", "write `weft.gluon.loss`"),
    **_alike("rnn", "write `weft.gluon.rnn`"),
    **_alike("mod module Module keras layers", "write `weft.gluon`"),
    **_alike("optim optimizers", "write `weft.optimizer`, or `weft.gluon.Trainer`"),
    **_alike("io data utils", "write `weft.gluon.data`"),
    **_alike("metrics", "write `weft.metric`"),
    **_alike("initializer initializers", "write `weft.init`"),
    **_alike("symbol", "write `weft.sym`"),
    **_alike("gpu cuda context Context current_context ctx", "write `weft.Device(name)`"),
    **_alike("Tensor tensor from_numpy array", "write `weft.np.array(values)`"),
    **_alike("no_grad inference_mode", _NO_GRAD),
    **_alike("jit compile function", "write `weft.hybridize(function)`"),
    **_alike("manual_seed set_seed seed_everything set_random_seed", "write `weft.seed(number)`"),
    **_alike("save", "write `weft.npx.save(path, arrays)`, or `weft.save_checkpoint(path, net)`"),
    **_alike("load", "write `weft.npx.load(path)`, or `weft.load_checkpoint(path, net)`"),
    **_alike("kvstore", "write `weft.kv`"),
    **_alike("set_default_device", "write `with weft.Device(name)`"),
    **_alike("losses criterion", "write `weft.gluon.loss`"),
    **_alike("models applications zoo", "write `weft.gluon.model_zoo`, or `weft.Model(net, loss)`"),
    **_alike("transforms", "write `weft.gluon.data.vision.transforms`"),
    **_alike("vision datasets", "write `weft.gluon.data.vision`"),
    **_alike("grad value_and_grad", "write `autograd.grad(function)`"),
    **_alike("load_model", "write `weft.runtime.Model(path)`, or `model.load(path)`"),
    **_alike("save_model", "write `model.save(path)`, or `model.export(path)`"),
    **_alike("train fit", "write `weft.Model(net, loss).fit(x, y)`"),
    **_alike("History", "`model.fit(x, y)` gives it"),
}

AUTOGRAD: Table = {
    **_alike("no_grad inference_mode", _NO_GRAD),
    **_alike("enable_grad GradientTape set_recording", "write `autograd.record()`"),
    **_alike("Variable mark_variables", "write `x.attach_grad()`"),
    **_alike("set_training", "write `autograd.train_mode()` or `autograd.predict_mode()`"),
    **_alike("set_detect_anomaly", "write `autograd.detect_anomaly(fun)`"),
    **_alike("gradcheck gradgradcheck check_grads", "write `autograd.check_gradient(fun, inputs)`"),
}

DATA: Table = {
    **_alike("TensorDataset NumpyDataset", "write `gluon.data.ArrayDataset(*arrays)`"),
    **_alike("collate default_collate", "write `gluon.data.default_batchify_fn`"),
    **_alike("Subset", "write `gluon.data.SimpleDataset(samples)`"),
    **_alike("WebDataset", "write `gluon.data.TarDataset(paths)`"),
    **_alike(
        "SortedBucketSampler FixedBucketSampler BucketIterator DynamicBatchSampler",
        "write `gluon.data.BucketSampler(lengths, batch_size)`",
    ),
    **_alike(
        "Vocab Vocabulary Tokenizer",
        "write `gluon.data.text.Vocabulary` or `gluon.data.text.Tokenizer`",
    ),
    **_alike("memmap", "write `gluon.data.MappedArray(path)`"),
    **_alike("transforms", "write `gluon.data.vision.transforms`"),
    **_alike("train_test_split", "write `gluon.data.random_split(dataset, lengths)`"),
    **_alike("ChainDataset", "write `gluon.data.ConcatDataset(*datasets)`"),
}

VISION: Table = {
    **_alike(
        "ImageFolder image_dataset_from_directory",
        "write `gluon.data.vision.ImageFolderDataset(root)`",
    ),
    **_alike("CocoDetection", "write `gluon.data.vision.COCODetection`"),
    **_alike("Mixup", "write `gluon.data.vision.MixUp(classes)`"),
    **_alike("Cutmix", "write `gluon.data.vision.CutMix(classes)`"),
}

TRANSFORMS: Table = {
    **_alike(
        "RandomHorizontalFlip HorizontalFlip",
        "write `gluon.data.vision.transforms.RandomFlipLeftRight(p)`",
    ),
    **_alike(
        "RandomVerticalFlip VerticalFlip",
        "write `gluon.data.vision.transforms.RandomFlipTopBottom(p)`",
    ),
    **_alike("ColorJitter", "write `gluon.data.vision.transforms.RandomColorJitter`"),
    **_alike("RandomGrayscale Grayscale", "write `gluon.data.vision.transforms.RandomGray(p)`"),
    **_alike("ConvertImageDtype ToDtype", 'write `gluon.data.vision.transforms.Cast("float32")`'),
    **_alike("PILToTensor ToImage", "write `gluon.data.vision.transforms.ToTensor()`"),
    **_alike("RandomGaussianBlur", "write `gluon.data.vision.transforms.GaussianBlur(sigma)`"),
    **_alike("TrivialAugmentWide", "write `gluon.data.vision.transforms.TrivialAugment()`"),
    **_alike("RandomZoom", "write `gluon.data.vision.transforms.RandomAffine(0, scale=scale)`"),
    **_alike("Sequential", "write `gluon.data.vision.transforms.Compose(transforms)`"),
    **_alike("Rescaling", "write `gluon.data.vision.transforms.ToTensor()`, which divides by 255"),
    **_alike(
        "MixUp CutMix",
        "write `gluon.data.vision.MixUp(classes)` or `gluon.data.vision.CutMix(classes)`",
    ),
}

TEXT: Table = {
    **_alike(
        "Vocab build_vocab_from_iterator StringLookup", "write `gluon.data.text.Vocabulary(counts)`"
    ),
    **_alike(
        "AutoTokenizer PreTrainedTokenizerFast",
        'write `gluon.data.text.Tokenizer("tokenizer.json")`',
    ),
    **_alike("WikiText2 WikiText103", "write `gluon.data.text.CorpusDataset(tokens, length)`"),
    **_alike("TextDataset LineByLineTextDataset", "write `gluon.data.text.TextLineDataset(paths)`"),
    **_alike("pad_sequence", "write `gluon.data.batchify.Pad()`"),
}

SCHEDULERS: Table = {
    **_alike("StepLR", "write `lr_scheduler.FactorScheduler(step, factor)`"),
    **_alike("ExponentialLR ExponentialDecay", "write `lr_scheduler.ExponentialScheduler(gamma)`"),
    **_alike("OneCycleLR", "write `lr_scheduler.OneCycleScheduler(max_update)`"),
    **_alike(
        "CosineAnnealingWarmRestarts CosineDecayRestarts",
        "write `lr_scheduler.WarmRestartScheduler(period)`",
    ),
    **_alike("SequentialLR", "write `lr_scheduler.SequentialScheduler(schedulers, milestones)`"),
    **_alike(
        "ReduceLROnPlateau",
        "write `callbacks.ReduceLROnPlateau()`, or `lr_scheduler.PlateauScheduler()`",
    ),
    **_alike("MultiStepLR", "write `lr_scheduler.MultiFactorScheduler(steps, factor)`"),
    **_alike("CosineAnnealingLR CosineDecay", "write `lr_scheduler.CosineScheduler(max_update)`"),
    **_alike("PolynomialLR LinearLR PolynomialDecay", "write `lr_scheduler.PolyScheduler`"),
    **_alike("LambdaLR", "write `lr_scheduler.LambdaScheduler(factor)`"),
    **_alike(
        "WarmUp Warmup LinearWarmup WarmupScheduler GradualWarmupScheduler ConstantLR "
        "get_linear_schedule_with_warmup get_cosine_schedule_with_warmup",
        _WARM_UP,
    ),
}

# ---- names in quotes, such as `Trainer(params, "adam")`: in lower case, without "_" and "-"

_LOGITS = "of predictions before the {0}; where the network ends with a {0}, give {1}"
_SOFTMAX = 'write "softmax_cross_entropy", ' + _LOGITS.format(
    "softmax", "a function of yours that takes the logarithm of its probabilities"
)
_SIGMOID = 'write "sigmoid_bce", ' + _LOGITS.format(
    "sigmoid", "`gluon.loss.SigmoidBCELoss(from_sigmoid=True)`"
)

LOSS_NAMES: Table = {
    **_alike(
        "crossentropy ce crossentropyloss sparsecategoricalcrossentropy categoricalcrossentropy "
        "softmax softmaxloss",
        _SOFTMAX,
    ),
    **_alike(
        "binarycrossentropy bce bceloss bcewithlogits bcewithlogitsloss logloss sigmoid",
        _SIGMOID,
    ),
    **_alike(
        "nll nllloss", "write `gluon.loss.SoftmaxCrossEntropyLoss(from_logits=True)` as the loss"
    ),
    **_alike("mseloss squarederror squaredloss meansquare", 'write "mse"'),
    **_alike("maeloss l1norm absoluteerror", 'write "mae"'),
    **_alike("smoothl1 smoothl1loss smoothmae", 'write "huber"'),
    **_alike("kl kld kldivergence kullbackleibler", 'write "kl_div"'),
    **_alike("binaryfocal sigmoidfocal", 'write "focal"'),
    **_alike("contrastive ntxent", 'write "info_nce"'),
    **_alike("tripletmargin tripletmarginloss", 'write "triplet"'),
    **_alike("poisson", 'write "poisson_nll"'),
}

OPTIMIZER_NAMES: Table = {
    **_alike("momentum sgdm sgdmomentum", 'write "sgd" with {"momentum": 0.9}'),
    **_alike("nesterov", 'write "nag" with {"momentum": 0.9}'),
    **_alike("adamw2 adamweightdecay", 'write "adamw"'),
    **_alike("sparseadam lazyadam", 'write "adam" with {"lazy_update": True}'),
    **_alike("amsgrad", 'write "adam"'),
    **_alike("bfgs quasinewton", 'write "lbfgs"'),
    **_alike("ftrlproximal", 'write "ftrl"'),
    **_alike("gd gradientdescent asgd", 'write "sgd"'),
}

METRIC_NAMES: Table = {
    **_alike(
        "categoricalaccuracy sparsecategoricalaccuracy multiclassaccuracy", 'write "accuracy"'
    ),
    **_alike("binaryacc", 'write "binaryaccuracy"'),
    **_alike("f1score", 'write "f1"'),
    **_alike("meanabsoluteerror l1", 'write "mae"'),
    **_alike("meansquarederror l2", 'write "mse"'),
    **_alike("rootmeansquarederror", 'write "rmse"'),
    **_alike("meanabsolutepercentageerror", 'write "mape"'),
    **_alike("topk top5 top5accuracy topkcategoricalaccuracy", "give `metric.TopKAccuracy(5)`"),
    **_alike("jaccard meaniou", 'write "iou"'),
    **_alike("auprc ap", 'write "average_precision"'),
    **_alike("auroc", 'write "auc"'),
}

INITIALIZER_NAMES: Table = {
    **_alike("glorotuniform xavieruniform", 'write "xavier"'),
    **_alike("glorotnormal xaviernormal ", 'write "xavier"'),
    **_alike("lecun lecunnormal lecununiform", 'write "variance_scaling"'),
    **_alike("kaiming kaimingnormal henormal msra kaiminguniform heuniform", 'write "he"'),
    **_alike("truncatednormal gaussian randomnormal", 'write "normal"'),
    **_alike("randomuniform", 'write "uniform"'),
}

ACTIVATION_NAMES: Table = {
    **_alike("swish", 'write "silu"'),
    **_alike("softplus", 'write "softrelu"'),
    **_alike("leakyrelu lrelu leaky", "put `nn.LeakyReLU(0.01)` behind the layer"),
    **_alike("prelu elu selu celu", "put a layer such as `nn.ELU()` behind the layer"),
    **_alike("softmax logsoftmax", "losses take what comes before it: write no activation"),
    **_alike("linear identity none", "write `activation=None`"),
    **_alike("hardtanh relu6 hardsigmoid hardswish", "write `nn.HybridLambda(function)`"),
    **_alike("gelunew gelufast gelupytorchtanh gelutanhapproximation", 'write "gelu_tanh"'),
}

OPTIMIZERS: Table = {
    **_alike("RMSprop", "write `optimizer.RMSProp`"),
    **_alike("Adagrad", "write `optimizer.AdaGrad`"),
    **_alike("step", "write `trainer.step(batch_size)`"),
}

INITIALIZERS: Table = {
    **_alike(
        "xavier_uniform_ xavier_normal_ GlorotUniform glorot_uniform", "write `init.Xavier()`"
    ),
    **_alike("kaiming_normal_ kaiming_uniform_ HeNormal MSRA", "write `init.MSRAPrelu()`"),
    **_alike("zeros_ Zeros", "write `init.Zero()`"),
    **_alike("ones_ Ones", "write `init.One()`"),
    **_alike("constant_", "write `init.Constant(value)`"),
    **_alike("normal_ RandomNormal TruncatedNormal", "write `init.Normal(sigma)`"),
    **_alike("uniform_ RandomUniform", "write `init.Uniform(scale)`"),
    **_alike("orthogonal_", "write `init.Orthogonal()`"),
}

METRICS: Table = {
    **_alike("AUC AUROC RocAuc", "write `metric.ROCAUC()`"),
    **_alike("F1Score", "write `metric.F1()`"),
    **_alike(
        "accuracy_score CategoricalAccuracy SparseCategoricalAccuracy MulticlassAccuracy",
        "write `metric.Accuracy()`",
    ),
    **_alike("MeanSquaredError", "write `metric.MSE()`"),
    **_alike("MeanAbsoluteError", "write `metric.MAE()`"),
    **_alike("RootMeanSquaredError", "write `metric.RMSE()`"),
    **_alike("R2Score", "write `metric.R2()`"),
    **_alike("TopKCategoricalAccuracy", "write `metric.TopKAccuracy(5)`"),
    **_alike("MeanIoU JaccardIndex", "write `metric.IoU()`"),
    **_alike("Mean", "write `metric.Loss()`"),
    **_alike("PRAUC AUPRC", "write `metric.AveragePrecision()`"),
    **_alike("Metric", "write a class made on `metric.EvalMetric`"),
}

# Attributes of metrics.
METRIC: Table = {
    **_alike("update_state", "write `accuracy.update(labels, preds)`"),
    **_alike("result compute", "write `accuracy.get()`"),
    **_alike("reset_state reset_states", "write `accuracy.reset()`"),
}

# Attributes of data sets.
DATASET: Table = {
    **_alike("map", "write `dataset.transform(function)`, or `dataset.transform_first(function)`"),
    **_alike(
        "batch shuffle prefetch cache",
        "write `gluon.data.DataLoader(dataset, batch_size, shuffle=True)`",
    ),
    **_alike("split", "write `gluon.data.random_split(dataset, lengths)`"),
}

# Attributes of streams.
STREAM: Table = {
    **_alike("cache", "write `gluon.data.SimpleDataset(list(stream))`, which keeps its samples"),
    **_alike("zip", "write `gluon.data.IterableDataset(lambda: zip(stream, other))`"),
    **_alike("drop_remainder", 'write `stream.batch(size, last_batch="discard")`'),
    **_alike(
        "padded_batch pad_batch",
        "write `stream.batch(size, batchify_fn=gluon.data.batchify.Pad())`",
    ),
    **_alike("bucket_by_sequence_length", "write `gluon.data.BucketSampler(lengths, size)`"),
    **_alike("interleave chain concatenate", "write `gluon.data.IterableDataset(lambda: ...)`"),
    **_alike("enumerate", "write `gluon.data.IterableDataset(lambda: enumerate(stream))`"),
    **_alike("from_generator from_tensor_slices", "write `gluon.data.IterableDataset(source)`"),
    **_alike("unbatch", "leave `stream.batch(size)` out"),
    **_alike(
        "window", "write `gluon.data.IterableDataset(windows)`, of a function that yields them"
    ),
}

AMP: Table = {
    **_alike("GradScaler LossScaleOptimizer", "write `amp.init_trainer(trainer)`"),
    **_alike("set_global_policy mixed_precision Policy", 'write `amp.init("bfloat16")`'),
}

# Values of `precision=`, in lower case, without "_" and "-".
PRECISION_NAMES: Table = {
    **_alike("bf16 mixedbfloat16 bf16mixed", 'write "bfloat16"'),
    **_alike("16 16mixed fp16 half f16 mixedfloat16 mixed", 'write "float16", or "bfloat16"'),
    **_alike("32 fp32 full f32 single 32true", 'write "float32"'),
}

# Figures of an epoch that `monitor=` or a history is asked for.
FIGURE_NAMES: Table = {
    **_alike("acc", 'write "accuracy"'),
    **_alike("valacc", 'write "val_accuracy"'),
    **_alike("trainloss", 'write "loss"'),
    **_alike("validationloss validloss testloss evalloss", 'write "val_loss"'),
    **_alike("lr", 'write "learning_rate"'),
}

# ---- arguments: a word is looked up among those that the function has

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    # of functions
    **dict.fromkeys(("ctx", "context"), ("device",)),
    **dict.fromkeys(("dim", "dims", "axes"), ("axis", "axes", "shape")),
    **dict.fromkeys(("keepdim", "keep_dims"), ("keepdims",)),
    **dict.fromkeys(("drop_remainder", "drop_last"), ("last_batch",)),
    **dict.fromkeys(("input", "tensor", "data", "self"), ("x", "a", "data", "arrays")),
    "other": ("b", "x2", "y"),
    "stride": ("strides", "stride"),
    "dilation": ("dilate", "dilation"),
    "kernel": ("kernel_size", "pool_size"),
    # of layers
    "in_features": ("in_units", "input_size"),
    "out_features": ("units",),
    "output_dim": ("units",),
    "out_channels": ("channels",),
    "filters": ("channels",),
    "bias": ("use_bias",),
    "num_embeddings": ("input_dim",),
    "embedding_dim": ("output_dim",),
    "num_features": ("in_channels",),
    "normalized_shape": ("in_channels",),
    "kernel_initializer": ("weight_initializer",),
    "dilation_rate": ("dilation",),
    "p": ("rate", "dropout"),
    "dropout": ("rate",),
    "rate": ("dropout",),
    "eps": ("epsilon", "eps"),
    "affine": ("scale", "center"),
    "embed_dim": ("units",),
    "d_model": ("units",),
    "nhead": ("num_heads",),
    "units": ("hidden_size",),
    "negative_slope": ("alpha",),
    **dict.fromkeys(("input_dim", "input_shape"), ("in_units", "in_channels", "input_size")),
    "kernel_size": ("pool_size",),
    "warmup": ("warmup_steps",),
    **dict.fromkeys(("num_warmup_steps", "warmup_updates", "warmup_epochs"), ("warmup_steps",)),
    **dict.fromkeys(("T_max", "total_steps", "max_steps", "decay_steps"), ("max_update",)),
    **dict.fromkeys(("eta_min", "min_lr", "end_lr"), ("final_lr",)),
    # of optimizers and the trainer
    "lr": ("learning_rate", "optimizer_params"),
    "learning_rate": ("optimizer_params",),
    "weight_decay": ("wd", "optimizer_params"),
    "wd": ("optimizer_params",),
    "momentum": ("optimizer_params",),
    "betas": ("beta1", "beta2"),
    "beta_1": ("beta1",),
    "beta_2": ("beta2",),
    "alpha": ("rho",),
    **dict.fromkeys(
        (
            "clipnorm",
            "clipvalue",
            "clip_grad",
            "max_norm",
            "clip_norm",
            "max_grad_norm",
            "gradient_clip_val",
            "global_clipnorm",
        ),
        ("clip_gradient", "clip_global_norm"),
    ),
    **dict.fromkeys(("decay", "schedule", "scheduler"), ("lr_scheduler", "optimizer_params")),
    "lr_scheduler": ("optimizer_params",),
    **dict.fromkeys(("amp", "mixed_precision", "dtype"), ("precision",)),
    "inputs": ("net",),
    **dict.fromkeys(("parameters", "model", "net"), ("params",)),
    "optim": ("optimizer",),
    # of `fit`
    **dict.fromkeys(("nb_epoch", "num_epochs", "n_epochs", "max_epochs", "num_epoch"), ("epochs",)),
    **dict.fromkeys(("val_data", "eval_data", "valid_data", "validation"), ("validation_data",)),
    "val_split": ("validation_split",),
    **dict.fromkeys(("batch", "bs"), ("batch_size",)),
    **dict.fromkeys(("callback", "event_handlers"), ("callbacks",)),
    **dict.fromkeys(("gradient_accumulation_steps", "accumulate_grad_batches"), ("accumulate",)),
    **dict.fromkeys(("class_weights",), ("class_weight",)),
    **dict.fromkeys(("sample_weights", "weights"), ("sample_weight",)),
    "num_workers": ("workers",),
    "criterion": ("loss",),
    "loss_fn": ("loss",),
    # of data loaders and files
    "collate_fn": ("batchify_fn",),
    "drop_last": ("last_batch",),
    "prefetch_factor": ("prefetch",),
    **dict.fromkeys(("fname", "filename", "file", "f", "filepath"), ("path",)),
    **dict.fromkeys(("log_dir", "logdir"), ("folder",)),
    **dict.fromkeys(("save_best_only", "save_best"), ("best",)),
    "save_weights_only": ("weights_only",),
    "save_freq": ("every", "every_batches"),
    "restore_best": ("restore_best_weights",),
    **dict.fromkeys(("checkpoint", "ckpt_path", "resume_from_checkpoint"), ("resume",)),
    "padding": ("pad",),
    "degrees": ("angle_limits", "rotation_degrees"),
    "strict": ("allow_missing", "ignore_extra"),
    "remat": ("memory",),
}

# Arguments that belong elsewhere, where the function has nothing like them.
ELSEWHERE: Table = {
    **_alike(
        "lr learning_rate",
        "it is an option of the optimizer: "
        '`weft.Model(net, loss, optimizer_params={"learning_rate": 0.1})`',
    ),
    **_alike("metrics loss precision optimizer", "it is given to `weft.Model(net, loss)`"),
    **_alike("early_stopping", "write `callbacks=callbacks.EarlyStopping(patience=3)`"),
    **_alike("tensorboard", 'write `callbacks=callbacks.TensorBoard("logs")`'),
    **_alike("augment transform transforms", "write `gluon.data.ArrayDataset(x, y).transform`"),
    **_alike("device", "arrays and networks are made where `with weft.Device(name)` says"),
    **_alike("download", "nothing is downloaded: `root` is the folder that has the files"),
    **_alike("requires_grad", "write `x.attach_grad()`"),
    **_alike("name", "names follow from attributes: `net.collect_params()`"),
}
