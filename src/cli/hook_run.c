#include "cli/hook_run.h"

#include "audit/audit.h"
#include "cli/buildlog.h"
#include "cli/known_backends.h"
#include "cli/output_filter.h"
#include "cli/report.h"
#include "cli/settings_parts.h"
#include "cli/visible.h"
#include "host/file.h"
#include "net/egress.h"
#include "sandbox/keep.h"

/* What the callbacks of one run share. */
struct hook_context {
	struct pipeline *p;
	bool (*has_requires)(void *pipeline, const struct bytes *requires, size_t n);
	struct egress egress;
};

static bool has_requires_now(void *context, const struct bytes *requires, size_t n)
{
	struct hook_context *h = context;
	return h->has_requires(h->p, requires, n);
}

/* The backend's output goes through the filter to the console, which redacts what it knows and hands it on to the build log. */
static enum status take_output(void *context, struct bytes output, struct diag *d)
{
	struct pipeline *p = context;
	return output_filter_add(p->filter, output, d);
}

static void keep_output(void *context, struct bytes text)
{
	struct pipeline *p = context;
	buildlog_write(p->log_fd, p->run->id, text);
}

static enum status note_ready(void *context, const struct sandbox_result *so_far, int listener_fd, struct diag *d)
{
	struct hook_context *h = context;
	h->p->sandbox.controls = so_far->controls;
	struct json_writer *w = audit_begin(h->p->run->audit, "sandbox.started");
	report_controls(w, so_far->controls);
	enum status s = audit_end(h->p->run->audit, false, d);
	if (s == OK)
		s = egress_open(&h->egress, listener_fd, d);
	return s ? s : wheel_line_start(h->p->run, h->p->line, d);
}

static enum status note_finished(struct pipeline *p, const struct activity *activity, struct diag *d)
{
	const struct sandbox_result *r = &p->sandbox;
	struct json_writer *w = audit_begin(p->run->audit, "sandbox.finished");
	json_pair_cstring(w, "reason", sandbox_reason_name(r->reason));
	json_pair_integer(w, "exit_code", r->exit_code);
	json_pair_integer(w, "signal", r->signal);
	json_pair_unsigned(w, "wall_ms", r->wall_ms);
	json_pair_unsigned(w, "user_us", r->user_us);
	json_pair_unsigned(w, "system_us", r->system_us);
	json_pair_unsigned(w, "peak_memory", r->peak_memory);
	json_pair_unsigned(w, "log_bytes", r->log_size);
	report_activity_sums(w, p->console, activity);
	return audit_end(p->run->audit, false, d);
}

/* --keep: a copy of the tree in a folder of its own beside the artefacts. That there is none is no other failure of the build. */
static void keep_failed(void *context, int tree_fd)
{
	const struct hook_context *h = context;
	struct pipeline *p = h->p;
	struct kept kept;
	struct diag d = { 0 };
	const char *name = arena_printf(p->arena, "hwb-kept-%.8s", p->run->id);
	CLEANUP(fd_close) int to = -1;
	(void)!directory_remove(p->keep_dir, name, NULL); /* of another build in this run */
	enum status s = directory_make(p->keep_dir, name, true, &to, &d);
	if (s == OK)
		s = keep_tree(tree_fd, to, p->run->limits->disk, p->run->limits->inodes, &kept, &d);
	if (s)
		console_warning(p->console, "the tree of the build could not be kept: %s",
				console_redacted_diag(p->console, &d, p->arena));
	else
		console_note(p->console, "the tree of the build is in %s/%s (%llu files and folders; %llu left out)", p->keep_path,
			     name, (unsigned long long)kept.n_members, (unsigned long long)kept.n_left_out);
}

static void fill_project(const struct pipeline *p, struct build_request *request)
{
	const struct project *project = &p->source.project;
	const char **paths = ARENA_ARRAY(p->arena, const char *, project->n_backend_path + 1);
	for (size_t i = 0; i < project->n_backend_path; i++)
		paths[i] = arena_string(p->arena, project->backend_path[i]);
	request->backend = arena_string(p->arena, project->backend);
	request->backend_paths = paths;
	request->n_backend_paths = project->n_backend_path;
	request->subdirectory = arena_string(p->arena, p->source.subdirectory);
	known_backend_preload(project->backend, &request->preload, &request->n_preload);
}

enum status hook_take_notes(struct pipeline *p, struct egress *egress, const struct build_result *built, struct diag *d)
{
	size_t from = p->network.n;
	struct proxy_report report;
	uint64_t controls = p->sandbox.controls;
	p->sandbox = built->sandbox;
	p->sandbox.controls |= controls;
	activity_add(&p->activity, &built->activity);
	enum status closed = egress_close(egress, p->arena, &report, d);
	enum status s = network_add_proxy(&p->network, "build", &report, p->run->audit, p->console, p->arena, d);
	if (s == OK)
		s = network_add_activity(&p->network, &built->activity, p->run->audit, p->console, p->arena, d);
	if (s == OK)
		s = note_finished(p, &built->activity, d);
	network_say(p->console, &p->network, from, p->arena);
	report_say_activity(p->console, &built->activity, p->arena);
	if (s == OK && closed == OK)
		return egress_check(egress, &report, d);
	return s ? s : closed;
}

/* A build whose way out was closed at its limit fails for that, and its own words stand behind. */
static enum status blame_limit(enum status s, const struct diag *limit, struct diag *d)
{
	if (s != ERR_BACKEND)
		return s;
	(void)explain(d, "%s", limit->text);
	(void)remedy(d, "%s", limit->help);
	return recode(d, ERR_LIMIT);
}

/* "... KeyError: 'NAME'": a build that read os.environ, most likely. NAME is the build's word. */
static struct bytes missing_key(const char *text)
{
	static const struct bytes before = LIT("KeyError: '");
	struct bytes rest = bytes_of(text), name = { NULL, 0 };
	for (size_t at; (at = bytes_search(rest, before)) < rest.size;)
		name = rest = bytes_from(rest, at + before.size);
	if (!bytes_ends(name, BYTES("'")))
		return (struct bytes){ NULL, 0 };
	name.size--;
	for (size_t i = 0; i < name.size; i++)
		if (!byte_is_alnum(name.data[i]) && name.data[i] != '_')
			return (struct bytes){ NULL, 0 };
	return name;
}

static bool is_passed(const struct pipeline *p, struct bytes name)
{
	for (size_t i = 0; i < p->settings->env.n; i++) {
		struct bytes rest = bytes_of(p->settings->env.items[i]);
		if (bytes_equal(bytes_cut(&rest, '='), name))
			return true;
	}
	return false;
}

/* A build that looked for a variable of the caller. Its value is never said. */
static void add_variable_remedy(const struct pipeline *p, struct diag *d)
{
	struct bytes name = missing_key(d->text);
	if (!name.size || !env_get(p->settings->environment, arena_string(p->arena, name)) || is_passed(p, name))
		return;
	(void)remedy(d,
		     "the variable '%.*s' is set here, but builds see none of yours; if this one may see it, --env %.*s passes it in",
		     BYTES_ARG(name), BYTES_ARG(name));
}

/* "No module named 'hatchling'" of the backend 'hatchling.build': the module itself is missing, or a package above it. */
static void add_import_remedy(const struct pipeline *p, struct diag *d)
{
	const struct project *project = &p->source.project;
	struct bytes rest = project->backend, module = bytes_cut(&rest, ':');
	for (; module.size; module.size = bytes_find_last(module, '.') < module.size ? bytes_find_last(module, '.') : 0) {
		const char *said = arena_printf(p->arena, "No module named '%.*s'", BYTES_ARG(module));
		if (!bytes_ends(bytes_of(d->text), bytes_of(said)))
			continue;
		(void)remedy(d, "%s",
			     project->n_backend_path ? "is it in a folder of backend-path, in [build-system]?"
						     : "is what brings it in [build-system] requires?");
	}
}

/* A build that wanted the network and failed: most likely for that. */
static enum status add_remedy(const struct pipeline *p, size_t from, enum status s, struct diag *d)
{
	const char *names = network_refused_names(&p->network, from, p->arena);
	bool has_crates = p->rust.n_locks == 0 || p->crates.path;
	if (d && !d->help[0] && s == ERR_BACKEND)
		add_variable_remedy(p, d);
	if (d && !d->help[0] && s == ERR_BACKEND)
		add_import_remedy(p, d);
	if (names && d && !d->help[0] && (s == ERR_BACKEND || s == ERR_LIMIT))
		(void)remedy(d, "the build asked for hosts it was not given: %s; --allow-host HOST lets it reach one%s", names,
			     has_crates ? "" : ", and `hwb fetch` gets the crates of Cargo.lock beforehand");
	return s;
}

enum status hook_run(struct pipeline *p, enum build_kind kind,
		     bool (*has_requires)(void *pipeline, const struct bytes *requires, size_t n), int artefact_fd,
		     struct build_result *ret, struct diag *d)
{
	size_t from = p->network.n;
	struct hook_context context = { .p = p, .has_requires = has_requires, .egress = { .run = p->run } };
	struct build_request request = {
		.kind = kind,
		.sandbox = p->ahead,
		.snapshot_fd = p->source.tree.fd,
		.settings = p->settings->config.items,
		.n_settings = p->settings->config.n / 2,
		.artefact_fd = artefact_fd,
		.ask_requires = has_requires != NULL,
		.has_requires = has_requires_now,
		.context = &context,
		.environment = p->env.path,
		.frozen = p->env.frozen_path,
		.epoch = p->source.epoch,
		.outside_id = p->settings->outside_id,
		.log = take_output,
		.log_context = p,
		.ready = note_ready,
		.keep = p->keep_dir >= 0 ? keep_failed : NULL,
		.with_listener = settings_egress(p->settings, p->arena, &context.egress.options),
	};
	struct visible visible;
	enum status s = visible_fill(p, request.with_listener, &visible, d);
	if (s)
		return s;
	request.mounts = visible.mounts;
	request.n_mounts = visible.n_mounts;
	request.env = visible.env;
	request.n_env = visible.n_env;
	fill_project(p, &request);
	p->has_sandbox = true;
	p->ahead = NULL; /* the build's from here on */
	console_set_log(p->console, keep_output, p);
	s = build_run(p->run, &request, p->arena, ret, d);
	struct diag other = { 0 };
	enum status heard = output_filter_flush(p->filter, &other);
	if (heard == OK && s == ERR_BACKEND) /* the words of a stranger's exception */
		heard = output_filter_words(p->filter, d, &other);
	if (heard) { /* whatever else is wrong may not be said */
		s = heard;
		if (d)
			*d = other;
	}
	console_output_end(p->console);
	console_set_log(p->console, NULL, NULL);
	enum status noted = hook_take_notes(p, &context.egress, ret, s ? &other : d);
	if (s && noted == ERR_LIMIT)
		s = blame_limit(s, &other, d);
	return s ? add_remedy(p, from, s, d) : noted;
}
