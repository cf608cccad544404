// SPDX-License-Identifier: MIT
/*
 * The machine's record on the stick, \atlas\machines\<vendor-product>[-N]\, written with the firmware's own FAT
 * driver before boot services end. An earlier record is never touched: the same memory map as in one of
 * them is not written again, another map gets the next number. A stick that is full or
 * write-protected costs a warning, not the boot.
 */
#include "loader.h"
#include "record_text.h"

#define MAX_RECORDS 20                  /* of one machine; maps differ a little from boot to boot */
#define PATH_MAX 128
#define TEXT_SIZE (256U << 10)

struct record {
	EFI_FILE_HANDLE dir;            /* of this record, NULL before it is made */
	EFI_STATUS status;              /* first failure */
	struct text text;
};

static EFI_STATUS open_file(EFI_FILE_HANDLE dir, EFI_FILE_HANDLE *f, const char *path, u64 mode, u64 attributes)
{
	CHAR16 path16[PATH_MAX];
	size_t i;

	for (i = 0; path[i] && i < PATH_MAX - 1; i++)
		path16[i] = (u8)path[i];
	path16[i] = 0;
	return dir->Open(dir, f, path16, mode, attributes);
}

#define MODE_CREATE (EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE)

static EFI_STATUS make_dir(EFI_FILE_HANDLE *dir, const char *path)
{
	return open_file(volume_root(), dir, path, MODE_CREATE, EFI_FILE_DIRECTORY);
}

/* Writes r->text to @name; remembers the first failure. A file that did not get whole is deleted. */
static void write_file(struct record *r, const char *name)
{
	EFI_FILE_HANDLE f;
	UINTN size = r->text.len;

	if (EFI_ERROR(r->status))
		return;
	r->status = open_file(r->dir, &f, name, MODE_CREATE, 0);
	if (EFI_ERROR(r->status))
		return;
	r->status = f->Write(f, &size, r->text.buf);
	if (!EFI_ERROR(r->status) && size != r->text.len)
		r->status = EFI_VOLUME_FULL;
	if (EFI_ERROR(r->status))
		f->Delete(f);
	else
		f->Close(f);
	r->text.len = 0;
}

/* Does the file hold exactly this text? */
static bool holds(const char *path, const struct text *t)
{
	static char piece[4096];
	EFI_FILE_HANDLE f;
	size_t at = 0;
	UINTN n;

	if (EFI_ERROR(open_file(volume_root(), &f, path, EFI_FILE_MODE_READ, 0)))
		return false;
	for (;;) {
		n = sizeof(piece);
		if (EFI_ERROR(f->Read(f, &n, piece)) || n == 0)
			break;
		if (n > t->len - at || memcmp(piece, t->buf + at, n)) {
			at = t->len + 1;
			break;
		}
		at += n;
	}
	f->Close(f);
	return at == t->len;
}

/* The record's folder: "" when one of the earlier ones has this map, or there are too many. */
static void choose_folder(char path[PATH_MAX], const char *name, const struct text *memmap)
{
	for (unsigned int n = 1; n <= MAX_RECORDS; n++) {
		char file[PATH_MAX + 20];
		EFI_FILE_HANDLE f;

		snprintf(path, PATH_MAX, n == 1 ? "\\atlas\\machines\\%s" : "\\atlas\\machines\\%s-%u", name, n);
		if (EFI_ERROR(open_file(volume_root(), &f, path, EFI_FILE_MODE_READ, 0)))
			return;
		f->Close(f);
		snprintf(file, sizeof(file), "%s\\efi-memmap.txt", path);
		if (holds(file, memmap)) {
			note("This machine's record is in %s already.\n", path);
			path[0] = '\0';
			return;
		}
	}
	say("Warning: there are %u records of this machine on the stick; no further one is written.\n", MAX_RECORDS);
	path[0] = '\0';
}

/* While boot services run all memory is mapped to itself; what the map does not name is not touched. */
static struct memory_map *known_memory;

static const void *acpi_map(u64 phys, size_t size)
{
	for (UINTN at = 0; at + known_memory->desc_size <= known_memory->size; at += known_memory->desc_size) {
		EFI_MEMORY_DESCRIPTOR *d = (void *)((u8 *)known_memory->buf + at);
		u64 bytes = d->NumberOfPages * LOADER_PAGE;

		if (d->Type != EfiMemoryMappedIO && phys >= d->PhysicalStart && phys - d->PhysicalStart < bytes &&
		    size <= bytes - (phys - d->PhysicalStart))
			return (const void *)phys;
	}
	return NULL;
}

static void acpi_unmap(const void *p)
{
}

static void write_acpi(struct record *r, const struct bootinfo *bi)
{
	static const struct acpi_access access = { acpi_map, acpi_unmap };
	struct acpi_info *a = alloc_low(sizeof(*a), "the ACPI tables' list");

	(void)!acpi_scan(a, bi->rsdp, &access);         /* a->problem is part of the record */
	record_acpi(&r->text, a);
	write_file(r, "acpi.txt");
	free_low(a, sizeof(*a));
}

static void write_video(struct record *r, const struct bootinfo *bi)
{
	text_add(&r->text, "# GOP WIDTH HEIGHT PIXELS_PER_LINE FORMAT (0 RGB, 1 BGR, 2 masks, 3 no framebuffer), then what was chosen\n");
	video_modes(&r->text);
	if (bi->fb.format != BOOTINFO_FB_NONE)
		text_add(&r->text, "chosen: %ux%u pitch %u format %u at %llx size %llx\n", bi->fb.width, bi->fb.height, bi->fb.pitch,
			 bi->fb.format, (unsigned long long)bi->fb.base, (unsigned long long)bi->fb.size);
	else
		text_add(&r->text, "chosen: none\n");
	write_file(r, "video.txt");
}

static void write_source(struct record *r, const struct bootinfo *bi, const struct smbios_info *s)
{
	text_add(&r->text, "%s %s, firmware %s %s (%s). Recorded by Atlas on the machine itself.\n", s->manufacturer, s->product,
		 s->bios_vendor, s->bios_version, s->bios_date);
	text_add(&r->text, "Printed by the Atlas loader, before ExitBootServices; UEFI %u.%u by %s.\n", bi->uefi_revision >> 16,
		 (bi->uefi_revision & 0xffff) / 10, bi->firmware_vendor);
	write_file(r, "SOURCE");
}

static void write_log(struct record *r, const struct bootinfo *bi)
{
	text_add(&r->text, "kernel: %llx size %llx\ninitramfs: %llx size %llx\noptions: %s\ntsc: %llu kHz\nlapic: %llu kHz\n",
		 (unsigned long long)bi->kernel.addr, (unsigned long long)bi->kernel.size, (unsigned long long)bi->initramfs.addr,
		 (unsigned long long)bi->initramfs.size, config.cmdline, (unsigned long long)bi->tsc_khz,
		 (unsigned long long)bi->lapic_khz);
	text_add(&r->text, "%s", log_text());
	write_file(r, "boot.log");
}

static void write_files(struct record *r, const struct bootinfo *bi, const struct smbios_info *s)
{
	write_file(r, "efi-memmap.txt");        /* the text is there already */
	record_smbios(&r->text, s);
	write_file(r, "smbios.txt");
	write_acpi(r, bi);
	write_video(r, bi);
	write_source(r, bi, s);
	write_log(r, bi);
}

static struct smbios_info *read_smbios(const struct bootinfo *bi)
{
	struct smbios_info *s = alloc_low(sizeof(*s), "SMBIOS");
	const void *entry = (const void *)(bi->smbios3 ? bi->smbios3 : bi->smbios);
	struct smbios_entry e;
	const void *table;

	if (entry && acpi_map((u64)entry, 32) && !smbios_parse_entry(entry, 32, &e)) {
		table = acpi_map(e.table, e.size);
		if (table)
			smbios_parse(s, &e, table, e.size);
	}
	return s;
}

void machine_record(const struct bootinfo *bi)
{
	char name[RECORD_NAME_MAX], path[PATH_MAX];
	EFI_FILE_HANDLE parent;
	struct smbios_info *s;
	struct memory_map m;
	struct record r = { .status = EFI_SUCCESS };

	if (!config.record)
		return;
	memory_map_alloc(&m);
	known_memory = &m;
	r.text.size = TEXT_SIZE + m.size * 2;           /* a line is at most twice as long as its descriptor */
	r.text.buf = alloc_low(r.text.size, "the machine's record");
	s = read_smbios(bi);
	record_name(name, s);
	record_memmap(&r.text, m.buf, m.size, m.desc_size);
	choose_folder(path, name, &r.text);
	if (path[0]) {
		r.status = make_dir(&parent, "\\atlas\\machines");
		if (!EFI_ERROR(r.status)) {
			parent->Close(parent);
			r.status = make_dir(&r.dir, path);
		}
		if (!EFI_ERROR(r.status)) {
			write_files(&r, bi, s);
			if (EFI_ERROR(r.status))
				r.dir->Delete(r.dir);   /* succeeds while it is empty; what is in it already is whole */
			else
				r.dir->Close(r.dir);
		}
		if (EFI_ERROR(r.status))
			say("Warning: this machine's record could not be written to the stick (%s).\n", status_text(r.status));
		else
			note("This machine's record: %s\n", path);
	}
	free_low(s, sizeof(*s));
	free_low(r.text.buf, r.text.size);
	free_low(m.buf, m.capacity);
}
