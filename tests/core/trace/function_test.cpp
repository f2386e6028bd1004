// Hybridized functions on the tape: frames, states, orders of derivatives, traces given up.
#include "trace/function.h"

#include "core/autograd/eager_testing.h"

using namespace weft;
using namespace weft::autograd;
using namespace weft::trace;
using namespace weft::autograd::testing;

namespace {

// Traces body(x) for arrays of x's type.
template <class Body>
Ref<Function> traced(const Array& example, const Body& body) {
  const ops::TensorType examples[] = {{example->dtype(), example->shape()}};
  Tensor* placeholders[1] = {};
  REQUIRE(begin_trace(examples, placeholders).ok());
  const Array x = Array::adopt(placeholders[0]);
  const Array y = body(x);
  Tensor* outputs[] = {y.get()};
  auto traced = end_trace(outputs);
  REQUIRE_MESSAGE(traced.ok(), traced.status().message());
  return Function::create(traced.take()).take();
}

Array run(const Ref<Function>& function, const Array& x) {
  Tensor* inputs[] = {x.get()};
  Tensor* outs[1] = {};
  const Status status = function->call(inputs, outs);
  REQUIRE_MESSAGE(status.ok(), status.message());
  return Array::adopt(outs[0]);
}

Ref<Function> cube_times(const Array& w) {
  return traced(array({2}), [&](const Array& x) { return x * x * x * w; });
}

}  // namespace

TEST_CASE("two forwards before two backwards have a frame each") {
  const Array w = leaf({2}, {1, 2});
  const Array a = leaf({2}, {1, 2}), b = leaf({2}, {3, 4});
  const Ref<Function> f = cube_times(w);
  Array ya, yb;
  {
    const Recording recording;
    ya = run(f, a);
    yb = run(f, b);
  }
  REQUIRE(run_backward(ya).ok());
  CHECK(gradient(a) == Numbers{3, 24});
  CHECK(gradient(w) == Numbers{1, 8});
  REQUIRE(run_backward(yb).ok());
  CHECK(gradient(b) == Numbers{27, 96});
  CHECK(gradient(w) == Numbers{27, 64});
}

TEST_CASE("a call keeps what it saved when its arrays are written") {
  const Array w = leaf({2}, {1, 2});
  const Array x = leaf({2}, {1, 2});
  const Ref<Function> f = cube_times(w);
  Array y;
  {
    const Recording recording;
    y = run(f, x);
  }
  REQUIRE(put(x, 100).ok());
  REQUIRE(put(w, 100).ok());
  REQUIRE(run_backward(y, true).ok());
  CHECK(gradient(x) == Numbers{3, 24});
  REQUIRE(run_backward(y).ok());
  CHECK(gradient(w) == Numbers{1, 8});
  const Status status = run_backward(y);
  REQUIRE_FALSE(status.ok());
  CHECK(status.message().find("retain_graph") != std::string::npos);
}

TEST_CASE("derivatives of every order go through a function") {
  const Array w = array({2}, {1, 1});
  const Array x = leaf({2}, {2, 3});
  const Ref<Function> f = cube_times(w);
  const Recording recording;
  const Array y = run(f, x);
  const Array first = grad_of(y, x, true);
  CHECK(values(first) == Numbers{12, 27});
  const Array second = grad_of(first, x, true);
  CHECK(values(second) == Numbers{12, 18});
  CHECK(values(grad_of(second, x)) == Numbers{6, 6});
}

TEST_CASE("a function inside another is inlined and captures by box") {
  const Array w = array({2}, {2, 2});
  const Ref<Function> inner = cube_times(w);
  const Ref<Function> outer = traced(array({2}), [&](const Array& x) { return run(inner, x) + x; });
  REQUIRE(outer->captures().size() == 1);
  CHECK(outer->captures()[0]->box_ref() == w->box_ref());
  CHECK(values(run(outer, array({2}, {1, 2}))) == Numbers{3, 18});
  REQUIRE(put(w, 10).ok());  // a later write is seen
  CHECK(values(run(outer, array({2}, {1, 2}))) == Numbers{11, 82});
}

TEST_CASE("a function inside another delivers the gradients that it delivers by itself") {
  const Array w = leaf({2}, {1, 2});
  const Ref<Function> inner = traced(array({2}), [&](const Array& x) {
    Array y;
    {
      const Recording recording;
      y = x * w;
    }
    REQUIRE(run_backward(y).ok());
    return y;
  });
  const Ref<Function> outer =
      traced(array({2}), [&](const Array& x) { return run(inner, x * 10.0) + x; });
  const auto* const first = static_cast<const LeafNode*>(w->box().node());
  run(outer, array({2}, {3, 4}));
  CHECK(gradient(w) == Numbers{30, 40});
  CHECK(first->deliveries() == 1);
  CHECK(outer->is_current());
  REQUIRE(
      attach_grad(*w, GradRequest::kWrite).ok());  // another leaf: the program knows the old one
  CHECK_FALSE(inner->is_current());
  CHECK_FALSE(outer->is_current());
}

TEST_CASE("a trace that is given up leaves nothing behind") {
  const Array x = array({2}, {1, 2});
  const ops::TensorType examples[] = {{x->dtype(), x->shape()}};
  Tensor* placeholders[1] = {};
  REQUIRE(begin_trace(examples, placeholders).ok());
  const Array placeholder = Array::adopt(placeholders[0]);
  CHECK_FALSE(begin_trace(examples, placeholders).ok());
  REQUIRE(put(x, placeholder * 2).ok());
  Array y;
  CHECK_FALSE(try_call("matmul", {arg(x), arg(1.0)}, &y).ok());
  abort_trace();
  CHECK((thread_state().modes & kTracing) == 0);
  CHECK(values(x) == Numbers{1, 2});
  CHECK_FALSE(x->is_recorded());
  CHECK_FALSE(readable(*placeholder, "read").ok());
  CHECK(values(x * 3) == Numbers{3, 6});
}

TEST_CASE("a capture that is written becomes an output that may share its memory") {
  const Array count = array({1}, {0});
  count->box().state = true;
  const Ref<Function> f = traced(array({1}), [&](const Array& x) {
    REQUIRE(put(count, count + x).ok());
    return count * 10;
  });
  CHECK(values(count) == Numbers{0});
  const char* const memory = count->data();
  CHECK(values(run(f, array({1}, {2}))) == Numbers{20});
  CHECK(values(run(f, array({1}, {3}))) == Numbers{50});
  CHECK(values(count) == Numbers{5});
  CHECK(count->data() == memory);
  const HeldValue held(count->box().storage());
  CHECK(values(run(f, array({1}, {1}))) == Numbers{60});
  CHECK(count->data() != memory);
  CHECK(*reinterpret_cast<const double*>(memory) == 5);
}

TEST_CASE("a recorded function that would lose a write's gradient is refused") {
  const Array w = leaf({1}, {2});
  const Array kept = array({1}, {1});
  const Ref<Function> f = traced(array({1}), [&](const Array& x) {
    REQUIRE(put(kept, w * x).ok());
    return w * 1;
  });
  const Array x = array({1}, {3});
  Tensor* inputs[] = {x.get()};
  Tensor* outs[1] = {};
  {
    const Recording recording;
    const Status status = f->call(inputs, outs);
    REQUIRE_FALSE(status.ok());
    CHECK(status.message().find("no gradient") != std::string::npos);
  }
  CHECK(values(kept) == Numbers{1});
  CHECK(values(run(f, x)) == Numbers{2});
  CHECK(values(kept) == Numbers{6});
}

TEST_CASE("a function does not write a leaf while recording") {
  const Array w = leaf({1}, {1});
  const Ref<Function> f = traced(array({1}), [&](const Array& x) {
    REQUIRE(put(w, w + x).ok());
    return w * 1;
  });
  const Array x = array({1}, {1});
  Tensor* inputs[] = {x.get()};
  Tensor* outs[1] = {};
  {
    const Recording recording;
    const Status status = f->call(inputs, outs);
    REQUIRE_FALSE(status.ok());
    CHECK(status.message().find("autograd.pause()") != std::string::npos);
  }
  CHECK(values(w) == Numbers{1});
  CHECK(values(run(f, x)) == Numbers{2});
  CHECK(leaf_of(*w) != nullptr);
}
