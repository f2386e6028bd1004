/* A body that two threads run at once; what it gives is NULL, or something was wrong. */
#ifndef WEFT_TESTS_ABI_TWO_THREADS_H
#define WEFT_TESTS_ABI_TWO_THREADS_H

#include <pthread.h>

#include "checks.h"

static void in_two_threads(void* (*body)(void*), void* argument) {
  pthread_t threads[2];
  void* wrong = NULL;
  int i;
  for (i = 0; i < 2; ++i) CHECK(pthread_create(&threads[i], NULL, body, argument) == 0);
  for (i = 0; i < 2; ++i) {
    CHECK(pthread_join(threads[i], &wrong) == 0);
    CHECK(wrong == NULL);
  }
}

#endif
