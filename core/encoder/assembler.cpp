// Writes instructions byte by byte: prefix (VEX or EVEX), opcode, operand, immediate. The hard
// parts are the prefix bits, many of which are inverted, and constants, whose distances are filled
// in at the end.

#include "encoder/assembler.h"

#include <algorithm>
#include <cstring>

namespace weft::encoder {
namespace {

// A constant fills the widest vector, so that any instruction can use it as memory.
constexpr int kConstantBytes = 64;

bool is_memory(const Place& place) { return place.kind == Place::kMemory; }
// A bit of a register's number, inverted, as prefixes have it.
int absent(int number, int bit) { return ~number >> bit & 1; }

}  // namespace

// Lowest byte first.
void Assembler::word(int32_t value) {
  for (int shift = 0; shift < 32; shift += 8) byte(value >> shift);
}

// Writes ModRM, SIB and the distance of the last operand. `target` is the register in ModRM.
// Distances always have 32 bits, because EVEX scales those of 8 bits. `bytes_behind`: bytes of the
// instruction that follow (an immediate), since a distance to a constant counts from the end of the
// instruction.
void Assembler::place(int target, const Place& last, int bytes_behind) {
  const int reg = (target & 7) << 3;
  switch (last.kind) {
    case Place::kRegister: byte(0xc0 | reg | (last.number & 7)); return;
    case Place::kConstant:
      byte(reg | 5);
      // A constant is addressed relative to rip; its distance is known in finish().
      uses_.push_back({code_.size(), bytes_behind, last.offset});
      word(0);
      return;
    case Place::kMemory:
      if (last.scale == 0) {
        byte(0x80 | reg | (last.number & 7));
      } else {
        byte(0x80 | reg | 4);
        // The base register is followed by rsi * scale: a second register needs a SIB byte.
        const int scale = last.scale == 4 ? 2 : last.scale == 2 ? 1 : 0;
        byte(scale << 6 | kRsi << 3 | (last.number & 7));
      }
      word(last.offset);
  }
}

// The three-byte VEX prefix and the opcode. `is_long`: 32-byte vectors.
void Assembler::vex(Opcode op, int target, int first, const Place& last, bool is_long) {
  const int base = last.kind == Place::kConstant ? 0 : last.number;
  byte(0xc4);
  byte(absent(target, 3) << 7 | 1 << 6 | absent(base, 3) << 5 | op.map);
  byte(op.wide << 7 | (~first & 15) << 3 | is_long << 2 | op.prefix);
  byte(op.number);
}

// The four-byte EVEX prefix and the opcode, with 64-byte vectors. It has room for a mask register,
// for zeroing the lanes outside the mask, and for broadcasting one element of memory.
void Assembler::evex(Opcode op, int target, int first, const Place& last, Lanes lanes) {
  const int base = last.kind == Place::kConstant ? 0 : last.number;
  // For memory, the bit belongs to the index register, and rsi needs none.
  const int high = last.kind == Place::kRegister ? absent(base, 4) : 1;
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

// In the VEX form with 16-byte vectors, which both instruction sets have.
void Assembler::store_half(int source, const Place& to) {
  constexpr Opcode kStore = {1, 0, 0x11};
  vex(kStore, source, 0, to, false);
  place(source, to, 0);
}

// mov r64, [base + offset], with a REX prefix for 64 bits.
void Assembler::load_pointer(int to, int base, int32_t offset) {
  byte(0x48 | (to >> 3) << 2);
  byte(0x8b);
  place(to, Place::memory(base, 0, offset), 0);
}

// prefetcht0; the REX prefix is only needed for r8 and above.
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

// Equal constants are stored once.
Place Assembler::constant(uint32_t lane) {
  const auto found = std::ranges::find(constants_, lane);
  const auto number = static_cast<int32_t>(found - constants_.begin());
  if (found == constants_.end()) constants_.push_back(lane);
  return {Place::kConstant, 0, 0, false, number};
}

// Constants lie behind the code, aligned to a cache line; the gap is filled with int3 (0xcc). Then
// every use gets its distance.
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
