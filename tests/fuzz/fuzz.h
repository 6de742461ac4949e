/* SPDX-License-Identifier: Apache-2.0 */
/* What libFuzzer calls, and invariants: a target aborts where one does not hold. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

#define REQUIRE(condition) ((condition) ? (void)0 : fuzz_failed(__FILE__, __LINE__, #condition))

_Noreturn void fuzz_failed(const char *file, int line, const char *condition);

/* A copy of exactly @size bytes, so that ASan sees a read beyond; free() it. */
uint8_t *fuzz_copy(const uint8_t *data, size_t size);

/* A number that the input determines, and all its bytes do. */
uint32_t fuzz_hash(const uint8_t *data, size_t size);
