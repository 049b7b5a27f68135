/* A trial run of each isolation mode: what is written down about a system is not what it does. */
#include "cli/doctor.h"

#include "cli/container_setup.h"
#include "cli/landlock_setup.h"
#include "cli/trial.h"

/* For a program that ends at once. A build may have an hour; nobody waits that long for a diagnosis. */
enum { TRIAL_MS = 60000 };

static struct finding_row row_of(const char *name, const struct diag *d, struct arena *a)
{
	return (struct finding_row){ name, MISSING, arena_string(a, bytes_of(d->text)), arena_string(a, bytes_of(d->help)) };
}

/* "/bin" and not "/usr/bin": images without a merged /usr have it there. */
static void try_mode(const struct settings *s, struct run_context *run, const char *where, struct arena *a, struct mode_row *ret)
{
	static const char *const argv[] = { "/bin/true" };
	struct sandbox_result result = { 0 };
	struct diag d = { 0 };
	enum status status = trial_run(run, s, argv, COUNT(argv), NULL, NULL, a, &result, &d);
	if (status == OK && (result.reason != REASON_EXIT || result.exit_code != 0))
		status = sandbox_explain(&result, &s->limits, &d);
	if (status) {
		ret->found = row_of(ret->found.name, &d, a);
		return;
	}
	ret->controls = result.controls;
	ret->container = run->container;
	ret->found.outcome = GOOD;
	ret->found.text = arena_printf(a, "a trial run%s ended well after %llu ms", where, (unsigned long long)result.wall_ms);
}

static void try_sandbox(const struct settings *s, struct run_context *run, struct arena *a, struct mode_row *ret)
{
	try_mode(s, run, "", a, ret);
}

static void try_container(const struct settings *s, struct run_context *run, struct arena *a, struct mode_row *ret)
{
	struct diag d = { 0 };
	if (container_engine(s, run, a, &ret->engine, &d)) {
		ret->found = row_of(ret->found.name, &d, a);
		return;
	}
	if (!s->container_image) {
		ret->found.text = arena_printf(a, "'%s' works, but there is no image to try it with", ret->engine);
		ret->found.help = "name one with --image, or as 'image' in [container] of hwb.toml";
		return;
	}
	if (container_setup(s, run, a, &d)) {
		ret->found = row_of(ret->found.name, &d, a);
		return;
	}
	try_mode(s, run, arena_printf(a, " of '%s' by '%s'", s->container_image, ret->engine), a, ret);
}

static void try_landlock(const struct settings *s, struct run_context *run, struct arena *a, struct mode_row *ret)
{
	landlock_place(s, run, a);
	try_mode(s, run, "", a, ret);
}

void doctor_try_modes(const struct settings *s, struct arena *a, struct mode_row *ret)
{
	static void (*const tries[N_MODES])(const struct settings *, struct run_context *, struct arena *, struct mode_row *) = {
		[MODE_SANDBOX] = try_sandbox,
		[MODE_CONTAINER] = try_container,
		[MODE_LANDLOCK] = try_landlock,
	};
	struct settings hurried = *s;
	if (hurried.limits.wall_ms > TRIAL_MS)
		hurried.limits.wall_ms = TRIAL_MS;
	for (enum isolation_mode mode = 0; mode < N_MODES; mode++) {
		struct run_context run = { .id = "", .limits = &hurried.limits, .mode = mode };
		ret[mode] = (struct mode_row){ .found = { isolation_mode_name(mode), MISSING, "", "" } };
		tries[mode](&hurried, &run, a, &ret[mode]);
	}
}
