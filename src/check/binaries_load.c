/* B05, B06, B12: what happens when the loader takes a file in: where it looks for others, what it makes writable and executable,
 * what runs at once. */
#include "base/number.h"
#include "check/binaries_parts.h"

/* How deep below the folder that an installer fills the member ends up, and so how far up "$ORIGIN/.." may go. */
static size_t depth_of(const struct binary *b)
{
	struct bytes folder = b->all->request.data_folder, path = b->path;
	size_t depth = 0;
	for (size_t i = 0; i < path.size; i++)
		depth += path.data[i] == '/';
	if (!folder.size || !bytes_starts(path, folder) || path.size <= folder.size || path.data[folder.size] != '/')
		return depth;
	/* NAME.data/platlib/x is in the folder of the modules itself; NAME.data/data/x in the prefix, NAME.data/scripts/x one below */
	struct bytes rest = bytes_from(path, folder.size + 1);
	bool is_below = bytes_equal(bytes_cut(&rest, '/'), BYTES("scripts"));
	return depth - (depth < 2 ? depth : 2) + is_below;
}

/* "$ORIGIN" or "${ORIGIN}", then steps that never leave the top. NULL when it is good, else what is wrong. */
static const char *wrong_with(struct bytes entry, size_t depth)
{
	struct bytes rest = entry;
	if (!entry.size)
		return "is empty: the folder in which somebody works";
	struct bytes first = bytes_cut(&rest, '/');
	if (!bytes_equal(first, BYTES("$ORIGIN")) && !bytes_equal(first, BYTES("${ORIGIN}")))
		return "does not begin with $ORIGIN";
	while (rest.data) {
		struct bytes step = bytes_cut(&rest, '/');
		if (bytes_find(step, '$') < step.size)
			return "has a word that the loader replaces";
		if (bytes_equal(step, BYTES("..")) && depth-- == 0)
			return "leaves the wheel";
		if (step.size && !bytes_equal(step, BYTES("..")) && !bytes_equal(step, BYTES(".")))
			depth++;
	}
	return NULL;
}

static void check_path(const struct binary *b, const char *kind, struct bytes path)
{
	size_t depth = depth_of(b);
	struct bytes rest = path;
	while (rest.data) {
		struct bytes entry = bytes_cut(&rest, ':');
		const char *wrong = wrong_with(entry, depth);
		if (!wrong)
			continue;
		binary_report(b, "B05", "has a %s whose entry '%.*s' %s", kind, BYTES_ARG(bytes_part(entry, 0, 256)), wrong);
		return;
	}
}

/* Without PT_GNU_STACK the kernel goes by the architecture, and for these it makes the stack executable (binfmt_elf, glibc). */
static bool has_executable_default(const struct elf *e)
{
	return e->machine == ELF_X86_64 || e->machine == ELF_386 || e->machine == ELF_ARM || e->machine == ELF_PPC64 ||
	       e->machine == ELF_S390;
}

static void check_protection(const struct binary *b)
{
	const struct elf *e = b->elf;
	if (e->has_text_relocations)
		binary_report(b, "B06", "has text relocations: its code is made writable while it is loaded");
	if (e->is_stack_executable)
		binary_report(b, "B06", "asks for an executable stack");
	else if (!e->has_stack_segment && has_executable_default(e))
		binary_report(b, "B06", "does not say that its stack need not be executable (PT_GNU_STACK)");
	if (e->has_write_execute)
		binary_report(b, "B06", "has a segment that is writable and executable");
	if (e->is_dynamic && !e->has_relro)
		binary_report(b, "B06", "leaves the tables of the loader writable (no PT_GNU_RELRO)");
}

/* A compiler's own start-up code is one entry; a library of C++ has one a file with global objects. */
static void check_initialisers(const struct binary *b)
{
	enum { OF_COMPILER = 1 };
	if (b->elf->n_init > OF_COMPILER && !elf_is_program(b->elf))
		binary_report(b, "B12", "runs %llu function%s of its own as soon as it is loaded",
			      (unsigned long long)b->elf->n_init - OF_COMPILER, PLURAL(b->elf->n_init - OF_COMPILER));
}

void binary_check_loading(const struct binary *b)
{
	if (b->elf->runpath.data)
		check_path(b, "RUNPATH", b->elf->runpath);
	if (b->elf->rpath.data)
		check_path(b, "RPATH", b->elf->rpath);
	check_protection(b);
	check_initialisers(b);
}
