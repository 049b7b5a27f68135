/* Programs, libraries, byte code and archives in a source tree: what nobody reads before it runs. */
#include "format/magic.h"
#include "scan/files_parts.h"

static bool starts_with(struct bytes b, const char *magic, size_t n)
{
	return bytes_starts(b, bytes_make(magic, n));
}

/* importlib writes a number between 3000 and 4000 and "\r\n", then flags that use two bits (PEP 552). */
static bool is_pyc(struct bytes b)
{
	if (b.size < 16 || b.data[2] != '\r' || b.data[3] != '\n')
		return false;
	unsigned number = b.data[0] | (unsigned)b.data[1] << 8;
	return number >= 3000 && number < 4000 && b.data[4] < 4 && b.data[5] == 0;
}

static bool is_package(struct bytes name)
{
	static const char *const ends[] = { ".whl", ".egg", ".jar", ".pyz", ".pex", ".apk", ".crx" };
	for (size_t i = 0; i < COUNT(ends); i++)
		if (bytes_ends(name, bytes_of(ends[i])))
			return true;
	return false;
}

static const char *archive_id(const struct source_file *file)
{
	static const struct {
		const char *magic;
		size_t size, at;
	} magics[] = {
		{ "\x1f\x8b\x08", 3, 0 },
		{ "\xfd"
		  "7zXZ",
		  6, 0 },
		{ "BZh", 3, 0 },
		{ "\x28\xb5\x2f\xfd", 4, 0 },
		{ "7z\xbc\xaf\x27\x1c", 6, 0 },
		{ "Rar!\x1a\x07", 6, 0 },
		{ "ustar", 5, 257 },
		{ "MSCF", 4, 0 },
	};
	struct bytes b = file->content;
	if (starts_with(b, "PK\3\4", 4))
		return is_package(file->name) ? "file.package" : "file.archive";
	for (size_t i = 0; i < COUNT(magics); i++)
		if (starts_with(bytes_from(b, magics[i].at), magics[i].magic, magics[i].size))
			return "file.archive";
	return NULL;
}

static const char *binary_id(const struct source_file *file)
{
	static const char *const ids[] = {
		[MAGIC_ELF] = "file.elf", [MAGIC_PE] = "file.pe", [MAGIC_MACHO] = "file.macho", [MAGIC_AR] = "file.ar", [MAGIC_WASM] = "file.wasm"
	};
	enum magic_kind kind = magic_of(file->content).kind;
	if (kind != MAGIC_OTHER)
		return ids[kind];
	return is_pyc(file->content) ? "file.pyc" : NULL;
}

/* Beside setup.py, or in a folder that the backend is taken from: the build may start or load it. */
static bool is_near_build(const struct file_scan *scan, const struct source_file *file)
{
	const struct project *p = scan->request->project;
	struct bytes folder = folder_of(file->path);
	if (!folder.size)
		return true;
	for (size_t i = 0; p && i < p->n_backend_path; i++)
		if (bytes_equal(folder, p->backend_path[i]))
			return true;
	return false;
}

void binary_file_scan(struct file_scan *scan, const struct source_file *file)
{
	bool example = path_is_example(file->path);
	const char *id = binary_id(file);
	enum scan_zone zone = example ? ZONE_REST : ZONE_IMPORT;
	if (id && !example && (file->executable || is_near_build(scan, file))) {
		/* Who brings one brings more of them: the first one warns, and stands for all. */
		zone = scan->program_told ? ZONE_IMPORT : ZONE_BUILD;
		scan->program_told = true;
	}
	if (!id)
		id = archive_id(file);
	if (id)
		file_tell(scan, file, zone, id, BYTES(""));
}
