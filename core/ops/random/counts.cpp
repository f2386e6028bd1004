// Random counts, one for each element of their parameters (kernels/random/samplers.h).
#include "ops/random/samplers_impl.h"

namespace weft::ops {

WEFT_OP(poisson) {
  op.doc("Random counts of the Poisson distribution; NaN where there is none.")
      .in(Namespace::kInternal)
      .input("rate", "float32 or float64: means")
      .no_gradient("random counts")
      .domain(0.5, 30)
      .sample(R"({"shapes": [[3, 5]]})")
      .sample(R"({"shapes": [[101]]})")
      .sample(R"({"shapes": [[]]})")
      .sample(R"({"shapes": [[2, 0]]})");
  draws<kernels::sample_poisson>(op);
}

WEFT_OP(binomial) {
  op.doc("Random counts of the binomial distribution; NaN where there is none.")
      .in(Namespace::kInternal)
      .input("trials", "float32 or float64: how many can succeed")
      .input("probability", "of each trial's success, of the same shape")
      .no_gradient("random counts")
      .domain(0, 1)
      .sample(R"({"shapes": [[3, 5], [3, 5]], "ranges": [[1, 90], null]})")
      .sample(R"({"shapes": [[101], [101]], "ranges": [[1, 9], null]})")
      .sample(R"({"shapes": [[], []]})")
      .sample(R"({"shapes": [[2, 0], [2, 0]]})");
  draws<kernels::sample_binomial>(op);
}

WEFT_OP(hypergeometric) {
  op.doc("How many of a sample are good, of things that are good or bad; NaN where there is none.")
      .in(Namespace::kInternal)
      .input("good", "float32 or float64: how many things are good")
      .input("bad", "how many are bad, of the same shape")
      .input("sample", "how many are taken, of the same shape, at most all")
      .no_gradient("random counts")
      .domain(1, 20)
      .sample(R"({"shapes": [[3, 5], [3, 5], [3, 5]], "ranges": [[90, 200], [90, 200], [1, 90]]})")
      .sample(R"({"shapes": [[101], [101], [101]], "ranges": [[9, 20], [9, 20], [0, 9]]})")
      .sample(R"({"shapes": [[], [], []]})")
      .sample(R"({"shapes": [[2, 0], [2, 0], [2, 0]]})");
  draws<kernels::sample_hypergeometric>(op);
}

WEFT_OP(logseries) {
  op.doc("Random counts of the logarithmic series; NaN where there is none.")
      .in(Namespace::kInternal)
      .input("probability", "float32 or float64: in [0, 1)")
      .no_gradient("random counts")
      .domain(0.1, 0.95)
      .sample(R"({"shapes": [[3, 5]]})")
      .sample(R"({"shapes": [[101]]})")
      .sample(R"({"shapes": [[]]})")
      .sample(R"({"shapes": [[2, 0]]})");
  draws<kernels::sample_logseries>(op);
}

WEFT_OP(zipf) {
  op.doc("Random ranks of Zipf's law; NaN where there is none.")
      .in(Namespace::kInternal)
      .input("exponent", "float32 or float64: above 1")
      .no_gradient("random counts")
      .domain(1.5, 4)
      .sample(R"({"shapes": [[3, 5]]})")
      .sample(R"({"shapes": [[101]]})")
      .sample(R"({"shapes": [[]]})")
      .sample(R"({"shapes": [[2, 0]]})");
  draws<kernels::sample_zipf>(op);
}

}  // namespace weft::ops
