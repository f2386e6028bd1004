/* Stands for Zephyr's header in tests. */
#include <stdio.h>
#define printk printf
