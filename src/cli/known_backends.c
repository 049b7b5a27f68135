#include "cli/known_backends.h"

#include "python/known_names.h"
#include "python/name.h"
#include "python/requirement.h"
#include "python/typosquat.h"

struct preload {
	struct bytes backend; /* the module before ':' */
	const char *const *modules;
	size_t n;
};

/* What get_requires_* and build_* both import while they run, found with -X importtime on the backends named. */
static const char *const setuptools_modules[] = {
	"setuptools.dist",
	"setuptools.command.egg_info",
	"setuptools.command.sdist",
	"setuptools.config.pyprojecttoml",
	"setuptools.config.setupcfg",
	"distutils.core",
	"tokenize",
	"tempfile",
};
static const char *const hatchling_modules[] = {
	"hatchling.builders.wheel", "hatchling.metadata.core", "hatchling.plugin.manager",
	"hatchling.metadata.spec",  "hatchling.version.core",
};
static const char *const poetry_modules[] = { "poetry.core.factory", "poetry.core.masonry.builders.wheel" };
static const char *const pdm_modules[] = { "pdm.backend.wheel" };

/* clang-format off */
#define ROW(name, list) { LIT(name), list, sizeof(list) / sizeof((list)[0]) }
/* clang-format on */
static const struct preload preloads[] = {
	/* Not flit_core: its hooks share nothing that they import lazily. */
	ROW("setuptools.build_meta", setuptools_modules),
	ROW("hatchling.build", hatchling_modules),
	ROW("poetry.core.masonry.api", poetry_modules),
	ROW("pdm.backend", pdm_modules),
};

void known_backend_preload(struct bytes backend, const char *const **ret, size_t *ret_n)
{
	struct bytes module = bytes_part(backend, 0, bytes_find(backend, ':'));
	*ret = NULL;
	*ret_n = 0;
	for (size_t i = 0; i < COUNT(preloads); i++) {
		if (!bytes_equal(module, preloads[i].backend))
			continue;
		*ret = preloads[i].modules;
		*ret_n = preloads[i].n;
	}
}

static bool is_pinned(struct bytes name, const struct lock_result *lock)
{
	for (size_t i = 0; i < lock->n_pins; i++)
		if (bytes_equal(name, lock->pins[i].name))
			return true;
	return false;
}

enum status known_requires_check(const struct bytes *requires, size_t n, const struct lock_result *lock, const struct settings *s,
				 struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < n; i++) {
		struct requirement r;
		enum status status = requirement_parse(requires[i], &a, &r, d);
		if (status) {
			(void)explain(d, "the backend asks for '%.*s'", BYTES_ARG(requires[i]));
			return recode(d, ERR_BACKEND);
		}
		if (r.url.size) {
			(void)fail_rule(d, "D03", ERR_RESOLVE, 0,
					"the backend asks at build time for '%.*s' by a URL: only [build-system] requires may",
					BYTES_ARG(r.name));
			return remedy(d, "name it there, or put a wheel of it into a --find-links folder");
		}
		if (s->allow_requires || known_name_is(r.name) || popular_name_is(r.name) || is_pinned(r.name, lock))
			continue;
		(void)fail(d, ERR_RESOLVE, 0, "the backend asks at build time for '%.*s', which is no known name", BYTES_ARG(r.name));
		return remedy(d, "its name would be sent to the index; if that is right, add --allow-requires or name it in "
				 "[build-system] requires");
	}
	return OK;
}
