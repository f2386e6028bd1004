# Trains a small convolutional network on handwritten digits, saves it, loads the file and counts:
# `Rscript train_digits.R digits.csv 12 0.97`, with digits.csv from examples/digits/data/digits.csv.gz.
#
# A line of digits.csv has 64 counts of ink from 0 to 16 and the digit. Every fifth line is held out: prints
# the accuracy on those, and fails if it is below the last argument.
library(weft)

given <- commandArgs(trailingOnly = TRUE)
batch <- 64L
rows <- as.matrix(read.csv(given[1L], header = FALSE))
kept <- seq_len(nrow(rows)) %% 5L == 0L
# Rows of 64 counts become images of 8 x 8; R's arrays have the first index fastest.
pixels <- function(rows) aperm(array(t(rows[, 1:64] / 16), c(8, 8, 1, nrow(rows))), c(4, 3, 2, 1))
train <- rows[!kept, ]
held_out <- rows[kept, ]

weft_seed(0)
net <- weft_sequential(
  conv1 = weft_conv2d(16, 1, 3, pad = 1, activation = ops$relu),
  conv2 = weft_conv2d(32, 16, 3, pad = 1, activation = ops$relu),
  pool = weft_lambda(function(x) ops$pooling(x, kernel = c(2, 2), stride = c(2, 2))),
  dense1 = weft_dense(64, 32 * 16, activation = ops$relu),
  dense2 = weft_dense(10, 64))
weights <- weft_weights(net)
adam <- weft_adam(weights, 0.002)

# A step is one planned graph from images and labels to the slopes.
slopes <- weft_trace(function(x, y) {
  loss <- weft_record(ops$mean(ops$softmax_cross_entropy(weft_apply(net, x), y)))
  weft_grad(loss, weights)
}, weft_zeros(c(batch, 1, 8, 8)), weft_zeros(batch, "int64"))
images <- weft_tensor(pixels(train))
labels <- weft_tensor(unname(train[, 65L]), "int64")
for (epoch in seq_len(as.integer(given[2L]))) {
  order <- ops$permutation(nrow(train))
  for (start in seq(1L, nrow(train) - batch + 1L, batch)) {
    chosen <- weft_slice(order, start, start + batch - 1L)
    weft_step(adam, weft_call(slopes, ops$take(images, chosen, axis = 0), ops$take(labels, chosen, axis = 0)))
  }
}

forward <- weft_trace(function(x) weft_apply(net, x), weft_zeros(c(nrow(held_out), 1, 8, 8)))
weft_write_model("digits.weft", forward, "images", "scores", weights)
context <- weft_context(weft_model("digits.weft"))
weft_run(context, images = pixels(held_out))
scores <- as.array(weft_output(context, "scores"))
accuracy <- mean(max.col(scores) - 1 == held_out[, 65L])
cat(sprintf("%.4f\n", accuracy))
if (accuracy < as.numeric(given[3L])) quit(status = 1L)
