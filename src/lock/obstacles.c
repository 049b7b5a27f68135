#include "lock/obstacles.h"

#include "base/clock.h"
#include "base/number.h"

enum { TAGS_SHOWN = 4 };

/* How much a file's obstacle has to say: what concerns this Python says more than what concerns every one. */
static const int weight[N_OBSTACLES] = {
	[OBSTACLE_NONE] = 0,  [OBSTACLE_SDIST] = 1,   [OBSTACLE_CONSTRAINT] = 2,        [OBSTACLE_YANKED] = 2, [OBSTACLE_NEW] = 2,
	[OBSTACLE_YOUNG] = 2, [OBSTACLE_NO_TIME] = 2, [OBSTACLE_PYTHON_UNREADABLE] = 3, [OBSTACLE_PYTHON] = 3, [OBSTACLE_TAGS] = 3,
	[OBSTACLE_OLDER] = 3, [OBSTACLE_NO_HASH] = 4, [OBSTACLE_CONSTRAINT_HASH] = 4,
};

static const size_t nothing = SIZE_MAX;

/* Files ascend by version, so the last of the best is the newest. Of one version, the file that came furthest. */
static size_t closest(const struct package *p, const struct specifier *set)
{
	size_t best = nothing;
	for (size_t i = 0; i < p->n_files; i++) {
		if (!file_is_in(&p->files[i], set))
			continue;
		bool better = best == nothing || weight[p->obstacles[i]] > weight[p->obstacles[best]];
		if (!better && weight[p->obstacles[i]] == weight[p->obstacles[best]])
			better = version_compare(&p->files[i].version, &p->files[best].version) > 0 ||
				 p->obstacles[i] > p->obstacles[best];
		if (better)
			best = i;
	}
	return best;
}

static void put_release(const struct package *p, const struct index_file *f, struct buf *out)
{
	buf_add(out, p->name);
	buf_add_byte(out, ' ');
	version_write(&f->version, out);
}

static void put_joined(const struct bytes *parts, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		buf_add_string(out, i ? "." : "");
		buf_add(out, parts[i]);
	}
}

static void put_python(const struct rules *rules, struct buf *out)
{
	const struct interpreter *python = rules->request->python;
	buf_printf(out, "%.*s %.*s", BYTES_ARG(python->implementation), BYTES_ARG(python->version));
}

/* "3 days", "1 hour". */
static void put_age(int64_t seconds, struct buf *out)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = { { "day", 86400 }, { "hour", 3600 }, { "minute", 60 }, { "second", 1 } };
	size_t i = 0;
	while (i + 1 < COUNT(units) && seconds < units[i].seconds)
		i++;
	int64_t n = seconds / units[i].seconds;
	buf_printf(out, "%lld %s%s", (long long)n, units[i].name, PLURAL(n));
}

static void put_youth(const struct rules *rules, const struct index_file *f, struct buf *out)
{
	int64_t age = rules->now - f->upload_time;
	buf_add_string(out, " was uploaded ");
	if (age < 0)
		buf_printf(out, "%.*s, which is in the future", BYTES_ARG(f->upload_time_text));
	else {
		put_age(age, out);
		buf_add_string(out, " ago");
	}
	buf_add_string(out, ", within the cool-down of ");
	put_age(rules->request->min_age, out);
	buf_add_string(out, " (min-age)");
}

static void describe_tags(const struct rules *rules, const struct package *p, size_t at, struct buf *out)
{
	size_t n = 0;
	put_release(p, &p->files[at], out);
	buf_add_string(out, " is the newest with a wheel, but for ");
	for (size_t i = 0; i < p->n_files; i++) {
		const struct index_file *f = &p->files[i];
		if (f->kind != INDEX_WHEEL || version_compare(&f->version, &p->files[at].version) != 0)
			continue;
		if (n++ >= TAGS_SHOWN)
			continue;
		buf_add_string(out, n > 1 ? ", " : "");
		put_joined(f->wheel.python, f->wheel.n_python, out);
		buf_add_byte(out, '-');
		put_joined(f->wheel.abi, f->wheel.n_abi, out);
		buf_add_byte(out, '-');
		put_joined(f->wheel.platform, f->wheel.n_platform, out);
	}
	if (n > TAGS_SHOWN)
		buf_printf(out, " and %zu more", n - TAGS_SHOWN);
	buf_add_string(out, "; this is ");
	put_python(rules, out);
	if (rules->request->python->n_tags)
		buf_printf(out, " (%.*s)", BYTES_ARG(rules->request->python->tags[0]));
}

static void describe_constraint(const struct package *p, const struct index_file *f, struct buf *out)
{
	for (size_t i = 0; i < p->n_constraints; i++) {
		if (file_is_in(f, &p->constraints[i]->specifier))
			continue;
		buf_printf(out, "%.*s allows only '", BYTES_ARG(p->constraints[i]->origin));
		buf_add(out, p->name);
		specifier_write(&p->constraints[i]->specifier, out);
		buf_add_byte(out, '\'');
		return;
	}
}

static void describe_digest(const struct package *p, const struct index_file *f, struct buf *out)
{
	char text[SHA256_TEXT_SIZE];
	struct bytes origin = { NULL, 0 };
	sha256_text(&f->digest, text);
	for (size_t i = 0; i < p->n_constraints && !origin.size; i++)
		if (p->constraints[i]->n_digests)
			origin = p->constraints[i]->origin;
	buf_printf(out, "'%.*s' has the sha256 %s, which is not among those of %.*s", BYTES_ARG(f->filename), text,
		   BYTES_ARG(origin));
}

static void describe_file(const struct rules *rules, const struct package *p, size_t at, struct buf *out)
{
	const struct index_file *f = &p->files[at];
	char cutoff[CLOCK_TEXT_SIZE];
	switch (p->obstacles[at]) {
	case OBSTACLE_CONSTRAINT:
		describe_constraint(p, f, out);
		return;
	case OBSTACLE_NO_TIME:
		buf_printf(out, "the index does not say when '%.*s' was uploaded, and there is a %s", BYTES_ARG(f->filename),
			   rules->exclude_newer != INT64_MAX ? "cutoff (exclude-newer)" : "cool-down (min-age)");
		return;
	case OBSTACLE_PYTHON_UNREADABLE:
		buf_printf(out, "the Requires-Python '%.*s' of '%.*s' cannot be understood",
			   BYTES_ARG(bytes_part(f->requires_python, 0, 100)), BYTES_ARG(f->filename));
		return;
	case OBSTACLE_TAGS:
		describe_tags(rules, p, at, out);
		return;
	case OBSTACLE_NO_HASH:
		buf_printf(out, "the index gives no sha256 for '%.*s', and without one nothing is installed", BYTES_ARG(f->filename));
		return;
	case OBSTACLE_CONSTRAINT_HASH:
		describe_digest(p, f, out);
		return;
	case OBSTACLE_NONE:
	case OBSTACLE_SDIST:
	case OBSTACLE_YANKED:
	case OBSTACLE_NEW:
	case OBSTACLE_YOUNG:
	case OBSTACLE_PYTHON:
	case OBSTACLE_OLDER:
	case N_OBSTACLES:
		break;
	}
	put_release(p, f, out);
	if (p->obstacles[at] == OBSTACLE_SDIST)
		buf_add_string(out,
			       " has only an sdist, and build requirements are taken as wheels only (--build-deps any builds them)");
	else if (p->obstacles[at] == OBSTACLE_YANKED)
		buf_printf(out, " was yanked%s%.*s%s", f->yanked_reason.size ? " (" : "",
			   BYTES_ARG(bytes_part(f->yanked_reason, 0, 200)), f->yanked_reason.size ? ")" : "");
	else if (p->obstacles[at] == OBSTACLE_NEW) {
		clock_text(rules->exclude_newer, cutoff);
		buf_printf(out, " was uploaded %.*s, after the cutoff of %s (exclude-newer)", BYTES_ARG(f->upload_time_text), cutoff);
	} else if (p->obstacles[at] == OBSTACLE_YOUNG) {
		put_youth(rules, f, out);
	} else if (p->obstacles[at] == OBSTACLE_PYTHON) {
		buf_printf(out, " needs Python '%.*s', and this is ", BYTES_ARG(bytes_part(f->requires_python, 0, 100)));
		put_python(rules, out);
	} else if (p->obstacles[at] == OBSTACLE_OLDER) {
		buf_add_string(out, " is older than ");
		put_release(p, &p->preferred->file, out);
		buf_add_string(out, ", which this build already uses");
	}
}

enum status obstacles_describe(const struct rules *rules, const struct demand *demand, struct buf *out)
{
	const struct package *p = demand->package;
	if (p->absent) {
		buf_add_string(out, p->absent);
		return ERR_RESOLVE;
	}
	size_t at = closest(p, &demand->requirement->specifier);
	if (at == nothing) {
		buf_printf(out, "no version of '%.*s' matches", BYTES_ARG(p->name));
		if (p->n_files) {
			buf_add_string(out, "; the newest is ");
			version_write(&p->files[p->n_files - 1].version, out);
		} else if (p->index.size)
			buf_printf(out, ": what '%.*s' has as its page lists no file of it", BYTES_ARG(p->index));
		else
			buf_add_string(out, ", for there are no files");
		return ERR_RESOLVE;
	}
	describe_file(rules, p, at, out);
	enum obstacle o = p->obstacles[at];
	return o == OBSTACLE_NO_HASH || o == OBSTACLE_CONSTRAINT_HASH ? ERR_HASH : ERR_RESOLVE;
}
