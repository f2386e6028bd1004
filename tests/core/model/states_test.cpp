// What runs of a model change: within a context, between contexts that share it, and in files.
#include "model/run/states.h"

#include "core/executor/graph_testing.h"
#include "core/model/temporary_file.h"
#include "model/run/context.h"

#include <thread>

using namespace weft;
using namespace weft::testing;
using model::Context;
using model::Model;
using model::States;

namespace {

using ContextPtr = Ref<Context>;

// Entries over the tensor `count`: "step" adds its input to it, "read" doubles it, "draw" gives
// random numbers and adds 1.
struct Counter {
  Counter() {
    const Ref<Tensor> zero = Tensor::create(DType::kFloat32, Shape{2}).take();
    std::memset(zero->data(), 0, 8);
    model::Writer writer;
    const std::vector<model::NamedTensor> captures = {{"count", zero}};
    const std::vector<std::string> none, x = {"x"}, y = {"y"};
    {
      GraphBuilder b(step);
      const Value in = b.input(f32({2}));
      b.output(b.input(f32({2})) + in);
      step.states = {{1, 0}};
      REQUIRE(writer.add_entry("step", step, x, none, captures).ok());
    }
    {
      GraphBuilder b(read);
      b.output(b.input(f32({2})) * 2.0);
      REQUIRE(writer.add_entry("read", read, none, y, captures).ok());
    }
    {
      GraphBuilder b(draw);
      const Value count = b.input(f32({2}));
      b.output(b.call("uniform", {},
                      {Argument::of_float(0), Argument::of_float(1), Argument::of_ints(shape),
                       Argument::of_dtype(DType::kFloat32)}));
      b.output(count + 1.0);
      draw.states = {{0, 1}};
      REQUIRE_MESSAGE(b.status().ok(), b.status().message());
      REQUIRE(writer.add_entry("draw", draw, none, y, captures).ok());
    }
    REQUIRE(writer.save(file.path).ok());
    model = Model::load(file.path).take();
  }
  ContextPtr context(const char* entry, const Ref<States>& states = {}) const {
    return Context::create(states ? states : States::create(model), entry, nullptr, 0).take();
  }
  void run_step(Context& context) {
    REQUIRE(context.bind_input(0, one, sizeof one).ok());
    REQUIRE(context.run().ok());
  }

  const std::vector<int64_t> shape = {3};
  float one[2] = {1, 1};
  Graph step, read, draw;
  TemporaryFile file;
  Ref<Model> model;
};

template <class T = float>
T first_of(Context& context) {
  REQUIRE(context.run().ok());
  return *static_cast<const T*>(context.output_data(0).value());
}

std::vector<float> numbers_of(Context& context) {
  REQUIRE(context.run().ok());
  const auto* data = static_cast<const float*>(context.output_data(0).value());
  return {data, data + 3};
}

}  // namespace

TEST_CASE("contexts that share states see each other's runs, in whatever order they are made") {
  Counter net;
  const ContextPtr early = net.context("read"), step = net.context("step", early->states());
  const ContextPtr late = net.context("read", early->states()), alone = net.context("read");
  CHECK(first_of(*early) == 0);
  for (int i = 1; i <= 3; ++i) {
    net.run_step(*step);
    CHECK(first_of(*early) == 2 * i);
    CHECK(first_of(*late) == 2 * i);
  }
  CHECK(first_of(*alone) == 0);
}

TEST_CASE("shared states outlive the context that they were made for") {
  Counter net;
  ContextPtr step = net.context("step");
  const ContextPtr read = net.context("read", step->states());
  net.run_step(*step);
  step = ContextPtr();
  CHECK(first_of(*read) == 2);
}

TEST_CASE("states are read, written, reset, and saved as a model") {
  Counter net;
  const ContextPtr step = net.context("step");
  REQUIRE(step->state_ports().size() == 1);
  CHECK(step->state_ports()[0].name == "count");
  net.run_step(*step);
  float seen[2] = {};
  REQUIRE(step->read_state(0, seen, sizeof seen).ok());
  CHECK(seen[1] == 1);
  const float five[2] = {5, 5};
  REQUIRE(step->write_state(0, five, sizeof five).ok());
  net.run_step(*step);
  REQUIRE(step->save(net.file.path).ok());
  REQUIRE(step->reset_states().ok());
  REQUIRE(step->read_state(0, seen, sizeof seen).ok());
  CHECK(seen[0] == 0);

  net.model = Model::load(net.file.path).take();
  CHECK(first_of(*net.context("read")) == 12);

  CHECK(step->read_state(0, seen, 4).message() ==
        "context: state `count` float32(2,) has 8 bytes; got 4");
  CHECK(step->write_state(1, five, 8).message() == "context: `index` must be below 1; got 1");
}

TEST_CASE("random numbers go on from run to run and into files") {
  Counter net;
  const ContextPtr draw = net.context("draw");
  REQUIRE(draw->state_ports().size() == 2);
  CHECK(draw->state_ports()[1].name == "weft.random");
  const std::vector<float> first = numbers_of(*draw), second = numbers_of(*draw);
  CHECK(first != second);
  const TemporaryFile between;
  REQUIRE(draw->save(between.path).ok());
  const std::vector<float> third = numbers_of(*draw);
  REQUIRE(draw->reset_states().ok());
  CHECK(numbers_of(*draw) == first);

  net.model = Model::load(between.path).take();
  const ContextPtr later = net.context("draw");
  CHECK(numbers_of(*later) == third);
  uint64_t random[2];
  REQUIRE(later->read_state(1, random, sizeof random).ok());
  ++random[0];
  REQUIRE(later->reset_states().ok());
  REQUIRE(later->write_state(1, random, sizeof random).ok());
  CHECK(numbers_of(*later) != third);
}

TEST_CASE("a second thread in a context, or in one that shares its states, is refused") {
  Counter net;
  const ContextPtr read = net.context("read");
  const ContextPtr other = net.context("read", read->states()), free = net.context("read");
  REQUIRE(read->states()->enter() == States::Entered::kYes);
  const auto refused = [&](const std::string& text) {
    for (const Status& status :
         {other->run(), read->run(), read->reset_states(), read->bind_output(0, nullptr, 0),
          read->outputs().status(), read->output_data(0).status(), read->input(0).status(),
          read->unbind_output(0), read->set_input_shape(0, Shape())}) {
      CHECK(status.code() == StatusCode::kInvalidState);
      CHECK(status.message() == "context: " + text);
    }
  };
  std::thread(refused,
              "another thread is using this context or one that shares its states; give each "
              "thread a context of its own")
      .join();
  refused("this context, or one that shares its states, is running; what it calls must not use it");
  CHECK(free->run().ok());
  read->states()->leave();
  CHECK(other->run().ok());
}
