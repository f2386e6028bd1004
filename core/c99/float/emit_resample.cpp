// Images of another size: weighted sums of neighbours along an axis, and the adjoint. The tables of
// the library's kernels become const arrays, and sums are added in the same order, so the bits
// agree.
#include "c99/program/emitter.h"
#include "ops/problems/resample_problem.h"

namespace weft::c99 {
namespace {

// x is (outer, in, row), y (outer, out, row).
constexpr const char* kPicked =
    R"(/* Each row of the result is one of the data; rows are counted in bytes. */
static void weft_pick_rows_along(
    int32_t outer, int32_t in, int32_t out, int32_t row, const int32_t *first, const void *x, void *y)
{
  const char *from = x;
  char *to = y;
  for (int32_t i = 0; i < outer; ++i, from += in * row)
    for (int32_t o = 0; o < out; ++o, to += row) memcpy(to, from + first[o] * row, (size_t)row);
}
)";

// x is (outer, in, inner), y (outer, out, inner), weights (out, taps).
constexpr const char* kResample =
    R"(/* Each result is a weighted sum of count[o] elements from first[o] on. */
static void weft_resample_f32(
    int32_t outer, int32_t in, int32_t out, int32_t inner, int32_t taps, const int32_t *first,
    const int32_t *count, const float *weights, const float *x, float *y)
{
  for (int32_t i = 0; i < outer; ++i, x += in * inner)
    for (int32_t o = 0; o < out; ++o, y += inner) {
      const float *const from = x + first[o] * inner, *const w = weights + o * taps;
      for (int32_t c = 0; c < inner; ++c) {
        float sum = w[0] * from[c];
        for (int32_t k = 1; k < count[o]; ++k) sum = sum + w[k] * from[k * inner + c];
        y[c] = sum;
      }
    }
}
)";

// The adjoint scatters what weft_resample_f32 gathers.
constexpr const char* kAdjoint =
    R"(/* What weft_resample_f32 takes back from results to elements. */
static void weft_resample_adjoint_f32(
    int32_t outer, int32_t in, int32_t out, int32_t inner, int32_t taps, const int32_t *first,
    const int32_t *count, const float *weights, const float *y, float *x)
{
  for (int32_t i = 0; i < outer; ++i, x += in * inner) {
    memset(x, 0, (size_t)(in * inner) * sizeof *x);
    for (int32_t o = 0; o < out; ++o, y += inner)
      for (int32_t k = 0; k < count[o]; ++k) {
        float *const to = x + (first[o] + k) * inner;
        const float weight = weights[o * taps + k];
        for (int32_t c = 0; c < inner; ++c) to[c] = to[c] + weight * y[c];
      }
  }
}
)";

// The library's table of a problem, as arrays of the program. Its layout: for each result the first
// element (int64), then for each the number of elements, then `taps` weights for each.
class Table {
 public:
  explicit Table(const kernels::Resample& p)
      : p_(p),
        content_(static_cast<size_t>(kernels::resample_table_bytes(p) / 8 + 1)),
        // Bytes of a result without first and count, 8 each.
        taps_((kernels::resample_table_bytes(p) / p.out - 16) / size_of(p.dtype)) {
    kernels::fill_resample_table(p, content_.data());
  }

  int64_t taps() const { return taps_; }
  std::string first(Call& call) const { return numbers(call, "first", 0); }
  std::string count(Call& call) const { return numbers(call, "count", p_.out); }
  std::string weights(Call& call) const {
    return call.source().array("weights", nullptr, p_.dtype, {p_.out, taps_},
                               content_.data() + 2 * p_.out);
  }

 private:
  std::string numbers(Call& call, const char* name, int64_t begin) const {
    const std::vector<int32_t> narrow(content_.begin() + begin, content_.begin() + begin + p_.out);
    return call.source().array(name, nullptr, DType::kInt32, {p_.out}, narrow.data());
  }

  const kernels::Resample& p_;
  std::vector<int64_t> content_;
  int64_t taps_;
};

std::string listed(std::initializer_list<int64_t> numbers) {
  std::string text;
  for (const int64_t number : numbers) text += std::to_string(number) + ", ";
  return text;
}

Status emit(Call& call, bool is_adjoint) {
  const kernels::Resample p =
      ops::resample_problem(call.attributes(), {DType::kFloat32, call.in(0).shape}, is_adjoint);
  if (p.outer * p.inner * p.out == 0) return {};
  const Table table(p);
  // Nearest neighbours have one weight, 1: rows are copied.
  if (table.taps() == 1 && !is_adjoint) {
    call.source().define("weft_pick_rows_along", kPicked);
    const std::string numbers = listed({p.outer, p.in, p.out, p.inner * size_of(p.dtype)});
    const std::string first = table.first(call);
    call.line("weft_pick_rows_along(" + numbers + first + ", " + call.read(0) + ", " +
              call.write() + ");");
    return {};
  }
  const char* const name = is_adjoint ? "weft_resample_adjoint_f32" : "weft_resample_f32";
  call.source().define(name, is_adjoint ? kAdjoint : kResample);
  const std::string first = table.first(call), count = table.count(call);
  const std::string weights = table.weights(call);
  call.source().add_multiply_adds(p.outer * p.inner * p.out * table.taps());
  call.line(std::string(name) + "(" + listed({p.outer, p.in, p.out, p.inner, table.taps()}) +
            first + ", " + count + ", " + weights + ", " + call.read(0) + ", " + call.write() +
            ");");
  return {};
}

Status emit_resample(Call& call) { return emit(call, false); }
Status emit_adjoint(Call& call) { return emit(call, true); }

}  // namespace

WEFT_EMITTER(resample, dense_float32, emit_resample);
WEFT_EMITTER(resample_adjoint, dense_float32, emit_adjoint);

}  // namespace weft::c99
