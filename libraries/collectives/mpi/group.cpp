// Joining, waiting and parting.
#include "group.h"

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace weft_collectives {
namespace {

constexpr char kMagic[8] = {'w', 'e', 'f', 't', 'm', 'p', 'i', '1'};
constexpr int kFarewellTag = 15;
// MPI counts with an int: longer blocks go in elements of this many bytes.
constexpr size_t kLong = size_t{1} << 30;

std::string reason_of(int code) {
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  return std::string(text, static_cast<size_t>(length));
}

}  // namespace

struct MpiGroup::Address {
  char magic[8];
  int32_t rank, ranks;
  int32_t world, worlds;  // rank and ranks of MPI_COMM_WORLD
  Digest signature;
};

// A block travels as messages of at most kLong bytes, of which there is mostly one.
struct MpiGroup::Block final : Transfer {
  ~Block() override {
    if (is_complete) return;
    drop(&first);
    for (MPI_Request& request : others) drop(&request);
  }
  MPI_Request* add() {
    if (is_complete) {
      is_complete = false;
      return &first;
    }
    others.push_back(MPI_REQUEST_NULL);
    return &others.back();
  }
  void drop(MPI_Request* request) const {
    if (*request == MPI_REQUEST_NULL) return;
    if (!is_sent) MPI_Cancel(request);
    MPI_Request_free(request);
  }
  MPI_Request first = MPI_REQUEST_NULL;
  std::vector<MPI_Request> others;
  int32_t peer = -1;
  bool is_sent = false;
  bool is_complete = true;  // nothing was added, or all has arrived
};

MpiGroup::MpiGroup(const weft_collective_options& options)
    : options_(options),
      name_(options.group),
      key_(options.key),
      secret_(static_cast<const char*>(options.secret),
              static_cast<const char*>(options.secret) + options.secret_bytes),
      exchange_(*this, options.rank, options.ranks, name_.c_str()) {}

MpiGroup::~MpiGroup() {
  int is_over = 0;
  MPI_Finalized(&is_over);
  if (comm_ == MPI_COMM_NULL || is_over) return;
  try {
    if (is_aborted_ && !is_parted_) part_from(Broken{options_.rank, false, abort_reason_}, nullptr);
    if (!is_parted_) {
      start_clock();
      exchange_.flush();
    }
  } catch (const Broken&) {
    // Who did not read a message that was sent to it has left: it has no use for it.
    is_parted_ = true;
  }
  // Waits for nobody; a communicator that failed is left alone, as MPI may not free it.
  if (!is_parted_) MPI_Comm_free(&comm_);
}

void MpiGroup::start_clock() {
  const double seconds = std::min(options_.timeout, 1e6);
  deadline_ = Clock::now() + std::chrono::microseconds(static_cast<int64_t>(seconds * 1e6));
}

// ---- joining ------------------------------------------------------------------------------------

Digest MpiGroup::signature_of(const Address& address) const {
  const Digest key = Sha256().add(key_.data(), key_.size()).finish();
  uint8_t message[sizeof(Address) + sizeof key];
  const size_t bytes = offsetof(Address, signature);
  std::memcpy(message, &address, bytes);
  std::memcpy(message + bytes, &key, sizeof key);
  return Secret(secret_.data(), secret_.size()).sign(message, bytes + sizeof key);
}

weft_status MpiGroup::write_address(void* address, size_t* bytes) const {
  if (address == nullptr || *bytes < sizeof(Address))
    return fail(WEFT_INVALID_VALUE, "open: `address` must have room for %zu bytes",
                sizeof(Address));
  Address mine{};
  std::memcpy(mine.magic, kMagic, sizeof kMagic);
  mine.rank = options_.rank;
  mine.ranks = options_.ranks;
  MPI_Comm_rank(MPI_COMM_WORLD, &mine.world);
  MPI_Comm_size(MPI_COMM_WORLD, &mine.worlds);
  mine.signature = signature_of(mine);
  std::memcpy(address, &mine, sizeof mine);
  *bytes = sizeof mine;
  return WEFT_OK;
}

weft_status MpiGroup::check_address(int32_t rank, const void* address, size_t bytes,
                                    int worlds) const {
  Address given;
  if (bytes != sizeof given || std::memcmp(address, kMagic, sizeof kMagic) != 0)
    return fail(WEFT_INVALID_VALUE, "connect: the address of rank %d is not of the driver `mpi`",
                rank);
  std::memcpy(&given, address, sizeof given);
  if (!is_equal(given.signature, signature_of(given)))
    return fail(WEFT_DISCONNECTED,
                "connect: rank %d of the group `%s` has another secret or key than rank %d", rank,
                name_.c_str(), options_.rank);
  if (given.rank != rank || given.ranks != options_.ranks)
    return fail(WEFT_INVALID_VALUE,
                "connect: address %d must be that of rank %d of %d; got that of rank %d of %d",
                rank, rank, options_.ranks, given.rank, given.ranks);
  if (given.worlds != worlds || worlds < options_.ranks)
    return fail(WEFT_UNSUPPORTED,
                "connect: MPI started %d processes, and the group `%s` has %d ranks; start the "
                "program with the mpirun of %s, with which the plug-in was built",
                std::min(given.worlds, worlds), name_.c_str(), options_.ranks,
                built_with().c_str());
  return WEFT_OK;
}

weft_status MpiGroup::connect(const void* const* addresses, const size_t* bytes) {
  start_clock();
  int worlds = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &worlds);
  std::vector<int> members;
  for (int32_t rank = 0; rank < options_.ranks; ++rank) {
    const weft_status status = check_address(rank, addresses[rank], bytes[rank], worlds);
    if (status != WEFT_OK) return status;
    Address given;
    std::memcpy(&given, addresses[rank], sizeof given);
    const auto same = std::find(members.begin(), members.end(), given.world);
    if (same != members.end())
      return fail(WEFT_INVALID_VALUE, "connect: ranks %d and %d are both rank %d of MPI",
                  static_cast<int32_t>(same - members.begin()), rank, given.world);
    members.push_back(given.world);
  }
  MPI_Group world, chosen;
  MPI_Comm_group(MPI_COMM_WORLD, &world);
  MPI_Group_incl(world, static_cast<int>(members.size()), members.data(), &chosen);
  const Digest key = Sha256().add(key_.data(), key_.size()).finish();
  const int tag = (key[0] | key[1] << 8) & 0x7fff;
  const int code = MPI_Comm_create_group(MPI_COMM_WORLD, chosen, tag, &comm_);
  MPI_Group_free(&chosen);
  MPI_Group_free(&world);
  if (code != MPI_SUCCESS)
    return fail(WEFT_DISCONNECTED, "connect: the group `%s` has no communicator: %s", name_.c_str(),
                reason_of(code).c_str());
  MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN);
  return WEFT_OK;
}

// ---- the wire -----------------------------------------------------------------------------------

Posted MpiGroup::send(int32_t to, Channel channel, const void* data, size_t bytes) {
  auto block = std::make_unique<Block>();
  block->peer = to;
  block->is_sent = true;
  for (size_t at = 0; at < bytes; at += kLong) {
    const int code = MPI_Isend(static_cast<const char*>(data) + at,
                               static_cast<int>(std::min(kLong, bytes - at)), MPI_BYTE, to,
                               static_cast<int>(channel), comm_, block->add());
    if (code != MPI_SUCCESS) throw Broken{to, false, reason_of(code)};
  }
  return block;
}

Posted MpiGroup::receive(int32_t from, Channel channel, void* data, size_t room) {
  auto block = std::make_unique<Block>();
  block->peer = from;
  for (size_t at = 0; at < room; at += kLong) {
    const int code =
        MPI_Irecv(static_cast<char*>(data) + at, static_cast<int>(std::min(kLong, room - at)),
                  MPI_BYTE, from, static_cast<int>(channel), comm_, block->add());
    if (code != MPI_SUCCESS) throw Broken{from, false, reason_of(code)};
  }
  return block;
}

bool MpiGroup::is_done(Transfer& transfer) {
  auto& block = static_cast<Block&>(transfer);
  if (block.is_complete) return true;
  int has_first = 0, has_others = 1;
  int code = MPI_Test(&block.first, &has_first, MPI_STATUS_IGNORE);
  if (code == MPI_SUCCESS && has_first && !block.others.empty())
    code = MPI_Testall(static_cast<int>(block.others.size()), block.others.data(), &has_others,
                       MPI_STATUSES_IGNORE);
  if (code != MPI_SUCCESS) throw Broken{block.peer, false, reason_of(code)};
  block.is_complete = has_first && has_others;
  return block.is_complete;
}

void MpiGroup::wait(Transfer& transfer) {
  for (int64_t tries = 0; !is_done(transfer); ++tries) {
    if (tries % 256 == 255) look_around(static_cast<Block&>(transfer).peer);
    if (tries > 4096)
      std::this_thread::sleep_for(std::chrono::microseconds(std::min<int64_t>(tries / 256, 200)));
    else if (tries > 64)
      sched_yield();
  }
}

void MpiGroup::look_around(int32_t peer) {
  if (is_aborted_) {
    const std::lock_guard lock(mutex_);
    throw Broken{options_.rank, false, abort_reason_};
  }
  int has_come = 0;
  MPI_Status status;
  if (MPI_Iprobe(MPI_ANY_SOURCE, kFarewellTag, comm_, &has_come, &status) != MPI_SUCCESS)
    throw Broken{peer, false, "MPI fails"};
  if (has_come) {
    MPI_Recv(&farewell_, sizeof farewell_, MPI_BYTE, status.MPI_SOURCE, kFarewellTag, comm_,
             MPI_STATUS_IGNORE);
    is_told_ = true;
    throw Broken{status.MPI_SOURCE, false, "it said so"};
  }
  if (Clock::now() >= deadline_) throw Broken{peer, true, {}};
}

// ---- parting ------------------------------------------------------------------------------------

weft_status MpiGroup::part(weft_status status) {
  if (is_parted_) return status;
  is_parted_ = true;
  last_status_ = status;
  last_text_ = last_error();
  if (comm_ == MPI_COMM_NULL) return status;
  // MPI may read it when it likes: the few that a process ever sends stay.
  auto* const farewell = static_cast<Farewell*>(std::calloc(1, sizeof(Farewell)));
  if (farewell == nullptr) return status;
  farewell->status = status;
  std::strncpy(farewell->text, last_text_.c_str(), sizeof farewell->text - 1);
  for (int32_t rank = 0; rank < options_.ranks; ++rank) {
    if (rank == options_.rank) continue;
    MPI_Request request = MPI_REQUEST_NULL;
    if (MPI_Isend(farewell, sizeof *farewell, MPI_BYTE, rank, kFarewellTag, comm_, &request) ==
        MPI_SUCCESS)
      MPI_Request_free(&request);
  }
  return fail(status, "%s", last_text_.c_str());
}

weft_status MpiGroup::part_from(const Broken& broken, const weft_collective_call* call) {
  const char* const operation = call ? operation_of(*call) : "connect";
  if (is_told_)
    return part(fail(farewell_.status, "%.*s", static_cast<int>(kTextBytes - 1), farewell_.text));
  if (broken.peer == options_.rank)
    return part(fail(WEFT_DISCONNECTED, "group: rank %d of the group `%s` was aborted: %s",
                     options_.rank, name_.c_str(), broken.reason.c_str()));
  char what[384] = "connect";
  if (call != nullptr) write_description(describe(*call), what, sizeof what);
  if (broken.is_late)
    return part(fail(WEFT_DISCONNECTED,
                     "%s: rank %d of the group `%s` did not come within %g s; rank %d waited in %s",
                     operation, broken.peer, name_.c_str(), options_.timeout, options_.rank, what));
  return part(fail(WEFT_DISCONNECTED,
                   "%s: rank %d of the group `%s` is lost: %s; rank %d waited in %s", operation,
                   broken.peer, name_.c_str(), broken.reason.c_str(), options_.rank, what));
}

weft_status MpiGroup::run(const weft_collective_call& call) {
  if (is_parted_) return fail(last_status_, "%s", last_text_.c_str());
  start_clock();
  try {
    if (is_aborted_) look_around(options_.rank);
    const weft_status status = exchange_.run(call);
    return status == WEFT_OK ? status : part(status);
  } catch (const Broken& broken) {
    return part_from(broken, &call);
  }
}

void MpiGroup::abort(const char* reason) {
  const std::lock_guard lock(mutex_);
  if (is_aborted_) return;
  abort_reason_ = reason ? reason : "no reason given";
  is_aborted_ = true;
}

}  // namespace weft_collectives
