// Fitting: solve a linear system for the factors of a few monomials, then check the solution at the
// other examples. Sets of monomials are tried from small to large.
#include "graph/sizes/polynomial.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

namespace weft::graph {
namespace {

// A product of sizes.
using Monomial = std::vector<int32_t>;

double value_of(const Monomial& monomial, std::span<const int64_t> sizes) {
  double product = 1;
  for (const int32_t size : monomial)
    product *= static_cast<double>(sizes[static_cast<size_t>(size)]);
  return product;
}

// Equal up to the rounding errors of solving.
bool equal(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(a)); }

// Gauss-Jordan elimination with partial pivoting. `rows`: the factors of the unknowns, then the
// right side. Nothing if the system has no unique solution.
std::optional<std::vector<double>> solve(std::vector<std::vector<double>> rows) {
  const size_t count = rows.size();
  for (size_t column = 0; column < count; ++column) {
    const auto pivot = std::max_element(
        rows.begin() + static_cast<std::ptrdiff_t>(column), rows.end(),
        [&](const auto& a, const auto& b) { return std::abs(a[column]) < std::abs(b[column]); });
    if (std::abs((*pivot)[column]) < 1e-9) return std::nullopt;
    std::swap(rows[column], *pivot);
    for (size_t row = 0; row < count; ++row) {
      if (row == column) continue;
      const double factor = rows[row][column] / rows[column][column];
      for (size_t i = column; i <= count; ++i) rows[row][i] -= factor * rows[column][i];
    }
  }
  std::vector<double> solution(count);
  for (size_t i = 0; i < count; ++i) solution[i] = rows[i][count] / rows[i][i];
  return solution;
}

// The examples of one number.
class Fitter {
 public:
  Fitter(std::span<const double> values, std::span<const std::vector<int64_t>> examples)
      : values_(values), examples_(examples) {}

  // Solves for the factors of these monomials and of a constant term behind them.
  Fit with(const std::vector<Monomial>& monomials) const {
    const size_t count = monomials.size() + 1;
    // Else no example would be left to check the solution.
    if (count >= values_.size()) return {};
    std::vector<std::vector<double>> rows;
    for (size_t example = 0; example < count; ++example) {
      std::vector<double> row;
      for (const Monomial& monomial : monomials)
        row.push_back(value_of(monomial, examples_[example]));
      row.insert(row.end(), {1.0, values_[example]});
      rows.push_back(std::move(row));
    }
    const auto solution = solve(std::move(rows));
    if (!solution) return {};
    Fit fit;
    for (size_t i = 0; i < count; ++i) {
      // Most factors are integers: rounding them removes the errors of solving.
      const double nearest = std::round((*solution)[i]);
      const double factor = equal((*solution)[i], nearest) ? nearest : (*solution)[i];
      if (factor != 0)
        fit.polynomial.terms.push_back({factor, i < monomials.size() ? monomials[i] : Monomial()});
    }
    fit.found = true;
    for (size_t example = 0; example < values_.size(); ++example)
      fit.found = fit.found && equal(values_[example], fit.polynomial.evaluate(examples_[example]));
    return fit;
  }

 private:
  std::span<const double> values_;
  std::span<const std::vector<int64_t>> examples_;
};

// Puts quotients in the places of numbers beyond those of sizes.
Polynomial with_quotients(Polynomial polynomial, size_t sizes,
                          std::span<const Quotient> quotients) {
  for (Term& term : polynomial.terms) {
    const std::vector<int32_t> numbers = std::exchange(term.sizes, {});
    for (const int32_t number : numbers) {
      const auto index = static_cast<size_t>(number);
      if (index < sizes)
        term.sizes.push_back(number);
      else
        term.quotients.push_back(quotients[index - sizes]);
    }
  }
  return polynomial;
}

// All sizes, then all products of two.
std::vector<Monomial> monomials_of(int32_t sizes) {
  std::vector<Monomial> all;
  for (int32_t i = 0; i < sizes; ++i) all.push_back({i});
  for (int32_t i = 0; i < sizes; ++i)
    for (int32_t j = i; j < sizes; ++j) all.push_back({i, j});
  return all;
}

}  // namespace

// Fewest terms first: agreement of several examples is then hardly chance.
Fit fit_polynomial(std::span<const double> values, std::span<const std::vector<int64_t>> examples) {
  const Fitter fitter(values, examples);
  if (const Fit fit = fitter.with({}); fit.found) return fit;
  const auto sizes = static_cast<int32_t>(examples[0].size());
  const std::vector<Monomial> all = monomials_of(sizes);
  for (const Monomial& one : all)
    if (const Fit fit = fitter.with({one}); fit.found) return fit;
  for (size_t i = 0; i < all.size(); ++i)
    for (size_t j = i + 1; j < all.size(); ++j)
      if (const Fit fit = fitter.with({all[i], all[j]}); fit.found) return fit;
  const std::vector<Monomial> linear(all.begin(), all.begin() + sizes);
  if (const Fit fit = fitter.with(linear); fit.found) return fit;
  for (int32_t i = 0; i < sizes; ++i)
    for (int32_t j = i + 1; j < sizes; ++j)
      if (const Fit fit = fitter.with({{i}, {j}, {i, j}}); fit.found) return fit;
  return {};
}

// Products with a quotient: of one, of one and a size, of two, of two and a size.
Fit fit_quotients(std::span<const double> values, std::span<const std::vector<int64_t>> examples,
                  std::span<const Quotient> quotients,
                  std::span<const std::vector<int64_t>> columns) {
  const size_t sizes = examples[0].size();
  std::vector<std::vector<int64_t>> wide(examples.begin(), examples.end());
  for (size_t example = 0; example < wide.size(); ++example)
    for (const std::vector<int64_t>& column : columns) wide[example].push_back(column[example]);
  const Fitter fitter(values, wide);
  const auto first = static_cast<int32_t>(sizes);
  const auto all = static_cast<int32_t>(sizes + quotients.size());
  std::vector<std::vector<Monomial>> forms;
  for (int32_t q = first; q < all; ++q) forms.push_back({{q}});
  for (int32_t q = first; q < all; ++q) {
    for (int32_t s = 0; s < first; ++s) forms.push_back({{s, q}});
    for (int32_t r = first; r <= q; ++r) forms.push_back({{r, q}});
  }
  for (int32_t q = first; q < all; ++q)
    for (int32_t r = first; r <= q; ++r) {
      for (int32_t s = 0; s < first; ++s) forms.push_back({{s, r, q}});
      if (r < q) forms.push_back({{r}, {q}});
    }
  for (int32_t q = first; q < all; ++q)
    for (int32_t s = 0; s < first; ++s) forms.push_back({{s}, {q}});
  for (const std::vector<Monomial>& form : forms) {
    Fit fit = fitter.with(form);
    if (!fit.found) continue;
    fit.polynomial = with_quotients(std::move(fit.polynomial), sizes, quotients);
    return fit;
  }
  return {};
}

// Every example narrows the offset down.
std::vector<PossibleQuotient> possible_quotients(std::span<const int64_t> extents,
                                                 std::span<const std::vector<int64_t>> examples) {
  constexpr int64_t kMostDivisor = 512, kMostFactor = 4;
  std::vector<PossibleQuotient> found;
  for (int64_t divisor = 2; divisor <= kMostDivisor; ++divisor)
    for (size_t size = 0; size < examples[0].size(); ++size)
      for (int64_t factor = 1; factor <= std::min(kMostFactor, divisor - 1); ++factor) {
        if (std::gcd(factor, divisor) != 1) continue;
        int64_t least = INT64_MIN, most = INT64_MAX;
        for (size_t g = 0; g < extents.size(); ++g) {
          const int64_t gap = divisor * extents[g] - factor * examples[g][size];
          least = std::max(least, gap);
          most = std::min(most, gap + divisor - 1);
        }
        if (least <= most)
          found.push_back({{static_cast<int32_t>(size), factor, least, divisor}, most});
      }
  return found;
}

}  // namespace weft::graph
