#include "encoder/assembler.h"

#include <algorithm>
#include <cstring>

namespace weft::encoder {
namespace {

constexpr int kConstantBytes = 64;

bool is_memory(const Place& place) { return place.kind == Place::kMemory; }
// Bits of a register's number that a prefix has, inverted.
int absent(int number, int bit) { return ~number >> bit & 1; }

}  // namespace

void Assembler::word(int32_t value) {
  for (int shift = 0; shift < 32; shift += 8) byte(value >> shift);
}

// ModRM, SIB and distance. Distances have 32 bits: short ones would be scaled with EVEX.
void Assembler::place(int target, const Place& last, int bytes_behind) {
  const int reg = (target & 7) << 3;
  switch (last.kind) {
    case Place::kRegister: byte(0xc0 | reg | (last.number & 7)); return;
    case Place::kConstant:
      byte(reg | 5);
      uses_.push_back({code_.size(), bytes_behind, last.offset});
      word(0);
      return;
    case Place::kMemory:
      if (last.scale == 0) {
        byte(0x80 | reg | (last.number & 7));
      } else {
        byte(0x80 | reg | 4);
        const int scale = last.scale == 4 ? 2 : last.scale == 2 ? 1 : 0;
        byte(scale << 6 | kRsi << 3 | (last.number & 7));
      }
      word(last.offset);
  }
}

void Assembler::vex(Opcode op, int target, int first, const Place& last, bool is_long) {
  const int base = last.kind == Place::kConstant ? 0 : last.number;
  byte(0xc4);
  byte(absent(target, 3) << 7 | 1 << 6 | absent(base, 3) << 5 | op.map);
  byte(op.wide << 7 | (~first & 15) << 3 | is_long << 2 | op.prefix);
  byte(op.number);
}

void Assembler::evex(Opcode op, int target, int first, const Place& last, Lanes lanes) {
  const int base = last.kind == Place::kConstant ? 0 : last.number;
  const int high = last.kind == Place::kRegister ? absent(base, 4) : 1;  // else rsi has it, or none
  byte(0x62);
  byte(absent(target, 3) << 7 | high << 6 | absent(base, 3) << 5 | absent(target, 4) << 4 | op.map);
  byte(op.wide << 7 | (~first & 15) << 3 | 1 << 2 | op.prefix);
  constexpr int k64Bytes = 2;
  byte(lanes.clears << 7 | k64Bytes << 5 | (is_memory(last) && last.is_broadcast) << 4 |
       absent(first, 4) << 3 | lanes.mask);
  byte(op.number);
}

void Assembler::vector_prefix(Opcode op, int target, int first, const Place& last, Lanes lanes) {
  if (is_wide_)
    evex(op, target, first, last, lanes);
  else
    vex(op, target, first, last, true);
}

void Assembler::vector(Opcode op, int target, int first, const Place& last, Lanes lanes) {
  vector_prefix(op, target, first, last, lanes);
  place(target, last, 0);
}

void Assembler::vector(Opcode op, int target, int first, const Place& last, uint8_t immediate) {
  vector_prefix(op, target, first, last, {});
  place(target, last, 1);
  byte(immediate);
}

void Assembler::masks(Opcode op, int target, int first, int last) {
  vex(op, target, first, Place::reg(last), true);
  place(target, Place::reg(last), 0);
}

void Assembler::store_half(int source, const Place& to) {
  constexpr Opcode kStore = {1, 0, 0x11};
  vex(kStore, source, 0, to, false);
  place(source, to, 0);
}

void Assembler::load_pointer(int to, int base, int32_t offset) {
  byte(0x48 | (to >> 3) << 2);
  byte(0x8b);
  place(to, Place::memory(base, 0, offset), 0);
}

void Assembler::prefetch(const Place& at) {
  if (at.number >= 8) byte(0x41);
  byte(0x0f);
  byte(0x18);
  place(1, at, 0);  // into all caches
}

void Assembler::begin() {
  for (const int each : {0xf3, 0x0f, 0x1e, 0xfa}) byte(each);  // endbr64: may be jumped to
}

void Assembler::jump_behind(int32_t bytes) {
  for (const int each : {0x48, 0x81, 0xc7}) byte(each);  // add rdi, bytes
  word(bytes);
  byte(0xff);  // jmp [rdi]
  byte(0x27);
}

Place Assembler::constant(uint32_t lane) {
  const auto found = std::ranges::find(constants_, lane);
  const auto number = static_cast<int32_t>(found - constants_.begin());
  if (found == constants_.end()) constants_.push_back(lane);
  return {Place::kConstant, 0, 0, false, number};
}

std::vector<uint8_t> Assembler::finish() {
  code_.resize((code_.size() + kConstantBytes - 1) / kConstantBytes * kConstantBytes, 0xcc);
  const size_t constants = code_.size();
  for (const uint32_t lane : constants_)
    for (int i = 0; i < kConstantBytes / 4; ++i) word(static_cast<int32_t>(lane));
  for (const Use& use : uses_) {
    const size_t to = constants + static_cast<size_t>(use.constant) * kConstantBytes;
    const size_t from = use.at + 4 + static_cast<size_t>(use.bytes_behind);
    const auto distance = static_cast<int32_t>(to - from);
    std::memcpy(&code_[use.at], &distance, sizeof distance);
  }
  return std::move(code_);
}

}  // namespace weft::encoder
