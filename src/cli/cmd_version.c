#include "cli/commands.h"
#include "cli/console.h"
#include "cli/exit.h"
#include "cli/options_build.h"
#include "format/json_write.h"

static const struct option options[] = {
	{ "--json", 0, { 0 }, NULL, "Print one JSON object.", option_take_json },
	{ 0 },
};

static int run_version(struct settings *s, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	struct console *c = console_open(s, environ, a);
	buf_init(&out, 4096);
	if (s->json) {
		struct json_writer w;
		json_writer_init(&w, &out, false);
		json_object_begin(&w);
		json_pair_cstring(&w, "version", HWB_VERSION);
		json_object_end(&w);
	} else {
		buf_add_string(&out, "hwb " HWB_VERSION);
	}
	console_result(c, buf_bytes(&out));
	return (int)console_end(c, EXIT_OK);
}

const struct command command_version = {
	.name = "version",
	.arguments = "",
	.what = "print the version",
	.options = options,
	.run = run_version,
};
