// SPDX-License-Identifier: MIT
/* The firmware's tables that the kernel reads later (UEFI 2.10, 4.6). Only signatures are looked at here. */
#include "loader.h"

static bool guid_equal(const EFI_GUID *a, const EFI_GUID *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

void tables_find(struct bootinfo *bi)
{
	static const EFI_GUID acpi20 = ACPI_20_TABLE_GUID, acpi10 = ACPI_TABLE_GUID;
	static const EFI_GUID smbios3 = SMBIOS3_TABLE_GUID, smbios = SMBIOS_TABLE_GUID;
	u64 rsdp1 = 0;
	unsigned int i;

	bi->efi_system_table = (u64)ST;
	for (UINTN t = 0; t < ST->NumberOfTableEntries; t++) {
		EFI_CONFIGURATION_TABLE *e = &ST->ConfigurationTable[t];
		const char *sig = e->VendorTable;

		if (!sig)
			continue;
		if (guid_equal(&e->VendorGuid, &acpi20) && memcmp(sig, "RSD PTR ", 8) == 0)
			bi->rsdp = (u64)sig;
		else if (guid_equal(&e->VendorGuid, &acpi10) && memcmp(sig, "RSD PTR ", 8) == 0)
			rsdp1 = (u64)sig;
		else if (guid_equal(&e->VendorGuid, &smbios3) && memcmp(sig, "_SM3_", 5) == 0)
			bi->smbios3 = (u64)sig;
		else if (guid_equal(&e->VendorGuid, &smbios) && memcmp(sig, "_SM_", 4) == 0)
			bi->smbios = (u64)sig;
	}
	if (!bi->rsdp)
		bi->rsdp = rsdp1;

	bi->firmware_revision = ST->FirmwareRevision;
	bi->uefi_revision = ST->Hdr.Revision;
	for (i = 0; ST->FirmwareVendor && ST->FirmwareVendor[i] && i < BOOTINFO_VENDOR_LEN - 1; i++) {
		CHAR16 ch = ST->FirmwareVendor[i];

		bi->firmware_vendor[i] = ch >= ' ' && ch <= '~' ? (char)ch : '?';
	}
}
