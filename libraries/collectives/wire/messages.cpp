// Messages between two ranks over a wire. What is sent is copied, so that two ranks may send to
// each other before either receives; a rank that has sent 64 MiB that nobody has read waits. All
// messages of a pair travel in one order: one that comes before it is asked for is kept.
#include <cstring>

#include "wire.h"

namespace weft_collectives {
namespace {

constexpr size_t kMostUnread = 64 << 20;

// What precedes a message.
struct Envelope {
  int64_t tag;
  Described sent;
};

}  // namespace

void Exchange::drop_read() {
  while (!sent_.empty() && wire_.is_done(*sent_.front().description) &&
         wire_.is_done(*sent_.front().block)) {
    sent_bytes_ -= sent_.front().data.size();
    sent_.pop_front();
  }
}

void Exchange::flush() {
  for (; !sent_.empty(); sent_.pop_front()) {
    wire_.wait(*sent_.front().description);
    wire_.wait(*sent_.front().block);
  }
  sent_bytes_ = 0;
}

weft_status Exchange::send(const weft_collective_call& call) {
  const size_t bytes = static_cast<size_t>(call.count) * size_of(call.dtype);
  const auto* const from = static_cast<const char*>(call.send);
  Envelope envelope{call.tag, describe(call)};
  if (call.peer == rank_) {
    kept_[static_cast<size_t>(rank_)].push_back(
        {call.tag, envelope.sent, std::vector<char>(from, from + bytes)});
    return WEFT_OK;
  }
  while (!sent_.empty() && sent_bytes_ + bytes > kMostUnread) {
    wire_.wait(*sent_.front().description);
    wire_.wait(*sent_.front().block);
    sent_bytes_ -= sent_.front().data.size();
    sent_.pop_front();
  }
  sent_.emplace_back();
  Sent& sent = sent_.back();
  sent.data.resize(sizeof envelope + bytes);
  sent_bytes_ += sent.data.size();
  std::memcpy(sent.data.data(), &envelope, sizeof envelope);
  if (bytes > 0) std::memcpy(sent.data.data() + sizeof envelope, from, bytes);
  sent.description = wire_.send(call.peer, Channel::kMessages, sent.data.data(), sizeof envelope);
  sent.block = wire_.send(call.peer, Channel::kMessages, sent.data.data() + sizeof envelope, bytes);
  drop_read();
  return WEFT_OK;
}

// Gives what came to the call that asks for it.
weft_status Exchange::take(const weft_collective_call& call, const Described& sent,
                           const std::vector<char>* data) {
  if (sent.dtype != call.dtype || sent.count != call.count)
    return fail_differing(group_, rank_, describe(call), call.peer, sent);
  if (data != nullptr && !data->empty()) std::memcpy(call.receive, data->data(), data->size());
  return WEFT_OK;
}

weft_status Exchange::receive(const weft_collective_call& call) {
  auto& kept = kept_[static_cast<size_t>(call.peer)];
  for (auto message = kept.begin(); message != kept.end(); ++message)
    if (message->tag == call.tag) {
      const weft_status status = take(call, message->sent, &message->data);
      kept.erase(message);
      return status;
    }
  if (call.peer == rank_)
    return fail(WEFT_INVALID_STATE,
                "receive: rank %d of the group `%s` has sent itself nothing with tag %lld", rank_,
                group_, static_cast<long long>(call.tag));
  for (;;) {
    Envelope envelope;
    wire_.wait(*wire_.receive(call.peer, Channel::kMessages, &envelope, sizeof envelope));
    const size_t bytes = static_cast<size_t>(envelope.sent.count) * size_of(envelope.sent.dtype);
    if (envelope.tag == call.tag) {
      const weft_status status = take(call, envelope.sent, nullptr);
      if (status != WEFT_OK) return status;
      wire_.wait(*wire_.receive(call.peer, Channel::kMessages, call.receive, bytes));
      return WEFT_OK;
    }
    Kept message{envelope.tag, envelope.sent, std::vector<char>(bytes)};
    wire_.wait(*wire_.receive(call.peer, Channel::kMessages, message.data.data(), bytes));
    kept.push_back(std::move(message));
  }
}

}  // namespace weft_collectives
