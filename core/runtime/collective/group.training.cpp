// The thread of a group, its queue, and how operations fail together.
#include "runtime/collective/group.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>

#include "base/dtype.h"
#include "base/errors.h"
#include "runtime/collective/started.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/interrupt.h"
#include "runtime/os/process.h"
#include "runtime/profile.h"

namespace weft {
namespace {

constexpr auto kBetweenLooks = std::chrono::milliseconds(20);
constexpr double kGrace = 5;         // seconds that a transport gets to notice its own time-out
constexpr size_t kWhereBytes = 512;  // of a text that ranks send each other

void mix(uint64_t& hash, uint64_t number) {
  for (int i = 0; i < 8; ++i) hash = (hash ^ (number >> 8 * i & 255)) * 1099511628211u;
}

// What must be equal on all ranks, as one number.
uint64_t fingerprint_of(const Operation& operation, uint64_t number) {
  uint64_t hash = 14695981039346656037u;
  mix(hash, static_cast<uint64_t>(operation.kind));
  mix(hash, static_cast<uint64_t>(operation.reduction));
  mix(hash, static_cast<uint64_t>(operation.dtype));
  mix(hash, static_cast<uint64_t>(operation.count));
  mix(hash, operation.ordered);
  if (operation.kind == CollectiveKind::kBroadcast)
    mix(hash, static_cast<uint64_t>(operation.peer));
  mix(hash, number);
  return hash;
}

const void* block_of(const Operation& operation) {
  return operation.receive ? operation.receive : operation.send;
}

// Gives up the interpreter's lock, if there is one, for its lifetime.
class WithoutLock {
 public:
  WithoutLock() : hooks_(wait_hooks()), token_(hooks_.before ? hooks_.before() : nullptr) {}
  ~WithoutLock() {
    if (hooks_.after) hooks_.after(token_);
  }
  WithoutLock(const WithoutLock&) = delete;
  WithoutLock& operator=(const WithoutLock&) = delete;

 private:
  const WaitHooks hooks_;
  void* const token_;
};

}  // namespace

Group::Group(std::string name, int rank, int size, double timeout,
             std::unique_ptr<Transport> transport)
    : name_(std::move(name)),
      rank_(rank),
      size_(size),
      timeout_(timeout),
      process_(os::process_number()),
      transport_(std::move(transport)) {}

// Whoever waits holds a reference, so nobody waits here. A fork has not the thread to join.
Group::~Group() {
  if (process_ != os::process_number()) {
    thread_.detach();
    return;
  }
  if (transport_) transport_->abort("the group was left");
  Lock lock(mutex_);
  join(lock);
}

void Group::join(Lock& lock) {
  if (!thread_.joinable()) return;
  stops_ = true;
  started_.notify_all();
  lock.unlock();
  thread_.join();
  lock.lock();
  stops_ = false;
}

void Group::Entry::end(Status how) {
  status = std::move(how);
  done = true;
  operation.kept.clear();
}

void Group::start(Operation operation) {
  auto entry = std::make_shared<Entry>(Entry{std::move(operation)});
  Lock lock(mutex_);
  // The block's memory went to another array, so nobody can wait for what ended in it before.
  std::erase_if(unwaited_, [&](const auto& old) {
    return old->done && block_of(old->operation) == block_of(entry->operation);
  });
  unwaited_.push_back(entry);
  if (!transport_) return entry->end(run_alone(entry->operation));
  if (process_ != os::process_number())
    return entry->end(errors::invalid_state(
        entry->operation.where, "group `", name_,
        "` belongs to the process that joined it, not to this fork of that process"));
  if (!failure_.ok()) return entry->end(failure_);
  if (is_by_all(entry->operation.kind)) ++number_;
  entry->operation.fingerprint = fingerprint_of(entry->operation, number_);
  queue_.push_back(std::move(entry));
  if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
  started_.notify_one();
}

Status Group::wait(const void* block) {
  Lock lock(mutex_);
  const auto found = std::ranges::find_if(
      unwaited_, [&](const auto& entry) { return block_of(entry->operation) == block; });
  if (found == unwaited_.end()) return {};
  const std::shared_ptr<Entry> entry = *found;
  unwaited_.erase(found);
  if (entry->done) return entry->status;
  lock.unlock();
  const WithoutLock free;
  return run_interruptibly(entry->operation.where, [&] { return wait_long(*entry); });
}

// Looks now and then for an interrupt, and for a transport that has missed its own time-out. Either
// aborts the group, so that the operation ends: its blocks are the caller's again afterwards.
Status Group::wait_long(const Entry& entry) {
  Lock lock(mutex_);
  std::optional<std::chrono::steady_clock::time_point> began;
  bool told = false;
  const auto tell = [&](const std::string& reason) {
    told = true;
    lock.unlock();
    abort(reason);
    lock.lock();
  };
  while (!ended_.wait_for(lock, kBetweenLooks, [&] { return entry.done; })) {
    lock.unlock();
    const bool interrupted = poll_interrupt();
    lock.lock();
    if (told || entry.done) continue;
    if (interrupted) tell(errors::join("rank ", rank_, " was interrupted"));
    if (told || running_.get() != &entry) continue;
    const auto now = std::chrono::steady_clock::now();
    if (!began) began = now;
    const std::chrono::duration<double> took = now - *began;
    if (took.count() > timeout_ + kGrace)
      tell(errors::join("rank ", rank_, " waited longer than ", timeout_, " seconds"));
  }
  return entry.status;
}

Status Group::run(Operation operation) {
  // A barrier has no block, so it is found by the address of this.
  if (!block_of(operation)) operation.send = &operation;
  const void* const block = block_of(operation);
  start(std::move(operation));
  return wait(block);
}

void Group::abort(const std::string& reason) {
  if (!transport_ || process_ != os::process_number()) return;
  {
    const Lock lock(mutex_);
    fail(errors::disconnected(errors::join("group `", name_, "`"), reason));
  }
  transport_->abort(reason);
}

// The lock is held. What runs ends by itself, because the transport is told.
void Group::fail(const Status& status) {
  if (failure_.ok()) failure_ = status;
  for (const auto& entry : queue_) entry->end(failure_);
  queue_.clear();
  ended_.notify_all();
}

Status Group::drain() {
  if (process_ != os::process_number()) return {};
  const WithoutLock free;
  Lock lock(mutex_);
  ended_.wait(lock, [&] { return queue_.empty() && !running_; });
  return failure_;
}

void Group::stop_thread() {
  (void)drain();  // its failure is that of the waits
  Lock lock(mutex_);
  if (process_ == os::process_number()) join(lock);
}

void Group::serve() {
  profile_name_thread("collectives");
  Lock lock(mutex_);
  for (;;) {
    started_.wait(lock, [&] { return stops_ || !queue_.empty(); });
    if (queue_.empty()) return;
    running_ = queue_.front();
    queue_.pop_front();
    lock.unlock();
    const int64_t begin = is_profiling() ? profile_now() : 0;
    const Status status = guarded([&] { return perform(running_->operation); });
    if (begin)
      profile_note(ProfileKind::kWork, running_->operation.where, "transfers of " + name_, begin,
                   profile_now());
    if (!status.ok()) transport_->abort(status.message());
    lock.lock();
    if (!status.ok()) fail(status);
    running_->end(status.ok() ? status : failure_);
    running_ = nullptr;
    ended_.notify_all();
  }
}

Status Group::perform(Operation& operation) {
  if (is_by_all(operation.kind) && !transport_->checks()) WEFT_TRY(compare(operation));
  const bool composes = operation.ordered && operation.compose && !transport_->orders();
  return explained(
      composes ? operation.compose(*transport_, operation, size_) : transport_->run(operation),
      operation);
}

// Who failed, in doing what.
Status Group::explained(const Status& status, const Operation& operation) const {
  if (status.ok()) return {};
  return Status(status.code(), errors::join(operation.where, ": rank ", rank_, " of ", size_,
                                            " in group `", name_, "`: ", status.message()));
}

// For transports that do not compare: one more message tells whether all ranks are at the same
// operation. Only where they are not, texts follow.
Status Group::compare(const Operation& operation) {
  const auto ranks = static_cast<size_t>(size_);
  std::vector<uint64_t> numbers(ranks);
  Operation gather;
  gather.kind = CollectiveKind::kAllGather;
  gather.dtype = DType::kUInt64;
  gather.count = 1;
  gather.send = &operation.fingerprint;
  gather.receive = numbers.data();
  WEFT_TRY(explained(transport_->run(gather), operation));
  const auto other =
      std::ranges::find_if(numbers, [&](uint64_t number) { return number != numbers[0]; });
  if (other == numbers.end()) return {};
  std::vector<char> own(kWhereBytes), all(kWhereBytes * ranks);
  std::memcpy(own.data(), operation.where.data(),
              std::min(operation.where.size(), kWhereBytes - 1));
  gather.dtype = DType::kUInt8;
  gather.count = kWhereBytes;
  gather.send = own.data();
  gather.receive = all.data();
  WEFT_TRY(explained(transport_->run(gather), operation));
  const auto rank = static_cast<size_t>(other - numbers.begin());
  return errors::invalid_state(errors::join("group `", name_, "`"),
                               "all ranks must ask for the same operations in the same order; got ",
                               all.data(), " on rank 0 and ", &all[kWhereBytes * rank], " on rank ",
                               rank);
}

// One rank: every operation is a copy, and a message is one to this process.
Status Group::run_alone(const Operation& operation) {
  const auto bytes = static_cast<size_t>(operation.count * size_of(operation.dtype));
  const auto* const from = static_cast<const char*>(operation.send);
  if (operation.kind == CollectiveKind::kBarrier || bytes == 0) return {};
  if (is_by_all(operation.kind)) {
    if (operation.receive != from) std::memmove(operation.receive, from, bytes);
    return {};
  }
  auto& messages = mail_[operation.tag];
  if (operation.kind == CollectiveKind::kSend) {
    messages.emplace_back(from, from + bytes);
    return {};
  }
  if (messages.empty())
    return errors::invalid_state(operation.where, "rank 0 is alone in group `", name_,
                                 "` and has sent itself nothing under tag ", operation.tag);
  if (messages.front().size() != bytes)
    return errors::invalid_value(operation.where, "the message under tag ", operation.tag,
                                 " must have ", bytes, " bytes; got ", messages.front().size());
  std::memcpy(operation.receive, messages.front().data(), bytes);
  messages.pop_front();
  return {};
}

// ---- names -------------------------------------------------------------------------------------

namespace {

struct Groups {
  std::mutex mutex;
  std::map<std::string, Ref<Group>, std::less<>> by_name;
};

// Never destroyed: threads may outlive main.
Groups& groups() {
  static Groups* const instance = [] {
    auto* made = new Groups;
    for (const char* const name : {"self", "world"})
      made->by_name.emplace(name, Ref<Group>::adopt(new Group(name, 0, 1, 0, nullptr)));
    return made;
  }();
  return *instance;
}

struct Started {
  Ref<Group> group;
  const void* block;
};
thread_local std::vector<Started> started;

}  // namespace

Result<Ref<Group>> group_named(std::string_view name, std::string_view op) {
  Groups& all = groups();
  const std::lock_guard lock(all.mutex);
  const auto found = all.by_name.find(name);
  if (found != all.by_name.end()) return found->second;
  std::string names;
  for (const auto& [known, group] : all.by_name)
    names.append(names.empty() ? "" : ", ").append(known);
  return errors::not_found(op, "`group` must be one that this process has joined (", names,
                           "); got \"", name, "\"");
}

void add_group(Ref<Group> group) {
  Ref<Group> before;
  {
    Groups& all = groups();
    const std::lock_guard lock(all.mutex);
    before = std::exchange(all.by_name[group->name()], group);
  }
  if (before) before->abort("another group has taken the name");
}

void remove_group(const Group& group) {
  Ref<Group> before;
  Groups& all = groups();
  const std::lock_guard lock(all.mutex);
  const auto found = all.by_name.find(group.name());
  if (found == all.by_name.end() || found->second.get() != &group) return;
  before = std::move(found->second);
  all.by_name.erase(found);
  if (group.name() == "world")
    all.by_name.emplace("world", Ref<Group>::adopt(new Group("world", 0, 1, 0, nullptr)));
}

void stop_groups() {
  std::vector<Ref<Group>> all;
  {
    const std::lock_guard lock(groups().mutex);
    for (const auto& [name, group] : groups().by_name) all.push_back(group);
  }
  for (const Ref<Group>& group : all) group->stop_thread();
}

void note_started(const Ref<Group>& group, const void* block) { started.push_back({group, block}); }

void note_waited(const void* block) {
  std::erase_if(started, [&](const Started& one) { return one.block == block; });
}

void settle_started(const Status& why) {
  for (const Started& one : std::exchange(started, {})) {
    one.group->abort(why.ok() ? "its plan ended early" : why.message());
    (void)one.group->wait(one.block);  // `why` is what the caller reports
  }
}

}  // namespace weft
