#!/bin/sh
# run.sh IMAGE [debug]: the stick's image in QEMU with UEFI firmware, as a USB stick. MEMORY=1G, CPU=max, QEMU_ARGS="..."
# and OVMF=FILE from the environment. With "debug" QEMU waits for gdb on localhost:1234.
image=$1
mode=$2

for f in "$OVMF" /usr/share/ovmf/OVMF.fd /usr/share/OVMF/OVMF.fd /usr/share/edk2/x64/OVMF.4m.fd \
	/usr/share/edk2-ovmf/x64/OVMF.fd /usr/share/edk2/ovmf/OVMF.fd /usr/share/qemu/OVMF.fd; do
	[ -n "$f" ] && [ -e "$f" ] && firmware=$f && break
done
[ -n "$firmware" ] || { echo "run: no UEFI firmware for QEMU found: install ovmf, or set OVMF=FILE" >&2; exit 1; }

# A /dev/kvm that exists proves little: let it run a boot sector that ends QEMU (mov al,16; out 0xf4,al).
kvm_works() {
	[ -r /dev/kvm ] && [ -w /dev/kvm ] || return 1
	trial=$(mktemp)
	{ printf '\260\020\346\364\372\364'; head -c 504 /dev/zero; printf '\125\252'; } > "$trial"
	timeout 10 qemu-system-x86_64 -M q35,accel=kvm -cpu max -m 16M -nodefaults -display none \
		-device isa-debug-exit,iobase=0xf4 -drive format=raw,snapshot=on,file="$trial" >/dev/null 2>&1
	[ $? = 33 ]
	works=$?
	rm -f "$trial"
	return $works
}
accel=tcg
[ "$mode" = debug ] || { kvm_works && accel=kvm; }

set -- -M q35,accel=$accel -cpu "${CPU:-max}" -m "${MEMORY:-1G}" -bios "$firmware" -nodefaults -no-reboot \
	-drive if=none,id=stick,format=raw,file="$image" -device qemu-xhci -device usb-storage,drive=stick,bootindex=0 \
	-serial mon:stdio
window=
[ -n "$DISPLAY$WAYLAND_DISPLAY" ] && window=$(qemu-system-x86_64 -display help 2>/dev/null | grep -xE 'gtk|sdl|cocoa' | head -n 1)
if [ -n "$window" ]; then
	set -- "$@" -vga std -device usb-kbd -display "$window"
	echo "run: a window shows the screen; the log comes here too. Ctrl-A X ends QEMU."
else
	set -- "$@" -vga std -device usb-kbd -display vnc=127.0.0.1:0,to=9
	echo "run: no display here: the report comes as text below. The screen itself: a VNC viewer at 127.0.0.1:5900"
	echo "run: (or the port that QEMU names). Ctrl-A X ends QEMU."
fi
if [ "$mode" = debug ]; then
	set -- "$@" -S -s
	echo "run: QEMU waits for gdb. In another terminal:"
	echo "    gdb build/kernel.elf -ex 'target remote localhost:1234' -ex 'hbreak start_kernel' -ex continue"
fi
# shellcheck disable=SC2086
exec qemu-system-x86_64 "$@" $QEMU_ARGS
