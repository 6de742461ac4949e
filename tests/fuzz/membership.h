/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold of any reading of a membership message. The arithmetic here is its own: it shares none
 * with the parsers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "reading.h"

/*
 * Reads the frame, several times and ways, and requires what holds of every frame: the same verdict
 * each time, wherever the frame lies and whatever follows it; records and sources inside the
 * message; no valid message left when one of the bytes under the checksum is another. *@r: the first.
 */
void check_reading(read_fn read, const uint8_t *data, size_t size, struct reading *r);

/* Do the records of a report fit into [@at, @end) of @data? */
bool records_fit(const uint8_t *data, size_t at, size_t end, unsigned int records, bool ipv6);

/* Byte by byte, in network order. */
unsigned int get16(const uint8_t *at);

/* The sum of RFC 1071 over @size bytes, added to @sum, folded, not complemented. */
unsigned int ones_sum(const uint8_t *data, size_t size, unsigned int sum);

/* ... of the pseudo-header of the IPv6 packet at @ip for an ICMPv6 message of @size bytes. */
unsigned int pseudo_sum(const uint8_t *ip, size_t size);

/*
 * libFuzzer's mutation, and then mostly lengths, checksum, TTL and addresses made right again:
 * without that no mutant passes the checksum. For LLVMFuzzerCustomMutator().
 */
size_t mutate_frame(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
