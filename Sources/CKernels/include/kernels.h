#ifndef SURETY_KERNELS_H
#define SURETY_KERNELS_H
#include <stddef.h>
#include <stdint.h>
#endif
