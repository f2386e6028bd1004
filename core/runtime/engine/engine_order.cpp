// Which operation waits for which, by versioned variables: read after write, write after write, and
// write after read. All functions but engine_forget are called with the engine's mutex held.

#include <algorithm>

#include "runtime/engine/engine_impl.h"

namespace weft {
namespace {

EngineVariable& variable_of(Storage& storage) {
  if (!storage.variable) storage.variable = new EngineVariable;
  return *storage.variable;
}

// Keeps the word that the fast path reads equal to what the variable says.
void update_busy(Storage& storage) {
  const EngineVariable& variable = *storage.variable;
  const bool idle = !variable.writer && variable.readers.empty() && variable.poison.ok();
  const uint32_t place = storage.device() ? Storage::kElsewhere : 0;
  storage.busy.store(place | (idle ? 0 : Storage::kPending), std::memory_order_release);
}

// `operation` waits for `earlier`. In one device's queue it waits only until `earlier` is on the
// queue: the queue itself keeps the order.
void depend(EngineOperation& operation, EngineOperation* earlier) {
  if (!earlier || earlier == &operation) return;
  const bool same_queue = operation.device && operation.device == earlier->device;
  if (same_queue && earlier->started) return;
  (same_queue ? earlier->next_in_queue : earlier->next).push_back(&operation);
  ++operation.waiting_for;
}

// Returns how many tasks became ready. An operation without a task belongs to a caller that waits
// for it.
int release_waiting(Engine& e, const PoolVector<EngineOperation*>& waiting) {
  int made_ready = 0;
  for (EngineOperation* later : waiting) {
    if (--later->waiting_for != 0 || !later->task) continue;
    make_ready(e, *later);
    ++made_ready;
  }
  return made_ready;
}

// Takes one reader out of the list: the last one moves into its slot, so the cost does not grow
// with the number of readers. A later writer has cleared the list; then nothing of it is here.
void forget_reader(EngineVariable& variable, const EngineOperation& operation, size_t read) {
  PoolVector<EngineVariable::Reader>& readers = variable.readers;
  const uint32_t place = operation.places[read];
  if (place >= readers.size() || readers[place].operation != &operation ||
      readers[place].read != read)
    return;
  readers[place] = readers.back();
  readers[place].operation->places[readers[place].read] = place;
  readers.pop_back();
}

// The work itself has pushed the variables out of the caches. Loaded one after the other, those of
// a network's hundred parameters cost about 40 µs; prefetches overlap the misses.
void fetch_readers(std::span<Storage* const> storages) {
  for (const Storage* storage : storages) __builtin_prefetch(storage->variable);
  for (const Storage* storage : storages) __builtin_prefetch(storage->variable->readers.data());
}

}  // namespace

// A read waits for a writer; a write waits for a writer and for all readers.
bool must_wait(std::span<Storage* const> reads, std::span<Storage* const> writes) {
  const auto is_written = [](const Storage* storage) {
    return storage->variable && storage->variable->writer;
  };
  const auto is_used = [](const Storage* storage) {
    return storage->variable && (storage->variable->writer || !storage->variable->readers.empty());
  };
  return std::ranges::any_of(reads, is_written) || std::ranges::any_of(writes, is_used);
}

void register_operation(Engine& e, EngineOperation& operation) {
  e.registered.fetch_add(1, std::memory_order_relaxed);
  ++e.outstanding;
  ++e.eras.back();
  operation.era = e.first_era + e.eras.size() - 1;
  operation.places.reserve(operation.reads.size());
  for (size_t i = 0; i < operation.reads.size(); ++i) {
    Storage& storage = *operation.reads[i];
    EngineVariable& variable = variable_of(storage);
    depend(operation, variable.writer);
    operation.places.emplace_back(static_cast<uint32_t>(variable.readers.size()));
    variable.readers.push_back({&operation, i});
    update_busy(storage);
  }
  for (Storage* storage : operation.writes) {
    EngineVariable& variable = variable_of(*storage);
    depend(operation, variable.writer);
    for (const EngineVariable::Reader& reader : variable.readers)
      depend(operation, reader.operation);
    variable.readers.clear();
    variable.writer = &operation;
    update_busy(*storage);
  }
}

int start_operation(Engine& e, EngineOperation& operation) {
  operation.started = true;
  return release_waiting(e, operation.next_in_queue);
}

// Passes the operation's failure on to what it wrote, and lets its successors go.
int complete_operation(Engine& e, EngineOperation& operation, const Status& status) {
  for (Storage* storage : operation.writes) {
    EngineVariable& variable = *storage->variable;
    // A caller that runs its own work is given the failure, and the content stays as it was.
    if (operation.failure_is_content || status.ok()) variable.poison = status;
    if (variable.writer == &operation) variable.writer = nullptr;
    update_busy(*storage);
  }
  fetch_readers(operation.reads);
  for (size_t i = 0; i < operation.reads.size(); ++i) {
    forget_reader(*operation.reads[i]->variable, operation, i);
    update_busy(*operation.reads[i]);
  }
  if (e.waiting > 0) e.changed.notify_all();
  return release_waiting(e, operation.next);
}

Status poison_of(std::span<Storage* const> reads) {
  for (Storage* storage : reads)
    if (!storage->variable->poison.ok()) return storage->variable->poison;
  return {};
}

void engine_forget(Storage& storage) {
  delete storage.variable;
  storage.variable = nullptr;
}

}  // namespace weft
