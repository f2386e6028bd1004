# What each `misuse` case of bindings/conformance means in R.
library(weft)

folder <- Sys.getenv("WEFT_CONFORMANCE")
wide <- "f\u00fcr-\U1F600-\U1D499"
six <- matrix(0:5, 2, byrow = TRUE)
must <- function(holds, ...) if (!isTRUE(holds)) stop(..., call. = FALSE)
model_of <- function(name) weft_model(file.path(folder, "models", name))
dense <- function() model_of("dense.weft")
run <- function(model) as.array(weft_output(weft_run(weft_context(model), x = six)))
doubled <- function(x = weft_zeros(2)) weft_trace(function(x) x + x, x)

# Asks that each expression fails with an error of R that has a text.
refuse <- function(part, ...) {
  calls <- eval(substitute(alist(...)))
  frame <- parent.frame()
  for (k in seq_along(calls)) {
    text <- tryCatch({
      suppressWarnings(eval(calls[[k]], frame))
      NULL
    }, error = conditionMessage)
    must(!is.null(text), deparse(calls[[k]])[1L], " was not refused")
    must(!nzchar(part) || grepl(part, text, fixed = TRUE, useBytes = TRUE), deparse(calls[[k]])[1L], ": ", text, " does not say ", part)
  }
}

wide_file <- function(place) {
  w <- weft_tensor(matrix(c(1, 3, 2, 4), 2))
  traced <- weft_trace(function(x) ops$matmul(x, w), weft_zeros(c(1, 2)))
  path <- file.path(place, paste0(wide, ".weft"))
  weights <- structure(list(w), names = paste0("w", wide))
  weft_write_model(path, traced, paste0("in", wide), paste0("out", wide), weights, entry = wide)
  path
}
new_place <- function() {
  place <- tempfile("misuse")
  dir.create(place)
  place
}

misuse <- list(
  "collector" = function() {
    wanted <- run(dense())
    bytes <- readBin(file.path(folder, "models", "dense.weft"), raw(), 1e6)
    a <- weft_tensor(matrix(c(1, 3, 2, 4), 2))
    old <- gctorture2(step = 50L, wait = 0L)
    on.exit(gctorture2(0L))
    for (i in 1:3) {
      must(identical(as.vector(as.array(ops$reshape(a, c(4, 1)))), c(1, 2, 3, 4)), "numbers")
      must(identical(as.array(ops$einsum(list(a, a), "ij,jk->ik")), matrix(c(7, 15, 10, 22), 2)), "a text")
      must(identical(run(dense()), wanted), "a model that nobody has")
      must(identical(run(weft_model(bytes)), wanted), "bytes")
      leaf <- weft_attach_grad(weft_tensor(c(1, 2)))
      head <- weft_record(ops$sum(leaf * leaf))
      weft_backward(head)
      must(identical(as.array(weft_gradient(leaf)), c(2, 4)), "a gradient")
      refuse("sofmax", weft_operator("sofmax", a))
      must(identical(weft_ports(weft_context(dense()))[[1L]]$name, "x"), "names")
    }
  },
  "kept-memory" = function() {
    wanted <- run(dense())
    bytes <- readBin(file.path(folder, "models", "dense.weft"), raw(), 1e6)
    model <- weft_model(bytes)
    bytes[] <- as.raw(0L)
    numbers <- six + 0
    array <- weft_tensor(numbers)
    first <- weft_set_input(weft_context(model), "x", numbers)
    second <- weft_set_input(weft_context(model), "x", array)
    numbers[] <- 7
    weft_release(array)
    weft_release(model)
    rm(bytes, numbers, model)
    gc()
    for (context in list(first, second)) must(identical(as.array(weft_output(weft_run(context))), wanted), "numbers")
  },
  "released" = function() {
    x <- weft_attach_grad(weft_tensor(c(1, 2)))
    free <- weft_zeros(2)
    copy <- x # is the same array
    model <- dense()
    context <- weft_context(model)
    traced <- doubled()
    for (one in list(x, model, context, traced, x, model, context, traced)) weft_release(one)
    refuse("released", x + 1, copy + x, free + x, as.array(x), dim(x), length(x), weft_dtype(x), weft_gradient(x), weft_backward(x),
           weft_detach(x), weft_attach_grad(x), x[1], t(x), print(x), ops$concatenate(list(free, x)), weft_grad(x, list(free)),
           weft_grad(free, list(x)), weft_save(tempfile(), list(x = x)), doubled(x), weft_operator("abs", free, into = list(x)),
           weft_call(traced, free), weft_context(model), print(model), weft_run(context), weft_ports(context), weft_output(context),
           weft_set_input(context, 1, six), weft_set_input_shape(context, 1, c(2, 3)), weft_state(context), weft_reset(context))
  },
  "wrong-kind" = function() {
    x <- weft_tensor(c(1, 2))
    for (wrong in list(7, NULL, "x", dense(), doubled(), new.env(), structure(list(), class = "weft_tensor"),
                       structure(list(7), class = "weft_tensor"), structure(list(unclass(dense())[[1L]]), class = "weft_tensor"))) {
      refuse("", weft_gradient(wrong), weft_backward(wrong), weft_detach(wrong), weft_grad(x, list(wrong)), weft_grad(wrong, list(x)),
             weft_save(tempfile(), list(x = wrong)), doubled(wrong), weft_trace(function(x) list(wrong), x), ops$concatenate(list(x, wrong)),
             weft_operator("abs", x, into = list(wrong)), weft_dtype(wrong), weft_call(doubled(), wrong))
    }
    for (wrong in list(7, NULL, "x", x, list(), new.env())) {
      refuse("", weft_context(wrong), weft_run(wrong), weft_ports(wrong), weft_output(wrong), weft_reset(wrong),
             weft_write_model(tempfile(), wrong, "x", "y"))
    }
    refuse("", weft_context(weft_context(dense())), weft_run(dense()), weft_release(list()), weft_release(7), weft_release(NULL), weft_release(new.env()),
           weft_save(tempfile(), list(x)), weft_save(tempfile(), x))
  },
  "number-as-text" = function() {
    x <- weft_zeros(1)
    for (wrong in list(42, TRUE, NULL, NA_character_, c("a", "b"), list("a"), character())) {
      refuse("", weft_model(wrong), weft_load(wrong), weft_save(wrong, list(x = x)), weft_context(dense(), wrong), weft_zeros(1, wrong),
             weft_operator(wrong, x), weft_write_model(wrong, doubled(), "x", "y"), weft_write_model(tempfile(), doubled(), wrong, "y"),
             weft_write_model(tempfile(), doubled(), "x", "y", entry = wrong))
    }
    refuse("NA", weft_save(tempfile(), structure(list(x), names = NA_character_)))
  },
  "nul-in-text" = function() {
    # No text of R has one.
    refuse("nul", rawToChar(as.raw(c(97L, 0L, 98L))), eval(parse(text = '"a\\0b"')))
  },
  "wide-text" = function() {
    place <- new_place()
    model <- weft_model(wide_file(place))
    must(identical(charToRaw(list.files(place)), charToRaw(paste0(wide, ".weft"))), "the file's name")
    context <- weft_context(model, wide)
    ports <- c(weft_ports(context)[[1L]]$name, weft_ports(context, "outputs")[[1L]]$name)
    must(identical(ports, paste0(c("in", "out"), wide)), "names of ports")
    given <- structure(list(context, matrix(1, 1, 2)), names = c("", paste0("in", wide)))
    must(identical(as.vector(as.array(weft_output(do.call(weft_run, given), paste0("out", wide)))), c(4, 6)), "numbers")
    arrays <- file.path(place, paste0(wide, ".safetensors"))
    weft_save(arrays, structure(list(weft_zeros(1)), names = wide))
    must(identical(names(weft_load(arrays)), wide), "names of arrays")
    refuse(wide, weft_model(file.path("/nowhere", wide)), weft_context(model, paste0("x", wide)), weft_operator(wide))
  },
  "invalid-text" = function() {
    bad <- "a\xff"
    Encoding(bad) <- "UTF-8"
    refuse("", weft_context(dense(), bad), weft_save(tempfile(), structure(list(weft_zeros(1)), names = bad)),
           weft_write_model(tempfile(), doubled(), bad, "y"))
    latin <- "f\xfcr"
    Encoding(latin) <- "latin1" # which has a form
    refuse("f\u00fcr", weft_context(dense(), latin))
  },
  "cyclic-list" = function() {
    # Lists of R are values, and contain no list that contains them; environments may, and are no numbers.
    e <- new.env()
    e$e <- list(e)
    refuse("", weft_tensor(e), weft_tensor(list(e)), ops$reshape(weft_zeros(1), list(e)), weft_set_input(weft_context(dense()), 1, e))
  },
  "ragged-list" = function() {
    refuse("", weft_tensor(list(c(1, 2), c(3, 4, 5), 6)), weft_tensor(list(1, 2)), weft_tensor(1:6, shape = c(2, 2)))
  },
  "wrong-elements" = function() {
    context <- weft_context(dense())
    refuse("int32", weft_set_input(context, 1, weft_zeros(c(2, 3), "int32")))
    refuse("", weft_set_input(context, 1, t(six)), weft_set_input(context, 1, 1:5), weft_set_input(context, 1, numeric()),
           weft_set_input(context, 1, "abc"), weft_set_input(context, 9, six), weft_set_input(context, 0, six), weft_set_input(context, -1, six),
           weft_set_input(context, 1.5, six), weft_set_input(context, NA, six), weft_output(context, 0), weft_output(context, NaN),
           weft_tensor(raw(3), "float32", 4), weft_tensor(1:4, shape = c(-2, -2)), weft_tensor(factor("a")))
    must(identical(as.array(weft_tensor(numeric())), numeric()) && identical(dim(weft_zeros(c(0, 3))), c(0L, 3L)), "empty arrays")
    must(identical(as.array(t(weft_tensor(six))), t(six + 0)), "turned")
    must(identical(as.array(weft_tensor(c(TRUE, FALSE))), c(TRUE, FALSE)), "logicals")
    must(identical(as.array(weft_tensor(1:3)), c(1, 2, 3)), "a sequence that R has not written out")
  },
  "wide-integers" = function() {
    digits <- function(bytes, dtype = "int64") weft_tensor(as.raw(bytes), dtype, 1)
    odd <- c(1, 0, 0, 0, 0, 0, 0x20, 0) # 2^53 + 1
    refuse("2^53", as.array(digits(odd)), as.array(digits(rep(255, 8), "uint64")), as.double(digits(c(rep(0, 7), 0x80))))
    must(identical(as.array(ops$equal(digits(odd) - 1, 2^53)), TRUE), "an operand")
    must(identical(as.array(weft_tensor(-(2^53) + 1, "int64")), -(2^53) + 1), "an exact one")
    must(any(grepl("int64", capture.output(print(digits(odd))))), "it is shown")
    kept <- structure(readBin(as.raw(odd), "double", 1), class = "integer64") # as the package bit64 has 2^53 + 1
    must(identical(as.array(ops$equal(weft_tensor(kept), digits(odd))), TRUE), "integer64")
    refuse("uint64 has no -1", weft_tensor(-1, "uint64"))
    refuse("int64 has no", weft_tensor(2^63, "int64"))
  },
  "no-integer" = function() {
    x <- weft_zeros(4)
    for (wrong in list(2.5, NaN, Inf, NA_real_, 2^70, "x")) {
      refuse("", weft_zeros(wrong), weft_zeros(c(1, wrong)), weft_tensor(raw(0), "int8", wrong), ops$reshape(x, c(2, wrong)),
             weft_set_input_shape(weft_context(model_of("open.weft")), 1, c(wrong, 3)), ops$sum(x, axis = wrong))
    }
    refuse("", weft_zeros(-1), weft_seed(-1), weft_seed(NaN), weft_seed(2^64), weft_threads(-1), weft_threads("x"))
    for (wrong in c(NaN, Inf, 2^31, -2^31 - 1, NA)) refuse("int32 has no", weft_tensor(wrong, "int32"))
    refuse("uint8 has no 256", weft_tensor(256, "uint8"))
    must(identical(as.array(weft_tensor(1) / -0), -Inf), "a zero below 0 keeps its sign")
    must(identical(as.array(ops$sum(x, axis = -0)), 0), "which is nothing to an axis")
  },
  "unset-input" = function() {
    refuse("`x`", weft_run(weft_context(dense())))
    both <- weft_trace(function(a, b) a - b, weft_zeros(2), weft_zeros(2))
    path <- tempfile()
    weft_write_model(path, both, c("a", "b"), "y")
    context <- weft_context(weft_model(path))
    refuse("`b` is missing", weft_run(context, c(3, 4)))
    weft_run(context, b = c(1, 1), a = c(3, 4))
    refuse("`b` is missing", weft_run(context, a = c(3, 4)))
    refuse("`a` is missing", weft_run(context, b = c(3, 4)))
    must(identical(as.array(weft_output(weft_run(context))), c(2, 3)), "it is bound until it is bound again")
  }
)

if (nzchar(folder)) {
  lines <- grep("^case misuse ", readLines(file.path(folder, "cases.txt")), value = TRUE)
  for (name in sub("^case misuse ", "", lines)) {
    must(is.function(misuse[[name]]), "there is no test of ", name)
    tryCatch(misuse[[name]](), error = function(error) stop(name, ": ", conditionMessage(error), call. = FALSE))
  }
}
