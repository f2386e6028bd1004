// Polynomials in the sizes of a graph, and in quotients of them: how a number in a node follows
// from sizes. Fits have degree two or three at most, which is what extents, their products and sums
// need.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace weft::graph {

// (factor * size + offset) / divisor, rounded down: an extent behind strides, as those of
// convolutions, pooling and slices.
struct Quotient {
  int32_t size = 0;  // number of a size
  int64_t factor = 1, offset = 0, divisor = 1;

  int64_t evaluate(std::span<const int64_t> sizes) const {
    int64_t number;  // 0 where it is too large: files are not trusted
    if (__builtin_mul_overflow(factor, sizes[static_cast<size_t>(size)], &number) ||
        __builtin_add_overflow(number, offset, &number))
      return 0;
    return number / divisor - (number % divisor < 0 ? 1 : 0);
  }
  friend bool operator==(const Quotient&, const Quotient&) = default;
};

// A factor times a product of sizes and quotients. A size may occur twice (a square).
struct Term {
  double factor = 0;
  std::vector<int32_t> sizes;            // numbers of sizes, ascending
  std::vector<Quotient> quotients = {};  // neither sizes nor quotients: the constant term
  friend bool operator==(const Term&, const Term&) = default;

  bool is_constant() const { return sizes.empty() && quotients.empty(); }
  // Calls each(size) for all sizes that the term depends on.
  template <class Each>
  void each_size(const Each& each) const {
    for (const int32_t size : sizes) each(size);
    for (const Quotient& quotient : quotients) each(quotient.size);
  }
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
      for (const Quotient& quotient : term.quotients)
        product *= static_cast<double>(quotient.evaluate(sizes));
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

// The same with quotients; those before others are preferred. `columns`: what each quotient is at
// each example.
Fit fit_quotients(std::span<const double> values, std::span<const std::vector<int64_t>> examples,
                  std::span<const Quotient> quotients,
                  std::span<const std::vector<int64_t>> columns);
// The quotients, without regard to an exact offset, that have these extents at the examples: the
// offset is the least that does, `most` the largest.
struct PossibleQuotient {
  Quotient quotient;
  int64_t most = 0;
};
std::vector<PossibleQuotient> possible_quotients(std::span<const int64_t> extents,
                                                 std::span<const std::vector<int64_t>> examples);

}  // namespace weft::graph
