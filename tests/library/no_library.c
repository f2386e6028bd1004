/* A shared library that is none of operators. */
int weft_test_no_library(void);
int weft_test_no_library(void) { return 0; }
