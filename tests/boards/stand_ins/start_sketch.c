/* On the emulated board: a sketch of Arduino's. */
#include "board.h"

void setup(void);
void loop(void);
int board_main(void) {
  setup();
  loop();
  return 0;
}
