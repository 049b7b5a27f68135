#include "world.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "cli/options_build.h"
#include "host/file.h"

static int run_nothing(struct settings *s, struct arena *a)
{
	(void)s;
	(void)a;
	return 0;
}

static const struct command build = {
	.name = "build", .arguments = "[SRC...]", .what = "build", .options = options_build, .run = run_nothing
};

void world_open(struct world *w)
{
	char template[] = "/tmp/hwb-test-XXXXXX";
	*w = (struct world){ .n_env = 0 };
	arena_init(&w->a);
	CHECK(mkdtemp(template));
	w->root = arena_string(&w->a, bytes_of(template));
	CHECK(mkdir(arena_printf(&w->a, "%s/home", w->root), 0700) == 0);
	world_env(w, "HOME=%s/home", w->root);
	w->places = (struct settings_places){ .system_file = arena_printf(&w->a, "%s/etc/hwb.toml", w->root),
					      .pip_files = { arena_printf(&w->a, "%s/etc/xdg/pip.conf", w->root),
							     arena_printf(&w->a, "%s/etc/pip.conf", w->root) } };
}

void world_done(struct world *w)
{
	CHECK(directory_remove(AT_FDCWD, w->root, NULL) == OK);
	arena_done(&w->a);
}

void world_env(struct world *w, const char *format, ...)
{
	char text[4096];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	CHECK(w->n_env + 1 < COUNT(w->env));
	w->env[w->n_env++] = arena_string(&w->a, bytes_of(text));
	w->env[w->n_env] = NULL;
}

void world_file(struct world *w, const char *path, const char *content)
{
	int dir = -1;
	struct bytes whole = bytes_of(arena_printf(&w->a, "%s/%s", w->root, path));
	size_t slash = bytes_find_last(whole, '/');
	CHECK(directory_make(AT_FDCWD, arena_string(&w->a, bytes_part(whole, 0, slash)), true, &dir, NULL) == OK);
	CHECK(file_replace(dir, arena_string(&w->a, bytes_from(whole, slash + 1)), bytes_of(content), 0600, false, NULL) == OK);
	(void)close(dir);
}

enum status world_load(struct world *w)
{
	w->d = (struct diag){ 0 };
	return settings_load_from(w->env, &w->places, &w->a, &w->s, &w->d);
}

enum status world_options(struct world *w, const char *const *words)
{
	char *argv[32];
	size_t n = 0;
	bool help = false;
	for (; words[n] && n + 1 < COUNT(argv); n++)
		argv[n] = arena_string(&w->a, bytes_of(words[n]));
	argv[n] = NULL;
	w->d = (struct diag){ 0 };
	return options_parse(&build, argv, &w->s, &w->a, &help, &w->d);
}

bool world_said(const struct world *w, const char *part)
{
	return strstr(w->d.text, part) || strstr(w->d.help, part);
}
