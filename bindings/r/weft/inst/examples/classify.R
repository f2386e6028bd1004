# Classifies an image by a .weft file: `Rscript classify.R digits.weft < 64 numbers`.
library(weft)

ink <- scan(file("stdin"), sep = ",", quiet = TRUE)[1:64]
context <- weft_context(weft_model(commandArgs(trailingOnly = TRUE)[1L]))
# The file was made for a batch; the image is its first row.
images <- array(0, weft_ports(context, "inputs")[[1L]]$shape)
images[1L, 1L, , ] <- matrix(ink / 16, 8, byrow = TRUE)
weft_run(context, images)
cat(which.max(as.array(weft_output(context))[1L, ]) - 1L, "\n")
