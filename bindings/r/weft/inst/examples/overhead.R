# What a call costs: nanoseconds of a run of a bound context and of an addition of four numbers; the best of
# many: `Rscript overhead.R model.weft`. The Rust binding's example `overhead` gives those of C.
library(weft)

best <- function(call) {
  min(replicate(100, {
    start <- Sys.time()
    for (i in 1:1000) call()
    as.numeric(Sys.time() - start, units = "secs") / 1000 * 1e9
  }))
}
context <- weft_context(weft_model(commandArgs(trailingOnly = TRUE)[1L]))
weft_set_input(context, 1L, array(1, weft_ports(context, "inputs")[[1L]]$shape))
x <- weft_tensor(c(1, 2, 3, 4))
# What an operator costs that does nothing, which is R's own part.
nothing <- structure(list(0), class = "nothing")
`+.nothing` <- function(e1, e2) e1
cat(sprintf("run %.1f ns; addition %.1f ns; nothing %.1f ns\n", best(function() weft_run(context)),
            best(function() weft_release(x + x)), best(function() nothing + nothing)))
