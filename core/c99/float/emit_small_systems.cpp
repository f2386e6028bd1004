// Small systems of matrices (kernels/linalg/small_systems.h) as C, with the library's bits: the
// same sums in the same order, with branches where the kernels choose lane by lane. Generated C has
// no errors, so a matrix without an inverse or a factor gives infinities or NaN.
#include "c99/int8/int8_text.h"
#include "c99/program/emitter.h"
#include "c99/text/text.h"
#include "kernels/linalg/small_systems.h"

namespace weft::c99 {
namespace {

constexpr std::string_view kElimination =
    R"(/* Factors L and U of a matrix of n rows, whose pivots are the largest elements that are left: a row
   changes places with each later one that has a larger element. Gives the sign of the changes. */
static int32_t weft_eliminate(int32_t n, float *a, uint8_t *changed)
{
  int32_t sign = 1;
  for (int32_t k = 0; k < n; ++k) {
    for (int32_t r = k + 1; r < n; ++r) {
      *changed = fabsf(a[r * n + k]) > fabsf(a[k * n + k]);
      if (*changed++) {
        sign = -sign;
        for (int32_t j = 0; j < n; ++j) {
          const float first = a[k * n + j];
          a[k * n + j] = a[r * n + j];
          a[r * n + j] = first;
        }
      }
    }
    for (int32_t r = k + 1; r < n; ++r) {
      a[r * n + k] = a[k * n + k] == 0 ? 0 : a[r * n + k] / a[k * n + k];
      for (int32_t j = k + 1; j < n; ++j) a[r * n + j] -= a[r * n + k] * a[k * n + j];
    }
  }
  return sign;
}
)";

constexpr std::string_view kDeterminants =
    R"(static void weft_small_det(int32_t count, int32_t n, const float *a, float *y)
{
  float lu[$most * $most];
  uint8_t changed[$most * ($most - 1) / 2];
  for (int32_t i = 0; i < count; ++i, a += n * n) {
    for (int32_t k = 0; k < n * n; ++k) lu[k] = a[k];
    const int32_t sign = weft_eliminate(n, lu, changed);
    y[i] = 1;
    for (int32_t k = 0; k < n; ++k) y[i] *= lu[k * n + k];
    if (sign < 0) y[i] = -y[i];
  }
}
)";

constexpr std::string_view kSolutions =
    R"(/* Solutions of n equations with so many right sides; the inverse where b is NULL. */
static void weft_small_solve(
    int32_t count, int32_t n, int32_t columns, const float *a, const float *b, float *y)
{
  float lu[$most * $most], x[$most];
  uint8_t changed[$most * ($most - 1) / 2];
  for (int32_t m = 0; m < count; ++m, a += n * n, y += n * columns) {
    for (int32_t k = 0; k < n * n; ++k) lu[k] = a[k];
    weft_eliminate(n, lu, changed);
    for (int32_t c = 0; c < columns; ++c) {
      const uint8_t *change = changed;
      for (int32_t i = 0; i < n; ++i) x[i] = b ? b[(m * n + i) * columns + c] : (float)(i == c);
      for (int32_t k = 0; k < n; ++k)
        for (int32_t r = k + 1; r < n; ++r)
          if (*change++) {
            const float first = x[k];
            x[k] = x[r];
            x[r] = first;
          }
      for (int32_t i = 0; i < n; ++i)
        for (int32_t j = 0; j < i; ++j) x[i] -= lu[i * n + j] * x[j];
      for (int32_t i = n; i-- > 0;) {
        for (int32_t j = i + 1; j < n; ++j) x[i] -= lu[i * n + j] * x[j];
        x[i] /= lu[i * n + i];
      }
      for (int32_t i = 0; i < n; ++i) y[i * columns + c] = x[i];
    }
  }
}
)";

constexpr std::string_view kCholesky =
    R"(/* The triangle L of matrices L L^T, from the lower triangle; with upper its transpose, from the
   upper one. */
static void weft_small_cholesky(int32_t count, int32_t n, int32_t upper, const float *a, float *y)
{
  const int32_t down = upper ? 1 : n, right = upper ? n : 1;
  for (int32_t m = 0; m < count; ++m, a += n * n, y += n * n)
    for (int32_t j = 0; j < n; ++j) {
      float square = a[j * n + j];
      for (int32_t k = 0; k < j; ++k) {
        square -= y[j * down + k * right] * y[j * down + k * right];
        y[k * down + j * right] = 0;
      }
      y[j * n + j] = sqrtf(square);
      for (int32_t i = j + 1; i < n; ++i) {
        float rest = a[i * down + j * right];
        for (int32_t k = 0; k < j; ++k) rest -= y[i * down + k * right] * y[j * down + k * right];
        y[i * down + j * right] = rest / y[j * n + j];
      }
    }
}
)";

constexpr std::string_view kEigen =
    R"(/* Eigenvalues in ascending order, and vectors, of symmetric matrices by Jacobi's method: turns of
   two axes that make an element beside the diagonal zero. */
static void weft_turn_pair(float *x, float *y, float cosine, float sine)
{
  const float before = *x;
  *x = cosine * before - sine * *y;
  *y = sine * before + cosine * *y;
}
static void weft_turn_axes(int32_t n, int32_t p, int32_t q, float *a, float *v)
{
  const float beside = a[p * n + q];
  const float ratio = (a[q * n + q] - a[p * n + p]) / (beside + beside);
  const float slope = copysignf(1.0f, ratio) / (fabsf(ratio) + sqrtf(ratio * ratio + 1.0f));
  const float tangent = beside == 0 ? 0 : slope;
  const float cosine = 1.0f / sqrtf(tangent * tangent + 1.0f), sine = tangent * cosine;
  const float change = tangent * beside;
  a[p * n + p] -= change;
  a[q * n + q] += change;
  a[p * n + q] = a[q * n + p] = 0;
  for (int32_t r = 0; r < n; ++r) {
    weft_turn_pair(v + r * n + p, v + r * n + q, cosine, sine);
    if (r == p || r == q) continue;
    weft_turn_pair(a + r * n + p, a + r * n + q, cosine, sine);
    a[p * n + r] = a[r * n + p];
    a[q * n + r] = a[r * n + q];
  }
}
static void weft_small_eigh(
    int32_t count, int32_t n, int32_t upper, const float *x, float *w, float *v)
{
  float a[$most * $most];
  for (int32_t m = 0; m < count; ++m, x += n * n, w += n, v += n * n) {
    for (int32_t i = 0; i < n; ++i)
      for (int32_t j = 0; j < n; ++j) {
        a[i * n + j] = x[(j <= i) == (upper == 0) ? i * n + j : j * n + i];
        v[i * n + j] = (float)(i == j);
      }
    for (int32_t sweep = 0; sweep < (n == 2 ? 1 : $sweeps); ++sweep)
      for (int32_t p = 0; p < n; ++p)
        for (int32_t q = p + 1; q < n; ++q) weft_turn_axes(n, p, q, a, v);
    for (int32_t i = 0; i < n; ++i) w[i] = a[i * n + i];
    for (int32_t end = n; end-- > 1;)
      for (int32_t i = 0; i < end; ++i)
        if (w[i] > w[i + 1]) {
          const float larger = w[i];
          w[i] = w[i + 1];
          w[i + 1] = larger;
          for (int32_t r = 0; r < n; ++r) {
            const float before = v[r * n + i];
            v[r * n + i] = v[r * n + i + 1];
            v[r * n + i + 1] = before;
          }
        }
  }
}
)";

// "matrices, rows" as arguments of C.
std::string extents_text(const Operand& a) {
  const int64_t rows = a.shape[a.shape.rank() - 1];
  return std::to_string(rows ? a.shape.elements() / (rows * rows) : 0) + ", " +
         std::to_string(rows);
}

void define(Call& call, const std::string& name, std::string_view text, int most) {
  call.source().use_arithmetic();  // for math.h
  std::string whole = replaced(std::string(text), "$most", std::to_string(most));
  call.source().define(name, replaced(whole, "$sweeps", std::to_string(kernels::kJacobiSweeps)));
}

std::string upper_text(const Call& call) {
  return call.attributes().flag("upper") ? ", 1, " : ", 0, ";
}

// The determinant of a matrix without rows is 1.
Status emit_determinant(Call& call) {
  const Operand& a = call.in(0);
  if (call.out().shape.elements() == 0) return {};
  if (a.shape.elements() == 0) {
    call.line("for (int32_t i = 0; i < " + call.count() + "; ++i) " + call.write() + "[i] = 1;");
    return {};
  }
  define(call, "weft_eliminate", kElimination, kernels::kMostSmallRows);
  define(call, "weft_small_det", kDeterminants, kernels::kMostSmallRows);
  call.line("weft_small_det(" + extents_text(a) + ", " + call.read(0) + ", " + call.write() + ");");
  return {};
}

Status emit_solution(Call& call) {
  const Operand& y = call.out();
  if (y.shape.elements() == 0) return {};
  define(call, "weft_eliminate", kElimination, kernels::kMostSmallRows);
  define(call, "weft_small_solve", kSolutions, kernels::kMostSmallRows);
  const std::string a = call.read(0), b = call.inputs() > 1 ? call.read(1) : "NULL";
  call.line("weft_small_solve(" + extents_text(call.in(0)) + ", " +
            std::to_string(y.shape[y.shape.rank() - 1]) + ", " + a + ", " + b + ", " +
            call.write() + ");");
  return {};
}

Status emit_cholesky(Call& call) {
  if (call.out().shape.elements() == 0) return {};
  define(call, "weft_small_cholesky", kCholesky, kernels::kMostSmallRows);
  call.line("weft_small_cholesky(" + extents_text(call.in(0)) + upper_text(call) + call.read(0) +
            ", " + call.write() + ");");
  return {};
}

Status emit_eigen(Call& call) {
  if (call.out().shape.elements() == 0) return {};
  define(call, "weft_small_eigh", kEigen, kernels::kMostSmallEigenRows);
  call.line("weft_small_eigh(" + extents_text(call.in(0)) + upper_text(call) + call.read(0) + ", " +
            call.write(0) + ", " + call.write(1) + ");");
  return {};
}

}  // namespace

WEFT_EMITTER(small_det, dense_float32, emit_determinant);
WEFT_EMITTER(small_inv, dense_float32, emit_solution);
WEFT_EMITTER(small_solve, dense_float32, emit_solution);
WEFT_EMITTER(small_cholesky, dense_float32, emit_cholesky);
WEFT_EMITTER(small_eigh, dense_float32, emit_eigen);

}  // namespace weft::c99
