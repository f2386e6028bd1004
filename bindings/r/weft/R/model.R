# .weft files: loaded, run and written.

weft_model <- function(path) {
  model <- if (is.raw(path)) .Call(r_model_memory, path) else .Call(r_model, path.expand(path))
  structure(list(model), class = "weft_model")
}

print.weft_model <- function(x, ...) {
  cat("<weft_model with", paste(.Call(r_entries, unclass(x)[[1L]]), collapse = ", "), "\b>\n")
  invisible(x)
}

weft_context <- function(model, entry = "forward") {
  structure(list(.Call(r_context, unclass(model)[[1L]], entry)), class = "weft_context")
}

pointer_of <- function(context) unclass(context)[[1L]]

print.weft_context <- function(x, ...) {
  for (which in c("inputs", "outputs", "states")) {
    for (port in weft_ports(x, which)) {
      cat(which, ": ", port$name, " ", port$dtype, " [", paste(port$shape, collapse = ", "), "]\n", sep = "")
    }
  }
  invisible(x)
}

weft_ports <- function(context, which = c("inputs", "outputs", "states")) {
  .Call(r_ports, pointer_of(context), match.arg(which))
}

# The number from 0 of a port by its name or its number from 1.
place_of <- function(context, which, port) {
  if (is.numeric(port)) {
    if (!(length(port) == 1L && port %in% seq_len(2^20))) {
      stop("expected the number of an ", sub("s$", "", which), ", from 1 on; got ", port, call. = FALSE)
    }
    return(as.integer(port) - 1L)
  }
  names <- vapply(weft_ports(context, which), function(one) one$name, "")
  place <- match(port, names)
  if (is.na(place)) {
    stop("there is no ", sub("s$", "", which), " `", port, "`; there are: ", paste(names, collapse = ", "),
         call. = FALSE)
  }
  place - 1L
}

weft_set_input_shape <- function(context, input, shape) {
  .Call(r_set_shape, pointer_of(context), place_of(context, "inputs", input), as.double(shape))
  invisible(context)
}

weft_set_input <- function(context, input, x) {
  place <- place_of(context, "inputs", input)
  is_flat <- !is_weft_tensor(x) && length(dim(x)) < 2L # a vector has no shape
  if (!is_weft_tensor(x)) {
    ports <- weft_ports(context, "inputs")
    if (place < length(ports)) x <- weft_tensor(x, dtype = ports[[place + 1L]]$dtype)
  }
  .Call(r_bind, pointer_of(context), place, x, is_flat)
  invisible(context)
}

weft_run <- function(context, ...) {
  given <- list(...)
  keys <- lapply(seq_along(given), function(i) {
    name <- names(given)[i]
    if (is.null(name) || name == "") i else name
  })
  places <- vapply(keys, function(key) place_of(context, "inputs", key), 0L)
  all <- vapply(weft_ports(context, "inputs"), function(one) one$name, "")
  left <- all[!seq_along(all) %in% (places + 1L)]
  if (length(given) && length(left)) {
    stop("weft_run: all inputs must be given, or none; `", left[1L], "` is missing", call. = FALSE)
  }
  for (i in seq_along(given)) weft_set_input(context, keys[[i]], given[[i]])
  .Call(r_run, pointer_of(context))
  invisible(context)
}

weft_output <- function(context, output = 1L) {
  .Call(r_output, pointer_of(context), place_of(context, "outputs", output))
}

weft_state <- function(context, state = 1L) {
  .Call(r_state, pointer_of(context), place_of(context, "states", state))
}

weft_reset <- function(context) invisible(.Call(r_reset, pointer_of(context)))

weft_write_model <- function(path, traced, inputs, outputs, weights = list(), entry = "forward") {
  unnamed <- 0L
  captures <- vapply(.Call(r_captures, traced), function(capture) {
    for (name in names(weights)) if (.Call(r_same, weights[[name]], capture)) return(name)
    unnamed <<- unnamed + 1L
    paste0("constant", unnamed - 1L)
  }, "")
  .Call(r_write, path.expand(path), entry, list(traced), list(inputs), list(outputs), list(captures))
  invisible(path)
}
