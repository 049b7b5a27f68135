/* What a build did, for the audit log, the report and the terminal. */
#include "cli/report.h"

#include "base/number.h"

/* A path and the name of a process that are as long as the watch, or the kernel, keeps them may have been longer. */
enum { PATH_FULL = 1024, NAME_FULL = 15, LOGGED_MAX = 100, LOGGED_PATH_MAX = 256, SAID_MAX = 8, SAID_NAME_MAX = 64 };

/* Text from inside: redacted by the console as a whole and only then cut; escaped by the JSON writer or the console. */
static void put_text(struct json_writer *w, const struct console *c, struct bytes text, bool is_cut, size_t most)
{
	CLEANUP(buf_done) struct buf clean;
	buf_init(&clean, 64 + 8 * text.size);
	console_redact(c, text, is_cut, &clean);
	json_put_string(w, bytes_part(buf_bytes(&clean), 0, most));
}

static void put_path(struct json_writer *w, const struct console *c, const struct activity_program *p, size_t most)
{
	put_text(w, c, p->path, p->path.size >= PATH_FULL, most);
}

static void put_program(struct json_writer *w, const struct console *c, const struct activity_program *p)
{
	json_object_begin(w);
	json_key(w, "path");
	put_path(w, c, p, SIZE_MAX);
	json_key(w, "arguments");
	json_array_begin(w);
	for (size_t i = 0; i < p->n_args; i++)
		put_text(w, c, p->args[i], p->is_cut && i + 1 == p->n_args, SIZE_MAX);
	json_array_end(w);
	json_pair_bool(w, "arguments_cut", p->is_cut);
	json_pair_unsigned(w, "times", p->n_times);
	json_object_end(w);
}

/* Starts of programs that were only counted: there were too many different ones. */
static uint64_t not_listed(const struct activity *act)
{
	uint64_t listed = 0;
	for (size_t i = 0; i < act->n_programs; i++)
		listed += act->programs[i].n_times;
	return act->n_started > listed ? act->n_started - listed : 0;
}

static void put_calls(struct json_writer *w, const struct activity *act)
{
	json_key(w, "refused_calls");
	json_array_begin(w);
	for (size_t i = 0; i < act->n_calls; i++) {
		json_object_begin(w);
		json_pair_cstring(w, "name", act->calls[i].name);
		json_pair_unsigned(w, "number", act->calls[i].number);
		json_pair_unsigned(w, "times", act->calls[i].n_times);
		json_object_end(w);
	}
	json_array_end(w);
}

static void put_left(struct json_writer *w, const struct console *c, const struct activity *act)
{
	json_pair_unsigned(w, "processes_left", act->n_left);
	json_key(w, "processes_left_names");
	json_array_begin(w);
	for (size_t i = 0; i < act->n_left_names; i++)
		put_text(w, c, act->left[i], act->left[i].size >= NAME_FULL, SIZE_MAX);
	json_array_end(w);
}

void report_put_activity(struct json_writer *w, const struct console *c, const struct activity *act,
			 const struct sandbox_result *sandbox)
{
	json_key(w, "activity");
	json_object_begin(w);
	json_pair_bool(w, "recorded", act->recorded);
	json_pair_unsigned(w, "programs_started", act->n_started);
	json_pair_unsigned(w, "programs_not_listed", not_listed(act));
	json_key(w, "programs");
	json_array_begin(w);
	for (size_t i = 0; i < act->n_programs; i++)
		put_program(w, c, &act->programs[i]);
	json_array_end(w);
	put_calls(w, act);
	put_left(w, c, act);
	json_pair_unsigned(w, "peak_memory", sandbox->peak_memory);
	json_pair_unsigned(w, "disk_bytes", act->disk_size);
	json_pair_unsigned(w, "log_bytes", sandbox->log_size);
	json_object_end(w);
}

/* Paths without arguments: a line of the log has an end, and arguments are the report's. */
void report_activity_sums(struct json_writer *w, const struct console *c, const struct activity *act)
{
	json_pair_bool(w, "recorded", act->recorded);
	json_pair_unsigned(w, "disk_bytes", act->disk_size);
	json_pair_unsigned(w, "programs_started", act->n_started);
	json_pair_unsigned(w, "programs_not_listed", not_listed(act));
	json_key(w, "programs");
	json_array_begin(w);
	for (size_t i = 0; i < act->n_programs && i < LOGGED_MAX; i++)
		put_path(w, c, &act->programs[i], LOGGED_PATH_MAX);
	json_array_end(w);
	put_calls(w, act);
	put_left(w, c, act);
}

/* Programs by their last name, those that ran most often first. */
struct said {
	struct bytes name; /* redacted */
	uint64_t n_times;
};

static struct bytes last_name(const struct console *c, struct bytes path, struct arena *a)
{
	CLEANUP(buf_done) struct buf clean;
	buf_init(&clean, 64 + 8 * path.size);
	console_redact(c, bytes_base_name(path), path.size >= PATH_FULL, &clean);
	return arena_copy(a, buf_bytes(&clean));
}

static int compare_said(const void *a, const void *b)
{
	uint64_t x = ((const struct said *)a)->n_times, y = ((const struct said *)b)->n_times;
	return x < y ? 1 : x > y ? -1 : 0;
}

void report_say_activity(struct console *c, const struct activity *act, struct arena *a)
{
	struct said *said = ARENA_ARRAY(a, struct said, act->n_programs + 1);
	CLEANUP(buf_done) struct buf text;
	size_t n = 0;
	for (size_t i = 0; i < act->n_programs; i++) {
		struct bytes name = last_name(c, act->programs[i].path, a);
		size_t k = 0;
		while (k < n && !bytes_equal(said[k].name, name))
			k++;
		said[k].name = name;
		said[k].n_times += act->programs[i].n_times;
		n += k == n;
	}
	qsort(said, n, sizeof *said, compare_said);
	buf_init(&text, 4096);
	for (size_t i = 0; i < n && i < SAID_MAX; i++)
		buf_printf(&text, "%s%.*s %llu", i ? ", " : "", BYTES_ARG(bytes_part(said[i].name, 0, SAID_NAME_MAX)),
			   (unsigned long long)said[i].n_times);
	if (n)
		console_note(c, "the build started %llu program%s: %s%s", (unsigned long long)act->n_started,
			     PLURAL(act->n_started), buf_string(&text), n > SAID_MAX ? " and others" : "");
	if (not_listed(act))
		console_warning(c, "of %llu program%s only the number is known: the build started too many different ones",
				(unsigned long long)not_listed(act), PLURAL(not_listed(act)));
	buf_clear(&text);
	for (size_t i = 0; i < act->n_calls && i < SAID_MAX; i++)
		buf_printf(&text, "%s%s %llu", i ? ", " : "", act->calls[i].name, (unsigned long long)act->calls[i].n_times);
	if (act->n_calls)
		console_note(c, "refused system calls: %s%s", buf_string(&text), act->n_calls > SAID_MAX ? " and others" : "");
	if (act->n_left)
		console_note(c, "%llu process%s still ran when the build was over, and %s ended", (unsigned long long)act->n_left,
			     act->n_left == 1 ? "" : "es", act->n_left == 1 ? "was" : "were");
}
