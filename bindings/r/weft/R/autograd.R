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

weft_trace <- function(body, ...) {
  placeholders <- .Call(r_trace_begin, list(...))
  ended <- FALSE
  on.exit(if (!ended) .Call(r_trace_abort))
  function_handle <- .Call(r_trace_end, as_list(do.call(body, placeholders)))
  ended <- TRUE
  function_handle
}

weft_call <- function(traced, ...) .Call(r_call_function, traced, list(...))
