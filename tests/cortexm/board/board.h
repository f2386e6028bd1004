/* What a program may use that runs on an emulated Cortex-M board, beside the C library. */
#ifndef BOARD_H
#define BOARD_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
int board_main(void);                              /* the program: its result is the exit status */
void board_puts(const char* s);                    /* text to the host, without printf */
void board_put_u(const char* key, uint32_t value); /* "key value\n" */
void board_exit(int code);
void board_mark(void);        /* each call ends one span of the instruction count */
void board_stack_paint(void); /* start the stack's high-water mark anew */
uint32_t board_stack_used(void);
uint32_t board_heap_used(void); /* highest the C heap has been */
long board_load(const char* path, void* dst,
                size_t max); /* host file -> memory; -1: no such file */
#ifdef __cplusplus
}
#endif
#endif
