// SPDX-License-Identifier: MIT
/*
 * A linear framebuffer, if the machine has one (UEFI 2.10, 12.9). The kernel draws with plain stores, so
 * BltOnly modes and modes that are not 32 bits a pixel don't count. Of several GOPs the one with the best
 * usable mode wins, the console's own first. Nothing here can fail the boot: no picture, serial goes on.
 */
#include "loader.h"
#include "record_text.h"

#define MAX_SIDE 16384U                 /* beyond it a mode is nonsense */
#define SANE_WIDTH 800U                 /* below it, "native" looks for something larger */
#define SANE_HEIGHT 600U

typedef EFI_GRAPHICS_OUTPUT_PROTOCOL GOP;
typedef EFI_GRAPHICS_OUTPUT_MODE_INFORMATION GOP_INFO;

static EFI_GUID gop_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;

/* Masks of 32-bit pixels: three whole runs of bits that don't meet, and the highest above bit 23. */
static bool masks_ok(const EFI_PIXEL_BITMASK *m)
{
	u32 masks[3] = { m->RedMask, m->GreenMask, m->BlueMask }, all = 0;

	for (int i = 0; i < 3; i++) {
		u32 run = masks[i] ? masks[i] / (masks[i] & -masks[i]) : 0;

		if (!run || (run & (run + 1)) || (all & masks[i]))
			return false;
		all |= masks[i];
	}
	return ((all | m->ReservedMask) >> 24) != 0;
}

static u32 mode_format(const GOP_INFO *info)
{
	if (info->HorizontalResolution == 0 || info->VerticalResolution == 0 ||
	    info->HorizontalResolution > MAX_SIDE || info->VerticalResolution > MAX_SIDE ||
	    info->PixelsPerScanLine < info->HorizontalResolution || info->PixelsPerScanLine > 2 * MAX_SIDE)
		return BOOTINFO_FB_NONE;
	switch (info->PixelFormat) {
	case PixelRedGreenBlueReserved8BitPerColor:
		return BOOTINFO_FB_RGBX;
	case PixelBlueGreenRedReserved8BitPerColor:
		return BOOTINFO_FB_BGRX;
	case PixelBitMask:
		return masks_ok(&info->PixelInformation) ? BOOTINFO_FB_MASK : BOOTINFO_FB_NONE;
	default:
		return BOOTINFO_FB_NONE;
	}
}

/* The panel's own size from EDID's first detailed timing (VESA E-EDID 3.10.2); false: not known. */
static bool edid_size(EFI_HANDLE handle, u32 *width, u32 *height)
{
	static EFI_GUID active = { 0xbd8c1056, 0x9f36, 0x44ec, { 0x92, 0xa8, 0xa6, 0x33, 0x7f, 0x81, 0x79, 0x86 } };
	static EFI_GUID discovered = { 0x1c0c34f6, 0xd380, 0x41fa, { 0xa0, 0x49, 0x8a, 0xd0, 0x6c, 0x1a, 0x66, 0xaa } };
	struct { UINT32 size; UINT8 *edid; } *e;
	const u8 *t;

	if ((EFI_ERROR(BS->HandleProtocol(handle, &active, (void **)&e)) || e->size < 128 || !e->edid) &&
	    (EFI_ERROR(BS->HandleProtocol(handle, &discovered, (void **)&e)) || e->size < 128 || !e->edid))
		return false;
	t = e->edid + 54;
	if (e->edid[0] != 0 || e->edid[1] != 0xff || (t[0] == 0 && t[1] == 0))
		return false;
	*width = t[2] | (u32)(t[4] >> 4) << 8;
	*height = t[5] | (u32)(t[7] >> 4) << 8;
	return *width && *height;
}

/* How much we want mode @info: 0 not at all. @want_*: the size asked for or the panel's (0: none). */
static u64 mode_score(const GOP_INFO *info, bool is_current, u32 want_width, u32 want_height)
{
	u32 w = info->HorizontalResolution, h = info->VerticalResolution;
	u64 pixels = (u64)w * h;

	if (mode_format(info) == BOOTINFO_FB_NONE)
		return 0;
	if (config.video == VIDEO_KEEP)
		return is_current ? 2 : 1;
	if (w == want_width && h == want_height)
		return 1ULL << 42 | is_current;
	if (is_current && w >= SANE_WIDTH && h >= SANE_HEIGHT)
		return 1ULL << 41;
	return pixels;
}

struct choice {
	GOP *gop;
	UINT32 mode;
	u64 score;
};

static void consider(EFI_HANDLE handle, bool is_console, struct choice *best)
{
	u32 width = config.width, height = config.height;
	GOP *gop;

	if (EFI_ERROR(BS->HandleProtocol(handle, &gop_guid, (void **)&gop)) || !gop->Mode)
		return;
	if (config.video != VIDEO_SIZE && !edid_size(handle, &width, &height))
		width = height = 0;
	for (UINT32 i = 0; i < gop->Mode->MaxMode; i++) {
		GOP_INFO *info;
		UINTN size;
		u64 score;

		if (EFI_ERROR(gop->QueryMode(gop, i, &size, &info)))
			continue;
		score = mode_score(info, i == gop->Mode->Mode, width, height) * 2;
		if (score && is_console)
			score++;
		if (score > best->score)
			*best = (struct choice){ gop, i, score };
		BS->FreePool(info);
	}
}

static void choose(struct choice *best)
{
	EFI_HANDLE *handles;
	UINTN nr;

	if (ST->ConsoleOutHandle)
		consider(ST->ConsoleOutHandle, true, best);
	if (EFI_ERROR(BS->LocateHandleBuffer(ByProtocol, &gop_guid, NULL, &nr, &handles)))
		return;
	for (UINTN i = 0; i < nr; i++)
		consider(handles[i], false, best);
	BS->FreePool(handles);
}

/* What the mode that is set now gives, after the numbers have been checked against each other. */
static void describe(const GOP *gop, struct bootinfo_fb *fb)
{
	const GOP_INFO *info = gop->Mode->Info;
	u64 pitch = (u64)info->PixelsPerScanLine * 4, size = gop->Mode->FrameBufferSize;
	u64 height = info->VerticalResolution;

	if (mode_format(info) == BOOTINFO_FB_NONE || !gop->Mode->FrameBufferBase) {
		say("Warning: the screen's mode has no linear framebuffer; serial only.\n");
		return;
	}
	if (size < pitch * height) {
		say("Warning: the framebuffer has %llu bytes and the mode needs %llu; the bottom is left out.\n",
		    (unsigned long long)size, (unsigned long long)(pitch * height));
		height = size / pitch;
	}
	if (height == 0)
		return;
	*fb = (struct bootinfo_fb){
		.base = gop->Mode->FrameBufferBase, .size = pitch * height, .width = info->HorizontalResolution,
		.height = (u32)height, .pitch = (u32)pitch, .format = mode_format(info),
		.red_mask = 0x000000ff, .green_mask = 0x0000ff00, .blue_mask = 0x00ff0000,
	};
	if (fb->format == BOOTINFO_FB_BGRX) {
		fb->red_mask = 0x00ff0000;
		fb->blue_mask = 0x000000ff;
	} else if (fb->format == BOOTINFO_FB_MASK) {
		fb->red_mask = info->PixelInformation.RedMask;
		fb->green_mask = info->PixelInformation.GreenMask;
		fb->blue_mask = info->PixelInformation.BlueMask;
	}
}

void video_setup(struct bootinfo_fb *fb)
{
	struct choice best = { 0 };

	if (config.video == VIDEO_NONE)
		return;
	choose(&best);
	if (!best.gop) {
		note("No screen with a linear framebuffer; the report goes to serial only.\n");
		return;
	}
	if (best.mode != best.gop->Mode->Mode && EFI_ERROR(best.gop->SetMode(best.gop, best.mode)))
		say("Warning: the firmware refuses the screen mode; keeping the one that is set.\n");
	describe(best.gop, fb);
	if (config.video == VIDEO_SIZE && (fb->width != config.width || fb->height != config.height))
		say("Warning: the screen has no mode %ux%u; using %ux%u.\n", config.width, config.height,
		    fb->width, fb->height);
}

void video_modes(struct text *t)
{
	EFI_HANDLE *handles;
	UINTN nr;

	if (EFI_ERROR(BS->LocateHandleBuffer(ByProtocol, &gop_guid, NULL, &nr, &handles)))
		return;
	for (UINTN h = 0; h < nr; h++) {
		GOP *gop;

		if (EFI_ERROR(BS->HandleProtocol(handles[h], &gop_guid, (void **)&gop)) || !gop->Mode)
			continue;
		for (UINT32 i = 0; i < gop->Mode->MaxMode; i++) {
			GOP_INFO *info;
			UINTN size;

			if (EFI_ERROR(gop->QueryMode(gop, i, &size, &info)))
				continue;
			text_add(t, "mode: %u %u %u %u %u\n", (unsigned int)h, info->HorizontalResolution, info->VerticalResolution,
				 info->PixelsPerScanLine, info->PixelFormat);
			BS->FreePool(info);
		}
	}
	BS->FreePool(handles);
}
