/* Start-up, semihosting and C library stubs for any Cortex-M core under QEMU. C99. */
#include "board.h"

extern uint32_t __data_load, __data_start, __data_end, __bss_start, __bss_end;
extern uint32_t __stack_limit, __stack_top;
extern char __heap_start, __heap_end;
extern void (*__init_array_start[])(void), (*__init_array_end[])(void);

static int semihost(int op, const void* arg) {
  register int r0 __asm__("r0") = op;
  register const void* r1 __asm__("r1") = arg;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void board_puts(const char* s) { semihost(0x04, s); }

void board_put_u(const char* key, uint32_t v) {
  char b[13];
  int i = 11;
  b[11] = '\n';
  b[12] = 0;
  do b[--i] = (char)('0' + v % 10u);
  while ((v /= 10u) != 0);
  b[--i] = ' ';
  board_puts(key);
  board_puts(b + i);
}

void board_exit(int code) {
  uint32_t a[2] = {0x20026u, (uint32_t)code};
  semihost(0x20, a);
  for (;;) {
  }
}

/* The counting plugin knows this function by its address. */
__attribute__((noinline, used)) void board_mark(void) { __asm__ volatile("nop"); }

#define PAINT 0xA5A5A5A5u
__attribute__((noinline)) void board_stack_paint(void) {
  uint32_t *p = &__stack_limit, *sp;
  __asm__ volatile("mov %0, sp" : "=r"(sp));
  while (p < sp - 8) *p++ = PAINT;
}
uint32_t board_stack_used(void) {
  const uint32_t* p = &__stack_limit;
  while (p < &__stack_top && *p == PAINT) ++p;
  return (uint32_t)((uintptr_t)&__stack_top - (uintptr_t)p);
}

long board_load(const char* path, void* dst, size_t max) {
  size_t n = 0;
  while (path[n]) ++n;
  uint32_t o[3] = {(uint32_t)(uintptr_t)path, 1 /* rb */, (uint32_t)n};
  int h = semihost(0x01, o);
  if (h == -1) return -1;
  uint32_t r[3] = {(uint32_t)h, (uint32_t)(uintptr_t)dst, (uint32_t)max};
  long left = semihost(0x06, r);
  uint32_t c[1] = {(uint32_t)h};
  semihost(0x02, c);
  return (long)max - left;
}

/* C library stubs: only the linked ones cost anything. */
static char* heap_top = &__heap_start;
void* _sbrk(int n) {
  char* p = heap_top;
  if (n > &__heap_end - p) return (void*)-1;
  heap_top = p + n;
  return p;
}
uint32_t board_heap_used(void) { return (uint32_t)(heap_top - &__heap_start); }
int _write(int fd, const char* s, int n) {
  char b[65];
  (void)fd;
  for (int i = 0; i < n;) {
    int k = 0;
    while (k < 64 && i < n) b[k++] = s[i++];
    b[k] = 0;
    board_puts(b);
  }
  return n;
}
void _exit(int c) {
  board_exit(c);
  for (;;) {
  }
}
int _close(int f) {
  (void)f;
  return -1;
}
int _read(int f, char* p, int n) {
  (void)f;
  (void)p;
  (void)n;
  return 0;
}
int _lseek(int f, int o, int w) {
  (void)f;
  (void)o;
  (void)w;
  return 0;
}
int _fstat(int f, void* s) {
  (void)f;
  (void)s;
  return -1;
}
int _isatty(int f) {
  (void)f;
  return 1;
}
int _kill(int p, int s) {
  (void)p;
  (void)s;
  return -1;
}
int _getpid(void) { return 1; }

__attribute__((noreturn, used)) static void fault_report(void) {
  board_puts("FAULT: hard, bus, usage or memory fault (a stack overflow lands here)\n");
  board_exit(99);
  for (;;) {
  }
}
/* The stack pointer may be what failed, so it starts anew before anything is pushed. */
__attribute__((naked)) static void fault(void) {
  __asm__ volatile("ldr r0, =__stack_top\n mov sp, r0\n ldr r0, =fault_report\n bx r0\n .ltorg");
}

__attribute__((noreturn, used)) void Reset_Handler(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  *(volatile uint32_t*)0xE000ED88 |= 0xFu << 20; /* CPACR: CP10, CP11 full access */
  __asm__ volatile("dsb\n isb");
#endif
#if defined(__ARM_FEATURE_MVE)
  *(volatile uint32_t*)0xE000ED14 |= 1u << 19; /* CCR.LOB: low-overhead loops */
  __asm__ volatile("dsb\n isb");
#endif
  uint32_t *s = &__data_load, *d = &__data_start;
  while (d < &__data_end) *d++ = *s++;
  for (d = &__bss_start; d < &__bss_end;) *d++ = 0;
  for (void (**f)(void) = __init_array_start; f < __init_array_end; ++f) (*f)();
  board_stack_paint();
  board_mark();
  int rc = board_main();
  board_mark();
  board_put_u("@stack", board_stack_used());
  board_put_u("@heap", board_heap_used());
  board_exit(rc);
  for (;;) {
  }
}

__attribute__((section(".vectors"), used)) const void* const vectors[16] = {&__stack_top,
                                                                            (void*)Reset_Handler,
                                                                            (void*)fault,
                                                                            (void*)fault,
                                                                            (void*)fault,
                                                                            (void*)fault,
                                                                            (void*)fault,
                                                                            0,
                                                                            0,
                                                                            0,
                                                                            0,
                                                                            (void*)fault,
                                                                            (void*)fault,
                                                                            0,
                                                                            (void*)fault,
                                                                            (void*)fault};
