// SPDX-License-Identifier: MIT
/*
 * x87, SSE and AVX registers: the kernel never uses them, so ring 3's stay loaded until a switch.
 * XSAVE where the CPU has it (SDM vol. 1, 13), FXSAVE otherwise.
 */
#include <asm/extable.h>
#include <asm/uaccess.h>
#include <lib/string.h>
#include <uapi/errno.h>
#include "internal.h"

#define XFEATURE_X87 1UL
#define XFEATURE_SSE 2UL
#define XFEATURE_AVX 4UL
#define XFEATURE_AVX512 0xe0UL
#define FXSAVE_SIZE 512
#define XSAVE_HEADER_SIZE 64
#define SW_BYTES 464            /* of the FXSAVE area: left to software */

u64 fpu_xcr0;                   /* [B] */
static u32 mxcsr_mask = 0xffbf; /* [B] */

static inline void hw_save(void *p)
{
	if (fpu_xcr0)
		__asm__ volatile("xsave64 (%0)" :: "r"(p), "a"((u32)fpu_xcr0), "d"((u32)(fpu_xcr0 >> 32)) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" :: "r"(p) : "memory");
}

static inline void hw_restore(const void *p)
{
	if (fpu_xcr0)
		__asm__ volatile("xrstor64 (%0)" :: "r"(p), "a"((u32)fpu_xcr0), "d"((u32)(fpu_xcr0 >> 32)) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" :: "r"(p) : "memory");
}

void fpu_boot_init(void)
{
	static u8 area[FXSAVE_SIZE] __aligned(64);
	u32 mask;

	boot_cpu.xsave_size = FXSAVE_SIZE;
	if (boot_cpu.xsave) {
		struct cpuid_regs r = cpuid(0xd, 0);

		fpu_xcr0 = ((u64)r.edx << 32 | r.eax) & (XFEATURE_X87 | XFEATURE_SSE | XFEATURE_AVX | XFEATURE_AVX512);
		if ((fpu_xcr0 & XFEATURE_AVX512) != XFEATURE_AVX512 || !(fpu_xcr0 & XFEATURE_AVX))
			fpu_xcr0 &= ~XFEATURE_AVX512;
		__asm__ volatile("xsetbv" :: "c"(0), "a"((u32)fpu_xcr0), "d"(0));
		boot_cpu.xsave_size = cpuid(0xd, 0).ebx;
	}
	__asm__ volatile("fninit");
	__asm__ volatile("fxsave64 (%0)" :: "r"(area) : "memory");
	memcpy(&mask, area + 28, 4);
	if (mask)
		mxcsr_mask = mask;
}

/*
 * FCW 0x37f and MXCSR 0x1f80 are what a Linux program starts with. XRSTOR takes MXCSR from here, all else that this names
 * not (its XSTATE_BV is 0) from the CPU's initial configuration (SDM vol. 1, 13.8); FXRSTOR reads all.
 */
static const u8 init_image[FXSAVE_SIZE + XSAVE_HEADER_SIZE] __aligned(64) = { [0] = 0x7f, [1] = 0x03, [24] = 0x80, [25] = 0x1f };

void fpu_init_state(void *fpu)
{
	memset(fpu, 0, fpu_size());
	memcpy(fpu, init_image, 2);
	memcpy((u8 *)fpu + 24, init_image + 24, 4);
}

void fpu_clear(void)
{
	hw_restore(init_image);
}

/* XSAVE writes eight bytes of its header and leaves the rest, which XRSTOR wants to be zero. */
void fpu_save(void *fpu)
{
	if (fpu_xcr0)
		memset((u8 *)fpu + FXSAVE_SIZE, 0, XSAVE_HEADER_SIZE);
	hw_save(fpu);
}

/* What ring 3 may have written into a signal frame is made loadable: reserved bits fault in XRSTOR. */
static void sanitise(u8 *p)
{
	u32 mxcsr;

	memcpy(&mxcsr, p + 24, 4);
	mxcsr &= mxcsr_mask;
	memcpy(p + 24, &mxcsr, 4);
	if (fpu_xcr0) {
		u64 bv;

		memcpy(&bv, p + FXSAVE_SIZE, 8);
		bv &= fpu_xcr0;
		memcpy(p + FXSAVE_SIZE, &bv, 8);
		memset(p + FXSAVE_SIZE + 8, 0, XSAVE_HEADER_SIZE - 8);
	}
}

void fpu_restore(void *fpu)
{
	sanitise(fpu);
	hw_restore(fpu);
}

void fpu_copy_image(const void *fpu, void *image)
{
	memcpy(image, fpu, fpu_size());
	memset((u8 *)image + SW_BYTES, 0, FXSAVE_SIZE - SW_BYTES);
	memcpy((u8 *)image + SW_BYTES, &fpu_xcr0, sizeof(fpu_xcr0));
}

static bool mxcsr_valid(const void *image)
{
	u32 mxcsr;

	memcpy(&mxcsr, (const u8 *)image + 24, 4);
	return !(mxcsr & ~mxcsr_mask);
}

int fpu_set_image(void *fpu, const void *image)
{
	u64 header[XSAVE_HEADER_SIZE / 8];

	if (!mxcsr_valid(image))
		return -EINVAL;
	if (fpu_xcr0) {
		memcpy(header, (const u8 *)image + FXSAVE_SIZE, sizeof(header));
		if (header[0] & ~fpu_xcr0)
			return -EINVAL;
		for (unsigned int i = 1; i < ARRAY_SIZE(header); i++)
			if (header[i])
				return -EINVAL;
	}
	memcpy(fpu, image, fpu_size());
	return 0;
}

int fpu_set_fxsave(void *fpu, const void *image)
{
	u64 bv;

	if (!mxcsr_valid(image))
		return -EINVAL;
	memcpy(fpu, image, FXSAVE_SIZE);
	if (fpu_xcr0) {        /* else XRSTOR would load the initial state instead */
		memcpy(&bv, (u8 *)fpu + FXSAVE_SIZE, 8);
		bv |= XFEATURE_X87 | XFEATURE_SSE;
		memcpy((u8 *)fpu + FXSAVE_SIZE, &bv, 8);
	}
	return 0;
}

void fpu_switch(struct thread_struct *prev, struct thread_struct *next)
{
	if (prev->fpu)
		hw_save(prev->fpu);
	if (next->fpu)
		hw_restore(next->fpu);
}

int fpu_save_user(void __user *buf)
{
	if (!access_ok(buf, fpu_size()) || (unsigned long)buf & 63)
		return -EFAULT;
	user_access_begin();
	if (fpu_xcr0)
		__asm__ goto("1: xsave64 (%0)\n" EXTABLE_ASM("1b", "%l[fault]")
			     :: "r"(buf), "a"((u32)fpu_xcr0), "d"((u32)(fpu_xcr0 >> 32)) : "memory" : fault);
	else
		__asm__ goto("1: fxsave64 (%0)\n" EXTABLE_ASM("1b", "%l[fault]") :: "r"(buf) : "memory" : fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

/* On failure the registers hold a fresh process's state: half a restore must not leak another's. */
int fpu_restore_user(const void __user *buf)
{
	if (!access_ok(buf, fpu_size()) || (unsigned long)buf & 63)
		goto bad;
	user_access_begin();
	if (fpu_xcr0)
		__asm__ goto("1: xrstor64 (%0)\n" EXTABLE_ASM("1b", "%l[fault]")
			     :: "r"(buf), "a"((u32)fpu_xcr0), "d"((u32)(fpu_xcr0 >> 32)) : "memory" : fault);
	else
		__asm__ goto("1: fxrstor64 (%0)\n" EXTABLE_ASM("1b", "%l[fault]") :: "r"(buf) : "memory" : fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
bad:
	fpu_clear();
	return -EFAULT;
}
