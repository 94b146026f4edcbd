#include "kernels.h"

const char *surety_compiler(void) { return __VERSION__; }
