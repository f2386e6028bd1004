/* Stands for Zephyr's header in tests: examples of packages need nothing of it. */
