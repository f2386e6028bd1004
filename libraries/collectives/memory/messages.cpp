// Messages between two ranks: bytes that go round in a ring. A message is an envelope and its
// elements.
//
// A rank that sends while its ring is full takes in what others have sent to it, so two ranks may
// send to each other, and messages of several tags may be received in any order. What comes before
// it is asked for is kept in this rank's memory.
#include <cstdlib>
#include <cstring>

#include "wait_impl.h"

namespace weft_collectives::memory {
namespace {

struct Envelope {
  int64_t tag, count;
  weft_dtype dtype;
  char where[108];
};
static_assert(sizeof(Envelope) == 128);

}  // namespace

struct Message {
  Envelope envelope;
  Message* next;
  char* data;
  size_t bytes, filled;
  bool is_lent;  // the receiver's: data is where it wants the elements
  bool is_complete;
};

size_t Member::arrived(int32_t from) const {
  const Ring& ring = segment_.ring(from, options_.rank);
  return ring.written.load(std::memory_order_acquire) - ring.read.load(std::memory_order_relaxed);
}

size_t Member::room(int32_t to) const {
  const Ring& ring = segment_.ring(options_.rank, to);
  return segment_.layout().ring_bytes() -
         (ring.written.load(std::memory_order_relaxed) - ring.read.load(std::memory_order_acquire));
}

void Member::read_ring(int32_t from, void* data, size_t bytes) {
  Ring& ring = segment_.ring(from, options_.rank);
  const size_t all = segment_.layout().ring_bytes();
  const uint64_t begin = ring.read.load(std::memory_order_relaxed);
  const size_t at = begin % all, head = bytes < all - at ? bytes : all - at;
  const char* const bytes_of_ring = segment_.ring_data(from, options_.rank);
  std::memcpy(data, bytes_of_ring + at, head);
  std::memcpy(static_cast<char*>(data) + head, bytes_of_ring, bytes - head);
  ring.read.store(begin + bytes, std::memory_order_release);
  this->ring(from);
}

void Member::write_ring(int32_t to, const void* data, size_t bytes) {
  Ring& ring = segment_.ring(options_.rank, to);
  const size_t all = segment_.layout().ring_bytes();
  const uint64_t begin = ring.written.load(std::memory_order_relaxed);
  const size_t at = begin % all, head = bytes < all - at ? bytes : all - at;
  char* const bytes_of_ring = segment_.ring_data(options_.rank, to);
  std::memcpy(bytes_of_ring + at, data, head);
  std::memcpy(bytes_of_ring, static_cast<const char*>(data) + head, bytes - head);
  ring.written.store(begin + bytes, std::memory_order_release);
  this->ring(to);
}

// ---- sending ------------------------------------------------------------------------------------

weft_status Member::put(const weft_collective_call& call, const void* data, size_t bytes) {
  // In parts of a ring, so that the receiver copies one while the next one is written.
  const size_t part = segment_.layout().ring_bytes() / 4;
  const char* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const size_t free = room(call.peer);
    const size_t now = bytes < part ? bytes : part;
    if (free > 0) {
      const size_t written = now < free ? now : free;
      write_ring(call.peer, from, written);
      from += written;
      bytes -= written;
      continue;
    }
    for (int32_t rank = 0; rank < options_.ranks; ++rank) {
      const weft_status status = pump(rank, nullptr, nullptr);
      if (status != WEFT_OK) return status;
    }
    const weft_status status = wait(
        [this, &call] {
          if (room(call.peer) > 0) return kNobody;
          for (int32_t rank = 0; rank < options_.ranks; ++rank)
            if (arrived(rank) >= (arriving_[rank] ? 1 : sizeof(Envelope))) return kNobody;
          return call.peer;
        },
        &call);
    if (status != WEFT_OK) return status;
  }
  return WEFT_OK;
}

weft_status Member::send(const weft_collective_call& call) {
  if (is_lost(call.peer, false)) return fail_lost(call.peer, &call);
  Envelope envelope{};
  envelope.tag = call.tag;
  envelope.count = call.count;
  envelope.dtype = call.dtype;
  std::strncpy(envelope.where, call.where ? call.where : "", sizeof envelope.where - 1);
  const weft_status status = put(call, &envelope, sizeof envelope);
  if (status != WEFT_OK) return status;
  return put(call, call.send, static_cast<size_t>(call.count) * size_of(call.dtype));
}

// ---- receiving ----------------------------------------------------------------------------------

Message* Member::find_kept(int32_t from, int64_t tag) const {
  Message* message = kept_[from];
  while (message != nullptr && message->envelope.tag != tag) message = message->next;
  return message;
}

// Fails where the message is not what the call asks for.
static weft_status check_envelope(const Envelope& envelope, const weft_collective_call& call,
                                  const char* group, int32_t rank) {
  if (envelope.dtype == call.dtype && envelope.count == call.count) return WEFT_OK;
  Described sent = describe(call);
  sent.kind = WEFT_SEND;
  sent.peer = rank;
  sent.count = envelope.count;
  sent.dtype = envelope.dtype;
  std::memcpy(sent.where, envelope.where, sizeof envelope.where);
  return fail_differing(group, rank, describe(call), call.peer, sent);
}

weft_status Member::begin_message(int32_t from, Message* wanted, const weft_collective_call* call) {
  Envelope envelope;
  read_ring(from, &envelope, sizeof envelope);
  const size_t bytes = static_cast<size_t>(envelope.count) * size_of(envelope.dtype);
  Message* message = wanted;
  if (wanted != nullptr && envelope.tag == call->tag && find_kept(from, call->tag) == nullptr) {
    const weft_status status = check_envelope(envelope, *call, options_.group, options_.rank);
    if (status != WEFT_OK) return publish(status);
  } else {
    message = static_cast<Message*>(std::calloc(1, sizeof(Message)));
    if (message != nullptr) message->data = static_cast<char*>(std::malloc(bytes + 1));
    if (message == nullptr || message->data == nullptr) {
      std::free(message);
      return publish(fail(WEFT_OUT_OF_MEMORY,
                          "receive: no memory for %zu bytes that rank %d sent to rank %d of the "
                          "group `%s`",
                          bytes, from, options_.rank, options_.group));
    }
  }
  message->envelope = envelope;
  message->bytes = bytes;
  arriving_[from] = message;
  return WEFT_OK;
}

// Takes in all that has arrived from a rank. A message that `wanted` waits for goes to its memory.
weft_status Member::pump(int32_t from, Message* wanted, const weft_collective_call* call) {
  for (;;) {
    if (arriving_[from] == nullptr) {
      if (arrived(from) < sizeof(Envelope) || (wanted != nullptr && wanted->is_complete))
        return WEFT_OK;
      const weft_status status = begin_message(from, wanted, call);
      if (status != WEFT_OK) return status;
    }
    Message& message = *arriving_[from];
    const size_t here = arrived(from), left = message.bytes - message.filled;
    const size_t now = here < left ? here : left;
    if (now > 0) read_ring(from, message.data + message.filled, now);
    message.filled += now;
    if (message.filled < message.bytes) return WEFT_OK;
    message.is_complete = true;
    arriving_[from] = nullptr;
    if (message.is_lent) continue;
    Message** last = &kept_[from];
    while (*last != nullptr) last = &(*last)->next;
    *last = &message;
  }
}

// Gives a message that was kept to the call that asks for it.
weft_status Member::take(const weft_collective_call& call, Message* message) {
  Message** at = &kept_[call.peer];
  while (*at != message) at = &(*at)->next;
  *at = message->next;
  weft_status status = check_envelope(message->envelope, call, options_.group, options_.rank);
  if (status == WEFT_OK)
    std::memcpy(call.receive, message->data, message->bytes);
  else
    status = publish(status);
  std::free(message->data);
  std::free(message);
  return status;
}

weft_status Member::receive(const weft_collective_call& call) {
  Message wanted{};
  wanted.data = static_cast<char*>(call.receive);
  wanted.is_lent = true;
  weft_status status = WEFT_OK;
  while (status == WEFT_OK) {
    Message* const kept = find_kept(call.peer, call.tag);
    if (kept != nullptr) return take(call, kept);
    status = pump(call.peer, &wanted, &call);
    if (wanted.is_complete && status == WEFT_OK) return WEFT_OK;
    if (status != WEFT_OK || find_kept(call.peer, call.tag) != nullptr) continue;
    status = wait(
        [this, &call] {
          const size_t least = arriving_[call.peer] ? 1 : sizeof(Envelope);
          return arrived(call.peer) >= least ? kNobody : call.peer;
        },
        &call);
  }
  if (arriving_[call.peer] == &wanted) arriving_[call.peer] = nullptr;
  return status;
}

void Member::free_messages() {
  for (int32_t i = 0; arriving_ != nullptr && i < 2 * options_.ranks; ++i)
    for (Message* message = arriving_[i]; message != nullptr;) {
      Message* const next = message->next;
      std::free(message->data);
      std::free(message);
      message = next;
    }
  std::free(arriving_);
  arriving_ = nullptr;
}

}  // namespace weft_collectives::memory
