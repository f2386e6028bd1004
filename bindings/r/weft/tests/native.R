# R's own functions on arrays of Weft give what R gives for its own arrays.
library(weft)

# Calls f with arrays of R and with the same ones of Weft.
same <- function(f, ..., tolerance = 1e-12) {
  given <- list(...)
  wanted <- do.call(f, given)
  found <- do.call(f, lapply(given, weft_tensor, dtype = "float64"))
  if (is_weft_tensor(found)) {
    # An array of Weft with one axis is a vector of R.
    extents <- if (is.null(dim(wanted))) length(wanted) else dim(wanted)
    if (length(dim(found)) && !identical(as.numeric(dim(found)), as.numeric(extents))) {
      stop(deparse(f), ": shape ", paste(dim(found), collapse = ", "))
    }
    found <- as.array(found)
  }
  if (is.logical(wanted)) storage.mode(found) <- "logical"
  answer <- all.equal(found, wanted, tolerance = tolerance, check.attributes = FALSE)
  if (!isTRUE(answer) || !identical(dim(found), dim(wanted))) {
    stop(paste(deparse(f), collapse = " "), ": ", answer, call. = FALSE)
  }
}
refused <- function(code, text, class = "weft_error") {
  error <- tryCatch({
    code
    stop("nothing was refused")
  }, error = identity)
  if (!grepl(text, conditionMessage(error), fixed = TRUE) || !inherits(error, class)) {
    stop(conditionMessage(error), " does not say ", text, call. = FALSE)
  }
}

set.seed(7)
m <- matrix(c(3.5, -1, 2, 0.25, -4, 6), 2)
u <- abs(m) / 10
n <- matrix(c(7, -7, 2, 5, 9, -3), 2)
v <- c(2, -3, 0.5)
a <- array(round(rnorm(24), 2), c(2, 3, 4))

# Groups.
for (f in list(abs, sign, floor, ceiling, trunc, round, exp, expm1, cos, sin, tan, cosh, sinh, tanh, atan, asinh,
               cumsum, cumprod, cummax, cummin)) {
  for (x in list(m, v, a)) same(f, x)
}
for (f in list(sqrt, log, log1p, log2, log10, acos, asin, atanh, gamma, lgamma)) same(f, u)
for (f in list(digamma, trigamma)) same(f, u, tolerance = 1e-6)
same(acosh, u + 1)
same(function(x) round(x / 7, 1), a)
same(function(x) log(x, 3), u)
for (f in list(sum, prod, max, min, range, mean)) for (x in list(m, v, a)) same(f, x)
same(function(x, y) sum(x, y, 3), m, v)
same(function(x, y) max(x, y), m, v)
same(function(x) any(x > 5), m)
same(function(x) all(x > 5), m)

# Signs.
for (f in list(`+`, `-`, `*`, `/`, `%%`, `%/%`, `==`, `!=`, `<`, `>`, `<=`, `>=`, `&`, `|`)) {
  same(f, m, n)
  same(function(x) f(x, 2), m)
  same(function(x) f(2, x), m)
  same(function(x) f(x, n), m)
}
same(function(x) !x, m > 0)
same(function(x) -x, m)
same(function(x) x + c(1, 2, 3), v)
same(function(x) x + NA, v)
x <- weft_tensor(m)
refused(x + c(1, 2, 3), "write array(v, dim(x)) for R's way, weft_tensor(v) for the last axis")
refused(c(1, 2) < x, "R would repeat the 2 numbers")
stopifnot(identical(as.array(x + weft_tensor(c(1, 2, 3))), m + rep(1:3, each = 2)))
stopifnot(identical(as.array(weft_tensor(m, "float64") * array(0.1, dim(m))), m * 0.1))

# Shapes, and what makes arrays of R.
for (f in list(t, dim, length, nrow, ncol, as.matrix, as.array, as.vector, as.numeric, as.integer, as.logical, rev,
               sort, order, summary, median, quantile, sd, unique, is.na, is.finite, head, tail, diag, as.list,
               is.matrix, is.array, unlist, as.character, format, as.data.frame)) {
  same(f, m)
}
for (f in list(t, length, as.matrix, as.vector, as.numeric, rev, sort, order, median, sd, head, tail)) same(f, v)
for (f in list(dim, as.matrix, as.array, as.vector, rev, aperm, is.array, is.matrix)) same(f, a)
same(function(x) aperm(x, c(2, 3, 1)), a)
same(function(x) rep(x, 2), v)
same(function(x) {
  dim(x) <- c(3, 2)
  x
}, m)
same(function(x) apply(x, 1, sum), m)
same(function(x) apply(x, c(1, 3), max), a)
same(function(x) sapply(x, function(one) one + 1), m)
same(function(x) sweep(x, 2, v), m)
same(scale, m)
same(outer, m, v)

# Indices.
same(function(x) x[1, ], m)
same(function(x) x[, 2], m)
same(function(x) x[2, 3], m)
same(function(x) x[, -1], m)
same(function(x) x[2:1, c(TRUE, FALSE, TRUE)], m)
same(function(x) x[1, , drop = FALSE], m)
same(function(x) x[], m)
same(function(x) x[5], m)
same(function(x) x[c(6, 1, 1)], m)
same(function(x) x[-2], v)
same(function(x) x[x > 1], m)
same(function(x) x[cbind(c(1, 2), c(3, 1))], m)
same(function(x) x[, , 2], a)
same(function(x) x[2, c(3, 1), -(1:2)], a)
same(function(x) x[integer()], v)
same(function(x) x[[2, 3]], m)
for (write in list(function(x) x[1, ] <- 5, function(x) x[, 2:3] <- c(1, 2, 3, 4), function(x) x[x < 0] <- 0)) {
  body(write) <- call("{", body(write), quote(x))
  same(write, m)
}
same(function(x) {
  x[-1, c(1, 3), 2:3] <- 1:4
  x[7] <- 9
  x[cbind(1, 2, 3)] <- -9
  x
}, a)
same(function(x, y) {
  x[2, ] <- y
  x[[1, 2]] <- 8
  x[] <- x + 1
  x
}, m, v)
y <- x
y[1, 1] <- 100
stopifnot(identical(as.array(x), m))
refused(x[3, 1], "subscript out of bounds")
refused(x[1, 2, 3], "incorrect number of dimensions")
refused(x["a", 1], "no names")
refused(x[1, ] <- c(1, 2), "3 elements are replaced; got 2")
whole <- weft_tensor(1:3, "int32")
refused(whole[1] <- 0.5, "whole numbers alone")
g <- weft_attach_grad(weft_tensor(m))
weft_backward(weft_record(sum(t(g)[2:3, 1] * g[1, c(3, 2)])))
stopifnot(identical(as.array(weft_gradient(g)), rbind(2 * c(0, m[1, 3], m[1, 2]), 0)))

# Joined and multiplied.
same(function(x, y) cbind(x, y), m, n)
same(function(x, y) rbind(x, y), m, n)
same(function(x, y) rbind(x, y, 0), m, v)
same(function(x) cbind(1, x, c(1, 2)), m)
same(function(x, y) cbind(x, y), v, -v)
same(function(x, y) c(x, y, 4), m, v)
for (f in list(`%*%`, function(x, y) x %*% y)) {
  same(f, m, t(n))
  same(f, m, v)
  same(f, v, t(m))
  same(f, v, v)
  same(f, v, t(v))
  same(f, t(v), v)
}
same(function(x) x %*% t(n), m)
same(function(x) n %*% t(x), m)
same(function(x) v %*% t(x), m)
.Generic <- "crossprod" # as R 4.4 says which product it asks for
same(function(x, y) if (is_weft_tensor(x)) weft:::matrixOps.weft_tensor(x, y) else crossprod(x, y), m, n)
.Generic <- "tcrossprod"
same(function(x, y) if (is_weft_tensor(x)) weft:::matrixOps.weft_tensor(x, y) else tcrossprod(x, y), m, v %o% v)
rm(.Generic)
s <- m %*% t(m)
same(solve, s)
same(function(x, y) solve(x, y), s, c(1, 2))
refused(x %*% x, "[2, 3] has 3 columns, [2, 3] has 2 rows")
refused(cbind(x, weft_tensor(c(1, 2, 3))), "the parts have 2, 3 rows")
stopifnot(identical(matrix(1:4, 2) %*% 1:2, base::`%*%`(matrix(1:4, 2), 1:2)))

# What is not there says so.
refused(cospi(x), "cospi: Weft has no such operator")
refused(sum(x, na.rm = TRUE), "sum(as.array(x), na.rm = TRUE)")
refused(mean(x, trim = 0.1), "mean: a weft_tensor has no more arguments")
refused(t(weft_tensor(a)), "expected a matrix; got a weft_tensor [2, 3, 4]")
refused(x$shape, "no `$shape`")

stopifnot(weft_dtype(weft_tensor(x, "float64")) == "float64")
refused(weft_tensor(x, shape = c(3, 2)), "a weft_tensor has its shape", "error")

# Data frames, and NA among numbers.
frame <- data.frame(a = 1:2, b = c(TRUE, FALSE))
stopifnot(identical(as.array(weft_tensor(frame)), unname(as.matrix(frame)) + 0))
refused(weft_tensor(data.frame(a = 1, b = "text")), "the column `b` of the data frame is of class character", "error")
stopifnot(identical(is.na(as.array(weft_tensor(c(1L, NA)))), c(FALSE, TRUE)))
refused(weft_tensor(c(TRUE, NA)), "bool has no NA", "error")
stopifnot(isTRUE(all.equal(x, m)), !isTRUE(all.equal(x, x + 1)))
stopifnot(identical(capture.output(str(x))[1L], " weft_tensor float32 num [1:2, 1:3] 3.5 -1 2 0.25 -4 6"))
cat("passed\n")
