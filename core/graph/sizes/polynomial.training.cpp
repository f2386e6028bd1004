// Fitting: solve a linear system for the factors of a few monomials, then check the solution at the
// other examples. Sets of monomials are tried from small to large.
#include "graph/sizes/polynomial.h"

#include <algorithm>
#include <cmath>
#include <optional>

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

}  // namespace weft::graph
