# The initramfs: our ring-3 programs, static with musl, and busybox-static's binary with a link for each of
# its applets. A program is esp/bin/NAME.c; more sources of one program are named here.
GUEST_CC := musl-gcc
GUEST_FLAGS := -std=gnu11 -O2 -static -no-pie -fno-pie -Wall -Wextra -Werror
BUSYBOX := $(firstword $(wildcard /bin/busybox /usr/bin/busybox))

GUEST_PROGRAMS := init demo lab
INIT_SRC := esp/bin/init.c esp/bin/show.c esp/bin/vmrun_guest.c
DEMO_SRC := esp/bin/demo.c
LAB_SRC := esp/bin/lab.c
DEMO_LINKS := demo-tree demo-heap demo-mmap demo-stack demo-file

$(B)/guest/init: $(INIT_SRC) esp/bin/init.h
$(B)/guest/demo: $(DEMO_SRC)
$(B)/guest/lab: $(LAB_SRC)
$(B)/guest/%:
	@mkdir -p $(@D)
	$(call quiet,GUEST_CC)$(GUEST_CC) $(GUEST_FLAGS) -o $@ $(filter %.c,$^)
	@strip $@

# The viewer: ncurses, zlib and a maker of QR codes, static, with the C library that ncurses is packaged for; three terminals'
# descriptions and the C library's UTF-8 tables ride along.
ATLAS_SRC := $(wildcard esp/bin/atlas/*.c)
TERMINFO := l/linux x/xterm x/xterm-256color
$(B)/guest/atlas: $(ATLAS_SRC) esp/bin/atlas/atlas.h esp/bin/atlas/qr.h
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -static -Wall -Wextra -Werror -o $@ $(ATLAS_SRC) -lncursesw -ltinfo -lqrcodegen -lz
	@strip $@

$(B)/initramfs.cpio: $(B)/guest/atlas $(patsubst %,$(B)/guest/%,$(GUEST_PROGRAMS)) $(B)/tools/mkcpio esp/esp.mk
	@( for d in dev proc sys etc root tmp bin sbin usr var; do echo dir $$d 755; done; \
	   echo nod dev/console 600 c 5 1; echo nod dev/null 666 c 1 3; \
	   for p in $(GUEST_PROGRAMS); do echo file bin/$$p 755 $(B)/guest/$$p; done; \
	   echo file bin/atlas 755 $(B)/guest/atlas; \
	   for d in lib lib/terminfo lib/terminfo/l lib/terminfo/x; do echo dir $$d 755; done; \
	   for t in $(TERMINFO); do echo file lib/terminfo/$$t 644 $(firstword $(wildcard /lib/terminfo /usr/share/terminfo))/$$t; done; \
	   for d in usr/lib usr/lib/locale usr/lib/locale/C.utf8; do echo dir $$d 755; done; \
	   echo file usr/lib/locale/C.utf8/LC_CTYPE 644 /usr/lib/locale/C.utf8/LC_CTYPE; \
	   for l in $(DEMO_LINKS); do echo slink bin/$$l demo; done; \
	   echo slink init bin/init; echo slink usr/bin ../bin; echo slink usr/sbin ../sbin; \
	   echo file etc/passwd 644 esp/etc/passwd; echo file etc/group 644 esp/etc/group; \
	   if [ -n "$(BUSYBOX)" ]; then echo file bin/busybox 755 $(BUSYBOX); \
	     for a in `$(BUSYBOX) --list`; do case $$a in busybox|init|linuxrc) ;; *) echo slink bin/$$a busybox ;; esac; done; \
	   else echo "esp: busybox-static is not installed: no shell on the stick" >&2; fi ) > $@.list
	$(call quiet,GEN)$(B)/tools/mkcpio $@ < $@.list
