#include "cli/finishing.h"

#include "audit/audit.h"
#include "base/cleanup.h"
#include "cli/artefact.h"
#include "cli/describing.h"
#include "cli/judge.h"
#include "pack/repair.h"

enum status finishing_remember(struct pipeline *p, struct artefact artefact, struct diag *d)
{
	char digest[SHA256_TEXT_SIZE], backend[SHA256_TEXT_SIZE];
	if (p->n_artefacts < ARTEFACTS_MAX)
		p->artefacts[p->n_artefacts++] = artefact;
	sha256_text(&artefact.digest, digest);
	sha256_text(&artefact.backend_digest, backend);
	struct json_writer *w = audit_begin(p->run->audit, "artifact.written");
	json_pair_cstring(w, "name", artefact.name);
	json_pair_cstring(w, "sha256", digest);
	json_pair_cstring(w, "backend_sha256", backend);
	json_pair_unsigned(w, "size", artefact.size);
	return audit_end(p->run->audit, false, d);
}

/* The findings of the wheel by the operator's policy: said, logged, and a refusal when one of them refuses. */
static enum status judge_wheel(struct pipeline *p, struct bytes name, struct finding_list *list, struct diag *d)
{
	const struct finding_policy *policy = &p->settings->findings;
	enum status s = judge_apply(p->settings, list, name, p->run->audit, d);
	if (s)
		return s;
	finding_list_join(&p->findings, list);
	bool refused = finding_list_refuses(policy, list);
	struct json_writer *w = audit_begin(p->run->audit, "artifact.checked");
	json_pair_string(w, "name", name);
	json_pair_unsigned(w, "findings", list->n_items);
	json_pair_bool(w, "refused", refused);
	s = audit_end(p->run->audit, false, d);
	if (s)
		return s;
	judge_say(p->console, &(struct finding_subject){ .path = name, .list = list });
	for (size_t i = 0; i < list->n_items; i++) {
		const struct finding *f = &list->items[i];
		if (!finding_refuses(policy, f))
			continue;
		(void)fail(d, ERR_ARTEFACT, f->offset, "the wheel '%.*s' is refused: %s: %.*s: %.*s", BYTES_ARG(name), f->id,
			   BYTES_ARG(f->path), BYTES_ARG(f->message));
		return remedy(d, "'hwb help %s' tells of it; --allow %s=WHY overrides it", f->id, f->id);
	}
	return refused ? fail(d, ERR_ARTEFACT, 0, "the wheel '%.*s' is refused: too many findings", BYTES_ARG(name)) : OK;
}

static enum status check_wheel(struct pipeline *p, int fd, struct bytes name, struct diag *d)
{
	struct stage_time t = pipeline_stage_begin(p, "check");
	struct check_request request = {
		.wheel_fd = fd,
		.has_source = true,
		.file_name = name,
		.want_name = p->source.project.name,
		.want_version = p->source.project.version,
		.pkg_info = p->source.pkg_info,
	};
	struct check_result result;
	enum status s = check_run(p->run, &request, &p->line->checker, p->arena, &result, d);
	pipeline_stage_end(p, t);
	if (s)
		return s;
	return judge_wheel(p, name, &result.findings, d);
}

/* The backend's wheel, for the platform that was asked for; a pure one is for every platform already. */
static enum status repair(struct pipeline *p, struct build_result *built, struct diag *d)
{
	if (!p->settings->platform || bytes_ends(built->name, BYTES("-any.whl")))
		return OK;
	struct repair_result repaired;
	struct repair_request request = {
		.wheel_fd = p->line->raw_fd,
		.file_name = built->name,
		.platform = p->settings->platform,
		.epoch = p->source.epoch,
		.outside_id = p->settings->outside_id,
	};
	struct stage_time t = pipeline_stage_begin(p, "repair");
	enum status s = repair_run(p->run, &request, p->arena, &repaired, d);
	pipeline_stage_end(p, t);
	if (s)
		return s;
	wheel_line_replace(p->line, repaired.fd);
	built->name = repaired.file_name;
	s = sha256_of_fd(repaired.fd, p->run->limits->wheel_size, &built->collected.digest, &built->collected.size, d);
	return s ? s
		 : audit_note(p->run->audit, false, d, "artifact.repaired", "name", arena_string(p->arena, built->name), "platform",
			      p->settings->platform, NULL);
}

/* Repairs, packs, checks and writes what the backend made. */
enum status finishing_wheel(struct pipeline *p, struct build_result *built, int out_dir, const char *out_path, struct diag *d)
{
	struct sha256 backend_digest = built->collected.digest;
	enum status s = repair(p, built, d);
	if (s)
		return s;
	CLEANUP(fd_close) int canonical = -1;
	int final = p->line->raw_fd;
	struct artefact artefact = {
		.name = arena_string(p->arena, built->name),
		.kind = "wheel",
		.size = built->collected.size,
		.digest = built->collected.digest,
		.backend_digest = backend_digest,
	};
	s = wheel_line_start(p->run, p->line, d);
	if (s == OK)
		s = describing_ask(p, built->name, d);
	if (s == OK && !p->settings->keep_archive) {
		struct stage_time t = pipeline_stage_begin(p, "pack");
		struct pack_result packed = { .fd = -1 };
		struct pack_request request = { .file_name = built->name, .epoch = p->source.epoch };
		s = describing_embed(p, &request, d);
		if (s == OK)
			s = pack_run(p->run, &request, &p->line->packer, p->arena, &packed, d);
		pipeline_stage_end(p, t);
		artefact.size = packed.size;
		artefact.digest = packed.digest;
		artefact.compressor = arena_string(p->arena, packed.compressor);
		final = canonical = packed.fd;
	}
	if (s == OK)
		s = check_wheel(p, final, built->name, d);
	if (s == OK) {
		struct stage_time t = pipeline_stage_begin(p, "describe");
		s = describing_finish(p, &artefact, d);
		pipeline_stage_end(p, t);
	}
	if (s == OK)
		s = artefact_write(out_dir, out_path, final, &artefact, p->run, p->arena, d);
	if (s == OK)
		s = finishing_remember(p, artefact, d);
	return s ? s : describing_write(p, out_dir, out_path, &artefact, d);
}
