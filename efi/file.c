// SPDX-License-Identifier: MIT
/* Files of the volume that the loader was started from (UEFI 2.10, 13.4 and 13.5). */
#include "loader.h"

#define READ_CHUNK (4ULL << 20)         /* some FAT drivers dislike larger single reads */

static EFI_FILE_HANDLE root;

EFI_FILE_HANDLE volume_root(void)
{
	return root;
}

void volume_open(void)
{
	static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL, fs_guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
	EFI_LOADED_IMAGE *image;
	EFI_FILE_IO_INTERFACE *fs;
	EFI_STATUS status;

	status = BS->HandleProtocol(loader_image, &loaded_image_guid, (void **)&image);
	if (EFI_ERROR(status))
		fail("the firmware does not say where the loader came from (%s)", status_text(status));
	if (!image->DeviceHandle || EFI_ERROR(BS->HandleProtocol(image->DeviceHandle, &fs_guid, (void **)&fs)))
		fail("the loader was not started from a volume with files; start it from the stick's FAT partition");
	status = fs->OpenVolume(fs, &root);
	if (EFI_ERROR(status))
		fail("the volume that the loader was started from cannot be opened (%s)", status_text(status));
}

static void to_ucs2(CHAR16 *dst, const char *src, size_t size)
{
	size_t i;

	for (i = 0; src[i] && i < size - 1; i++)
		dst[i] = (u8)src[i];
	dst[i] = 0;
}

static u64 file_size(EFI_FILE_HANDLE f, const char *path)
{
	static EFI_GUID info_guid = EFI_FILE_INFO_ID;
	static u8 buf[1024] __aligned(8);
	EFI_FILE_INFO *info = (EFI_FILE_INFO *)buf;
	UINTN size = sizeof(buf);
	EFI_STATUS status = f->GetInfo(f, &info_guid, &size, info);

	if (EFI_ERROR(status))
		fail("%s cannot be examined (%s)", path, status_text(status));
	if (info->Attribute & EFI_FILE_DIRECTORY)
		fail("%s is a folder, and should be a file", path);
	return info->FileSize;
}

struct file file_read(const char *path)
{
	CHAR16 path16[CONFIG_PATH_MAX];
	struct file out = { 0 };
	EFI_FILE_HANDLE f;
	EFI_STATUS status;
	u64 done = 0;

	to_ucs2(path16, path, ARRAY_SIZE(path16));
	status = root->Open(root, &f, path16, EFI_FILE_MODE_READ, 0);
	if (status == EFI_NOT_FOUND)
		return out;
	if (EFI_ERROR(status))
		fail("%s cannot be opened (%s)", path, status_text(status));
	out.size = file_size(f, path);
	if (out.size > BELOW_4G)
		fail("%s is larger than 4 GiB", path);
	out.data = alloc_low(out.size, path);
	while (done < out.size) {
		UINTN n = min(out.size - done, READ_CHUNK);

		status = f->Read(f, &n, (u8 *)out.data + done);
		if (EFI_ERROR(status))
			fail("%s cannot be read (%s at byte %llu)", path, status_text(status), (unsigned long long)done);
		if (n == 0)
			fail("%s ends after %llu of its %llu bytes: the volume is damaged", path,
			     (unsigned long long)done, (unsigned long long)out.size);
		done += n;
	}
	f->Close(f);
	return out;
}
