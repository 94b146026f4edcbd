#include "kernels.h"

#include <stdlib.h>
#include <string.h>

// Where OpenBLAS does not know a processor it takes kernels of the year 2004, a fifth or less of the speed. It offers
// its choice to be made again under these names, which libraries without a choice lack.
#if defined(__x86_64__) && defined(__linux__)
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

static const char *better_kernels(const char *chosen) {
  static const char *const modern[] = {"Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids"};
  for (size_t i = 0; i < sizeof modern / sizeof *modern; i++)
    if (strcmp(chosen, modern[i]) == 0) return NULL;
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return NULL;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return "SkylakeX";
  return "Haswell";
}

void surety_choose_blas_kernels(const char *(*chosen)(void)) {
  static const char *const variable = "OPENBLAS_CORETYPE";
  // Who has chosen knows why.
  if (getenv(variable) || !gotoblas_dynamic_init || !gotoblas_dynamic_quit) return;
  const char *name = chosen();
  const char *better = name ? better_kernels(name) : NULL;
  if (!better) return;
  setenv(variable, better, 1);
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  unsetenv(variable);
}
#else
void surety_choose_blas_kernels(const char *(*chosen)(void)) { (void)chosen; }
#endif
