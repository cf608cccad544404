# efi
