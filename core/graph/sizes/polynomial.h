// Polynomials in the sizes of a graph: how a number of it follows from them. Of degree two at most,
// which is what extents, their products and sums need.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weft::graph {

struct Term {
  double factor = 0;
  std::vector<int32_t> sizes;  // ascending; empty: the constant term
  friend bool operator==(const Term&, const Term&) = default;
};

struct Polynomial {
  std::vector<Term> terms;

  static Polynomial constant(double value) {
    Polynomial polynomial;
    polynomial.terms.push_back({value, {}});
    return polynomial;
  }
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

// The integer next to a number; at the ends of what extents may be for those beyond.
int64_t whole_number(double number);

// The polynomial that has these values in these examples of the sizes; none if no simple one has.
// Examples are as many as the values; those that a solution does not need check it.
struct Fit {
  bool found = false;
  Polynomial polynomial;
};
Fit fit_polynomial(std::span<const double> values, std::span<const std::vector<int64_t>> examples);

}  // namespace weft::graph
