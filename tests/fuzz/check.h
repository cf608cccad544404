/* SPDX-License-Identifier: MIT */
/* For the fuzz harnesses: a law that does not hold ends the run with a line, so that libFuzzer keeps the input. */
#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAW(cond) do { \
	if (!(cond)) { \
		fprintf(stderr, "%s:%d: broken law: %s\n", __FILE__, __LINE__, #cond); \
		abort(); \
	} \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
