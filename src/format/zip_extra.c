#include "format/zip_parts.h"

enum { EXTRA_ZIP64 = 0x0001, EXTRA_UNICODE_PATH = 0x7075 };

/* APPNOTE 4.5.3: the 64-bit values, only of those fields that hold 0xffffffff, in this order. */
static bool apply_zip64(struct bytes body, uint64_t *fields[3])
{
	bool used = false;
	/* bazel writes it into local headers that need none, with the sizes that they have: one reading all the same. */
	if (!fields[2] && body.size == 16 && zip_u64(body.data) == *fields[0] && zip_u64(body.data + 8) == *fields[1])
		return true;
	for (size_t i = 0; i < 3; i++) {
		if (!fields[i] || *fields[i] != ZIP_U32_IN_64)
			continue;
		if (body.size < 8)
			return false;
		*fields[i] = zip_u64(body.data);
		body = bytes_from(body, 8);
		used = true;
	}
	/* Some writers add all the values or the disk number, which must be 0; a field that overrides nothing is a trap. */
	if (body.size % 8 == 4 && zip_u32(body.data + body.size - 4) != 0)
		return false;
	return used && body.size <= 20 && body.size % 4 == 0;
}

/* APPNOTE 4.6.9: readers that know it take their name from here, so it must be the same name. */
static bool unicode_path_ok(struct bytes body, struct bytes name)
{
	return body.size > 5 && body.data[0] == 1 && zip_u32(body.data + 1) == crc32_update(0, name) &&
	       bytes_equal(bytes_from(body, 5), name);
}

enum status zip_extra_apply(struct bytes extra, struct bytes name, uint64_t *size, uint64_t *packed_size, uint64_t *offset,
			    uint64_t at, struct diag *d)
{
	uint64_t *fields[3] = { size, packed_size, offset };
	bool zip64 = false, path = false;
	while (extra.size) {
		if (extra.size < 4 || zip_u16(extra.data + 2) > extra.size - 4)
			return fail_rule(d, "Z14", ERR_FORMAT, at, "member '%.*s': its extra fields are malformed", ZIP_NAME(name));
		uint16_t id = zip_u16(extra.data);
		struct bytes body = bytes_part(extra, 4, zip_u16(extra.data + 2));
		extra = bytes_from(extra, 4 + body.size);
		if ((id == EXTRA_ZIP64 && zip64) || (id == EXTRA_UNICODE_PATH && path))
			return fail_rule(d, "Z14", ERR_FORMAT, at, "member '%.*s': extra field 0x%04x is there twice",
					 ZIP_NAME(name), id);
		zip64 = zip64 || id == EXTRA_ZIP64;
		path = path || id == EXTRA_UNICODE_PATH;
		if (id == EXTRA_ZIP64 && !apply_zip64(body, fields))
			return fail_rule(d, "Z14", ERR_FORMAT, at, "member '%.*s': its zip64 field does not fit its header",
					 ZIP_NAME(name));
		if (id == EXTRA_UNICODE_PATH && !unicode_path_ok(body, name))
			return fail_rule(d, "Z14", ERR_FORMAT, at, "member '%.*s': its Unicode path field has another name",
					 ZIP_NAME(name));
	}
	return OK;
}
