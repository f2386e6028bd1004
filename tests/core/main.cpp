// The one translation unit that carries doctest itself; every other test file includes its header.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "doctest.h"
