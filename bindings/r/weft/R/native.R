# R's own functions on arrays of Weft: those of the groups Math and Summary, and those that turn, join and
# show arrays. Their answers are R's answers for as.array(x). What R takes from the elements in order it takes
# column by column, so does this.

unsupported <- function(...) weft_failure(3L, paste0(...))

several <- function(v) structure(as.double(v), list = TRUE)

shape_text <- function(x) paste0("[", paste(dim(x), collapse = ", "), "]")

# What a method of R has no use for is refused: an option that is left out in silence is a wrong answer.
no_options <- function(name, ...) {
  if (...length()) unsupported(name, ": a weft_tensor has no more arguments here; write ", name,
                               "(as.array(x), ...) for what R does")
}

# The elements as one axis in R's order, and back.
column_major <- function(x) {
  x <- weft_tensor(x)
  ops$reshape(if (length(dim(x)) > 1L) ops$transpose(x) else x, several(length(x)))
}

from_columns <- function(x, shape) ops$transpose(ops$reshape(x, several(rev(shape))))

# An operand of R as a tensor that loses no digits beside `other`.
tensor_beside <- function(x, other) {
  wide <- is.numeric(x) && weft_dtype(other) %in% c("float64", "complex128")
  weft_tensor(x, if (wide) "float64")
}

# ---- groups ---------------------------------------------------------------------------------------

math_names <- c(abs = "abs", sign = "sign", sqrt = "sqrt", floor = "floor", ceiling = "ceil", trunc = "trunc",
                exp = "exp", expm1 = "expm1", log = "log", log1p = "log1p", log2 = "log2", log10 = "log10",
                cos = "cos", sin = "sin", tan = "tan", acos = "arccos", asin = "arcsin", atan = "arctan",
                cosh = "cosh", sinh = "sinh", tanh = "tanh", acosh = "arccosh", asinh = "arcsinh",
                atanh = "arctanh", gamma = "gamma", lgamma = "gammaln", digamma = "digamma")

Math.weft_tensor <- function(x, ...) {
  options <- list(...)
  if (.Generic == "round" && length(options) < 2L) {
    digits <- if (length(options)) options[[1L]] else 0
    return(ops$round(x, decimals = digits))
  }
  if (.Generic == "log" && length(options) == 1L) return(ops$log(x) / log(options[[1L]]))
  no_options(.Generic, ...)
  if (.Generic %in% c("cumsum", "cumprod", "cummax", "cummin")) {
    return(ops[[.Generic]](column_major(x), axis = 0))
  }
  if (.Generic == "trigamma") return(ops$polygamma(x, n = 1))
  if (!.Generic %in% names(math_names)) {
    unsupported(.Generic, ": Weft has no such operator; write weft_tensor(", .Generic, "(as.array(x)))")
  }
  ops[[math_names[[.Generic]]]](x)
}

Summary.weft_tensor <- function(..., na.rm = FALSE) {
  if (!identical(na.rm, FALSE)) {
    unsupported(.Generic, ": a weft_tensor has no na.rm; write ", .Generic, "(as.array(x), na.rm = TRUE)")
  }
  parts <- list(...)
  if (.Generic == "range") return(c(do.call(min, parts), do.call(max, parts)))
  plain <- get(.Generic, baseenv())
  if (.Generic %in% c("any", "all")) {
    return(plain(vapply(parts, function(x) {
      if (is_weft_tensor(x)) as.logical(ops[[.Generic]](x)) else plain(x)
    }, NA)))
  }
  each <- lapply(parts, function(x) if (is_weft_tensor(x)) ops[[.Generic]](x) else plain(x))
  joined <- switch(.Generic, sum = "add", prod = "multiply", max = "maximum", min = "minimum")
  Reduce(function(a, b) call_operator(joined, list(a, b), TRUE), each)
}

mean.weft_tensor <- function(x, ...) {
  no_options("mean", ...)
  ops$mean(x)
}

# ---- shapes ---------------------------------------------------------------------------------------

is.array.weft_tensor <- function(x) length(dim(x)) > 0L

is.matrix.weft_tensor <- function(x) length(dim(x)) == 2L

t.weft_tensor <- function(x) {
  rank <- length(dim(x))
  if (rank > 2L) {
    weft_failure(1L, paste0("t: expected a matrix; got a weft_tensor ", shape_text(x),
                            "; aperm(x) reverses all axes"))
  }
  if (rank < 2L) ops$reshape(x, several(c(1, length(x)))) else ops$transpose(x)
}

aperm.weft_tensor <- function(a, perm = NULL, ...) {
  no_options("aperm", ...)
  ops$transpose(a, axes = if (!is.null(perm)) several(perm - 1))
}

`dim<-.weft_tensor` <- function(x, value) {
  if (prod(value) != length(x)) {
    weft_failure(1L, paste0("dim<-: [", paste(value, collapse = ", "), "] has ", prod(value),
                            " elements; the weft_tensor ", shape_text(x), " has ", length(x)))
  }
  from_columns(column_major(x), value)
}

c.weft_tensor <- function(...) {
  parts <- Filter(Negate(is.null), list(...))
  first <- parts[[1L]]
  ops$concatenate(lapply(parts, function(x) column_major(tensor_beside(x, first))), axis = 0)
}

rep.weft_tensor <- function(x, ...) column_major(x)[rep(seq_len(length(x)), ...)]

sort.weft_tensor <- function(x, decreasing = FALSE, ...) {
  no_options("sort", ...)
  ops$sort(column_major(x), axis = 0, descending = decreasing)
}

# Matrices beside each other along axis 2, or below each other along axis 1; vectors and numbers are one column
# or row, repeated as R does.
bind <- function(name, parts, axis) {
  parts <- Filter(Negate(is.null), parts)
  first <- Find(is_weft_tensor, parts)
  parts <- lapply(parts, tensor_beside, other = first)
  is_matrix <- vapply(parts, is.matrix, NA)
  if (any(vapply(parts, function(x) length(dim(x)) > 2L, NA))) {
    weft_failure(1L, paste0(name, ": expected matrices and vectors; ops$concatenate joins more axes"))
  }
  extents <- vapply(parts, function(x) if (is.matrix(x)) dim(x)[3L - axis] else length(x), 0L)
  extent <- if (any(is_matrix)) unique(extents[is_matrix]) else max(extents)
  if (length(extent) > 1L || any(extents > extent) || any(extents == 0L | extent %% extents != 0L)) {
    weft_failure(1L, paste0(name, ": the parts have ", paste(extents, collapse = ", "),
                            if (axis == 2L) " rows" else " columns"))
  }
  shape <- if (axis == 2L) c(extent, 1) else c(1, extent)
  ops$concatenate(lapply(parts, function(x) {
    if (is.matrix(x)) return(x)
    ops$reshape(if (length(x) < extent) rep(x, length.out = extent) else x, several(shape))
  }), axis = axis - 1)
}

cbind.weft_tensor <- function(..., deparse.level = 1) bind("cbind", list(...), 2L)

rbind.weft_tensor <- function(..., deparse.level = 1) bind("rbind", list(...), 1L)

# ---- products -------------------------------------------------------------------------------------

weft_matmul <- function(x, y) {
  first <- if (is_weft_tensor(x)) x else y
  x <- if (is_weft_tensor(x)) x else tensor_beside(x, weft_tensor(first))
  y <- if (is_weft_tensor(y)) y else tensor_beside(y, x)
  if (length(dim(x)) > 2L || length(dim(y)) > 2L) return(ops$matmul(x, y))
  # A vector is the row or the column that fits, as in R.
  as_row <- function(v) ops$reshape(v, several(c(1, length(v))))
  as_column <- function(v) ops$reshape(v, several(c(length(v), 1)))
  if (!is.matrix(x) && !is.matrix(y)) {
    x <- if (length(x) == length(y)) as_row(x) else as_column(x)
    y <- if (dim(x)[1L] == 1L && dim(x)[2L] == length(y)) as_column(y) else as_row(y)
  } else if (!is.matrix(x)) {
    x <- if (length(x) == dim(y)[1L]) as_row(x) else as_column(x)
  } else if (!is.matrix(y)) {
    y <- if (length(y) == dim(x)[2L]) as_column(y) else as_row(y)
  }
  if (dim(x)[2L] != dim(y)[1L]) {
    weft_failure(1L, paste0("%*%: ", shape_text(x), " has ", dim(x)[2L], " columns, ", shape_text(y), " has ",
                            dim(y)[1L], " rows; they must be as many"))
  }
  ops$matmul(x, y)
}

# R asks methods for products from 4.3 on.
matrixOps.weft_tensor <- function(x, y) {
  other <- if (missing(y) || is.null(y)) x else y
  switch(.Generic, `%*%` = weft_matmul(x, y), crossprod = weft_matmul(t(x), other),
         tcrossprod = weft_matmul(x, t(other)))
}

# Before, R's own %*% asks no method of such a class: the package has one in front of it.
if (getRversion() < "4.3.0") {
  `%*%` <- function(x, y) {
    if (is_weft_tensor(x) || is_weft_tensor(y)) weft_matmul(x, y) else base::`%*%`(x, y)
  }
}

solve.weft_tensor <- function(a, b, ...) {
  no_options("solve", ...)
  if (missing(b)) return(ops$inv(a))
  b <- tensor_beside(b, a)
  if (is.matrix(b)) ops$solve(a, b) else ops$solve(a, t(t(b)))[, 1L]
}

# ---- R's arrays -----------------------------------------------------------------------------------

as.matrix.weft_tensor <- function(x, ...) as.matrix(as.array(x), ...)
as.logical.weft_tensor <- function(x, ...) as.logical(as.array(x))
as.integer.weft_tensor <- function(x, ...) as.integer(as.array(x))
as.complex.weft_tensor <- function(x, ...) as.complex(as.array(x))
as.character.weft_tensor <- function(x, ...) as.character(as.array(x), ...)
unlist.weft_tensor <- function(x, recursive = TRUE, use.names = TRUE) as.array(x)
as.list.weft_tensor <- function(x, ...) as.list(as.array(x))
as.data.frame.weft_tensor <- function(x, ...) as.data.frame(as.array(x), ...)
xtfrm.weft_tensor <- function(x) as.double(x)
unique.weft_tensor <- function(x, ...) unique(as.array(x), ...)
duplicated.weft_tensor <- function(x, ...) duplicated(as.array(x), ...)
median.weft_tensor <- function(x, na.rm = FALSE, ...) median(as.vector(x), na.rm = na.rm, ...)
quantile.weft_tensor <- function(x, ...) quantile(as.vector(x), ...)
summary.weft_tensor <- function(object, ...) summary(as.array(object), ...)
format.weft_tensor <- function(x, ...) format(as.array(x), ...)
is.na.weft_tensor <- function(x) is.na(as.array(x))
is.nan.weft_tensor <- function(x) is.nan(as.array(x))
is.finite.weft_tensor <- function(x) is.finite(as.array(x))
is.infinite.weft_tensor <- function(x) is.infinite(as.array(x))
anyNA.weft_tensor <- function(x, recursive = FALSE) anyNA(as.array(x))

all.equal.weft_tensor <- function(target, current, ...) {
  all.equal(as.array(target), if (is_weft_tensor(current)) as.array(current) else current, ...)
}

str.weft_tensor <- function(object, ...) {
  cat(" weft_tensor ", weft_dtype(object), "", sep = "")
  str(as.array(object), ...)
}

# A tensor is a list inside, whose element is nobody's business.
`$.weft_tensor` <- function(x, name) {
  unsupported("a weft_tensor has no `$", name, "`; functions take it: dim(x), sum(x), ops$softmax(x)")
}
