// Vector instructions of x86-64 as bytes: in the VEX form with 32-byte vectors, in the EVEX form
// with 64 bytes, 32 registers and masks (Intel, Software Developer's Manual, volume 2, 2.3 and
// 2.7). Only what chains are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::encoder {

// General registers that a function of chains may change; rdi and rsi are its arguments.
enum General : uint8_t { kRax = 0, kRcx = 1, kRdx = 2, kRsi = 6, kRdi = 7, kR8, kR9, kR10, kR11 };

// The last operand of an instruction.
struct Place {
  enum Kind : uint8_t { kRegister, kMemory, kConstant };
  Kind kind = kRegister;
  uint8_t number = 0;         // of the register, or of the general register with the address
  uint8_t scale = 0;          // of rsi, which is added: 1, 2, 4 or 0
  bool is_broadcast = false;  // one element for all lanes, with EVEX only
  int32_t offset = 0;         // in memory, or the number of the constant

  static Place reg(int number) { return {kRegister, static_cast<uint8_t>(number), 0, false, 0}; }
  static Place memory(int base, int scale, int64_t offset) {
    return {kMemory, static_cast<uint8_t>(base), static_cast<uint8_t>(scale), false,
            static_cast<int32_t>(offset)};
  }
};

// An instruction, by the tables of the manual: which of the maps 0F, 0F38 and 0F3A it is in (1 to
// 3), which of no prefix, 66, F3 and F2 it has (0 to 3), its number, and W.
struct Opcode {
  uint8_t map, prefix, number;
  bool wide = false;
};

// Which lanes are written: those of a mask register; 0: all. The others stay or become zero.
struct Lanes {
  int mask = 0;
  bool clears = false;
};

class Assembler {
 public:
  // With 64-byte vectors and the EVEX form, or 32-byte ones and VEX.
  explicit Assembler(bool is_wide) : is_wide_(is_wide) {}

  // `target` is written (of stores read), `first` is the operand that VEX added (0 where an
  // instruction has none).
  void vector(Opcode op, int target, int first, const Place& last, Lanes lanes = {});
  void vector(Opcode op, int target, int first, const Place& last, uint8_t immediate);
  // Between mask registers.
  void masks(Opcode op, int target, int first, int last);
  // The low 16 bytes of a register, in the VEX form.
  void store_half(int source, const Place& to);

  void load_pointer(int to, int base, int32_t offset);
  void prefetch(const Place& at);
  void begin();                     // a function
  void jump_behind(int32_t bytes);  // rdi += bytes, and to the address that is there

  size_t bytes() const { return code_.size(); }

  // All lanes of a vector.
  Place constant(uint32_t lane);
  // With its constants behind it, which have to start at a multiple of 64 bytes as `code` does.
  std::vector<uint8_t> finish();

 private:
  void byte(int value) { code_.push_back(static_cast<uint8_t>(value)); }
  void word(int32_t value);
  void vex(Opcode op, int target, int first, const Place& last, bool is_long);
  void evex(Opcode op, int target, int first, const Place& last, Lanes lanes);
  void place(int target, const Place& last, int bytes_behind);
  void vector_prefix(Opcode op, int target, int first, const Place& last, Lanes lanes);

  struct Use {
    size_t at;         // of the distance
    int bytes_behind;  // until the instruction ends
    int32_t constant;
  };

  const bool is_wide_;
  std::vector<uint8_t> code_;
  std::vector<uint32_t> constants_;
  std::vector<Use> uses_;
};

}  // namespace weft::encoder
