// A group over MPI: a communicator of its own over the processes of its ranks. All calls that wait
// are polls, so that a time-out and `abort` end them, and pauses grow from nothing to 0.2 ms, so
// that a rank that waits leaves the processor to others.
//
// MPI cannot say that a peer is lost, and a launcher ends the whole job then. A rank whose
// operation fails tells the others, who look for that while they wait.
#pragma once

// Not the old C++ interface, whose headers do not compile without warnings.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "../secret.h"
#include "../wire/failures.h"
#include "../wire/wire.h"

namespace weft_collectives {

class MpiGroup final : public Wire {
 public:
  explicit MpiGroup(const weft_collective_options& options);
  ~MpiGroup() override;
  weft_status write_address(void* address, size_t* bytes) const;
  weft_status connect(const void* const* addresses, const size_t* bytes);
  weft_status run(const weft_collective_call& call);
  void abort(const char* reason);

  Posted send(int32_t to, Channel channel, const void* data, size_t bytes) override;
  Posted receive(int32_t from, Channel channel, void* data, size_t room) override;
  void wait(Transfer& transfer) override;
  bool is_done(Transfer& transfer) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Block;
  struct Address;

  weft_status check_address(int32_t rank, const void* address, size_t bytes, int world) const;
  Digest signature_of(const Address& address) const;
  void start_clock();
  // Throws where another rank has parted, where this one is aborted, or after the time.
  void look_around(int32_t peer);
  weft_status part(weft_status status);
  weft_status part_from(const Broken& broken, const weft_collective_call* call);

  weft_collective_options options_;
  std::string name_, key_;
  std::vector<char> secret_;
  Exchange exchange_;
  MPI_Comm comm_ = MPI_COMM_NULL;
  Clock::time_point deadline_;
  Farewell farewell_{};  // that another rank sent
  bool is_told_ = false;
  bool is_parted_ = false;
  weft_status last_status_ = WEFT_OK;
  std::string last_text_;

  std::mutex mutex_;  // of the reason
  std::string abort_reason_;
  std::atomic<bool> is_aborted_{false};
};

// Starts MPI where nobody did. Fails where the library that runs is not the one that the plug-in
// was compiled for, or does not permit calls from a thread of Weft's.
weft_status start_mpi();
// Such as "Open MPI 4.1.4": of the headers.
std::string built_with();

}  // namespace weft_collectives
