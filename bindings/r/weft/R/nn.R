# Layers over operators, and updates: enough to build and train networks in R. A layer is a list of its
# weights and of a function from an array to an array.

layer <- function(weights, call) structure(list(weights = weights, call = call), class = "weft_layer")

weft_apply <- function(layer, x) layer$call(x)

weft_weights <- function(layer) layer$weights

# Uniform, as wide as keeps the variance of signals (Glorot and Bengio, 2010).
glorot <- function(shape) {
  high <- sqrt(6 / ((shape[1L] + shape[2L]) * prod(shape[-(1:2)])))
  ops$uniform(structure(as.double(shape), list = TRUE), "float32", low = -high, high = high)
}

weft_dense <- function(outputs, inputs, activation = identity) {
  weight <- glorot(c(outputs, inputs))
  bias <- weft_zeros(outputs)
  layer(list(weight = weight, bias = bias),
        function(x) activation(ops$fully_connected(x, weight, bias = bias)))
}

weft_conv2d <- function(outputs, inputs, window, pad = 0L, activation = identity) {
  weight <- glorot(c(outputs, inputs, window, window))
  bias <- weft_zeros(outputs)
  layer(list(weight = weight, bias = bias), function(x) {
    activation(ops$convolution(x, weight, bias = bias, kernel = c(window, window), pad = c(pad, pad)))
  })
}

weft_lstm <- function(hidden, inputs) {
  weights <- list(i2h_weight = glorot(c(4 * hidden, inputs)), h2h_weight = glorot(c(4 * hidden, hidden)),
                  i2h_bias = weft_zeros(4 * hidden), h2h_bias = weft_zeros(4 * hidden))
  layer(weights, function(x) {
    state <- weft_zeros(c(dim(x)[2L], hidden))
    do.call(ops$lstm, c(list(x, state, state), unname(weights)))[[1L]]
  })
}

weft_lambda <- function(call) layer(list(), call)

weft_sequential <- function(...) {
  layers <- list(...)
  weights <- do.call(c, lapply(names(layers), function(name) {
    own <- layers[[name]]$weights
    if (length(own)) names(own) <- paste(name, names(own), sep = ".")
    own
  }))
  layer(weights, function(x) {
    for (one in layers) x <- one$call(x)
    x
  })
}

zeros_like <- function(x) weft_zeros(dim(x), weft_dtype(x))

weft_sgd <- function(weights, rate, momentum = 0) {
  state <- list(weights = unname(weights), velocities = lapply(weights, zeros_like))
  structure(list(step = function(gradients) {
    for (i in seq_along(state$weights)) {
      weft_operator("sgd_mom_update", state$weights[[i]], gradients[[i]], state$velocities[[i]], rate,
                    attributes = list(momentum = momentum),
                    into = list(state$weights[[i]], state$velocities[[i]]))
    }
  }), class = "weft_optimizer")
}

weft_adam <- function(weights, rate = 0.001) {
  weights <- unname(weights)
  means <- lapply(weights, zeros_like)
  variances <- lapply(weights, zeros_like)
  steps <- 0
  structure(list(step = function(gradients) {
    steps <<- steps + 1
    # The operator leaves the correction of the running means' bias to the rate.
    now <- rate * sqrt(1 - 0.999^steps) / (1 - 0.9^steps)
    for (i in seq_along(weights)) {
      weft_operator("adam_update", weights[[i]], gradients[[i]], means[[i]], variances[[i]], now,
                    into = list(weights[[i]], means[[i]], variances[[i]]))
    }
  }), class = "weft_optimizer")
}

weft_step <- function(optimizer, gradients) invisible(optimizer$step(gradients))
