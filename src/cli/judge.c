#include "cli/judge.h"

#include "base/number.h"
#include "cli/exit.h"
#include "cli/settings_parts.h"

/* Redacted and escaped; a finding is one line. */
static void safe(void *context, struct bytes text, struct buf *out)
{
	size_t from = out->size;
	console_put_safe(context, text, out);
	for (size_t i = from; i < out->size; i++)
		if (out->data[i] == '\n')
			out->data[i] = ' ';
}

struct finding_style judge_style(struct console *c, bool colour, bool with_info)
{
	return (struct finding_style){ .colour = colour, .with_info = with_info, .with_all = with_info, .safe = safe, .context = c };
}

static bool is_first_of_id(const struct finding_list *list, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (list->items[i].allowed.data && list->items[i].id == list->items[at].id)
			return false;
	return true;
}

enum status judge_apply(struct settings *s, struct finding_list *list, struct bytes subject, struct audit *audit, struct diag *d)
{
	finding_policy_apply(&s->findings, list);
	finding_sort(list);
	for (size_t i = 0; i < list->n_items; i++) {
		const struct finding *f = &list->items[i];
		if (!f->allowed.data || !is_first_of_id(list, i))
			continue;
		struct json_writer *w = audit_begin(audit, "policy.override");
		json_pair_cstring(w, "finding", f->id);
		json_pair_string(w, "why", f->allowed);
		json_pair_string(w, "subject", subject);
		enum status status = audit_end(audit, false, d);
		if (status)
			return status;
	}
	return OK;
}

void judge_warn_unused(const struct settings *s, struct console *c)
{
	bool by_flag = s->rows_by_flag[setting_find(BYTES("findings.allow"))]; /* a configuration is for many projects */
	for (size_t i = 0; by_flag && i < s->findings.n_allowed; i++)
		if (!s->findings.allowed[i].used)
			console_warning(c, "nothing was found that --allow %s%s%s would be needed for", s->findings.allowed[i].id,
					s->findings.allowed[i].pattern ? "@" : "",
					s->findings.allowed[i].pattern ? s->findings.allowed[i].pattern : "");
}

static bool is_same(const struct finding *a, const struct finding *b)
{
	return strcmp(a->id, b->id) == 0 && a->line == b->line && bytes_equal(a->path, b->path) &&
	       bytes_equal(a->message, b->message);
}

struct finding_list judge_only_new(const struct finding_list *said, const struct finding_list *list)
{
	struct finding_list fresh = { .arena = list->arena, .n_dropped = list->n_dropped };
	for (size_t i = 0; i < list->n_items; i++) {
		size_t k = 0;
		while (k < said->n_items && !is_same(&list->items[i], &said->items[k]))
			k++;
		if (k < said->n_items)
			continue;
		fresh.items = arena_grow(list->arena, fresh.items, fresh.n_items, sizeof *fresh.items);
		fresh.items[fresh.n_items++] = list->items[i];
	}
	return fresh;
}

enum { TEXT_MAX = 256 << 20 };

void judge_say(struct console *c, const struct finding_subject *subject)
{
	CLEANUP(buf_done) struct buf text;
	struct finding_style style = judge_style(c, console_has_colour(c, CONSOLE_STDERR), false);
	buf_init(&text, TEXT_MAX);
	finding_write_text(subject, &style, &text);
	if (text.size)
		console_print(c, buf_bytes(&text), CONSOLE_STDERR);
}

/* ---- the formats ---- */

static void put_subject(struct json_writer *w, const struct judged *j, const struct finding_style *style)
{
	struct finding_counts counts = finding_count(j->subject.list);
	json_object_begin(w);
	finding_pair_safe(w, "path", j->subject.path, style);
	json_pair_cstring(w, "outcome", j->outcome);
	if (j->subject.unchecked.data)
		finding_pair_safe(w, "unchecked", j->subject.unchecked, style);
	json_pair_unsigned(w, "errors", counts.n[SEVERITY_ERROR]);
	json_pair_unsigned(w, "warnings", counts.n[SEVERITY_WARNING]);
	json_pair_unsigned(w, "allowed", counts.n_allowed);
	if (j->put_facts)
		j->put_facts(w, j->facts, style);
	json_object_end(w);
}

static void write_json(const struct settings *s, const char *command, const struct judged *all, size_t n, int code,
		       const struct finding_style *style, struct buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, true);
	json_object_begin(&w);
	json_pair_cstring(&w, "version", "1.0");
	json_pair_cstring(&w, "command", command);
	json_pair_cstring(&w, "hwb", HWB_VERSION);
	json_pair_cstring(&w, "profile", finding_profile_name(s->findings.profile));
	json_key(&w, "subjects");
	json_array_begin(&w);
	for (size_t i = 0; i < n; i++)
		put_subject(&w, &all[i], style);
	json_array_end(&w);
	json_key(&w, "findings");
	json_array_begin(&w);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < all[i].subject.list->n_items; k++)
			finding_put_json(&w, &all[i].subject.list->items[k], all[i].subject.path, style);
	json_array_end(&w);
	json_key(&w, "exit");
	json_object_begin(&w);
	json_pair_integer(&w, "code", code);
	json_pair_cstring(&w, "reason", exit_reason((enum exit_code)code));
	json_object_end(&w);
	json_object_end(&w);
}

static void write_sarif(const char *command, const struct judged *all, size_t n, const struct finding_style *style, struct buf *out)
{
	CLEANUP(arena_done) struct arena scratch;
	arena_init(&scratch);
	struct finding_subject *subjects = ARENA_ARRAY(&scratch, struct finding_subject, n + 1);
	for (size_t i = 0; i < n; i++)
		subjects[i] = all[i].subject;
	finding_write_sarif(subjects, n, command, HWB_VERSION, style, out);
}

void judge_print(const struct settings *s, struct console *c, const char *command, const struct judged *all, size_t n, int code)
{
	CLEANUP(buf_done) struct buf out;
	bool for_people = s->format == FORMAT_TEXT;
	struct finding_style style = judge_style(c, for_people && console_has_colour(c, CONSOLE_STDOUT), !for_people || s->verbose);
	buf_init(&out, TEXT_MAX);
	if (s->format == FORMAT_JSON)
		write_json(s, command, all, n, code, &style, &out);
	else if (s->format == FORMAT_SARIF)
		write_sarif(command, all, n, &style, &out);
	for (size_t i = 0; i < n; i++) {
		if (s->format == FORMAT_TEXT)
			finding_write_text(&all[i].subject, &style, &out);
		else if (s->format == FORMAT_GITHUB)
			finding_write_github(&all[i].subject, &style, &out);
	}
	if (buf_bytes(&out).size)
		console_print(c, buf_bytes(&out), CONSOLE_STDOUT);
}

enum status judge_verdict(const struct judged *all, size_t n, const char *what, enum status refused, struct diag *d)
{
	size_t n_refused = 0, n_unchecked = 0, n_unusable = 0;
	for (size_t i = 0; i < n; i++) {
		n_refused += strcmp(all[i].outcome, "refused") == 0;
		n_unchecked += strcmp(all[i].outcome, "unchecked") == 0;
		n_unusable += all[i].is_unusable;
	}
	if (n_refused)
		return fail(d, refused, 0, "%zu of %zu %s%s %s refused", n_refused, n, what, PLURAL(n),
			    n_refused == 1 ? "is" : "are");
	if (n_unchecked)
		return fail(d, n_unchecked == n_unusable ? ERR_USAGE : ERR_UNCHECKED, 0, "%zu of %zu %s%s could not be checked",
			    n_unchecked, n, what, PLURAL(n));
	return OK;
}

void judge_say_counts(struct console *c, const struct judged *all, size_t n, const char *done, const char *what)
{
	struct finding_counts sum = { .n_allowed = 0 };
	for (size_t i = 0; i < n; i++) {
		struct finding_counts one = finding_count(all[i].subject.list);
		for (size_t k = 0; k < COUNT(sum.n); k++)
			sum.n[k] += one.n[k];
		sum.n_allowed += one.n_allowed;
	}
	console_note(c, "%s %zu %s%s: %zu error%s, %zu warning%s, %zu info%s, %zu allowed", done, n, what, PLURAL(n),
		     sum.n[SEVERITY_ERROR], PLURAL(sum.n[SEVERITY_ERROR]), sum.n[SEVERITY_WARNING], PLURAL(sum.n[SEVERITY_WARNING]),
		     sum.n[SEVERITY_INFO], PLURAL(sum.n[SEVERITY_INFO]), sum.n_allowed);
}
