// SPDX-License-Identifier: MIT
/*
 * Random numbers: a 256-bit state stirred with RDRAND and the TSC at every draw (xoshiro256** step,
 * Blackman and Vigna 2018, output whitened by a multiply-xorshift). Not a cryptographic generator where the
 * CPU has no RDRAND: CAVEATS.md says so.
 */
#include "internal.h"

static u64 s[4] = { 0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb, 0x2545f4914f6cdd1d };

static u64 rotl(u64 x, int k)
{
	return x << k | x >> (64 - k);
}

static u64 hardware(void)
{
	u64 v = 0;
	u8 ok = 0;

	if (boot_cpu.rdrand)
		for (int i = 0; i < 10 && !ok; i++)
			__asm__ volatile("rdrand %0; setc %1" : "=r"(v), "=qm"(ok) :: "cc");
	return v ^ rdtsc();
}

u64 arch_random(void)
{
	u64 result, t;

	s[0] ^= hardware();
	result = rotl(s[1] * 5, 7) * 9;
	t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	result ^= result >> 32;
	result *= 0xd6e8feb86659fd93;
	return result ^ result >> 32;
}
