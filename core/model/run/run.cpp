// A run in one call: take an idle context, bind, run, give it back.
#include "model/run/run.h"

#include "base/errors.h"
#include "model/run/context.h"
#include "model/run/idle_contexts_impl.h"

namespace weft::model {
namespace {

// A context of the model that is given back at the end, also after a failure.
class Lent {
 public:
  Lent(Model& model, Ref<Context> context) : model_(model), context_(std::move(context)) {}
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
  ~Lent() { model_.idle_contexts().give_back(std::move(context_)); }
  Context& operator*() const { return *context_; }

 private:
  Model& model_;
  Ref<Context> context_;
};

// Has an input the type of its port? An axis with a named dimension may have any extent.
bool fits(const Port& port, const graph::TensorType& type) {
  if (type.dtype != port.type.dtype || type.shape.rank() != port.type.shape.rank()) return false;
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    const bool is_dimension = static_cast<size_t>(axis) < port.dimensions.size() &&
                              !port.dimensions[static_cast<size_t>(axis)].empty();
    if (!is_dimension && type.shape[axis] != port.type.shape[axis]) return false;
  }
  return true;
}

Status bind_inputs(Context& context, const Entry& entry, std::span<const Buffer> inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Port& port = entry.inputs[i];
    const Buffer& given = inputs[i];
    if (!fits(port, given.type))
      return errors::invalid_value("run", "input `", port.name, "` must be ", type_text(port),
                                   "; got ", to_string(given.type));
    WEFT_ASSIGN(const Port* now, context.input(i));
    if (!(now->type == given.type)) WEFT_TRY(context.set_input_shape(i, given.type.shape));
    WEFT_TRY(context.bind_input(i, given.data, given.bytes));
  }
  return {};
}

// Binds outputs with data; those without are computed into the context's own memory.
Status bind_outputs(Context& context, std::span<const Buffer> outputs) {
  WEFT_ASSIGN(const std::span<const Port> ports, context.outputs());
  WEFT_ASSIGN(const std::span<const graph::TensorType> largest, context.largest_outputs());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto needed = static_cast<size_t>(largest[i].bytes());
    if (!outputs[i].data) {
      WEFT_TRY(context.unbind_output(i));
      continue;
    }
    if (outputs[i].bytes < needed)
      return errors::invalid_value("run", "output `", ports[i].name, "` ", to_string(largest[i]),
                                   ports[i].is_largest ? " at most" : "", " needs ", needed,
                                   " bytes; got ", outputs[i].bytes);
    WEFT_TRY(context.bind_output(i, outputs[i].data, needed));
  }
  return {};
}

}  // namespace

Status run_entry(Model& model, std::string_view name, std::span<const Buffer> inputs,
                 std::span<Buffer> outputs) {
  WEFT_ASSIGN(const Entry* entry, model.entry(name));
  if (inputs.size() != entry->inputs.size() || outputs.size() != entry->outputs.size())
    return errors::invalid_value("run", "entry `", name, "` has ", entry->inputs.size(),
                                 " inputs and ", entry->outputs.size(), " outputs; got ",
                                 inputs.size(), " and ", outputs.size());
  WEFT_ASSIGN(Ref<Context> taken, model.idle_contexts().take(model, *entry));
  if (!taken->state_ports().empty())
    return errors::unsupported("run", "entry `", name,
                               "` changes states, which live in a context; create one");
  const Lent lent(model, std::move(taken));
  Context& context = *lent;
  WEFT_TRY(bind_inputs(context, *entry, inputs));
  WEFT_TRY(bind_outputs(context, outputs));
  WEFT_TRY(context.run());
  WEFT_ASSIGN(const std::span<const Port> ports, context.outputs());
  for (size_t i = 0; i < outputs.size(); ++i) {
    outputs[i].type = ports[i].type;
    outputs[i].bytes = static_cast<size_t>(ports[i].type.bytes());
  }
  return {};
}

Result<Ref<Context>> IdleContexts::take(Model& model, const Entry& entry) {
  const Ref<Model> held(&model);
  {
    const std::lock_guard lock(mutex_);
    for (auto& idle : contexts_) {
      if (&idle->entry() != &entry) continue;
      Ref<Context> found = std::move(idle);
      idle = std::move(contexts_.back());
      contexts_.pop_back();
      found->states()->hold(held);
      return found;
    }
  }
  return Context::create(States::create(held), entry.name, nullptr, 0);
}

void IdleContexts::give_back(Ref<Context> context) {
  // What the model keeps must not keep the model. The caller has it.
  context->states()->let_go();
  const std::lock_guard lock(mutex_);
  if (contexts_.size() < kMax) contexts_.push_back(std::move(context));
}

IdleContexts::~IdleContexts() = default;

}  // namespace weft::model
