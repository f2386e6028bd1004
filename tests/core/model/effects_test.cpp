// Effects in files: written, read back, and run by contexts.
#include "core/executor/graph_testing.h"
#include "core/executor/output_testing.h"
#include "core/model/temporary_file.h"
#include "model/run/context.h"
#include "ops/slots/host_function.h"

using namespace weft;
using namespace weft::testing;
using model::Context;
using model::Model;
using model::NamedTensor;
using model::States;

namespace {

void emit(GraphBuilder& b, const char* op, std::vector<Value> inputs,
          std::vector<Argument> attributes) {
  b.emit(ops::op_named(op), inputs, attributes);
}

// Prints x, counts the run, then checks that x is positive.
Ref<Model> counting(const TemporaryFile& file) {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({2}));
  const Value count = b.input(f32({1})) + 1.0;
  print(b, "x = {}", {x});
  emit(b, "check", {ops::greater(x, Value(&b, Argument::of_float(0))), x},
       {Argument::of_string("positive; got {}"), Argument::of_string("Net.forward, net.py:3")});
  b.output(count);
  print(b, "end", {});
  b.output(count * 1.0);
  graph.states = {{1, 1}};
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  const Ref<Tensor> zero = Tensor::create(DType::kFloat32, Shape{1}).take();
  std::memset(zero->data(), 0, 4);
  const NamedTensor captures[] = {{"count", zero}};
  const std::string in[] = {"x"}, out[] = {"count"};
  model::Writer writer;
  REQUIRE(writer.add_entry("forward", graph, in, out, captures).ok());
  REQUIRE(writer.save(file.path).ok());
  return Model::load(file.path).take();
}

}  // namespace

TEST_CASE("a file's prints and checks run in order") {
  const TemporaryFile file;
  const auto model = counting(file);
  const auto context = Context::create(States::create(model), "forward", nullptr, 0).take();
  float x[2] = {1, 2};
  REQUIRE(context->bind_input(0, x, sizeof x).ok());
  const CapturedOutput output;
  REQUIRE(context->run().ok());
  CHECK(output.text() == "x = [1.0, 2.0]\nend\n");
}

TEST_CASE("a check that fails ends the run and leaves states as they were") {
  const TemporaryFile file;
  const auto model = counting(file);
  const auto context = Context::create(States::create(model), "forward", nullptr, 0).take();
  float x[2] = {1, 2};
  REQUIRE(context->bind_input(0, x, sizeof x).ok());
  const CapturedOutput output;
  REQUIRE(context->run().ok());
  x[1] = -1;
  for (int i = 0; i < 3; ++i) {
    const Status status = context->run();
    CHECK(status.code() == StatusCode::kCheckFailed);
    CHECK(status.message() ==
          "check: positive; got [1.0, -1.0]; 1 of 2 elements are false, the first at (1,) "
          "(Net.forward, net.py:3)");
  }
  x[1] = 3;
  REQUIRE(context->run().ok());
  CHECK(*static_cast<const float*>(context->output_data(0).value()) == 2);
  REQUIRE(context->run().ok());
  CHECK(*static_cast<const float*>(context->output_data(0).value()) == 3);
}

#ifndef WEFT_RUNTIME_ONLY
TEST_CASE("a function of the host is refused by files, and named") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({2}));
  const auto function = Ref<ops::HostFunction>::adopt(
      new ops::HostFunction("log_loss", [](auto, auto) { return Status(); }));
  emit(b, "callback", {x}, {Argument::of_function(function.get()), Argument::of_ints({})});
  b.output(x);
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  model::Writer writer;
  const std::string in[] = {"x"}, out[] = {"y"};
  const Status status = writer.add_entry("forward", graph, in, out, {});
  CHECK(status.code() == StatusCode::kUnsupported);
  CHECK(status.message().find("`callback` calls `log_loss`") != std::string::npos);
}
#endif
