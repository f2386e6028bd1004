// A group over Gloo's TCP transport: a connection between each two ranks, made by hand of addresses
// that the program brings together, so that nothing of Gloo's rendezvous is needed.
//
// Both ends of a connection prove that they have the job's secret before it carries anything else:
// each sends a random number, and answers the other's with a digest that only the secret gives.
#pragma once

#include <gloo/transport/context.h>
#include <gloo/transport/device.h>
#include <gloo/transport/pair.h>
#include <gloo/transport/unbound_buffer.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "../secret.h"
#include "../wire/failures.h"
#include "../wire/wire.h"

namespace weft_collectives {

class GlooGroup final : public Wire {
 public:
  GlooGroup(const weft_collective_options& options);
  ~GlooGroup() override;
  weft_status write_address(void* address, size_t* bytes) const;
  weft_status connect(const void* const* addresses, const size_t* bytes);
  weft_status run(const weft_collective_call& call);
  void abort(const char* reason);

  Posted send(int32_t to, Channel channel, const void* data, size_t bytes) override;
  Posted receive(int32_t from, Channel channel, void* data, size_t room) override;
  void wait(Transfer& transfer) override;
  bool is_done(Transfer&) override { return false; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Block;  // a buffer of Gloo's on its way

  weft_status check_address(int32_t rank, const void* address, size_t bytes) const;
  weft_status prove();
  Digest proof(int32_t from, int32_t to, const Digest& first, const Digest& second) const;
  void start_clock();
  std::chrono::milliseconds time_left() const;
  // The end of the group: says why to all and closes the connections. Gives the status back.
  weft_status part(weft_status status);
  weft_status part_from(const Broken& broken, const weft_collective_call* call);
  void watch();
  int32_t told_by() const;

  weft_collective_options options_;
  std::string name_, key_, bind_;
  std::vector<char> secret_;
  std::shared_ptr<gloo::transport::Device> device_;
  std::shared_ptr<gloo::transport::Context> context_;
  Exchange exchange_;
  Clock::time_point deadline_;
  // What ranks say when they part. A thread waits for the first, because a rank that parts may not
  // be the one that this rank waits for.
  std::vector<Farewell> farewells_;
  std::unique_ptr<gloo::transport::UnboundBuffer> coming_farewells_;
  std::thread watcher_;

  std::mutex mutex_;        // of what follows
  bool is_joined_ = false;  // are all connections made?
  bool is_running_ = false;
  bool is_parted_ = false;
  Block* waited_ = nullptr;
  std::string abort_reason_;
  bool is_aborted_ = false;
  bool is_told_ = false;
  weft_status last_status_ = WEFT_OK;
  std::string last_text_;
};

}  // namespace weft_collectives
