// weft.hpp: every class of it, in C++17 as in C++20.
#include <weft/weft.hpp>

#include <array>
#include <cmath>

#include "checks.h"

using weft::Tensor;
using Floats = std::vector<float>;

// The call throws weft::Error of this status, with `text` in its message.
#define THROWS(call, wanted, text)                                                  \
  do {                                                                              \
    try {                                                                           \
      (void)(call);                                                                 \
      ++failed_checks;                                                              \
      printf("%s:%d: does not throw: %s\n", __FILE__, __LINE__, #call);             \
    } catch (const weft::Error& error) {                                            \
      if (error.status() != (wanted) || !strstr(error.what(), (text))) {            \
        ++failed_checks;                                                            \
        printf("%s:%d: %s\n  threw status %d, \"%s\"\n", __FILE__, __LINE__, #call, \
               (int)error.status(), error.what());                                  \
      }                                                                             \
    }                                                                               \
  } while (0)

static Tensor row(std::initializer_list<float> numbers) {
  return Tensor::from({static_cast<int64_t>(numbers.size())}, numbers);
}

static bool equal(weft::Extents a, std::initializer_list<int64_t> b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

static void arrays_are_made_and_read() {
  const std::array<int64_t, 2> shape = {2, 3};
  const Tensor a = Tensor::from(shape, std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(a.dtype() == weft::Dtype::kFloat64 && equal(a.shape(), {2, 3}) && a.elements() == 6);
  CHECK(equal(a.strides(), {3, 1}));
  CHECK(a.to_vector<double>()[5] == 6);
  CHECK(Tensor::from({}, {7}).item<double>() == 7);
  CHECK(Tensor::zeros({2}, weft::Dtype::kInt8).to_vector<int8_t>() == (std::vector<int8_t>{0, 0}));
  CHECK(weft::dtype_of<bool>() == weft::Dtype::kBool);
  CHECK(weft::dtype_of<long>() == weft::dtype_of<int64_t>());
  CHECK(weft::dtype_of<uint16_t>() == weft::Dtype::kUInt16);
  THROWS(a.to_vector<float>(), WEFT_INVALID_TYPE, "wanted as float32; the array has float64");
  THROWS(Tensor::from({3}, {1, 2}), WEFT_INVALID_VALUE, "`shape` has 3 elements; got 2");
  THROWS(a.item<int>(), WEFT_INVALID_VALUE, "one element");
}

static void copies_are_the_same_array() {
  Tensor a = row({1, 2});
  Tensor b = a;
  b.write(5);
  CHECK(a.shares_box(b) && a.to_vector<float>() == (Floats{5, 5}));
  Tensor c = std::move(a);
  CHECK(!a && c.shares_box(b));
  a = c;
  CHECK(a && a.handle() == c.handle());
  const weft::Hold hold = a.hold();
  a.write(row({8, 9}));
  CHECK(hold.data<float>()[1] == 5 && b.to_vector<float>() == (Floats{8, 9}));
  const Tensor away = a.detach();
  CHECK(away.shares_box(a) && away.handle() != a.handle());
}

static void the_callers_memory_is_wrapped() {
  float memory[4] = {1, 2, 3, 4};
  const float fixed[2] = {1, 2};
  auto owner = std::make_shared<int>(0);
  {
    const Tensor a = Tensor::wrap(memory, {2, 2}, owner, {1, 2});
    CHECK(a.to_vector<float>() == (Floats{1, 3, 2, 4}) && owner.use_count() == 2);
    a.write(0);
    a.wait();
    CHECK(memory[3] == 0);
  }
  weft::check(weft_wait_all());
  CHECK(owner.use_count() == 1);
  THROWS(Tensor::wrap(memory, {2, -1}, owner), WEFT_INVALID_VALUE, "at least 0");
  CHECK(owner.use_count() == 1);
  THROWS(Tensor::wrap(fixed, {2}).write(1), WEFT_INVALID_STATE, "read-only");
}

static void operators_take_attributes_by_name() {
  const Tensor x = Tensor::from({2, 2}, {1.0f, -2.0f, 3.0f, -4.0f});
  const weft::Op sum("sum");
  CHECK(sum.info().inputs == 1 && sum({x}).item<float>() == -2);
  CHECK(sum({x}, {{"axis", {1}}, {"keepdims", true}}).to_vector<float>() == (Floats{-1, -1}));
  CHECK(sum({x, 0}).to_vector<float>() == (Floats{4, -6}));
  CHECK(sum({x}, {{"dtype", weft::Dtype::kFloat64}}).item<double>() == -2);
  CHECK(sum({x}, {{"axis", std::nullopt}}).item<float>() == -2);
  CHECK(weft::call("cast", {x, weft::Dtype::kInt32}).to_vector<int32_t>()[3] == -4);
  THROWS(sum({x}, {{"axes", {1}}}), WEFT_INVALID_TYPE,
         "sum: there is no attribute `axes`; there are: axis, keepdims, dtype");
  THROWS(sum({x}, {{"axis", "one"}}), WEFT_INVALID_TYPE, "`axis`");
  THROWS(sum({x}, {{"axis", {2}}}), WEFT_INDEX_OUT_OF_RANGE, "`axis`");
  THROWS(weft::Op("no_such_thing"), WEFT_NOT_FOUND, "no_such_thing");
  const std::vector<weft::Value> many(33, weft::Value(1));
  THROWS(sum(many), WEFT_INVALID_TYPE, "at most 32");
}

static void lists_and_several_results() {
  const std::vector<Tensor> rows = {row({1}), row({2, 3})};
  CHECK(weft::call("concatenate", {rows}).to_vector<float>() == (Floats{1, 2, 3}));
  CHECK(weft::call("concatenate", {{rows[1], rows[0]}}).to_vector<float>() == (Floats{2, 3, 1}));
  const weft::Op split("split");
  const std::vector<Tensor> parts = split.all({row({1, 2, 3, 4}), 2});
  CHECK(parts.size() == 2 && parts[1].to_vector<float>() == (Floats{3, 4}));
  const Tensor out = row({0, 0});
  const weft::Op add("add");
  add.into({out}, {row({1, 2}), 1.5});
  CHECK(out.to_vector<float>() == (Floats{2.5, 3.5}));
  THROWS(add.into({Tensor()}, {out, 1}), WEFT_INVALID_VALUE, "add: `outs` must be arrays");
}

static void arithmetic_reads_as_it_is_written() {
  const Tensor a = row({1, 2});
  const Tensor b = row({4, 8});
  CHECK((a + b).to_vector<float>() == (Floats{5, 10}));
  CHECK((a - 1).to_vector<float>() == (Floats{0, 1}));
  CHECK((2 * a * b).to_vector<float>() == (Floats{8, 32}));
  CHECK((1 / b + a / 2.0).to_vector<float>() == (Floats{0.75, 1.125}));
  CHECK((3 - -a).to_vector<float>() == (Floats{4, 5}));
  CHECK((a + 1).dtype() == weft::Dtype::kFloat32);
  THROWS(a + row({1, 2, 3}), WEFT_INVALID_VALUE, "add");
}

static void gradients_of_any_order() {
  const Tensor x = row({2, 3});
  x.attach_grad();
  Tensor y;
  {
    const auto scope = weft::record();
    CHECK(weft_modes() == (WEFT_MODE_RECORDING | WEFT_MODE_TRAINING));
    y = x * x * x;
    const auto inner = weft::pause();
    CHECK(weft_modes() == 0);
  }
  CHECK(weft_modes() == 0);
  weft::backward({y}, true);
  CHECK(x.grad().to_vector<float>() == (Floats{12, 27}));
  weft::backward({y}, false, {row({1, 0})});
  CHECK(x.grad().to_vector<float>() == (Floats{12, 0}));
  THROWS(weft::backward({y}), WEFT_INVALID_STATE, "retain_graph");
  THROWS(weft::backward({y}, false, {y, y}), WEFT_INVALID_VALUE, "1 heads; got 2");
  std::vector<Tensor> first;
  {
    const auto scope = weft::record(false);
    first = weft::grad({x * x * x}, {x}, true);
  }
  CHECK(weft::grad(first, {x})[0].to_vector<float>() == (Floats{12, 18}));
  CHECK(!row({1}).grad());
  {
    const auto scope = weft::deferred();
    CHECK(weft_modes() == WEFT_MODE_DEFERRING);
  }
  {
    const auto scope = weft::autocast(WEFT_BFLOAT16);
    CHECK(weft_modes() == WEFT_MODE_MIXED_BFLOAT16);
    const auto inner = weft::autocast(WEFT_FLOAT32);
    CHECK(weft_modes() == 0);
  }
}

static void gradients_may_be_rows() {
  const Tensor table = Tensor::from({3, 2}, {1.f, 2.f, 3.f, 4.f, 5.f, 6.f});
  table.attach_grad(WEFT_GRAD_WRITE, WEFT_GRAD_ROW_SPARSE);
  Tensor read;
  {
    const auto scope = weft::record();
    read = weft::call("embedding", {Tensor::from({2}, std::vector<int64_t>{2, 2}), table},
                      {{"sparse_grad", true}});
  }
  weft::backward({read});
  const weft::RowSparse found = table.grad_rows();
  CHECK(found.indices.to_vector<int64_t>() == (std::vector<int64_t>{2}));
  CHECK(found.rows.to_vector<float>() == (Floats{2, 2}));
  THROWS(table.grad(), WEFT_INVALID_STATE, "row-sparse");
  table.set_grad_rows({});
  CHECK(table.grad_rows().indices.elements() == 0);
  THROWS(row({1}).set_grad_rows(found), WEFT_INVALID_STATE, "no gradient is attached");
}

static void calls_of_the_program_have_gradients() {
  const Tensor a = row({2, 3}), thrice = row({6, 9});
  a.attach_grad();
  {
    const auto scope = weft::record();
    weft::record_function("thrice", {a}, {thrice}, {a}, [](auto saved, auto cotangents) {
      return std::vector<Tensor>{cotangents[0] * 3 + saved[0] * 0};
    });
  }
  weft::backward({thrice});
  CHECK(a.grad().to_vector<float>() == (Floats{3, 3}));
  const Tensor again = row({6, 9});
  {
    const auto scope = weft::record();
    weft::record_function("none", {a}, {again}, {},
                          [](auto, auto) { return std::vector<Tensor>(); });
  }
  THROWS(weft::backward({again}), WEFT_INVALID_VALUE, "must give 1 arrays; got 0");
}

static void checkpoints_run_again() {
  const Tensor a = row({2, 3}), w = row({4, 5});
  a.attach_grad();
  w.attach_grad();
  int runs = 0;
  std::vector<Tensor> found;
  {
    const auto scope = weft::record();
    found = weft::checkpoint({a}, [&runs, w](auto inputs) {
      ++runs;
      return std::vector<Tensor>{inputs[0] * inputs[0] * w};
    });
  }
  weft::backward({found[0]});
  CHECK(runs == 2);
  CHECK(a.grad().to_vector<float>() == (Floats{16, 30}));
  CHECK(w.grad().to_vector<float>() == (Floats{4, 9}));
  const auto scope = weft::record();
  const auto fails = [](auto) -> std::vector<Tensor> { throw std::runtime_error("mine"); };
  bool thrown = false;
  try {
    weft::checkpoint({a}, fails);
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  CHECK(thrown);
}

static void pinned_memory_is_shared() {
  const Tensor a = row({1, 2});
  const weft::Pin pin = a.pin();
  pin.data<float>()[0] = 5;
  CHECK(a.to_vector<float>() == (Floats{5, 2}));
  a.write(7);
  CHECK(pin.data<float>()[1] == 7);
}

static void the_log_tells_of_plans() {
  std::vector<std::string> told;
  const auto note = [&](weft::LogLevel level, const char* text) {
    CHECK(level == weft::LogLevel::kInfo);
    told.push_back(text);
  };
  weft::set_log(weft::LogLevel::kInfo, note);
  const weft::Function twice = weft::trace([](auto in) { return in[0] * 2; }, {row({1})});
  CHECK(twice({{row({4})}})[0].item<float>() == 8);
  weft::set_log(weft::LogLevel::kOff);
  CHECK(twice({{row({4, 5})}})[0].elements() == 2);
  CHECK(told.size() == 1 && told[0].find("plan: made in ") == 0);
  weft::set_log(weft::LogLevel::kWarning);
  THROWS(weft::set_log(static_cast<weft::LogLevel>(9)), WEFT_INVALID_VALUE, "got 9");
}

static void functions_are_traced() {
  const Tensor weight = row({2, 4});
  const weft::Function f = weft::trace(
      [&](weft::Span<const Tensor> in) {
        CHECK(in[0].is_traced());
        return std::vector<Tensor>{in[0] * weight, in[0] + in[1]};
      },
      {row({0, 0}), row({0, 0})});
  CHECK(f.inputs() == 2 && f.outputs() == 2 && !f.is_example());
  CHECK(f.captures().size() == 1 && f.captures()[0].shares_box(weight));
  const std::vector<Tensor> found = f({row({1, 2}), row({3, 4})});
  CHECK(found[0].to_vector<float>() == (Floats{2, 8}));
  CHECK(found[1].to_vector<float>() == (Floats{4, 6}));
  CHECK(f.text().find("multiply") != std::string::npos && f.memory().nodes > 0);
  CHECK(!f.text("plan").empty());
  THROWS(f({row({1, 2})}), WEFT_INVALID_TYPE, "arrays");
  const weft::Function same = f;
  CHECK(same.handle() == f.handle());
}

static void a_body_that_throws_ends_its_trace() {
  const Tensor x = row({1});
  try {
    (void)weft::trace([](weft::Span<const Tensor> in) { return weft::call("no", {in[0]}); }, {x});
    CHECK(!"it throws");
  } catch (const weft::Error& error) {
    CHECK(error.status() == WEFT_NOT_FOUND);
  }
  CHECK(!(weft_modes() & WEFT_MODE_TRACING));
}

static void extents_of_a_trace_may_follow_from_values() {
  const Tensor mask = Tensor::from({5}, {true, false, true, true, false});
  const weft::Function f = weft::trace(
      [](weft::Span<const Tensor> in) {
        const int64_t count = weft::trace_size(weft::call("count_nonzero", {in[0]}), 5);
        return weft::call("full", {{count}, 7.0, weft::Dtype::kFloat32});
      },
      {mask});
  CHECK(!f.is_example());
  CHECK(f({mask})[0].elements() == 3);
  CHECK(f({Tensor::from({5}, {true, true, true, true, true})})[0].elements() == 5);
}

static void loops_and_branches_depend_on_values() {
  const Tensor factor = row({10, 100});
  const auto sums = [&](weft::Span<const Tensor> in) {
    return weft::foreach (
        [&](weft::Span<const Tensor> rows, weft::Span<const Tensor> sum) -> weft::Steps {
          const Tensor next = sum[0] + rows[0] * factor;
          return {{next * 2}, {next}};
        },
        {in[0]}, {in[1]});
  };
  const std::vector<Tensor> inputs = {Tensor::from({3, 2}, {1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f}),
                                      row({0, 0})};
  const weft::Function f =
      weft::trace([&](weft::Span<const Tensor> in) { return sums(in).states; }, inputs);
  CHECK(f.text().find("loop(") != std::string::npos);
  CHECK(f(inputs)[0].to_vector<float>() == (Floats{90, 1200}));
  factor.attach_grad();
  weft::Steps found;
  {
    const auto scope = weft::record();
    found = sums(inputs);  // outside of a trace
  }
  CHECK(found.outputs[0].to_vector<float>() == (Floats{20, 400, 80, 1200, 180, 2400}));
  weft::backward({found.states[0]});
  CHECK(factor.grad().to_vector<float>() == (Floats{9, 12}));

  const auto doubled = [](weft::Span<const Tensor> in) {
    const weft::Steps steps = weft::while_loop(
        [](weft::Span<const Tensor> v) {
          return weft::call("less", {weft::call("sum", {v[0]}), 100.0});
        },
        [](weft::Span<const Tensor> v) -> weft::Steps {
          return {{v[0]}, {v[0] * 2}};
        },
        in, 5);
    return weft::cond(
        weft::call("less", {weft::call("sum", {steps.states[0]}), 150.0}),
        [&] {
          return std::vector<Tensor>{steps.states[0], steps.outputs[0]};
        },
        [&] {
          return std::vector<Tensor>{-steps.states[0], steps.outputs[0]};
        });
  };
  for (const float start : {30.0f, 60.0f}) {
    const Tensor x = row({start});
    const std::vector<Tensor> eager = doubled({x}), traced = weft::trace(doubled, {x})({x});
    for (const std::vector<Tensor>& got : {eager, traced}) {
      CHECK(got[0].to_vector<float>() == Floats{120.0f});
      CHECK(got[1].to_vector<float>() == (Floats{start, start < 50 ? 60.0f : 0, 0, 0, 0}));
    }
  }
  THROWS(weft::foreach (
             [](auto rows, auto) -> weft::Steps {
               return {{}, {rows[0]}};
             },
             {inputs[0]}, {Tensor::zeros({3})}),
         WEFT_INVALID_VALUE, "carried value 0");
  CHECK(!(weft_modes() & WEFT_MODE_TRACING));
}

static void dimensions_are_open_until_a_run() {
  const char* const path = "weft_abi_hpp_open.weft";
  const auto total = [](weft::Span<const Tensor> in) {
    return weft::call("sum", {in[0] * in[1]}, {{"axis", {1}}});
  };
  const std::vector<Tensor> inputs = {Tensor::zeros({2, 3}), Tensor::zeros({3})};
  const std::vector<weft::Dimension> open = {{"rows", 1, 9, {{0, 0}}},
                                             {"columns", 1, 50, {{0, 1}, {1, 0}}}};
  weft::Writer writer;
  writer.add("forward", weft::trace(total, inputs, open), {"x", "scale"}, {"y"});
  writer.save(path);
  weft::Context context{weft::Model(path)};
  CHECK(std::string(context.dimension(0, 0)) == "rows" && !context.dimension(0, 2));
  CHECK(std::string(context.dimension(1, 0)) == "columns" && context.output(0).shape[0] == -1);
  for (size_t rows = 1; rows <= 9; rows += 4)
    for (size_t columns = 1; columns <= 21; columns += 10) {
      context.set_input_shape(0, {static_cast<int64_t>(rows), static_cast<int64_t>(columns)});
      context.set_input_shape(1, {static_cast<int64_t>(columns)});
      const Floats x(rows * columns, 2);
      const Floats scale(columns, 3);
      context.bind_input(0, x);
      context.bind_input(1, scale);
      context.run();
      CHECK(context.output_data<float>(0).size() == rows);
      CHECK(context.output_data<float>(0)[rows - 1] == 6 * static_cast<float>(columns));
    }
  THROWS(context.set_input_shape(0, {2}), WEFT_INVALID_VALUE, "(-1, -1)");
  THROWS(weft::trace(total, inputs, {{{"rows", 1, 6, {{0, 0}}}}}), WEFT_INVALID_VALUE,
         "`rows` must have at least 6 extents above 1; got [1, 6]");
  THROWS(weft::trace(total, inputs, {{{"rows", 1, 9, {{0, 2}}}}}), WEFT_INDEX_OUT_OF_RANGE, "rows");
  remove(path);
}

static void functions_of_the_host_are_called() {
  int calls = 0;
  const weft::HostFunction twice("twice", [&](weft::Span<const Tensor> in) {
    ++calls;
    if (in[0].to_vector<float>()[0] < 0) throw std::runtime_error("below zero");
    return std::vector<Tensor>{in[0] * 2};
  });
  const weft::Op callback("callback");
  const Tensor x = row({3});
  CHECK(callback({{x}, twice, {WEFT_FLOAT32, 1, 1}}).item<float>() == 6 && calls == 1);
  THROWS(callback({{row({-1})}, twice, {WEFT_FLOAT32, 1, 1}}), WEFT_INVALID_STATE, "below zero");
}

static void operators_are_registered_from_lambdas() {
  weft::Definition("hpp_cube", "factor * x ** 3, element by element.")
      .input("x", "any floats")
      .attribute("factor", "of the cube", 1.0)
      .infer([](const weft_types_call& call) { call.out[0] = call.in[0]; })
      .kernel([](const weft_kernel_call& call) {
        if (call.in[0].dtype != WEFT_FLOAT32)
          throw weft::Error(WEFT_UNSUPPORTED, "only float32 is written down");
        const float* x = static_cast<const float*>(call.in[0].data);
        float* out = static_cast<float*>(call.out[0].data);
        const auto factor = static_cast<float>(call.attributes[0].as.real);
        int64_t count = 1;
        for (int32_t axis = 0; axis < call.in[0].rank; ++axis) count *= call.in[0].shape[axis];
        for (int64_t i = 0; i < count; ++i) out[i] = factor * x[i] * x[i] * x[i];
      })
      .gradient([](const weft::Rule& rule) {
        const weft::Operand x = rule.in(0);
        return std::vector{3 * rule.attribute(0).as.real * x * x * rule.cotangent()};
      })
      .add();
  weft::Definition("hpp_norm", "The square root of the sum of squares.")
      .input("x", "any floats")
      .compose([](const weft::Rule& rule) {
        const weft::Operand x = rule.in(0);
        const weft::Operand sum = weft::Operand::apply("sum", {x * x}, {{"keepdims", true}});
        return std::vector{weft::Operand::apply("sqrt", {sum})};
      })
      .add();
  const Tensor x = row({1, 2});
  x.attach_grad();
  Tensor y;
  {
    const auto scope = weft::record();
    y = weft::call("hpp_cube", {x}, {{"factor", 2}});
  }
  CHECK(y.to_vector<float>() == (Floats{2, 16}));
  weft::backward({y});
  CHECK(x.grad().to_vector<float>() == (Floats{6, 24}));
  CHECK(weft::call("hpp_norm", {row({3, 4})}).to_vector<float>() == Floats{5});
  THROWS(weft::call("hpp_cube", {Tensor::zeros({1}, weft::Dtype::kFloat64)}).wait(),
         WEFT_UNSUPPORTED, "only float32 is written down");
  weft::Definition nothing("hpp_norm", "Taken.");
  THROWS(nothing.input("x", "any")
             .compose([](const weft::Rule&) { return std::vector<weft::Operand>{}; })
             .add(),
         WEFT_INVALID_VALUE, "hpp_norm");
}

static void models_run_with_states() {
  const char* const path = "weft_abi_hpp.weft";
  const char* const copy = "weft_abi_hpp_saved.weft";
  const Tensor weight = row({2, 4});
  const Tensor half = row({0.5f, 0.5f});
  const Tensor x = row({0, 0});
  weft::Writer writer;
  writer.add("forward", weft::trace([&](auto in) { return in[0] * weight + half; }, {x}), {"x"},
             {"y"}, {{{"weight", weight}}});
  const weft::Function step = weft::trace(
      [&](auto in) {
        weight.set_state();
        weight.write(weight + in[0]);
        return weft::call("sum", {weight + half});
      },
      {x});
  writer.add("step", step, {"x"}, {"total"}, {{{"weight", weight}}});
  THROWS(writer.add("bad", step, {"x"}, {}), WEFT_INVALID_VALUE, "each output, 1; got 0");
  writer.set_metadata("by", "a test");
  writer.save(path);

  weft::Model model(path);
  CHECK(model.entries() == (std::vector<std::string>{"forward", "step"}));
  CHECK(model.text().find("forward") != std::string::npos);
  CHECK(std::string(model.metadata("by")) == "a test" && !model.metadata("of"));
  CHECK(model.tensors().size() == 2);
  CHECK(model.function().captures().size() == 2);
  weft::Context forward(model);
  weft::Context training(forward, "step");
  const Floats one = {1, 1};
  forward.bind_input(0, one);
  forward.run();
  CHECK(forward.inputs() == 1 && forward.outputs() == 1 && forward.input(0).bytes == 8);
  CHECK(forward.output_data<float>(0)[1] == 4.5f);
  training.bind_input(0, one);
  training.run();
  training.run();
  CHECK(training.states() == 1 && std::string(training.state(0).name) == "weight");
  CHECK(training.read_state<float>(0) == (Floats{4, 6}));
  Floats out(2);
  forward.bind_output(0, weft::Span<float>(out));
  forward.run();
  CHECK(out == (Floats{4.5f, 6.5f}));
  training.save(copy);
  training.write_state(0, Floats{1, 2});
  CHECK(training.read_state<float>(0) == (Floats{1, 2}));
  training.reset();
  CHECK(training.read_state<float>(0) == (Floats{2, 4}));
  const weft::Context moved = std::move(training);
  CHECK(!training && moved.states() == 1);
  THROWS(forward.bind_input(0, std::vector<double>{1, 1}), WEFT_INVALID_TYPE, "`x` has elements");
  THROWS(forward.output_data<int>(0), WEFT_INVALID_TYPE, "float32; got int32");
  forward.bind_input(0, one, {2});
  forward.bind_output(0, weft::Span<float>(out), {2});
  forward.run();
  CHECK(out == (Floats{2.5f, 4.5f}));
  THROWS(forward.bind_input(0, one, {1, 2}), WEFT_INVALID_VALUE, "`x` has shape (2,); got (1, 2)");
  THROWS(forward.bind_output(0, weft::Span<float>(out), {2, 1}), WEFT_INVALID_VALUE, "got (2, 1)");
  weft::Context other(model, "step");
  THROWS(other.write_state(0, one, {1, 2}), WEFT_INVALID_VALUE, "`weight` has shape (2,)");
  other.write_state(0, one, {2});
  THROWS(weft::Context(model, "backward"), WEFT_NOT_FOUND, "backward");
  THROWS(weft::Model("no/such/file"), WEFT_NOT_FOUND, "no/such/file");

  const weft::Model saved(copy);
  alignas(64) std::byte arena[16384];
  THROWS(weft::Context(saved, "forward", {arena, 64}), WEFT_INVALID_VALUE, "`arena`");
  weft::Context again(saved, "forward", arena);
  again.bind_input(0, one);
  again.run();
  CHECK(again.output_data<float>(0)[0] == 4.5f);
  remove(path);
  remove(copy);
}

static void arrays_are_exchanged_and_filed() {
  const char* const path = "weft_abi_hpp.safetensors";
  const Tensor a = row({1, 2});
  const Tensor b = Tensor::from_dlpack(a.to_dlpack());
  b.write(3);
  CHECK(a.to_vector<float>() == (Floats{3, 3}));
  weft::save(path, {{{"a", a}, {"b", row({7})}}});
  const std::vector<weft::Named> found = weft::load(path);
  CHECK(found.size() == 2);
  for (const weft::Named& named : found)
    CHECK(named.tensor.to_vector<float>() == (named.name == "a" ? Floats{3, 3} : Floats{7}));
  THROWS(weft::load("no/such/file"), WEFT_NOT_FOUND, "no/such/file");
  weft::save_async(path, {{{"c", a}}}).wait();
  CHECK(weft::load(path).at(0).name == "c");
  THROWS(weft::save_async("no/such/folder/file", {{{"c", a}}}).wait(), WEFT_IO, "no/such/folder");
  remove(path);
}

static void the_cpu_is_a_device() {
  const Tensor a = row({1});
  CHECK(a.device() == weft::Device() && weft::Device("cpu").name() == "cpu");
  CHECK(a.to(weft::Device()).handle() == a.handle());
  {
    const weft::DeviceScope scope{weft::Device()};
    CHECK(weft_get_device() == nullptr);
  }
  THROWS(weft::Device("abacus"), WEFT_NOT_FOUND, "abacus");
}

int main() {
  arrays_are_made_and_read();
  copies_are_the_same_array();
  the_callers_memory_is_wrapped();
  operators_take_attributes_by_name();
  lists_and_several_results();
  arithmetic_reads_as_it_is_written();
  gradients_of_any_order();
  gradients_may_be_rows();
  calls_of_the_program_have_gradients();
  checkpoints_run_again();
  pinned_memory_is_shared();
  the_log_tells_of_plans();
  functions_are_traced();
  a_body_that_throws_ends_its_trace();
  extents_of_a_trace_may_follow_from_values();
  loops_and_branches_depend_on_values();
  dimensions_are_open_until_a_run();
  functions_of_the_host_are_called();
  operators_are_registered_from_lambdas();
  models_run_with_states();
  arrays_are_exchanged_and_filed();
  the_cpu_is_a_device();
  return report_checks();
}
