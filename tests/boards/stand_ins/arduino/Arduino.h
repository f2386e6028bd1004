// Stands for Arduino's core in tests: what the examples of packages use of it, on an emulated
// board.
#pragma once
#include "board.h"

struct SerialPort {
  void begin(unsigned long) {}
  explicit operator bool() const { return true; }
  void println(const char* text) {
    board_puts(text);
    board_puts("\n");
  }
};
static SerialPort Serial;

// A C++ compiler makes no prototypes of a sketch's functions, and C calls these.
extern "C" {
void setup(void);
void loop(void);
}
