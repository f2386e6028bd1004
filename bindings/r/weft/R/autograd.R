# Gradients and traced functions.

within_modes <- function(set, clear, code) {
  before <- .Call(r_modes, set, clear)
  changed <- bitwOr(set, clear)
  kept <- bitwAnd(before, changed)
  on.exit(.Call(r_modes, kept, bitwAnd(changed, bitwNot(kept))))
  force(code)
}

# 1: recording, 4: training
weft_record <- function(code) within_modes(5L, 0L, code)

weft_pause <- function(code) within_modes(0L, 5L, code)

weft_attach_grad <- function(x) invisible(.Call(r_attach_grad, x))

weft_gradient <- function(x) .Call(r_gradient, x)

as_list <- function(x) if (is_weft_tensor(x)) list(x) else x

weft_backward <- function(heads) invisible(.Call(r_backward, as_list(heads)))

weft_grad <- function(heads, variables, create_graph = FALSE) {
  .Call(r_grad, as_list(heads), unname(as_list(variables)), create_graph)
}

# Six extents for the examples of a dimension: others than those of another number.
example_extents <- function(name, bounds, number) {
  low <- max(bounds[1L], 2)
  count <- min(bounds[2L] - low + 1, 1000)
  if (count < 6) {
    weft_failure(1L, paste0("weft_trace: dimension `", name, "` must have at least 6 extents above 1; got ",
                            bounds[1L], " to ", bounds[2L]))
  }
  found <- numeric()
  while (length(found) < 6L) {
    number <- (number * 48271) %% 2147483647 # Park and Miller's generator
    found <- unique(c(found, low + number %% count))
  }
  found
}

# The open dimensions by their names: bounds, places, and the extents of the examples.
dimensions_of <- function(dynamic, bounds, inputs) {
  if (length(dynamic) > length(inputs)) {
    weft_failure(1L, paste0("weft_trace: `dynamic` has ", length(dynamic), " elements; there are ",
                            length(inputs), " inputs"))
  }
  places <- do.call(rbind, lapply(seq_along(dynamic), function(i) {
    axes <- which(!is.na(dynamic[[i]]))
    data.frame(name = as.character(dynamic[[i]][axes]), input = rep(i, length(axes)), axis = axes)
  }))
  unknown <- setdiff(names(bounds), places$name)
  if (length(unknown)) weft_failure(1L, paste0("weft_trace: `bounds` has `", unknown[1L], "`, `dynamic` has not"))
  lapply(seq_along(unique(places$name)), function(number) {
    name <- unique(places$name)[number]
    limits <- as.double(if (is.null(bounds[[name]])) c(1, 2^40) else bounds[[name]])
    at <- places[places$name == name, ]
    list(name = name, bounds = limits, inputs = at$input, axes = at$axis,
         extents = example_extents(name, limits, number))
  })
}

trace_example <- function(body, inputs, dims, earlier) {
  shapes <- lapply(inputs, function(x) as.double(dim(x)))
  for (one in dims) {
    for (i in seq_along(one$axes)) {
      if (one$axes[i] <= length(shapes[[one$inputs[i]]])) { # the library refuses others
        shapes[[one$inputs[i]]][one$axes[i]] <- one$extents[length(earlier) + 1L]
      }
    }
  }
  placeholders <- .Call(r_trace_begin, inputs, shapes)
  ended <- FALSE
  on.exit(if (!ended) .Call(r_trace_abort))
  .Call(r_trace_example, earlier)
  for (one in dims) .Call(r_trace_dimension, one$name, one$bounds, one$inputs, one$axes)
  function_handle <- .Call(r_trace_end, as_list(do.call(body, placeholders)))
  ended <- TRUE
  function_handle
}

weft_trace <- function(body, ..., dynamic = list(), bounds = list()) {
  inputs <- list(...)
  dims <- dimensions_of(dynamic, bounds, inputs)
  examples <- list(trace_example(body, inputs, dims, list()))
  if (!.Call(r_is_example, examples[[1L]])) return(examples[[1L]])
  while (length(examples) < 6L) examples <- c(examples, list(trace_example(body, inputs, dims, examples)))
  .Call(r_join, examples)
}

weft_call <- function(traced, ...) .Call(r_call_function, traced, list(...))
