// SPDX-License-Identifier: MIT
/*
 * The boot, one call a line. Comments say what works from there on. A failure stops with a sentence that
 * says what to change.
 */
#include <asm/memory.h>
#include <asm/sections.h>
#include <asm/static_key.h>
#include <boot/bootinfo.h>
#include <console/console.h>
#include <drivers/devices.h>
#include <drivers/keyboard.h>
#include <drivers/usb.h>
#include <fs/fs.h>
#include <iomem/e820.h>
#include <iomem/resource.h>
#include <lib/bug.h>
#include <lib/cmdline.h>
#include <lib/crc32.h>
#include <lib/err.h>
#include <lib/ktest.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/fault_inject.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/mm.h>
#include <mm/ptdump.h>
#include <mm/slab.h>
#include <mm/sparse.h>
#include <mm/vmalloc.h>
#include <report/report.h>
#include <syscall/syscall.h>
#include <task/task.h>
#include <tty/tty.h>
#include <x86/cpu.h>
#include <x86/mtrr.h>
#include <x86/traps.h>

void __noreturn start_kernel(phys_addr_t bootinfo_phys);

static struct bootinfo bootinfo;                /* our copy [B] */
static struct kernel_image_ranges image;        /* physical [B] */
static phys_addr_t highmem_start = PHYS_ADDR_MAX; /* where low memory ends [B] */

static struct console *serial;                  /* COM1, or NULL */

static void serial_console_init(void)
{
	struct serial_port *port = serial_probe(0);

	if (!port)
		return;
	serial = serial_console(port);
	console_register(serial, true);
}

/* The loader's struct, checked field by field: it may be another version's. */
static void take_bootinfo(phys_addr_t phys)
{
	const struct bootinfo *bi = __va(phys);
	u32 crc;

	if (bi->magic != BOOTINFO_MAGIC)
		panic("bootinfo at %#lx has magic %#lx: the kernel was not started by the Atlas loader", (unsigned long)phys,
		      (unsigned long)bi->magic);
	if (bi->version != BOOTINFO_VERSION || bi->size != sizeof(*bi))
		panic("loader and kernel differ (bootinfo version %u, %u bytes; this kernel wants %u, %zu): "
		      "copy both EFI/BOOT/BOOTX64.EFI and atlas/kernel.elf of one build to the stick",
		      bi->version, bi->size, BOOTINFO_VERSION, sizeof(*bi));
	bootinfo = *bi;
	bootinfo.checksum = 0;
	crc = crc32(0, &bootinfo, sizeof(bootinfo));
	if (crc != bi->checksum)
		panic("bootinfo's checksum is %#x, computed %#x: memory was overwritten between loader and kernel; try other memory",
		      bi->checksum, crc);
}

static void take_cmdline(void)
{
	if (cmdline_set(bootinfo.cmdline.addr ? __va(bootinfo.cmdline.addr) : ""))
		pr_warn("boot options longer than %u bytes were cut\n", CMDLINE_MAX);
	if (cmdline_has("quiet")) {
		fbcon_console.level = LOG_WARN;
		if (serial)
			serial->level = LOG_WARN;
	}
	if (cmdline_has("debug_exit"))
		debug_exit_enable();
	pr_info("options: %s\n", cmdline_text());
}

static struct range image_range(const char *start, const char *end)
{
	return (struct range){ __pa_symbol(start), __pa_symbol(end) };
}

static void find_image(void)
{
	image.code = image_range(_stext, _etext);
	image.rodata = image_range(__start_rodata, __end_rodata);
	image.data = image_range(_sdata, _edata);
	image.bss = image_range(__bss_start, __bss_stop);
}

/* Firmware's map to the e820 table and the resource tree. */
static void firmware_map_init(void)
{
	int err = e820_from_efi(&e820_table, __va(bootinfo.efi_map.addr), bootinfo.efi_map.size, bootinfo.efi_desc_size);

	if (err == -ENOSPC)
		pr_warn("the firmware's map is longer than %d entries: %lu bytes of it are not used\n", E820_MAX_ENTRIES,
			(unsigned long)e820_table.stats.bytes_dropped);
	else if (err)
		panic("the firmware's memory map makes no sense (%lu bytes in steps of %u): update the firmware",
		      (unsigned long)bootinfo.efi_map.size, bootinfo.efi_desc_size);
	if (e820_trim_bios(&e820_table))
		pr_warn("no room to mark the first MiB in the memory map\n");
	e820_print(&e820_table);
	if (iomem_from_e820(&iomem_resource, &e820_table) || iomem_add_kernel(&iomem_resource, &image))
		pr_warn("the resource tree does not hold the whole memory map\n");
	if (bootinfo.fb.format != BOOTINFO_FB_NONE &&
	    iomem_add(&iomem_resource, bootinfo.fb.base, bootinfo.fb.base + bootinfo.fb.size - 1, "efifb", IORESOURCE_MEM | IORESOURCE_BUSY))
		pr_warn("the framebuffer at %#lx has no place in the resource tree\n", (unsigned long)bootinfo.fb.base);
}

/* highmem=SIZE: the 32-bit picture; the direct map stops there. */
static void choose_highmem(void)
{
	const u64 top = memblock.memory.nr ? memblock.memory.r[memblock.memory.nr - 1].end : 0;
	char text[32];
	const ssize_t length = cmdline_get("highmem", text, sizeof(text));
	u64 size;

	if (length == -ENOENT)
		return;
	if (!cmdline_has("highmem")) {
		pr_warn("highmem=%s: no high memory\n", text);
		return;
	}
	size = cmdline_get_size("highmem", U64_MAX);
	if (size == U64_MAX) {
		if (length)
			pr_warn("highmem=%s is not a size: using 896M\n", text);
		size = 896UL << 20;
	}
	if (size >= top)
		pr_warn("highmem=%lu is beyond the end of RAM: no high memory\n", (unsigned long)size);
	if (size < 64UL << 20) {
		pr_warn("highmem=%lu is less than 64M: using 64M\n", (unsigned long)size);
		size = 64UL << 20;
	}
	highmem_start = size & PMD_MASK;
}

/* fail_alloc=N,COUNT: the N-th allocation from now and the COUNT - 1 (0) after it fail. */
static void choose_failures(void)
{
	char text[48], *count;
	u64 n, nr = 1;

	if (cmdline_get("fail_alloc", text, sizeof(text)) <= 0)
		return;
	count = strchr(text, ',');
	if (count)
		*count++ = '\0';
	if (kstrtou64(text, 0, &n) || (count && kstrtou64(count, 0, &nr)))
		pr_warn("fail_alloc wants N or N,COUNT: no allocation is made to fail\n");
	else
		fail_alloc_range(n, nr);
}

static void memory_init(phys_addr_t bootinfo_phys)
{
	mm_cpu = (struct mm_cpu_features){ boot_cpu.nx, boot_cpu.page1gb, boot_cpu.pge, boot_cpu.pcid, boot_cpu.phys_bits };
	if (memblock_from_e820(&memblock, &e820_table))
		pr_warn("the memory map has too many pieces: some memory stays unused\n");
	if (memblock_reserve_boot(&memblock, &bootinfo, bootinfo_phys))
		panic("no room to note the loader's memory: the firmware's map has too many pieces");
	choose_highmem();
	if (cmdline_has("slab_debug"))
		static_key_enable(KEY_SLAB_DEBUG);      /* while the text can be written */
	direct_map_init(&memblock, &image, highmem_start); /* our own page tables; ioremap */
	vmemmap_init(&memblock);                /* pfn_to_page() is readable for every pfn */
	page_alloc_init(&memblock, highmem_start); /* zones, alloc_pages */
	choose_failures();
	slab_init();                            /* kmalloc */
	vmalloc_init();                         /* vmalloc, kernel stacks with guards */
	mm_init();                              /* address spaces */
	highmem_init();                         /* kmap, where there is high memory */
}

/*
 * PAT's WC makes the framebuffer write-combining over an MTRR of UC, WC and WB; over WT and WP the result is not
 * defined, so it stays uncached there. SDM vol. 3, table 11-7.
 */
static void *map_framebuffer(void)
{
	const enum mtrr_type mtrr = mtrr_type_at(bootinfo.fb.base);
	const bool wc = mtrr != MTRR_WT && mtrr != MTRR_WP;

	if (mtrr_run_end(bootinfo.fb.base) < bootinfo.fb.base + bootinfo.fb.size)
		pr_warn("framebuffer: the MTRRs cut it at %#lx\n", (unsigned long)mtrr_run_end(bootinfo.fb.base));
	pr_info("framebuffer: %s by MTRR, mapped %s\n", mtrr_type_name(mtrr), wc ? "write-combining by PAT" : "uncached");
	return wc ? ioremap_wc(bootinfo.fb.base, bootinfo.fb.size) : ioremap(bootinfo.fb.base, bootinfo.fb.size);
}

static void screen_init(void)
{
	size_t size = fbcon_memory(&bootinfo.fb);
	void *fb, *memory = size ? vmalloc(size) : NULL;

	if (bootinfo.fb.format == BOOTINFO_FB_NONE) {
		pr_info("no framebuffer: serial only\n");
		return;
	}
	fb = map_framebuffer();
	if (!fb || !memory || fbcon_init(&bootinfo.fb, fb, memory)) {
		pr_warn("the framebuffer can't be used: serial only\n");
		vfree(memory);
		return;
	}
	console_register(&fbcon_console, true);
	fbcon_set_clock(ktime_get_ns);
	x86_hooks.poll = fbcon_tick;
}

/* Unpacks what the loader read, then gives its memory back. */
static void initramfs_init(void)
{
	struct bootinfo_blob *b = &bootinfo.initramfs;
	void *data;
	int err;

	if (!b->addr || !b->size)
		panic("no initramfs: copy atlas/initramfs.cpio to the stick");
	data = memremap_ro(b->addr, b->size);   /* it may lie in high memory */
	if (!data)
		panic("no memory to map the initramfs of %lu bytes: give the machine more", (unsigned long)b->size);
	err = initramfs_unpack(data, b->size);
	if (err == -ENOMEM)
		panic("no memory to unpack the initramfs of %lu bytes: give the machine more", (unsigned long)b->size);
	if (err)
		panic("initramfs (%lu bytes) can't be unpacked: %pE; copy atlas/initramfs.cpio to the stick again", (unsigned long)b->size,
		      ERR_PTR(err));
	iounmap(data);
	free_reserved_range(b->addr, b->addr + PAGE_ALIGN(b->size));
}

static void __noreturn start_first_program(void)
{
	static char path[256];

	if (cmdline_get("init", path, sizeof(path)) <= 0)
		strscpy(path, "/bin/init", sizeof(path));
	start_init(path);
}

/* `ktest` or `ktest=PREFIX`: run, then switch off. */
static void run_ktests(void)
{
	char prefix[64];
	unsigned int failed;

	if (cmdline_get("ktest", prefix, sizeof(prefix)) < 0)
		return;
	failed = ktest_run(prefix);
	debug_exit(failed ? 1 : 0);
	machine_power_off();
}

void __noreturn start_kernel(phys_addr_t bootinfo_phys)
{
	cpu_early_init();               /* exceptions are shown; W^X, SMEP and SMAP hold; per-CPU data */
	thread_init_boot(&init_task.thread);
	sched_init();                   /* this is the idle task; locks may be waited for */
	oops_init();                    /* panic shows where */
	serial_console_init();          /* the log is seen */
	take_bootinfo(bootinfo_phys);   /* what the loader knows is ours */
	take_cmdline();                 /* boot options */
	time_init(&bootinfo);           /* ktime_get_ns counts */
	cpu_log();
	mtrr_init();                    /* memory types known */
	find_image();
	firmware_map_init();            /* e820, /proc/iomem's tree */
	memory_init(bootinfo_phys);     /* all allocators */
	screen_init();                  /* the log is on the screen */
	efi_runtime_init(&bootinfo);    /* power off and reset through the firmware */
	devices_init(bootinfo.rsdp);    /* ACPI tables, PCI, their places in /proc/iomem */
	x86_hooks.ioremap = ioremap;
	x86_hooks.explain_kernel_fault = vmemmap_explain_fault;
	task_init();                    /* tasks, signals, system calls */
	syscall_init();                 /* ring 3 may call */
	cpu_late_init(&bootinfo);       /* timer and interrupt controller */
	vfs_init();                     /* files; /, /dev, /proc */
	tty_init(NULL);                 /* terminals */
	keyboard_init();
	ps2_init();                     /* keys reach the screen's terminal */
	usb_init();                     /* those of USB keyboards, too: by a thread, later */
	cpu_proc_init();                /* /proc/interrupts, /proc/mtrr */
	initramfs_init();               /* programs */
	kernel_verdict_log();           /* the address space is as it should be */
	report_init(&bootinfo, &image); /* /proc/atlas/report */
	memory_files_init();            /* /proc/atlas/accounting and others */
	run_ktests();
	start_first_program();          /* ring 3; does not return */
}
