// Joining, waiting and parting.
#include "group.h"

#include <gloo/transport/tcp/device.h>
#include <ifaddrs.h>

#include <algorithm>
#include <cstring>

namespace weft_collectives {
namespace {

constexpr uint64_t kFarewellSlot = 15;
constexpr char kMagic[8] = {'w', 'e', 'f', 't', 'g', 'l', 'o', '1'};

// An address is this, the address of a connection for each rank, and a digest of both.
struct AddressHead {
  char magic[8];
  int32_t rank, ranks;
  uint64_t each;  // bytes for a rank
};

bool is_interface(const std::string& name) {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return false;
  bool is_found = false;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next)
    is_found = is_found || name == one->ifa_name;
  freeifaddrs(all);
  return is_found;
}

gloo::transport::tcp::attr place_of(const std::string& bind) {
  gloo::transport::tcp::attr place;
  if (is_interface(bind))
    place.iface = bind;
  else
    place.hostname = bind;
  return place;
}

// Gloo's texts begin with a place in its source.
std::string reason_of(const std::exception& failure) {
  std::string text = failure.what();
  const size_t end = text.find("] ");
  return text.starts_with('[') && end != std::string::npos ? text.substr(end + 2) : text;
}

Digest digest_of_key(const std::string& key) {
  return Sha256().add(key.data(), key.size()).finish();
}

}  // namespace

struct GlooGroup::Block final : Transfer {
  std::unique_ptr<gloo::transport::UnboundBuffer> buffer;  // null: nothing to move
  int32_t peer = -1;
  bool is_sent = false;
  bool is_done = false;
};

GlooGroup::GlooGroup(const weft_collective_options& options)
    : options_(options),
      name_(options.group),
      key_(options.key),
      bind_(options.bind ? options.bind : "127.0.0.1"),
      secret_(static_cast<const char*>(options.secret),
              static_cast<const char*>(options.secret) + options.secret_bytes),
      exchange_(*this, options.rank, options.ranks, name_.c_str()),
      farewells_(static_cast<size_t>(options.ranks)) {
  start_clock();
  device_ = gloo::transport::tcp::CreateDevice(place_of(bind_));
  context_ = device_->createContext(options.rank, options.ranks);
  // A connection that is being made is given five times as long.
  context_->setTimeout(std::max(time_left() / 5, std::chrono::milliseconds(1)));
  for (int32_t rank = 0; rank < options.ranks; ++rank)
    if (rank != options.rank) context_->createPair(rank);
}

GlooGroup::~GlooGroup() {
  try {
    if (!is_parted_) exchange_.flush();
  } catch (const Broken&) {
    // Who did not read a message that was sent to it has left: it has no use for it.
    is_parted_ = true;
  }
  if (watcher_.joinable()) {
    coming_farewells_->abortWaitRecv();
    watcher_.join();
  }
  coming_farewells_.reset();
  if (context_)
    for (int32_t rank = 0; rank < options_.ranks; ++rank)
      if (rank != options_.rank) context_->getPair(rank)->close();
}

void GlooGroup::start_clock() {
  const double seconds = std::min(options_.timeout, 1e6);
  deadline_ = Clock::now() + std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

std::chrono::milliseconds GlooGroup::time_left() const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
  return std::max(left, std::chrono::milliseconds(1));
}

// ---- joining ------------------------------------------------------------------------------------

weft_status GlooGroup::write_address(void* address, size_t* bytes) const {
  AddressHead head{{}, options_.rank, options_.ranks, 0};
  std::memcpy(head.magic, kMagic, sizeof kMagic);
  std::vector<char> places;
  for (int32_t rank = 0; rank < options_.ranks; ++rank) {
    if (rank == options_.rank) continue;
    const std::vector<char> place = context_->getPair(rank)->address().bytes();
    head.each = place.size();
    places.resize(head.each * static_cast<size_t>(options_.ranks));
    std::copy(place.begin(), place.end(), places.data() + head.each * static_cast<size_t>(rank));
  }
  std::vector<char> whole(sizeof head + places.size());
  std::memcpy(whole.data(), &head, sizeof head);
  std::copy(places.begin(), places.end(), whole.data() + sizeof head);
  const size_t all = whole.size() + sizeof(Digest);
  if (address == nullptr || *bytes < all)
    return fail(WEFT_INVALID_VALUE, "open: `address` must have room for %zu bytes; got %zu", all,
                *bytes);
  std::memcpy(address, whole.data(), whole.size());
  const Digest key = digest_of_key(key_);
  whole.insert(whole.end(), key.begin(), key.end());
  const Digest signature = Secret(secret_.data(), secret_.size()).sign(whole.data(), whole.size());
  std::memcpy(static_cast<char*>(address) + all - sizeof signature, &signature, sizeof signature);
  *bytes = all;
  return WEFT_OK;
}

weft_status GlooGroup::check_address(int32_t rank, const void* address, size_t bytes) const {
  AddressHead head;
  const auto* const data = static_cast<const char*>(address);
  if (bytes < sizeof head + sizeof(Digest) || std::memcmp(data, kMagic, sizeof kMagic) != 0)
    return fail(WEFT_INVALID_VALUE, "connect: the address of rank %d is not of the driver `gloo`",
                rank);
  std::memcpy(&head, data, sizeof head);
  std::vector<char> whole(data, data + bytes - sizeof(Digest));
  const Digest key = digest_of_key(key_);
  whole.insert(whole.end(), key.begin(), key.end());
  Digest signature;
  std::memcpy(&signature, data + bytes - sizeof signature, sizeof signature);
  if (!is_equal(signature, Secret(secret_.data(), secret_.size()).sign(whole.data(), whole.size())))
    return fail(WEFT_DISCONNECTED,
                "connect: rank %d of the group `%s` has another secret or key than rank %d", rank,
                name_.c_str(), options_.rank);
  const auto ranks = static_cast<size_t>(options_.ranks);
  if (head.rank != rank || head.ranks != options_.ranks ||
      bytes != sizeof head + head.each * ranks + sizeof(Digest))
    return fail(WEFT_INVALID_VALUE,
                "connect: address %d must be that of rank %d of %d; got that of rank %d of %d",
                rank, rank, options_.ranks, head.rank, head.ranks);
  return WEFT_OK;
}

weft_status GlooGroup::connect(const void* const* addresses, const size_t* bytes) {
  start_clock();
  for (int32_t rank = 0; rank < options_.ranks; ++rank) {
    const weft_status status = check_address(rank, addresses[rank], bytes[rank]);
    if (status != WEFT_OK) return status;
  }
  for (int32_t rank = 0; rank < options_.ranks; ++rank) {
    if (rank == options_.rank) continue;
    AddressHead head;
    std::memcpy(&head, addresses[rank], sizeof head);
    const char* const place = static_cast<const char*>(addresses[rank]) + sizeof head +
                              head.each * static_cast<size_t>(options_.rank);
    {
      const std::lock_guard lock(mutex_);
      if (is_aborted_) break;
    }
    try {
      context_->getPair(rank)->connect(std::vector<char>(place, place + head.each));
    } catch (const std::exception& failure) {
      const std::lock_guard lock(mutex_);
      if (is_aborted_) break;  // which has closed the connection that was waited for
      return fail(WEFT_DISCONNECTED,
                  "connect: no connection to rank %d of the group `%s` within "
                  "%g s: %s",
                  rank, name_.c_str(), options_.timeout, reason_of(failure).c_str());
    }
  }
  {
    const std::lock_guard lock(mutex_);
    is_joined_ = !is_aborted_;
  }
  if (!is_joined_) return part_from(Broken{options_.rank, false, abort_reason_}, nullptr);
  try {
    const weft_status status = prove();
    if (status != WEFT_OK) return part(status);
  } catch (const Broken& broken) {
    return part_from(broken, nullptr);
  }
  coming_farewells_ =
      context_->createUnboundBuffer(farewells_.data(), farewells_.size() * sizeof(Farewell));
  for (int32_t rank = 0; rank < options_.ranks; ++rank)
    if (rank != options_.rank)
      coming_farewells_->recv(rank, kFarewellSlot, static_cast<size_t>(rank) * sizeof(Farewell),
                              sizeof(Farewell));
  watcher_ = std::thread([this] { watch(); });
  return WEFT_OK;
}

Digest GlooGroup::proof(int32_t from, int32_t to, const Digest& first, const Digest& second) const {
  const int32_t numbers[] = {from, to, options_.ranks};
  const Digest key = digest_of_key(key_);
  uint8_t message[sizeof numbers + 3 * sizeof(Digest)];
  std::memcpy(message, numbers, sizeof numbers);
  std::memcpy(message + sizeof numbers, &key, sizeof key);
  std::memcpy(message + sizeof numbers + sizeof key, &first, sizeof first);
  std::memcpy(message + sizeof numbers + 2 * sizeof key, &second, sizeof second);
  return Secret(secret_.data(), secret_.size()).sign(message, sizeof message);
}

weft_status GlooGroup::prove() {
  const auto ranks = static_cast<size_t>(options_.ranks);
  std::vector<Digest> mine(ranks), theirs(ranks), answers(ranks), given(ranks);
  if (!fill_random(mine.data(), ranks * sizeof(Digest)))
    return fail(WEFT_IO, "connect: the system gives no random bytes");
  const auto exchange = [&](const std::vector<Digest>& out, std::vector<Digest>& in) {
    std::vector<Posted> transfers;
    for (int32_t rank = 0; rank < options_.ranks; ++rank) {
      if (rank == options_.rank) continue;
      const auto i = static_cast<size_t>(rank);
      transfers.push_back(receive(rank, Channel::kDescription, &in[i], sizeof(Digest)));
      transfers.push_back(send(rank, Channel::kDescription, &out[i], sizeof(Digest)));
    }
    for (const Posted& transfer : transfers) wait(*transfer);
  };
  exchange(mine, theirs);
  for (size_t i = 0; i < ranks; ++i)
    answers[i] = proof(options_.rank, static_cast<int32_t>(i), mine[i], theirs[i]);
  exchange(answers, given);
  for (int32_t rank = 0; rank < options_.ranks; ++rank) {
    const auto i = static_cast<size_t>(rank);
    if (rank != options_.rank &&
        !is_equal(given[i], proof(rank, options_.rank, theirs[i], mine[i])))
      return fail(
          WEFT_DISCONNECTED,
          "connect: who answers as rank %d of the group `%s` has another secret or key than "
          "rank %d",
          rank, name_.c_str(), options_.rank);
  }
  return WEFT_OK;
}

// ---- the wire -----------------------------------------------------------------------------------

Posted GlooGroup::send(int32_t to, Channel channel, const void* data, size_t bytes) {
  auto block = std::make_unique<Block>();
  block->peer = to;
  block->is_sent = true;
  block->is_done = bytes == 0;
  if (block->is_done) return block;
  try {
    block->buffer = context_->createUnboundBuffer(const_cast<void*>(data), bytes);
    block->buffer->send(to, static_cast<uint64_t>(channel), 0, bytes);
  } catch (const std::exception& failure) {
    throw Broken{to, false, reason_of(failure)};
  }
  return block;
}

Posted GlooGroup::receive(int32_t from, Channel channel, void* data, size_t room) {
  auto block = std::make_unique<Block>();
  block->peer = from;
  block->is_done = room == 0;
  if (block->is_done) return block;
  try {
    block->buffer = context_->createUnboundBuffer(data, room);
    block->buffer->recv(from, static_cast<uint64_t>(channel), 0, room);
  } catch (const std::exception& failure) {
    throw Broken{from, false, reason_of(failure)};
  }
  return block;
}

void GlooGroup::wait(Transfer& transfer) {
  auto& block = static_cast<Block&>(transfer);
  if (block.is_done) return;
  {
    const std::lock_guard lock(mutex_);
    if (is_aborted_) throw Broken{options_.rank, false, abort_reason_};
    if (is_told_) throw Broken{block.peer, false, "another rank parts"};
    waited_ = &block;
  }
  bool is_complete = false;
  std::string reason;
  try {
    is_complete =
        block.is_sent ? block.buffer->waitSend(time_left()) : block.buffer->waitRecv(time_left());
  } catch (const std::exception& failure) {
    reason = reason_of(failure);
  }
  const std::lock_guard lock(mutex_);
  waited_ = nullptr;
  block.is_done = is_complete;
  if (is_complete) return;
  if (is_aborted_) throw Broken{options_.rank, false, abort_reason_};
  throw Broken{block.peer, !is_told_ && Clock::now() >= deadline_, reason};
}

// ---- parting ------------------------------------------------------------------------------------

weft_status GlooGroup::part(weft_status status) {
  bool can_tell = false;
  {
    const std::lock_guard lock(mutex_);
    if (is_parted_) return status;
    is_parted_ = true;
    can_tell = is_joined_;
    last_status_ = status;
    last_text_ = last_error();
  }
  Farewell farewell{status, {}};
  std::strncpy(farewell.text, last_error(), sizeof farewell.text - 1);
  const auto slot = kFarewellSlot;
  for (int32_t rank = 0; rank < options_.ranks; ++rank) {
    if (rank == options_.rank) continue;
    try {
      // Who is not connected yet cannot be told, and to try would be to wait for the connection.
      const auto buffer = context_->createUnboundBuffer(&farewell, sizeof farewell);
      if (can_tell) {
        buffer->send(rank, slot, 0, sizeof farewell);
        buffer->waitSend(std::chrono::milliseconds(200));
      }
    } catch (const std::exception& failure) {
      // It cannot be told: its connection is closed, which tells it.
      static_cast<void>(failure);
    }
    context_->getPair(rank)->close();
  }
  return fail(status, "%s", last_text_.c_str());
}

// A rank that has said why it parts; -1 for none. A connection that closes may hide that the text
// came before: the text itself tells.
int32_t GlooGroup::told_by() const {
  for (int32_t rank = 0; rank < options_.ranks; ++rank)
    if (farewells_[static_cast<size_t>(rank)].status != WEFT_OK) return rank;
  return -1;
}

// Waits until a rank parts, and ends what this one waits for.
void GlooGroup::watch() {
  bool has_come = false;
  try {
    has_come = coming_farewells_->waitRecv(std::chrono::hours(24 * 365));
  } catch (const std::exception& failure) {
    static_cast<void>(failure);  // a connection is closed: who waits for it learns that
    has_come = told_by() >= 0;
  }
  if (!has_come) return;
  const std::lock_guard lock(mutex_);
  is_told_ = true;
  if (waited_ != nullptr && waited_->is_sent) waited_->buffer->abortWaitSend();
  if (waited_ != nullptr && !waited_->is_sent) waited_->buffer->abortWaitRecv();
}

weft_status GlooGroup::part_from(const Broken& broken, const weft_collective_call* call) {
  const char* const operation = call ? operation_of(*call) : "connect";
  if (broken.peer == options_.rank)
    return part(fail(WEFT_DISCONNECTED, "group: rank %d of the group `%s` was aborted: %s",
                     options_.rank, name_.c_str(), broken.reason.c_str()));
  if (const int32_t teller = broken.is_late ? -1 : told_by(); teller >= 0) {
    const Farewell& farewell = farewells_[static_cast<size_t>(teller)];
    return part(fail(farewell.status, "%.*s", static_cast<int>(kTextBytes - 1), farewell.text));
  }
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

weft_status GlooGroup::run(const weft_collective_call& call) {
  {
    const std::lock_guard lock(mutex_);
    if (is_parted_) return fail(last_status_, "%s", last_text_.c_str());
    is_running_ = true;
  }
  start_clock();
  weft_status status;
  try {
    status = exchange_.run(call);
    if (status != WEFT_OK) status = part(status);
  } catch (const Broken& broken) {
    status = part_from(broken, &call);
  }
  const std::lock_guard lock(mutex_);
  is_running_ = false;
  return status;
}

void GlooGroup::abort(const char* reason) {
  {
    const std::lock_guard lock(mutex_);
    if (is_aborted_) return;
    is_aborted_ = true;
    abort_reason_ = reason ? reason : "no reason given";
    if (waited_ != nullptr && waited_->is_sent) waited_->buffer->abortWaitSend();
    if (waited_ != nullptr && !waited_->is_sent) waited_->buffer->abortWaitRecv();
    if (is_running_) return;  // the operation that runs says it
  }
  part_from(Broken{options_.rank, false, abort_reason_}, nullptr);
}

}  // namespace weft_collectives
