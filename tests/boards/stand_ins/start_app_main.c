/* On the emulated board: an example of ESP-IDF's. */
#include "board.h"

void app_main(void);
int board_main(void) {
  app_main();
  return 0;
}
