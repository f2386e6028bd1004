// Sums rows by their index: the indices are sorted, each is kept once, and the rows of each are
// added up by `take_adjoint`, the gradient rule of `take`.
#include "autograd/row_gradient.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"
#include "eager/builder.h"
#include "eager/call.h"
#include "eager/devices.h"
#include "ops/row_sum.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/transfer.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

using eager::EagerBuilder;

constexpr int64_t kFewRows = 4096;  // so many are kept whatever they sum up to

// The distinct values of some indices, ascending, and for each index its place among them.
struct Distinct {
  Ref<Tensor> indices;
  Ref<Tensor> places;
};

// O(n log n) for n indices.
Result<Distinct> distinct(const int64_t* given, int64_t count, int64_t extent) {
  WEFT_ASSIGN(const Ref<Tensor> sorted, Tensor::create(DType::kInt64, Shape{count}));
  WEFT_ASSIGN(Ref<Tensor> places, Tensor::create(DType::kInt64, Shape{count}));
  auto* const first = reinterpret_cast<int64_t*>(sorted->data());
  auto* const place = reinterpret_cast<int64_t*>(places->data());
  for (int64_t i = 0; i < count; ++i) {
    if (given[i] < -extent || given[i] >= extent)
      return errors::index_out_of_range("grad", "`indices` must be in [", -extent, ", ", extent,
                                        ") for a leaf of ", extent, " rows; got ", given[i],
                                        " at position ", i);
    // As in NumPy, -1 is the last row.
    first[i] = place[i] = given[i] < 0 ? given[i] + extent : given[i];
  }
  std::sort(first, first + count);
  int64_t* const last = std::unique(first, first + count);
  for (int64_t i = 0; i < count; ++i) place[i] = std::lower_bound(first, last, place[i]) - first;
  WEFT_ASSIGN(Ref<Tensor> indices, Tensor::create(DType::kInt64, Shape{last - first}));
  std::copy(first, last, reinterpret_cast<int64_t*>(indices->data()));
  return Distinct{std::move(indices), std::move(places)};
}

// indices: int64 (R), rows: (R, ...) with the leaf's dtype and its other extents.
Status check_rows(const Tensor& indices, const Tensor& rows, const ops::TensorType& type,
                  Device* device) {
  if (indices.dtype() != DType::kInt64 || indices.rank() != 1)
    return errors::invalid_type("grad", "`indices` must be int64 with one axis; got ",
                                indices.dtype(), " of shape ", indices.shape());
  Shape shape = type.shape;
  shape[0] = indices.elements();
  if (rows.dtype() != type.dtype)
    return errors::invalid_type("grad", "`rows` must have the leaf's dtype ", type.dtype, "; got ",
                                rows.dtype());
  if (rows.shape() != shape)
    return errors::invalid_value("grad", "`rows` must have shape ", shape, "; got ", rows.shape());
  if (indices.device() == device && rows.device() == device) return {};
  return errors::invalid_value("grad", "`indices` and `rows` must be on the leaf's device ",
                               name_of(device), "; got ", name_of(indices.device()), " and ",
                               name_of(rows.device()));
}

}  // namespace

Shape RowGradient::shape_of(int64_t rows) const {
  Shape shape = type_.shape;
  shape[0] = rows;
  return shape;
}

void RowGradient::keep(SavedTensor indices, const Tensor& rows) {
  kept_ += rows.shape()[0];
  parts_.push_back({std::move(indices), SavedTensor(rows)});
}

// What was there becomes a part, or goes.
void RowGradient::start(bool add) {
  const Rows before = std::exchange(rows_, {});
  if (!add) {
    parts_.clear();
    kept_ = summed_ = 0;
  } else if (before.indices) {
    keep(SavedTensor(*before.indices), *before.data);
  }
}

// Costs what is kept, and a sum when far more rows came than the last sum left.
Status RowGradient::deliver(const ops::Value& cotangent, bool add) {
  start(add);
  if (cotangent.is_rows()) {
    for (const ops::RowPart& part : ops::row_sum_of(cotangent).parts)
      keep(SavedTensor(*part.indices.tensor()), *part.rows.tensor());
  } else {
    keep(SavedTensor(), *cotangent.tensor());
  }
  return add && kept_ > kFewRows + 2 * summed_ ? read().status() : Status();
}

Status RowGradient::set(Tensor* indices, Tensor* rows) {
  if (indices && rows) {
    if (indices->box().traced() || rows->box().traced()) return traced_value_error("grad");
    WEFT_TRY(check_rows(*indices, *rows, type_, device_));
  }
  start(false);
  if (indices && rows) keep(SavedTensor(*indices), *rows);
  return {};
}

Result<ops::Value> RowGradient::indices_of(EagerBuilder& builder, const Part& part) const {
  if (!part.indices) return ops::iota(builder, 0, type_.shape[0]);
  WEFT_ASSIGN(Ref<Tensor> indices, part.indices.restore({}));
  return builder.value(std::move(indices));
}

// Parts are joined to one list of indices and rows; rows of one index are then added up.
Result<RowGradient::Rows> RowGradient::sum(EagerBuilder& builder) const {
  auto* const all = new ops::RowSum(type_);
  const ops::Value value = ops::Value::of_rows(&builder, Ref<Object>::adopt(all));
  for (const Part& part : parts_) {
    WEFT_ASSIGN(ops::Value indices, indices_of(builder, part));
    WEFT_ASSIGN(Ref<Tensor> rows, part.rows.restore({}));
    all->parts.push_back({std::move(indices), builder.value(std::move(rows))});
  }
  // One array and nothing else: there is nothing to sort.
  const bool whole = parts_.size() == 1 && !parts_[0].indices;
  if (whole) {
    const ops::Value copy = builder.call("copy", {all->parts[0].rows});
    WEFT_TRY(builder.status());
    return Rows{all->parts[0].indices.tensor(), copy.tensor()};
  }
  const ops::RowPart joined = ops::joined(value);
  WEFT_TRY(builder.status());
  // Here the call waits: which rows there are is decided on this thread.
  WEFT_ASSIGN(Ref<Tensor> given, readable(*joined.indices.tensor(), "grad"));
  WEFT_ASSIGN(given, eager::dense(std::move(given)));
  WEFT_TRY(wait_to_read(*given->box().storage()));
  WEFT_ASSIGN(Distinct found, distinct(reinterpret_cast<const int64_t*>(given->data()),
                                       given->elements(), type_.shape[0]));
  const Shape shape = shape_of(found.indices->elements());
  const ops::Value rows = ops::take_adjoint(
      joined.rows, builder.value(std::move(found.places)),
      {ops::Argument::of_int(0), ops::Argument(), ops::Argument::of_ints(shape.span())});
  WEFT_TRY(builder.status());
  WEFT_ASSIGN(Ref<Tensor> indices, eager::to_device(*found.indices, device_));
  return Rows{std::move(indices), rows.tensor()};
}

// Reading is neither recorded nor traced.
Result<RowGradient::Rows> RowGradient::read() {
  if (rows_.indices) return rows_;
  EagerBuilder builder;
  const ModeScope plain(0, kRecording | kTracing);
  const DeviceScope there(device_);
  if (parts_.empty()) {
    const ops::Value like(&builder, ops::Argument::of_int(0));
    const ops::Value indices = ops::zeros(like, {DType::kInt64, Shape{0}});
    const ops::Value rows = ops::zeros(like, {type_.dtype, shape_of(0)});
    WEFT_TRY(builder.status());
    rows_ = {indices.tensor(), rows.tensor()};
    return rows_;
  }
  WEFT_ASSIGN(rows_, sum(builder));
  parts_.clear();
  kept_ = 0;
  summed_ = rows_.indices->elements();
  return rows_;
}

}  // namespace weft::autograd
