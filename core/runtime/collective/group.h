// Groups of processes. A group has one thread that carries out its operations one after another, in
// the order in which they were started; a wait ends when its operation has ended.
//
// A failure of one operation is the failure of the group: everything that was started and all that
// is started later fails with the same text, and the other ranks come to fail, too. Nothing repairs
// a group; another one of the same name takes its place. A wait that a person interrupts fails the
// group, because its order is lost then.
//
// `self` and, until it is joined, `world` are there without any transport: this process alone.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/ref.h"
#include "runtime/collective/operation.h"

namespace weft {

class Group final : public Object {
 public:
  // Without a transport: the group of this process alone. `timeout`: seconds that an operation may
  // take after the transport should have ended it.
  Group(std::string name, int rank, int size, double timeout, std::unique_ptr<Transport> transport);

  const std::string& name() const { return name_; }
  int rank() const { return rank_; }
  int size() const { return size_; }
  Transport* transport() const { return transport_.get(); }

  // Gives the operation to the group's thread. Its `receive` (of a send: its `send`) is what wait
  // finds it by; one that has ended and was not waited for is forgotten where the block is used
  // again. Never fails: a failure is the content of the wait.
  void start(Operation operation);
  // Waits for the operation into this block; the block may be used again afterwards. An unknown
  // block has nothing to wait for.
  Status wait(const void* block);
  Status run(Operation operation);

  // Fails what the group does and all that it is asked to do.
  void abort(const std::string& reason);
  // Waits for all operations.
  Status drain();
  // The same, then ends the thread; it starts again when needed. For forks.
  void stop_thread();

 private:
  struct Entry {
    Operation operation;
    bool done = false;
    Status status{};
    void end(Status how);
  };
  using Lock = std::unique_lock<std::mutex>;

  ~Group() override;
  Status wait_long(const Entry& entry);
  Status run_alone(const Operation& operation);
  void serve();
  Status perform(Operation& operation);
  Status compare(const Operation& operation);
  Status explained(const Status& status, const Operation& operation) const;
  void fail(const Status& status);
  void join(Lock& lock);
  static bool is_by_all(CollectiveKind kind) {
    return kind != CollectiveKind::kSend && kind != CollectiveKind::kReceive;
  }

  const std::string name_;
  const int rank_, size_;
  const double timeout_;
  const int process_;  // a fork has no part in the group
  const std::unique_ptr<Transport> transport_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable started_, ended_;
  std::deque<std::shared_ptr<Entry>> queue_;  // not begun
  std::vector<std::shared_ptr<Entry>> unwaited_;
  std::shared_ptr<Entry> running_;
  std::thread thread_;
  bool stops_ = false;
  Status failure_;
  uint64_t number_ = 0;  // of operations of all ranks
  // Messages of this process to itself, by tag, in a group without a transport.
  std::map<int64_t, std::deque<std::vector<char>>> mail_;
};

// The group of a name; an error that names the groups that there are.
Result<Ref<Group>> group_named(std::string_view name, std::string_view op);
// From now on the name means this group; one that had it before is aborted.
void add_group(Ref<Group> group);
// Takes the name away, if it still means this group.
void remove_group(const Group& group);
// Before a fork: waits, and ends the threads of all groups.
void stop_groups();

// What a plan of this thread has started and not waited for (started.h).
void note_started(const Ref<Group>& group, const void* block);
void note_waited(const void* block);

}  // namespace weft
