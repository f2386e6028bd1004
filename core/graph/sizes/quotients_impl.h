// The extents behind strides that a graph with sizes has, as quotients of its sizes. generalize()
// fits numbers by them that no polynomial of sizes fits: the divisor of a mean behind a pooling,
// the shape of a reshape behind a convolution.
#pragma once

#include <set>
#include <vector>

#include "graph/ir/ir.h"
#include "graph/sizes/polynomial.h"

namespace weft::graph {

class ExtentQuotients {
 public:
  // `graphs`: of all examples; `examples`: the values of the sizes in each.
  ExtentQuotients(std::span<const Graph* const> graphs,
                  std::span<const std::vector<int64_t>> examples)
      : graphs_(graphs.begin(), graphs.end()), examples_(examples.begin(), examples.end()) {}

  // Fits a number of node n by the extents of values before it; the nearest ones are preferred.
  // `result`: the graph whose numbers before that node are known as polynomials.
  Fit fit(std::span<const double> values, const Graph& result, size_t n);

 private:
  // An extent that depends on sizes, before it is known how.
  struct Open {
    ValueId value;
    int axis;
    std::vector<PossibleQuotient> possible;
  };
  void read_before(const Graph& result, size_t n);
  void read_value(ValueId id, std::vector<Open>& open);
  void narrow(std::vector<Open>& open, const Graph& result, size_t n) const;

  const std::vector<const Graph*> graphs_;
  const std::vector<std::vector<int64_t>> examples_;
  size_t read_ = 0;  // nodes whose results were read
  std::set<std::vector<int64_t>> seen_;
  std::vector<Quotient> quotients_;
  std::vector<std::vector<int64_t>> columns_;  // what each is at the examples
};

}  // namespace weft::graph
