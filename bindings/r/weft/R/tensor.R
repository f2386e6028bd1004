# Arrays: made of R's, and turned into R's. R's arrays are column-major, Weft's row-major: they are
# turned on the way, so that element [i, j] is the same one on both sides.

# A failed call as a condition of class weft_error, with the status of weft.h.
weft_failure <- function(status, text) {
  stop(structure(class = c("weft_error", "error", "condition"),
                 list(message = text, call = NULL, status = status)))
}

turned <- function(x) if (length(dim(x)) > 1L) aperm(x) else x

weft_tensor <- function(x, dtype = NULL, shape = NULL) {
  if (is_weft_tensor(x)) {
    if (!is.null(shape) && !identical(as.integer(shape), dim(x))) {
      stop("weft_tensor: a weft_tensor has its shape; dim(x) <- and ops$reshape give another", call. = FALSE)
    }
    return(if (is.null(dtype) || dtype == weft_dtype(x)) x else ops$cast(x, dtype))
  }
  if (is.data.frame(x)) x <- matrix_of(x)
  if (inherits(x, "integer64")) return(from_integer64(x, dtype, shape))
  if (is.null(dtype)) {
    dtype <- if (is.logical(x)) "bool" else if (is.complex(x)) "complex64" else "float32"
  }
  if (is.null(shape)) shape <- if (is.null(dim(x))) length(x) else dim(x)
  if (!is.raw(x) && prod(shape) != length(x)) {
    stop("weft_tensor: `shape` has ", prod(shape), " elements; got ", length(x), call. = FALSE)
  }
  if (is.raw(x)) {
    size <- c(float64 = 8, int64 = 8, uint64 = 8, complex64 = 8, complex128 = 16, float32 = 4,
              int32 = 4, uint32 = 4, float16 = 2, bfloat16 = 2, int16 = 2, uint16 = 2)
    bytes <- if (dtype %in% names(size)) size[[dtype]] else 1
    if (prod(shape) * bytes != length(x)) {
      stop("weft_tensor: `shape` needs ", prod(shape) * bytes, " bytes; got ", length(x), call. = FALSE)
    }
  }
  .Call(r_tensor, if (is.raw(x)) x else as.vector(turned(known(x, dtype))), as.double(shape), dtype)
}

# The columns of a data frame as a matrix, if all are numbers.
matrix_of <- function(x) {
  fit <- vapply(x, function(column) is.numeric(column) || is.logical(column) || is.complex(column), NA)
  if (!all(fit)) {
    stop("weft_tensor: the column `", names(x)[!fit][1L], "` of the data frame is of class ",
         class(x[[which(!fit)[1L]]])[1L], "; expected numbers or logicals", call. = FALSE)
  }
  as.matrix(x)
}

# The package bit64 keeps integers in the bits of doubles.
from_integer64 <- function(x, dtype, shape) {
  if (is.null(shape)) shape <- if (is.null(dim(x))) length(x) else dim(x)
  numbers <- unclass(x)
  dim(numbers) <- dim(x)
  bytes <- writeBin(as.vector(turned(numbers)), raw())
  if (any(is.na(x))) stop("weft_tensor: int64 has no NA", call. = FALSE)
  made <- weft_tensor(bytes, "int64", shape)
  if (is.null(dtype)) made else weft_tensor(made, dtype)
}

# Numbers that a dtype of integers does not have would become others.
check_range <- function(x, dtype) {
  if (!grepl("int", dtype) || !is.numeric(x)) return()
  is_unsigned <- startsWith(dtype, "u")
  bits <- as.numeric(sub("u?int", "", dtype))
  low <- if (is_unsigned) 0 else -2^(bits - 1)
  wrong <- which(trunc(x) < low | trunc(x) >= 2^(bits - !is_unsigned))
  if (length(wrong)) {
    stop("weft_tensor: ", dtype, " has no ", format(x[wrong[1L]], digits = 17L), call. = FALSE)
  }
}

# NA is NaN among floats; no other dtype has a place for it.
known <- function(x, dtype) {
  is_float <- grepl("float|complex", dtype)
  check_range(x, dtype)
  if ((is.double(x) && is_float) || !(is.numeric(x) || is.logical(x)) || !anyNA(x)) return(x)
  if (!is_float) stop("weft_tensor: ", dtype, " has no NA; float32 has NaN", call. = FALSE)
  storage.mode(x) <- "double"
  x
}

weft_zeros <- function(shape, dtype = "float32") .Call(r_zeros, as.double(shape), dtype)

is_weft_tensor <- function(x) inherits(x, "weft_tensor")

weft_dtype <- function(x) .Call(r_dtype, x)

dim.weft_tensor <- function(x) as.integer(.Call(r_shape, x))

length.weft_tensor <- function(x) as.integer(prod(.Call(r_shape, x)))

as.array.weft_tensor <- function(x, ...) {
  values <- .Call(r_values, x)
  if (weft_dtype(x) == "bool") values <- values != 0
  shape <- .Call(r_shape, x)
  if (length(shape) < 2L) return(values)
  aperm(array(values, rev(shape)))
}

as.vector.weft_tensor <- function(x, mode = "any") as.vector(as.array(x), mode)

as.double.weft_tensor <- function(x, ...) as.double(as.array(x))

print.weft_tensor <- function(x, ...) {
  cat("<weft_tensor ", weft_dtype(x), " [", paste(.Call(r_shape, x), collapse = ", "), "]>\n", sep = "")
  print(as.array(if (grepl("int64", weft_dtype(x))) ops$cast(x, "float64") else x), ...)
  invisible(x)
}

# Two arrays, or an array and a number, are one call; NULL says that it is something else. The signs have
# methods of their own, which R finds sooner than the group's.
arithmetic <- function(sign) {
  function(e1, e2) {
    if (missing(e2) || is.null(y <- .Call(r_binary, sign, e1, e2))) y <- any_operands(sign, e1, e2)
    y
  }
}

`+.weft_tensor` <- arithmetic("+")
`-.weft_tensor` <- arithmetic("-")
`*.weft_tensor` <- arithmetic("*")
`/.weft_tensor` <- arithmetic("/")
`^.weft_tensor` <- arithmetic("^")

Ops.weft_tensor <- function(e1, e2) {
  if (missing(e2) || is.null(y <- .Call(r_binary, .Generic, e1, e2))) y <- any_operands(.Generic, e1, e2)
  y
}

any_operands <- function(sign, e1, e2) {
  if (missing(e2)) {
    return(switch(sign, `-` = ops$negative(e1), `!` = ops$logical_not(e1), e1))
  }
  name <- switch(sign, `+` = "add", `-` = "subtract", `*` = "multiply", `/` = "divide",
                 `^` = "power", `==` = "equal", `!=` = "not_equal", `<` = "less", `>` = "greater",
                 `<=` = "less_equal", `>=` = "greater_equal", `%%` = "remainder", `%/%` = "floor_divide",
                 `&` = "logical_and", `|` = "logical_or",
                 stop("there is no operator ", sign, " for a weft_tensor", call. = FALSE))
  call_operator(name, list(operand(e1, e2, sign), operand(e2, e1, sign)), TRUE)
}

# R repeats a vector down the columns, Weft along the last axis. Where the two differ, neither is guessed.
operand <- function(x, other, sign) {
  if (is_weft_tensor(x)) return(x)
  if (is.atomic(x) && length(x) == 1L) return(if (is.logical(x) && is.na(x)) NaN else x)
  if (is.null(dim(x)) && length(dim(other)) > 1L) {
    weft_failure(1L, paste0("`", sign, "`: R would repeat the ", length(x), " numbers down the columns of the ",
                            "weft_tensor ", shape_text(other), ", Weft along its last axis: write ",
                            "array(v, dim(x)) for R's way, weft_tensor(v) for the last axis"))
  }
  tensor_beside(x, other)
}

weft_release <- function(x) invisible(.Call(r_release, x))

weft_detach <- function(x) .Call(r_detach, x)

weft_slice <- function(x, start, end, axis = 1L) {
  size <- as.double(dim(x))
  if (axis < 1L || axis > length(size) || start < 1 || end < start - 1 || end > size[axis]) {
    stop("weft_slice: axis ", axis, " of (", paste(size, collapse = ", "), ") has no part ", start, " to ",
         end, call. = FALSE)
  }
  begin <- 0 * size
  begin[axis] <- start - 1
  size[axis] <- end - start + 1
  ops$slice(x, several(begin), several(size), several(0 * size + 1))
}

weft_save <- function(path, arrays) invisible(.Call(r_save, path.expand(path), names(arrays), unname(arrays)))

weft_load <- function(path) .Call(r_load, path.expand(path))

# ---- operators ------------------------------------------------------------------------------------

call_operator <- function(name, arguments, one, into = NULL) .Call(r_call, name, arguments, one, into)

weft_operator <- function(name, ..., attributes = list(), into = NULL) {
  known <- .Call(r_arguments, name)
  first <- attr(known, "inputs")
  given <- list(...)
  values <- vector("list", length(known))
  for (i in seq_along(given)) if (!is.null(given[[i]])) values[[i]] <- given[[i]]
  for (attribute in names(attributes)) {
    place <- match(attribute, known[-seq_len(first)])
    if (first == 0L) place <- match(attribute, known)
    if (is.na(place)) {
      others <- if (first == 0L) known else known[-seq_len(first)]
      stop(name, ": there is no attribute `", attribute, "`; there are: ",
           if (length(others)) paste(others, collapse = ", ") else "none", call. = FALSE)
    }
    values[[first + place]] <- attributes[[attribute]]
  }
  call_operator(name, values, FALSE, into)
}

# ---- the library ----------------------------------------------------------------------------------

weft_version <- function() .Call(r_version)

weft_seed <- function(seed) invisible(.Call(r_seed, as.double(seed)))

weft_threads <- function(count) invisible(.Call(r_threads, as.integer(count)))

weft_live_bytes <- function() .Call(r_live)
