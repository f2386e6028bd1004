# Layers over operators, and updates: enough to build and train networks in Julia.

"Weights that are uniform, as wide as keeps the variance of signals (Glorot and Bengio, 2010)."
function glorot(shape::Integer...)
    high = sqrt(6 / ((shape[1] + shape[2]) * prod(shape[3:end]; init = 1)))
    return Ops.uniform(shape, :float32; low = -high, high = high)
end

"""
    Dense(outputs, inputs, activation = identity)

y = activation(x W' + b) for x of shape (N, inputs); further axes of x are flattened.
"""
struct Dense{F}
    weight::Tensor
    bias::Tensor
    activation::F
end

Dense(outputs::Integer, inputs::Integer, activation = identity) =
    Dense(glorot(outputs, inputs), zeros(outputs), activation)
(layer::Dense)(x::Tensor) = layer.activation(Ops.fully_connected(x, layer.weight; bias = layer.bias))
weights(layer::Dense) = ["weight" => layer.weight, "bias" => layer.bias]

"""
    Conv2d(outputs, inputs, window; pad = 0, activation = identity)

A convolution of images of shape (N, inputs, H, W) with square windows.
"""
struct Conv2d{F}
    weight::Tensor
    bias::Tensor
    window::Int
    pad::Int
    activation::F
end

Conv2d(outputs::Integer, inputs::Integer, window::Integer; pad = 0, activation = identity) =
    Conv2d(glorot(outputs, inputs, window, window), zeros(outputs), Int(window), Int(pad), activation)
function (layer::Conv2d)(x::Tensor)
    kernel, pad = [layer.window, layer.window], [layer.pad, layer.pad]
    return layer.activation(Ops.convolution(x, layer.weight; bias = layer.bias, kernel, pad))
end
weights(layer::Conv2d) = ["weight" => layer.weight, "bias" => layer.bias]

"""
    LSTM(hidden, inputs)

A long short-term memory: x of shape (T, N, inputs) to the hidden states (T, N, hidden).
"""
struct LSTM
    hidden::Int
    weights::Vector{Pair{String,Tensor}}
end

LSTM(hidden::Integer, inputs::Integer) = LSTM(Int(hidden), [
    "i2h_weight" => glorot(4hidden, inputs), "h2h_weight" => glorot(4hidden, hidden),
    "i2h_bias" => zeros(4hidden), "h2h_bias" => zeros(4hidden),
])
function (layer::LSTM)(x::Tensor)
    first_state = zeros(size(x, 2), layer.hidden)
    return first(Ops.lstm(x, first_state, first_state, (weight for (_, weight) in layer.weights)...))
end
weights(layer::LSTM) = layer.weights

"""
    Chain("name" => layer, ...)

Layers one behind the other. Weights are named `name.weight` and the like; a function is a layer without
weights.
"""
struct Chain
    layers::Vector{Pair{String,Any}}
end

Chain(layers::Pair...) = Chain(Pair{String,Any}[string(name) => layer for (name, layer) in layers])
(chain::Chain)(x::Tensor) = foldl((y, (_, layer)) -> layer(y), chain.layers; init = x)
weights(chain::Chain) = Pair{String,Tensor}[
    "$name.$part" => weight for (name, layer) in chain.layers for (part, weight) in weights(layer)
]
weights(::Function) = Pair{String,Tensor}[]

zeros_like(all) = [zeros(size(x)...; dtype = dtype(x)) for x in all]

"""
    SGD(weights, rate; momentum = 0.9)

Gradient descent with momentum.
"""
struct SGD
    weights::Vector{Tensor}
    velocities::Vector{Tensor}
    rate::Float64
    momentum::Float64
end

function SGD(named, rate; momentum = 0.9)
    all = Tensor[weight for (_, weight) in named]
    return SGD(all, zeros_like(all), rate, momentum)
end

"Updates the weights by gradients in the same order."
function step!(optimizer::SGD, gradients)
    for (weight, slope, velocity) in zip(optimizer.weights, gradients, optimizer.velocities)
        invoke(:sgd_mom_update, (weight, slope, velocity, optimizer.rate),
               ("momentum" => optimizer.momentum,); into = [weight, velocity])
    end
    return nothing
end

"""
    Adam(weights, rate = 0.001)

Adam (Kingma and Ba, 2015).
"""
mutable struct Adam
    weights::Vector{Tensor}
    means::Vector{Tensor}
    variances::Vector{Tensor}
    rate::Float64
    steps::Int
end

function Adam(named, rate = 0.001)
    all = Tensor[weight for (_, weight) in named]
    return Adam(all, zeros_like(all), zeros_like(all), rate, 0)
end

function step!(optimizer::Adam, gradients)
    optimizer.steps += 1
    # The operator leaves the correction of the running means' bias to the rate.
    now = optimizer.rate * sqrt(1 - 0.999^optimizer.steps) / (1 - 0.9^optimizer.steps)
    for (weight, slope, mean, variance) in
        zip(optimizer.weights, gradients, optimizer.means, optimizer.variances)
        invoke(:adam_update, (weight, slope, mean, variance, now); into = [weight, mean, variance])
    end
    return nothing
end
