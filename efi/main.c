// SPDX-License-Identifier: MIT
/*
 * The loader: an EFI application that reads boot.cfg, the kernel and its initramfs from the volume
 * that it was started from, collects what only the firmware knows into struct bootinfo, ends the
 * firmware's boot services and enters the kernel. include/boot/bootinfo.h says in which state.
 */
#include "loader.h"

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_HANDLE loader_image;
struct boot_config config;

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

static void config_warning(unsigned int line, const char *text)
{
	if (line)
		say("Warning: boot.cfg line %u: %s\n", line, text);
	else
		say("Warning: boot.cfg: %s\n", text);
}

static void read_config(void)
{
	struct file f = file_read("\\atlas\\boot.cfg");

	if (!f.data) {
		say("Warning: \\atlas\\boot.cfg is missing; using the defaults.\n");
		return;
	}
	config_parse(&config, f.data, f.size, config_warning);
	free_low(f.data, f.size);
}

/* The path of the loader itself, as far as a file node tells it (UEFI 10.3.5.4). */
static const u16 *own_path(EFI_LOADED_IMAGE *image)
{
	EFI_DEVICE_PATH *node = image->FilePath;

	if (node && node->Type == 4 && node->SubType == 4)
		return (const u16 *)(node + 1);
	return NULL;
}

static void add_load_options(void)
{
	static EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	EFI_LOADED_IMAGE *image;

	if (EFI_ERROR(BS->HandleProtocol(loader_image, &guid, (void **)&image)) || !image->LoadOptions)
		return;
	if (!config_add_load_options(&config, image->LoadOptions, image->LoadOptionsSize, own_path(image)))
		say("Warning: the load options don't fit into the kernel's command line; ignored.\n");
}

static void pass_cmdline(struct bootinfo *bi)
{
	char *copy;

	bi->cmdline.size = strlen(config.cmdline);
	copy = alloc_low(bi->cmdline.size + 1, "the command line");
	memcpy(copy, config.cmdline, bi->cmdline.size + 1);
	bi->cmdline.addr = (u64)copy;
}

static void load_initramfs(struct bootinfo *bi)
{
	struct file f;

	if (!config.initramfs[0])
		return;
	f = file_read(config.initramfs);
	if (!f.data) {
		say("Warning: %s is missing; the kernel will have no programs to run.\n", config.initramfs);
		return;
	}
	bi->initramfs.addr = (u64)f.data;
	bi->initramfs.size = f.size;
}

/* A name is one folder's: whatever else it holds, it does not lead out of \atlas\machines. */
static bool is_record_name(const char *name)
{
	for (const char *s = name; *s; s++) {
		if (!(*s >= 'a' && *s <= 'z') && !(*s >= '0' && *s <= '9') && *s != '-')
			return false;
	}
	return name[0];
}

/* replay=NAME: the recorded map of another machine, for the kernel to show. */
static void load_replay(struct bootinfo *bi)
{
	static const char *const files[] = { "efi-memmap.txt", "e820.txt" };
	char name[64], path[CONFIG_PATH_MAX];

	if (!config_option(&config, "replay", name, sizeof(name)))
		return;
	for (size_t i = 0; is_record_name(name) && i < ARRAY_SIZE(files); i++) {
		struct file f;

		snprintf(path, sizeof(path), "\\atlas\\machines\\%s\\%s", name, files[i]);
		f = file_read(path);
		if (!f.data)
			continue;
		bi->replay.addr = (u64)f.data;
		bi->replay.size = f.size;
		return;
	}
	say("Warning: replay=%s: there is no \\atlas\\machines\\%s with a memory map.\n", name, name);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
	u64 tsc_entry = tsc_read(), entry, cr3;
	struct memory_map found;
	struct bootinfo *bi;

	ST = system_table;
	BS = ST->BootServices;
	loader_image = image;
	config_defaults(&config);
	log_init();
	BS->SetWatchdogTimer(0, 0, 0, NULL);
	memory_map_alloc(&found);       /* as it was before us, but for this list itself */

	volume_open();
	read_config();
	add_load_options();
	note("Atlas loader\n");

	bi = alloc_low(sizeof(*bi), "the boot information");
	bi->magic = BOOTINFO_MAGIC;
	bi->version = BOOTINFO_VERSION;
	bi->size = sizeof(*bi);
	bi->tsc_entry = tsc_entry;
	bi->efi_map_found = (struct bootinfo_blob){ (u64)found.buf, found.size };
	entry = kernel_load(bi);
	load_initramfs(bi);
	load_replay(bi);
	pass_cmdline(bi);
	tables_find(bi);
	clocks_measure(bi);
	video_setup(&bi->fb);
	machine_record(bi);
	cr3 = pagetable_make();
	handoff(bi, entry, cr3);
}
