/* On the emulated board: an example that has a `main`. */
#include "board.h"
#include "example_main.h"

int board_main(void) { return example_main(); }
