// Connectionist temporal classification (Graves, Fernández, Gomez, Schmidhuber, 2006): the forward
// recursion over the label with blanks between its classes, in logarithms. It is a composite, so it
// has gradients of every order. One step is a few operators on (N, 2 L + 1) elements.
//
// Letters: T steps, N samples, C classes, L labels.

#include <limits>

#include "base/errors.h"
#include "ops/indexing/axis_index_impl.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// The logarithm of probability 0: far below all real ones, but finite, so that differences and
// their gradients are numbers.
constexpr double kNever = -1e30;

Result<Types> check(const InferContext& c) {
  const Shape &data = c.in[0].shape, &label = c.in[1].shape;
  if (data.rank() != 3 || label.rank() != 2 || data[1] != label[0])
    return errors::invalid_value("ctc_loss",
                                 "`data` must have shape (T, N, C) and `label` (N, L); got ", data,
                                 " and ", label);
  if (data[0] == 0 || data[2] == 0)
    return errors::invalid_value("ctc_loss",
                                 "`data` must have at least one step and one class; "
                                 "got shape ",
                                 data);
  for (const size_t i : {size_t{2}, size_t{3}})
    if (c.given(i) && c.in[i].shape != Shape{data[1]})
      return errors::invalid_value("ctc_loss", "`", c.op().input_name(i), "` must have shape (",
                                   data[1], ",); got ", c.in[i].shape);
  const std::string_view blank = c.text("blank_label");
  if (blank != "first" && blank != "last")
    return errors::invalid_value("ctc_loss", "`blank_label` must be first or last; got ", blank);
  return Types();
}

Value call(std::string_view op, const Value& a, const Value& b) {
  return a.builder().call(op, {a, b});
}

// log(Σ exp(term)). The largest term is subtracted first, so exp cannot overflow. It cancels out of
// the result, so its gradient is 0 and it counts as a constant.
Value log_of_sum(std::initializer_list<Value> terms) {
  Value largest = *terms.begin();
  for (const Value& term : terms) largest = call("maximum", largest, term);
  largest = largest.builder().call("stop_gradient", {largest});
  Value sum;
  for (const Value& term : terms) {
    const Value part = exp(term - largest);
    sum = sum ? sum + part : part;
  }
  return largest + log(sum);
}

// The recursion of one call; `paths` holds, for every state, the logarithm of the probability of
// all paths that end there.
class Recursion {
 public:
  explicit Recursion(const ComposeContext& c)
      : b_(c.builder), data_(c.in(0).shape()), length_(c.in(1).shape()[1]) {
    const bool first = c.text("blank_label") == "first";
    blank_ = first ? 0 : data_[2] - 1;
    const Value label = as_index(c.in(1));
    const Value is_label = b_.call("not_equal", {label, scalar(label, first ? 0 : -1)});
    label_lengths_ = given(c, 3) ? bounded(c.in(3), 0, length_, "`label_lengths`")
                                 : lengths_before_padding(is_label);
    // Whatever stands behind the end of a label is ignored: it becomes the blank.
    const Value place = iota(b_, 0, length_);
    const Value counts =
        call("logical_and", is_label, call("less", place, reshape(label_lengths_, {data_[1], 1})));
    label_ = bounded(where(counts, label, integers({data_[1], length_}, blank_)), 0, data_[2] - 1,
                     "`label`");
    // Sums of logarithms need at least float32.
    if (given(c, 2)) data_lengths_ = bounded(c.in(2), 1, data_[0], "`data_lengths`");
    const DType dtype = size_of(c.in(0).dtype()) < 4 ? DType::kFloat32 : c.in(0).dtype();
    scores_ = b_.call("log_softmax", {cast(within_lengths(c.in(0)), dtype)});
  }

  Value loss() {
    const int64_t states = 2 * length_ + 1;
    const Value extended = with_blanks();
    const Value skips = may_skip(extended);
    const Value places =
        broadcast_to(reshape(extended, {1, data_[1], states}), {data_[0], data_[1], states});
    const Value emitted = b_.call("take_along_axis", {scores_, places}, {Argument::of_int(2)});
    Value paths =
        where(call("less", iota(b_, 0, states), begins()), step(emitted, 0), never(states));
    const int64_t steps = data_[1] == 0 ? 1 : data_[0];  // no samples have no paths
    for (int64_t t = 1; t < steps; ++t) {
      const Value next = advance(paths, skips, states) + step(emitted, t);
      paths = data_lengths_ ? where(is_running(t), next, paths) : next;
    }
    return -ended(paths);
  }

 private:
  static bool given(const ComposeContext& c, size_t i) { return c.inputs.size() > i && c.in(i); }

  Value integers(const Shape& shape, int64_t number) {
    return b_.call(
        "full", {},
        {Argument::of_ints(shape.span()), Argument::of_float(static_cast<double>(number)),
         Argument::of_dtype(DType::kInt64)});
  }
  Value never(int64_t states) {
    const int64_t shape[] = {data_[1], states};
    return b_.call("full", {},
                   {Argument::of_ints(shape), Argument::of_float(kNever),
                    Argument::of_dtype(scores_.dtype())});
  }

  Value bounded(const Value& numbers, int64_t minimum, int64_t maximum, std::string_view what) {
    return b_.call("bounded_integers", {as_index(numbers)},
                   {Argument::of_int(minimum), Argument::of_int(maximum),
                    Argument::of_string("ctc_loss"), Argument::of_string(what)});
  }

  // What stands behind the end of a sample may be anything, NaN, too, and has no gradient.
  Value within_lengths(const Value& data) {
    if (!data_lengths_) return data;
    const Value step = reshape(iota(b_, 0, data_[0]), {data_[0], 1, 1});
    return where(call("less", step, reshape(data_lengths_, {1, data_[1], 1})), data,
                 scalar(data, 0));
  }

  // The number of classes before the first padding.
  Value lengths_before_padding(const Value& is_label) {
    const Value run = b_.call("cumprod", {cast(is_label, DType::kInt64)}, {Argument::of_int(1)});
    const int64_t axis[] = {1};
    return sum(run, axis, false);
  }

  // blank, label 0, blank, label 1, …, blank: (N, 2 L + 1).
  Value with_blanks() {
    const int64_t n = data_[1];
    const Value column = integers({n, length_, 1}, blank_);
    const Value pairs[] = {column, reshape(label_, {n, length_, 1})};
    const Value parts[] = {reshape(concatenate(pairs, 2), {n, 2 * length_}),
                           integers({n, 1}, blank_)};
    return concatenate(parts, 1);
  }

  // A path may go from one class directly to the next and leave out the blank between, unless both
  // are the same class.
  Value may_skip(const Value& extended) {
    const int64_t states = 2 * length_ + 1;
    const Value zero = scalar(extended, 0);
    if (states < 3) return call("less", extended, extended);
    const Value differs = b_.call(
        "not_equal", {slice(extended, 1, 2, states - 2), slice(extended, 1, 0, states - 2)});
    const Value parts[] = {integers({data_[1], 2}, 0), cast(differs, DType::kInt64)};
    return call("greater", concatenate(parts, 1), zero);
  }

  // A path begins at the first blank, or at the first class if there is one.
  Value begins() {
    return reshape(call("minimum", label_lengths_, integers({data_[1]}, 1)) + 1, {data_[1], 1});
  }

  Value step(const Value& emitted, int64_t t) {
    const Shape shape = emitted.shape();
    return reshape(slice(emitted, 0, t, 1), {shape[1], shape[2]});
  }

  Value shifted(const Value& paths, int64_t by, int64_t states) {
    if (by >= states) return never(states);
    const Value parts[] = {never(by), slice(paths, 1, 0, states - by)};
    return concatenate(parts, 1);
  }

  // alpha_t(s) = log(exp(alpha(s)) + exp(alpha(s - 1)) + [may skip] exp(alpha(s - 2))); the caller
  // adds the score that is emitted.
  Value advance(const Value& paths, const Value& skips, int64_t states) {
    const Value skipped = where(skips, shifted(paths, 2, states), never(states));
    return log_of_sum({paths, shifted(paths, 1, states), skipped});
  }

  Value is_running(int64_t t) {
    return reshape(
        b_.call("greater", {data_lengths_, scalar(data_lengths_, static_cast<double>(t))}),
        {data_[1], 1});
  }

  // Paths end at the last class or at the blank behind it; shape (N,).
  Value ended(const Value& paths) {
    const Value last = label_lengths_ * 2;
    const auto at = [&](const Value& place) {
      return b_.call("pick", {paths, place}, {Argument::of_int(1)});
    };
    const Value before = at(call("maximum", last - 1, integers({data_[1]}, 0)));
    const Value empty = b_.call("equal", {last, scalar(last, 0)});
    const Value none = reshape(never(1), {data_[1]});
    const Value found = log_of_sum({at(last), where(empty, none, before)});
    // More classes than steps: the probability is 0 and the loss infinite.
    const Value impossible = b_.call("less", {found, scalar(found, kNever / 2)});
    return where(impossible, scalar(found, -std::numeric_limits<double>::infinity()), found);
  }

  Builder& b_;
  const Shape data_;
  const int64_t length_;
  int64_t blank_ = 0;
  Value scores_, label_, label_lengths_, data_lengths_;
};

Result<Value> ctc_loss(const ComposeContext& c) {
  const TensorType type = c.in(0).type();
  WEFT_TRY(rules::require_floating(InferContext(c.op(), {&type, 1}, c.all()), 0));
  Recursion recursion(c);
  const Value loss = recursion.loss();
  WEFT_TRY(c.builder.status());
  return cast(loss, type.dtype);
}

}  // namespace

WEFT_OP(ctc_loss) {
  op.doc("Minus the logarithm of the probability of a label, over all ways to align it.")
      .in(Namespace::kNpx)
      .input("data", "floating, shape (T, N, C): scores, whose softmax is taken")
      .index_input("label",
                   "any real dtype, shape (N, L): classes, none negative; those from the first "
                   "padding on, 0 "
                   "where the blank is first, else -1, do not count");
  op.optional_input(
      "data_lengths",
      "any real dtype, shape (N,): steps of each sample, from 1 to T; all if left out");
  op.inputs.back().keeps_dtype = true;
  op.optional_input(
      "label_lengths",
      "any real dtype, shape (N,): labels of each sample in place of padding, from 0 to L");
  op.inputs.back().keeps_dtype = true;
  op.text("blank_label", "first", "the class of the blank: first (0) or last (C - 1)")
      .infer(check)
      .compose(checked<ctc_loss>)
      .sample(R"({"shapes": [[6, 3, 4], [3, 2]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[5, 3, 4], [3, 2]], "dtypes": [null, "int32"],
                  "blank_label": "last"})")
      .sample(R"({"shapes": [[6, 3, 4], [3, 1], [3]], "dtypes": [null, "int64", "int64"],
                  "ranges": [null, null, [1, 2]]})")
      .sample(R"({"shapes": [[6, 3, 4], [3, 2], null, [3]],
                  "dtypes": [null, "int64", null, "int32"], "ranges": [null, null, null, [0, 1]]})")
      .sample(R"({"shapes": [[3, 2, 3], [2, 1], null, [2]],
                  "dtypes": [null, "int64", null, "int64"], "ranges": [null, null, null, [0, 1]],
                  "blank_label": "last"})")
      .sample(R"({"shapes": [[2, 2, 3], [2, 0]], "dtypes": [null, "int64"]})");
}

}  // namespace weft::ops
