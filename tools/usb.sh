#!/bin/sh
# usb.sh MKGPT ESP DEVICE: makes DEVICE an Atlas stick. Refuses what is not a whole, removable, unmounted disk;
# FORCE=1 lifts "removable" and "unmounted", and asks nothing.
mkgpt=$1
esp=$2
dev=$3

refuse() {
	echo "usb: $*" >&2
	exit 1
}

[ -n "$dev" ] || refuse "which disk? make usb DEV=/dev/sdX"
dev=$(readlink -f "$dev")
[ -b "$dev" ] || refuse "$dev is not a disk"
name=${dev##*/}
sys=/sys/class/block/$name
[ -e "$sys" ] || refuse "the kernel knows no disk $name"
[ ! -e "$sys/partition" ] || refuse "$dev is a partition; name the whole disk"
[ "$(cat "$sys/ro")" = 0 ] || refuse "$dev is write-protected"

in_use=$(awk -v d="$dev" '$1 ~ "^" d "p?[0-9]*$" { print $1 " on " $2 }' /proc/mounts /proc/swaps 2>/dev/null)
if [ -n "$in_use" ]; then
	[ "$FORCE" = 1 ] || refuse "$dev is in use ($in_use); unmount it first"
	echo "usb: warning: $dev is in use ($in_use), going on because of FORCE=1" >&2
fi
for part in "$sys" "$sys/$name"*; do
	[ -d "$part/holders" ] && [ -n "$(ls -A "$part/holders")" ] && refuse "$dev is part of a RAID, LVM or encrypted volume"
done

removable=$(cat "$sys/removable" 2>/dev/null)
case $(readlink -f "$sys/device") in */usb[0-9]*) removable=1 ;; esac
[ "$removable" = 1 ] || [ "$FORCE" = 1 ] || refuse "$dev is not a removable disk; FORCE=1 if you really mean it"

echo "This erases ALL of $dev:"
lsblk -o NAME,SIZE,MODEL,FSTYPE,LABEL,MOUNTPOINT "$dev" 2>/dev/null || cat "$sys/size"
if [ "$FORCE" != 1 ]; then
	printf 'Type yes to go on: '
	read -r answer
	[ "$answer" = yes ] || refuse "nothing was written"
fi
sudo=
[ -w "$dev" ] || sudo=sudo
$sudo "$mkgpt" "$esp" "$dev" || exit 1
sync
skip=2048
$sudo dd if="$dev" bs=512 skip=$skip count=$(($(wc -c < "$esp") / 512)) iflag=direct status=none 2>/dev/null | cmp - "$esp" || refuse "reading back gives something else: the stick is bad"
echo "usb: done, and read back. Start the PC from it with Secure Boot off."
