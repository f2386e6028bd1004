# x[i, j] and x[i, j] <- value with R's indices: numbers from 1, negative ones that leave out, logicals,
# matrices of indices, and places left empty. R itself turns an index into the places along an axis; the
# operators take them, so that gradients flow.

# The places from 1 that an index chooses of `extent`.
places_of <- function(index, extent) {
  if (is_weft_tensor(index)) index <- as.vector(index)
  if (is.character(index)) {
    weft_failure(6L, "[: a weft_tensor has no names; write numbers or logicals as indices")
  }
  found <- seq_len(extent)[index]
  if (anyNA(found)) {
    weft_failure(7L, paste0("[: subscript out of bounds: the extent is ", extent))
  }
  found
}

# The places in R's order that one index alone chooses: a matrix of indices has a column for each axis.
flat_places <- function(x, index) {
  if (is_weft_tensor(index)) index <- as.array(index)
  extents <- dim(x)
  if (is.matrix(index) && is.numeric(index) && ncol(index) == length(extents) && length(extents) > 1L) {
    if (anyNA(index) || any(index < 1) || any(t(index) > extents)) {
      weft_failure(7L, paste0("[: subscript out of bounds of ", shape_text(x)))
    }
    return(as.vector(1 + (index - 1) %*% cumprod(c(1, extents[-length(extents)]))))
  }
  places_of(as.vector(index), length(x))
}

# Which arguments of a call were left empty, as in x[1, ].
left_empty <- function(call) {
  vapply(seq_along(call)[-1L], function(k) identical(call[[k]], quote(expr = )), NA)
}

check_indices <- function(x, count) {
  if (count != length(dim(x))) {
    weft_failure(1L, paste0("[: incorrect number of dimensions: the weft_tensor is ", shape_text(x), "; got ",
                            count, " indices"))
  }
}

taken <- function(x, places, axis) {
  ops$take(x, weft_tensor(places - 1, "int64", shape = length(places)), axis = axis - 1)
}

# The ranges of all axes are one step; other places are taken axis by axis.
taken_along <- function(x, places) {
  is_range <- vapply(places, function(one) all(diff(one) == 1L), NA)
  begin <- ifelse(is_range & lengths(places) > 0L, vapply(places, `[`, 0L, 1L) - 1, 0)
  size <- ifelse(is_range, lengths(places), dim(x))
  if (any(size != dim(x))) x <- ops$slice(x, several(begin), several(size), several(0 * size + 1))
  for (k in which(!is_range)) x <- taken(x, places[[k]], k)
  x
}

`[.weft_tensor` <- function(x, ..., drop = TRUE) {
  empty <- left_empty(substitute(alist(...)))
  if (all(empty) && length(empty) < 2L) return(x)
  if (length(empty) == 1L) return(taken(column_major(x), flat_places(x, ..1), 1L))
  check_indices(x, length(empty))
  extents <- dim(x)
  y <- taken_along(x, lapply(seq_along(empty), function(k) {
    if (empty[k]) seq_len(extents[k]) else places_of(...elt(k), extents[k])
  }))
  if (!drop || all(dim(y) != 1L)) return(y)
  ops$reshape(y, several(dim(y)[dim(y) != 1L]))
}

`[[.weft_tensor` <- function(x, ...) {
  y <- x[...]
  if (length(y) != 1L) weft_failure(1L, paste0("[[: expected one element; the indices choose ", length(y)))
  ops$reshape(y, several(numeric()))
}

# What is written is of the array's dtype: numbers that it cannot hold are refused.
written <- function(value, dtype, count) {
  if (is_weft_tensor(value)) {
    value <- column_major(value)
    whole <- grepl("int|bool", dtype)
    if (whole && !grepl("int|bool", weft_dtype(value))) {
      weft_failure(6L, paste0("[<-: an array of ", dtype, " holds no ", weft_dtype(value), "; ops$cast converts"))
    }
  } else {
    if (is.numeric(value) && grepl("int|bool", dtype) && any(is.na(value) | value != trunc(value))) {
      weft_failure(6L, paste0("[<-: an array of ", dtype, " holds whole numbers alone; ops$cast converts it"))
    }
    value <- column_major(weft_tensor(value, dtype))
  }
  if (length(value) == 0L || count %% length(value) != 0L) {
    weft_failure(1L, paste0("[<-: ", count, " elements are replaced; got ", length(value)))
  }
  ops$cast(if (length(value) < count) rep(value, length.out = count) else value, dtype)
}

# A new array, as R's own: other names of `x` keep the old elements.
`[<-.weft_tensor` <- function(x, ..., value) {
  empty <- left_empty(substitute(alist(...)))
  extents <- dim(x)
  if (length(empty) > 1L) {
    check_indices(x, length(empty))
    places <- 1
    step <- 1
    for (k in seq_along(empty)) {
      one <- if (empty[k]) seq_len(extents[k]) else places_of(...elt(k), extents[k])
      places <- as.vector(outer(places, (one - 1) * step, `+`))
      step <- step * extents[k]
    }
  } else {
    places <- if (all(empty)) seq_len(length(x)) else flat_places(x, ..1)
  }
  if (length(places) == 0L) return(x)
  value <- written(value, weft_dtype(x), length(places))
  rows <- weft_tensor(matrix(places - 1, 1L), "int64")
  from_columns(ops$index_update(column_major(x), rows, value), extents)
}

`[[<-.weft_tensor` <- function(x, ..., value) {
  x[...] <- value
  x
}
