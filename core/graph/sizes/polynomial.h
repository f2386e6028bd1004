// Polynomials in the sizes of a graph: how a number in a node follows from sizes. Fits have degree
// two at most, which is what extents, their products and sums need.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weft::graph {

// A factor times a product of sizes. A size may occur twice (a square).
struct Term {
  double factor = 0;
  std::vector<int32_t> sizes;  // numbers of sizes, ascending; empty: the constant term
  friend bool operator==(const Term&, const Term&) = default;
};

// A sum of terms; no terms: zero.
struct Polynomial {
  std::vector<Term> terms;

  static Polynomial constant(double value) {
    Polynomial polynomial;
    polynomial.terms.push_back({value, {}});
    return polynomial;
  }
  // `sizes`: the value of each size of the graph.
  double evaluate(std::span<const int64_t> sizes) const {
    double sum = 0;
    for (const Term& term : terms) {
      double product = term.factor;
      for (const int32_t size : term.sizes)
        product *= static_cast<double>(sizes[static_cast<size_t>(size)]);
      sum += product;
    }
    return sum;
  }
  friend bool operator==(const Polynomial&, const Polynomial&) = default;
};

// The nearest integer; numbers beyond the range of extents give the end of that range.
int64_t whole_number(double number);

// A polynomial that was fitted, if one was found.
struct Fit {
  bool found = false;
  Polynomial polynomial;
};
// Finds the polynomial with these values at these examples of the sizes; none if no simple one has
// them. There is an example for each value. Examples that a solution does not need are used to
// check it.
Fit fit_polynomial(std::span<const double> values, std::span<const std::vector<int64_t>> examples);

}  // namespace weft::graph
