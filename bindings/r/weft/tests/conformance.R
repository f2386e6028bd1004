# All cases of bindings/conformance, whose folder is the environment variable WEFT_CONFORMANCE; then that
# nothing leaks, and mistakes.
library(weft)

folder <- Sys.getenv("WEFT_CONFORMANCE")
numbers <- function(word) if (word == "-") numeric() else as.numeric(strsplit(word, ",")[[1L]])
several <- function(x) structure(x, list = TRUE)
text_of <- function(word) if (word == "-") "" else utils::URLdecode(word)
bytes_of <- function(word) {
  if (word == "-") return(raw())
  at <- seq(1L, nchar(word), 2L)
  as.raw(strtoi(substring(word, at, at + 1L), 16L))
}
array_of <- function(words) weft_tensor(bytes_of(words[3L]), words[1L], numbers(words[2L]))
reals <- function(x) {
  values <- as.vector(as.array(x))
  if (is.complex(values)) c(Re(values), Im(values)) else as.numeric(values)
}
require_that <- function(holds, ...) if (!isTRUE(holds)) stop(..., call. = FALSE)

# Compares an array with `DTYPE SHAPE TOLERANCE HEX`.
expect <- function(found, words) {
  require_that(weft_dtype(found) == words[1L], "dtype ", weft_dtype(found))
  require_that(identical(as.numeric(dim(found)), numbers(words[2L])), "shape ", paste(dim(found), collapse = ","))
  tolerance <- as.numeric(words[3L])
  if (tolerance == 0) {
    return(require_that(identical(.Call(weft:::r_bytes, found), bytes_of(words[4L])), "other bytes"))
  }
  x <- reals(found)
  y <- reals(array_of(words[-3L]))
  near <- x == y | abs(x - y) <= tolerance + tolerance * abs(y) | (is.nan(x) & is.nan(y))
  require_that(all(near), "other numbers")
}

attribute_of <- function(words) {
  switch(words[1L],
         int = as.numeric(words[2L]), float = as.numeric(words[2L]), bool = words[2L] == "1",
         ints = several(numbers(words[2L])), dtype = words[2L], none = NA, text_of(words[2L]))
}

run_call <- function(one) {
  inputs <- list()
  leaves <- list()
  attributes <- list()
  listed <- NULL
  for (line in one$lines) {
    if (line[1L] == "list") listed <- list()
    if (line[1L] == "absent") inputs <- c(inputs, list(NULL))
    if (line[1L] == "attribute") attributes[[line[2L]]] <- attribute_of(line[-(1:2)])
    if (line[1L] %in% c("array", "leaf")) {
      x <- array_of(line[-1L])
      if (line[1L] == "leaf") leaves <- c(leaves, list(weft_attach_grad(x)))
      if (is.null(listed)) inputs <- c(inputs, list(x)) else listed <- c(listed, list(x))
    }
  }
  if (!is.null(listed)) inputs <- c(inputs, list(listed))
  name <- Filter(function(line) line[1L] == "call", one$lines)[[1L]][2L]
  call <- function() do.call(weft_operator, c(list(name), inputs, list(attributes = attributes)))
  list(results = if (one$kind == "gradient") weft_record(call()) else call(), leaves = leaves)
}

# A file's model; from bytes in memory, which are overwritten then, for R and not for the model.
load_model <- function(kind, file) {
  path <- file.path(folder, "models", file)
  if (kind != "memory") return(weft_model(path))
  bytes <- readBin(path, "raw", file.size(path))
  model <- weft_model(bytes)
  bytes[] <- as.raw(0)
  model
}

run_model <- function(one) {
  context <- NULL
  for (line in one$lines) {
    index <- if (length(line) > 1L && grepl("^[0-9]+$", line[2L])) as.integer(line[2L]) + 1L else 1L
    switch(line[1L],
           model = context <- weft_context(load_model(one$kind, line[2L]), line[3L]),
           shape = weft_set_input_shape(context, index, numbers(line[3L])),
           input = weft_set_input(context, index, array_of(line[-(1:2)])),
           flat = weft_set_input(context, index, as.vector(array_of(line[-(1:2)]))),
           run = weft_run(context),
           reset = weft_reset(context),
           output = expect(weft_output(context, index), line[-(1:2)]),
           state = expect(weft_state(context, index), line[-(1:2)]))
  }
}

lines_of <- function(one, word) lapply(Filter(function(line) line[1L] == word, one$lines), `[`, -1L)

refused <- function(one, run) {
  error <- tryCatch({
    run(one)
    NULL
  }, error = identity)
  require_that(!is.null(error), "nothing was refused")
  if (inherits(error, "weft_error")) {
    require_that(error$status == as.integer(lines_of(one, "status")[[1L]]), "status ", error$status)
  }
  for (words in lines_of(one, "says")) {
    require_that(grepl(text_of(words), conditionMessage(error), fixed = TRUE), conditionMessage(error))
  }
}

check_case <- function(one) {
  if (one$kind %in% c("model", "shaped")) return(run_model(one))
  if (one$kind == "memory" && !length(lines_of(one, "status"))) return(run_model(one))
  if (one$kind %in% c("refusal", "misshapen", "memory")) return(refused(one, run_model))
  if (one$kind == "failure") return(refused(one, run_call))
  if (one$kind == "misuse") return() # misuse.R runs them
  called <- run_call(one)
  wanted <- lines_of(one, "result")
  for (i in seq_along(wanted)) expect(called$results[[i]], wanted[[i]])
  slopes <- lines_of(one, "gradient")
  if (one$kind == "gradient") weft_backward(called$results[[1L]])
  for (i in seq_along(slopes)) expect(weft_gradient(called$leaves[[i]]), slopes[[i]])
}

if (nzchar(folder)) {
  cases <- list()
  for (line in readLines(file.path(folder, "cases.txt"))) {
    words <- strsplit(line, " ", fixed = TRUE)[[1L]]
    if (words[1L] == "case") {
      cases[[length(cases) + 1L]] <- list(kind = words[2L], name = words[3L], lines = list())
    } else if (!words[1L] %in% c("end", "#")) {
      last <- length(cases)
      cases[[last]]$lines <- c(cases[[last]]$lines, list(words))
    }
  }
  require_that(length(cases) > 500, "there are only ", length(cases), " cases")
  failed <- character()
  for (one in cases) {
    tryCatch(check_case(one), error = function(error) {
      failed <<- c(failed, paste0(one$kind, " ", one$name, ": ", conditionMessage(error)))
    })
  }
  require_that(!length(failed), paste(failed, collapse = "\n"))
  cat(length(cases), "cases\n")
} else {
  cat("the shared cases are not run: WEFT_CONFORMANCE does not name their folder\n")
}

# Elements are the same ones on both sides, whatever the order in memory.
m <- array(as.numeric(1:24), c(2, 3, 4))
stopifnot(identical(as.array(weft_tensor(m, "float64")), m))
stopifnot(all.equal(as.array(ops$matmul(weft_tensor(m[, , 1]), weft_tensor(t(m[, , 2])))), m[, , 1] %*% t(m[, , 2])))

# Nothing leaks.
x <- weft_tensor(c(1, 2, 3, 4))
invisible(gc())
once <- weft_live_bytes()
for (i in 1:20000) {
  y <- x + x
  weft_release(y)
}
for (i in 1:5000) y <- x + x
rm(y)
invisible(gc())
stopifnot(weft_live_bytes() <= once)

# Mistakes are errors of R.
says <- function(code, text) {
  message <- tryCatch({
    code
    "nothing"
  }, error = conditionMessage)
  require_that(grepl(text, message, fixed = TRUE), message, " does not say ", text)
}
says(weft_operator("softmax", x, attributes = list(axs = 1)), "`axs`; there are: axis")
says(ops$softmax("text"), "softmax")
says(weft_tensor(1:3, shape = c(2, 2)), "4 elements; got 3")
weft_release(x)
says(x + 1, "released")

# A matrix has a shape, which must be the input's; a vector has none.
if (nzchar(folder)) {
  context <- weft_context(weft_model(file.path(folder, "models", "dense.weft")))
  m <- matrix(c(-2, 1, -1, 2, 0, 3), 2) # rows -2 -1 0 and 1 2 3
  weft_run(context, x = m)
  wanted <- as.array(weft_output(context))
  weft_run(context, x = c(-2, -1, 0, 1, 2, 3))
  stopifnot(identical(as.array(weft_output(context)), wanted))
  says(weft_run(context, x = t(m)), "must have shape (2, 3)")
  says(weft_run(context, x = array(m, c(1, 2, 3))), "got (1, 2, 3)")
  # A context outlives its model from memory.
  kept <- weft_context(load_model("memory", "dense.weft"))
  invisible(gc())
  weft_run(kept, x = m)
  stopifnot(identical(as.array(weft_output(kept)), wanted))
}

# One trace for batches of any size gives what the operators give, in a file, too.
w <- weft_tensor(matrix(c(1, 3, 2, -2, 0.5, -1), 3))
body <- function(x, bias) {
  y <- ops$matmul(x, w) + bias
  list(ops$softmax(y), ops$reshape(y, structure(2 * dim(x)[1L], list = TRUE)))
}
traced <- weft_trace(body, weft_zeros(c(4, 3)), weft_zeros(c(4, 2)),
                     dynamic = list(c("batch", NA), c("batch", NA)), bounds = list(batch = c(1, 64)))
path <- tempfile(fileext = ".weft")
weft_write_model(path, traced, c("x", "bias"), c("scores", "flat"), list(w = w))
context <- weft_context(weft_model(readBin(path, "raw", file.size(path))))
stopifnot(identical(weft_ports(context)[[1L]]$shape, c(-1, 3)))
for (rows in c(1, 5)) {
  x <- ops$uniform(c(rows, 3), dtype = "float32")
  bias <- weft_zeros(c(rows, 2))
  wanted <- lapply(body(x, bias), as.array)
  found <- lapply(weft_call(traced, x, bias), as.array)
  weft_run(context, x = x, bias = bias)
  stopifnot(identical(lapply(found, dim), lapply(wanted, dim)), all.equal(found, wanted, tolerance = 1e-5))
  stopifnot(all.equal(lapply(1:2, function(i) as.array(weft_output(context, i))), wanted, tolerance = 1e-5))
}
says(weft_call(traced, weft_zeros(c(65, 3)), weft_zeros(c(65, 2))), "batch")
says(weft_trace(body, x, bias, dynamic = list(c(NA, NA, "n"))), "axis 2 of input 0")
says(weft_trace(body, x, bias, dynamic = list("n"), bounds = list(n = c(1, 6))), "at least 6 extents")
says(weft_trace(body, x, bias, dynamic = list("n"), bounds = list(m = c(1, 64))), "`bounds` has `m`")
cat("passed\n")
