#include "table.h"

#include "base/clock.h"
#include "harness.h"
#include "index/page.h"

enum { PARTS_MAX = 64 };

size_t table_split(const char *text, struct bytes *ret, size_t max)
{
	struct bytes rest = bytes_of(text);
	size_t n = 0;
	while (rest.data && n < max) {
		struct bytes part = bytes_trim(bytes_cut(&rest, '|'));
		if (part.size)
			ret[n++] = part;
	}
	return n;
}

/* Words: sdist yanked nohash local build=N tag=T py=SPEC metapy=SPEC metaname=N metaversion=V time=UNIX age=SECONDS extras=a,b
 * fetchfails */
static struct bytes value_of(struct bytes words, const char *key)
{
	while (words.data) {
		struct bytes word = bytes_cut(&words, ' '), name = bytes_cut(&word, '=');
		if (bytes_equal(name, bytes_of(key)))
			return word.data ? word : BYTES("yes");
	}
	return (struct bytes){ NULL, 0 };
}

static const char *metadata_of(struct bytes name, struct bytes version, struct bytes words, struct bytes requires, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	struct bytes own_name = value_of(words, "metaname"), own_version = value_of(words, "metaversion"),
		     python = value_of(words, "metapy");
	struct bytes extras = value_of(words, "extras");
	buf_init(&out, 1 << 20);
	buf_printf(&out, "Metadata-Version: 2.1\nName: %.*s\nVersion: %.*s\n", BYTES_ARG(own_name.size ? own_name : name),
		   BYTES_ARG(own_version.size ? own_version : version));
	if (python.size)
		buf_printf(&out, "Requires-Python: %.*s\n", BYTES_ARG(python));
	while (extras.data) {
		struct bytes extra = bytes_cut(&extras, ',');
		buf_printf(&out, "Provides-Extra: %.*s\n", BYTES_ARG(extra));
	}
	while (requires.data) {
		struct bytes one = bytes_trim(bytes_cut(&requires, '|'));
		buf_printf(&out, "Requires-Dist: %.*s\n", BYTES_ARG(one));
	}
	return arena_string(a, buf_bytes(&out));
}

static struct entry make_entry(struct bytes line, struct arena *a)
{
	struct bytes requires = line, head = bytes_trim(bytes_cut(&requires, ':'));
	struct bytes name = bytes_cut(&head, ' '), version = bytes_cut(&head, ' '), words = head;
	struct bytes tag = value_of(words, "tag"), build = value_of(words, "build"), when = value_of(words, "time"),
		     age = value_of(words, "age");
	struct entry e = { .project = name };
	const char *file_name = arena_printf(a, "%.*s-%.*s.tar.gz", BYTES_ARG(name), BYTES_ARG(version));
	char *dashes = arena_string(a, name); /* file names have '_' where names have '-' */
	for (char *c = dashes; *c; c++)
		*c = *c == '-' ? '_' : *c;
	if (!value_of(words, "sdist").size)
		file_name = arena_printf(a, "%s-%.*s%s%.*s-%.*s.whl", dashes, BYTES_ARG(version), build.size ? "-" : "",
					 BYTES_ARG(build), BYTES_ARG(tag.size ? tag : BYTES("py3-none-any")));
	e.file.filename = bytes_of(file_name);
	if (!page_file_name(&e.file, name, a))
		test_fail(__FILE__, __LINE__, "not a file name: %s", file_name);
	e.file.url = bytes_of(arena_printf(a, "https://files.test/%s", file_name));
	e.file.has_digest = !value_of(words, "nohash").size;
	e.file.digest = e.file.has_digest ? sha256_of(e.file.filename) : (struct sha256){ { 0 } };
	e.file.yanked = value_of(words, "yanked").size > 0;
	e.file.yanked_reason = e.file.yanked ? BYTES("it broke") : BYTES("");
	e.file.requires_python = value_of(words, "py");
	e.file.hash_source = value_of(words, "local").size ? "local" : "index";
	e.file.index = BYTES("https://index.test/simple/");
	if (when.size) {
		e.file.has_upload_time = true;
		e.file.upload_time = strtoll((const char *)when.data, NULL, 10);
		e.file.upload_time_text = when;
	}
	if (age.size) {
		e.file.has_upload_time = true;
		e.file.upload_time = clock_unix() - strtoll((const char *)age.data, NULL, 10);
		e.file.upload_time_text = BYTES("some time");
	}
	e.metadata = metadata_of(name, version, words, requires, a);
	e.metadata_status = value_of(words, "fetchfails").size ? ERR_NETWORK : OK;
	return e;
}

void table_init(struct table *t, const char *text, struct arena *a)
{
	*t = (struct table){ .arena = a, .cache_dir = -1 };
	for (struct bytes rest = arena_copy(a, bytes_of(text)); rest.data;) {
		struct bytes line = bytes_trim(bytes_cut(&rest, '\n'));
		if (!line.size)
			continue;
		t->entries = arena_grow(a, t->entries, t->n, sizeof *t->entries);
		t->entries[t->n++] = make_entry(line, a);
	}
}

const struct index_file *table_file(const struct table *t, struct bytes filename)
{
	for (size_t i = 0; i < t->n; i++)
		if (bytes_equal(t->entries[i].file.filename, filename))
			return &t->entries[i].file;
	return NULL;
}

/* ---- the source ---- */

static void give_prefetch(void *context, const struct bytes *names, size_t n)
{
	struct table *t = context;
	(void)names;
	t->n_prefetched += n;
}

static enum status give_project(void *context, struct bytes name, const struct index_project **ret, struct diag *d)
{
	struct table *t = context;
	struct index_project *p = ARENA_NEW(t->arena, struct index_project);
	t->n_pages++;
	if (t->delay_us)
		(void)usleep(t->delay_us);
	if (t->broken && bytes_equal(name, bytes_of(t->broken)))
		return fail(d, ERR_NETWORK, 0, "fetch the page: no route");
	p->files = ARENA_ARRAY(t->arena, struct index_file, t->n);
	if (t->quarantined && bytes_equal(name, bytes_of(t->quarantined)))
		p->status = INDEX_QUARANTINED;
	for (size_t i = 0; i < t->n; i++)
		if (bytes_equal(t->entries[i].project, name))
			p->files[p->n_files++] = t->entries[i].file;
	if (p->n_files == 0)
		return fail(d, ERR_ABSENT, 0, "there is no project '%.*s' in the index", BYTES_ARG(name));
	page_sort(p);
	*ret = p;
	return OK;
}

static enum status give_metadata(void *context, const struct index_file *file, const struct metadata **ret, struct diag *d)
{
	struct table *t = context;
	t->n_metadata++;
	for (size_t i = 0; i < t->n; i++) {
		if (!bytes_equal(t->entries[i].file.filename, file->filename))
			continue;
		if (t->entries[i].metadata_status)
			return fail(d, t->entries[i].metadata_status, 0, "fetch metadata: no route");
		struct metadata *m = ARENA_NEW(t->arena, struct metadata);
		*ret = m;
		return metadata_parse(bytes_of(t->entries[i].metadata), t->arena, m, d);
	}
	return fail(d, ERR_IO, 0, "the table has no '%.*s'", BYTES_ARG(file->filename));
}

static void give_fingerprint(void *context, struct buf *out)
{
	(void)context;
	buf_add_string(out, "table\n");
}

static int give_cache_dir(void *context)
{
	const struct table *t = context;
	return t->cache_dir;
}

struct lock_source table_source(struct table *t)
{
	return (struct lock_source){ t, give_prefetch, NULL, give_project, give_metadata, give_fingerprint, give_cache_dir };
}

/* ---- questions ---- */

const struct interpreter *table_python(struct arena *a)
{
	static const struct bytes tags[] = {
		LIT("cp311-cp311-manylinux_2_36_x86_64"),
		LIT("cp311-cp311-manylinux_2_17_x86_64"),
		LIT("cp311-cp311-linux_x86_64"),
		LIT("cp311-abi3-manylinux_2_17_x86_64"),
		LIT("cp311-none-any"),
		LIT("py311-none-any"),
		LIT("py3-none-any"),
	};
	struct interpreter *i = ARENA_NEW(a, struct interpreter);
	*i = (struct interpreter){
		.version = BYTES("3.11.7"),
		.major = 3,
		.minor = 11,
		.patch = 7,
		.implementation = BYTES("cpython"),
		.tags = tags,
		.n_tags = COUNT(tags),
		.env = { .field = { [MARKER_IMPLEMENTATION_NAME] = LIT("cpython"),
				    [MARKER_IMPLEMENTATION_VERSION] = LIT("3.11.7"),
				    [MARKER_OS_NAME] = LIT("posix"),
				    [MARKER_PLATFORM_MACHINE] = LIT("x86_64"),
				    [MARKER_PLATFORM_PYTHON_IMPLEMENTATION] = LIT("CPython"),
				    [MARKER_PLATFORM_RELEASE] = LIT("6.1.0"),
				    [MARKER_PLATFORM_SYSTEM] = LIT("Linux"),
				    [MARKER_PLATFORM_VERSION] = LIT("#1 SMP"),
				    [MARKER_PYTHON_FULL_VERSION] = LIT("3.11.7"),
				    [MARKER_PYTHON_VERSION] = LIT("3.11"),
				    [MARKER_SYS_PLATFORM] = LIT("linux") } },
	};
	return i;
}

const char *table_digests(const char *text, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 1 << 20);
	for (struct bytes rest = bytes_of(text); rest.data;) {
		buf_add(&out, bytes_cut(&rest, '{'));
		if (!rest.data)
			break;
		struct sha256 h = sha256_of(bytes_cut(&rest, '}'));
		char hex[SHA256_TEXT_SIZE];
		sha256_text(&h, hex);
		buf_add_string(&out, hex);
	}
	return arena_string(a, buf_bytes(&out));
}

static struct lock_pin *make_preferred(const struct question *q, const struct table *t, struct arena *a, size_t *ret_n)
{
	struct bytes names[PARTS_MAX];
	size_t n = table_split(q->preferred, names, PARTS_MAX);
	struct lock_pin *pins = ARENA_ARRAY(a, struct lock_pin, n);
	for (size_t i = 0; i < n; i++) {
		const struct index_file *known = table_file(t, names[i]);
		pins[i].hash_source = "lock";
		if (known)
			pins[i].file = *known;
		else { /* it has left the index */
			pins[i].file = (struct index_file){ .filename = names[i], .has_digest = true, .hash_source = "index" };
			struct bytes rest = names[i], project = bytes_cut(&rest, '-');
			CHECK(page_file_name(&pins[i].file, project, a));
		}
		pins[i].name = pins[i].file.wheel.name;
		pins[i].version = pins[i].file.wheel.raw_version;
	}
	*ret_n = n;
	return pins;
}

struct lock_request table_request(const struct question *q, const struct table *t, struct arena *a)
{
	struct bytes *requires = ARENA_ARRAY(a, struct bytes, PARTS_MAX);
	struct lock_request request = {
		.requires = requires,
		.n_requires = table_split(table_digests(q->requires, a), requires, PARTS_MAX),
		.origin = BYTES("build requirements of X"),
		.python = table_python(a),
		.allow_prereleases = q->prereleases,
		.offline = q->offline,
		.exclude_newer = q->exclude_newer ? q->exclude_newer : INT64_MAX,
		.min_age = q->min_age,
	};
	if (q->allowed) {
		struct bytes *urls = ARENA_ARRAY(a, struct bytes, PARTS_MAX);
		request.n_allow_urls = table_split(q->allowed, urls, PARTS_MAX);
		request.allow_urls = urls;
	}
	if (q->exempt) {
		struct bytes *names = ARENA_ARRAY(a, struct bytes, PARTS_MAX);
		request.n_min_age_exempt = table_split(q->exempt, names, PARTS_MAX);
		request.min_age_exempt = names;
	}
	if (q->constraints) {
		struct lock_constraint *items;
		CHECK(lock_constraints_parse(bytes_of(table_digests(q->constraints, a)), "constraints.txt", a, &items,
					     &request.n_constraints, NULL) == OK);
		request.constraints = items;
	}
	if (q->preferred)
		request.preferred = make_preferred(q, t, a, &request.n_preferred);
	return request;
}

static const char *write_pins(const struct lock_result *r, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 1 << 20);
	for (size_t i = 0; i < r->n_pins; i++) {
		const struct lock_pin *pin = &r->pins[i];
		buf_printf(&out, "%s%.*s", i ? ", " : "", BYTES_ARG(pin->name));
		for (size_t k = 0; k < pin->n_extras; k++)
			buf_printf(&out, "%s%.*s%s", k ? "," : "[", BYTES_ARG(pin->extras[k]), k + 1 == pin->n_extras ? "]" : "");
		buf_printf(&out, " %.*s", BYTES_ARG(pin->version));
	}
	return arena_string(a, buf_bytes(&out));
}

struct answer table_ask_of(const struct question *q, struct table *t, struct arena *a)
{
	struct limits limits;
	struct answer answer = { .status = OK };
	struct lock_request request = table_request(q, t, a);
	struct lock_source source = table_source(t);
	limits_init(&limits);
	if (q->packages)
		limits.packages = q->packages;
	if (q->reads)
		limits.metadata_reads = q->reads;
	struct run_context run = { .id = "test", .limits = &limits };
	answer.status = lock_run_over(&run, &request, &source, a, &answer.result, &answer.diag);
	answer.pins = answer.status ? arena_string(a, bytes_of(answer.diag.text)) : write_pins(&answer.result, a);
	return answer;
}

struct answer table_ask(const struct question *q, struct arena *a)
{
	struct table t;
	table_init(&t, q->index, a);
	return table_ask_of(q, &t, a);
}
