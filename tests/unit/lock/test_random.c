/* Small worlds made by a fixed generator: the search finds an answer exactly when trying everything finds one. */
#include "harness.h"
#include "table.h"

enum { PACKAGES = 6, VERSIONS = 3, REQUIRES = 3, WORLDS = 4000 };

struct rule {
	int package; /* -1: none */
	int low, high; /* versions low..high-1 */
	bool extra; /* of the wanting candidate's extra x, else always */
	bool asks_extra;
};

struct world {
	struct rule rules[PACKAGES][VERSIONS][REQUIRES];
	struct rule root[REQUIRES];
};

static uint64_t state;

static int pick(int n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int)((state >> 33) % (uint64_t)n);
}

static struct rule make_rule(bool maybe)
{
	struct rule r = { .package = maybe && pick(3) == 0 ? -1 : pick(PACKAGES), .extra = pick(4) == 0, .asks_extra = pick(4) == 0 };
	r.low = pick(VERSIONS);
	r.high = r.low + 1 + pick(VERSIONS - r.low);
	if (maybe && pick(20) == 0)
		r = (struct rule){ pick(PACKAGES), 8, 9, r.extra, r.asks_extra }; /* no such version */
	return r;
}

static struct world make_world(void)
{
	struct world w;
	for (int i = 0; i < REQUIRES; i++)
		w.root[i] = make_rule(i > 0);
	for (int p = 0; p < PACKAGES; p++)
		for (int v = 0; v < VERSIONS; v++)
			for (int i = 0; i < REQUIRES; i++)
				w.rules[p][v][i] = make_rule(true);
	return w;
}

static void put_rule(const struct rule *r, bool marker, struct buf *out)
{
	buf_printf(out, "p%d%s>=%d,<%d%s", r->package, r->asks_extra ? "[x]" : "", r->low, r->high,
		   marker && r->extra ? "; extra == 'x'" : "");
}

static void put_world(const struct world *w, struct buf *out)
{
	for (int p = 0; p < PACKAGES; p++) {
		for (int v = 0; v < VERSIONS; v++) {
			const char *before = " : ";
			buf_printf(out, "p%d %d extras=x", p, v);
			for (int i = 0; i < REQUIRES; i++) {
				if (w->rules[p][v][i].package < 0)
					continue;
				buf_add_string(out, before);
				put_rule(&w->rules[p][v][i], true, out);
				before = " | ";
			}
			buf_add_byte(out, '\n');
		}
	}
}

static void put_root(const struct world *w, struct buf *out)
{
	for (int i = 0; i < REQUIRES; i++) {
		if (w->root[i].package < 0)
			continue;
		buf_add_string(out, i ? " | " : "");
		put_rule(&w->root[i], false, out);
	}
}

static bool meets(const struct rule *r, const int *version)
{
	return r->package < 0 || (version[r->package] >= r->low && version[r->package] < r->high);
}

/* Whether choosing exactly these versions (-1: not there) answers the world: wants are closed over and met. */
static bool is_answer(const struct world *w, const int *version)
{
	bool needed[PACKAGES] = { false }, extra[PACKAGES] = { false }, more = true;
	for (int i = 0; i < REQUIRES; i++) {
		if (!meets(&w->root[i], version))
			return false;
		if (w->root[i].package >= 0) {
			needed[w->root[i].package] = true;
			extra[w->root[i].package] |= w->root[i].asks_extra;
		}
	}
	while (more) {
		more = false;
		for (int p = 0; p < PACKAGES; p++) {
			for (int i = 0; needed[p] && i < REQUIRES; i++) {
				const struct rule *r = &w->rules[p][version[p]][i];
				if (r->package < 0 || (r->extra && !extra[p]))
					continue;
				if (!meets(r, version))
					return false;
				more = more || !needed[r->package] || (r->asks_extra && !extra[r->package]);
				needed[r->package] = true;
				extra[r->package] |= r->asks_extra;
			}
		}
	}
	return true;
}

static bool has_answer(const struct world *w)
{
	int version[PACKAGES] = { 0 };
	for (;;) {
		if (is_answer(w, version))
			return true;
		int i = 0;
		while (i < PACKAGES && ++version[i] == VERSIONS)
			version[i++] = 0;
		if (i == PACKAGES)
			return false;
	}
}

static void an_answer_is_found_exactly_when_there_is_one(void)
{
	int found = 0;
	uint32_t most = 0;
	state = 20261123;
	for (int n = 0; n < WORLDS; n++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf index, requires;
		arena_init(&a);
		buf_init(&index, 1 << 16);
		buf_init(&requires, 1 << 12);
		struct world w = make_world();
		put_world(&w, &index);
		put_root(&w, &requires);
		struct answer got = table_ask(&(struct question){ .index = buf_string(&index), .requires = buf_string(&requires) },
					      &a);
		bool want = has_answer(&w);
		if ((got.status == OK) != want || (got.status && got.status != ERR_RESOLVE))
			test_fail(__FILE__, __LINE__, "world %d: %s: %s\n%s\n%s", n, want ? "has an answer" : "has none", got.pins,
				  buf_string(&requires), buf_string(&index));
		int version[PACKAGES] = { -1, -1, -1, -1, -1, -1 };
		for (size_t i = 0; got.status == OK && i < got.result.n_pins; i++)
			version[got.result.pins[i].name.data[1] - '0'] = got.result.pins[i].version.data[0] - '0';
		CHECK(got.status || is_answer(&w, version));
		found += want;
		most = got.status == OK && got.result.n_backtracks > most ? got.result.n_backtracks : most;
	}
	/* The generator must make both kinds, and ones that need the way back. */
	CHECK(found > WORLDS / 10 && found < WORLDS - WORLDS / 10 && most > 3);
}

static void the_same_question_has_the_same_answer(void)
{
	state = 7;
	for (int n = 0; n < 200; n++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf index, requires;
		arena_init(&a);
		buf_init(&index, 1 << 16);
		buf_init(&requires, 1 << 12);
		struct world w = make_world();
		put_world(&w, &index);
		put_root(&w, &requires);
		struct question q = { .index = buf_string(&index), .requires = buf_string(&requires) };
		struct answer one = table_ask(&q, &a), two = table_ask(&q, &a);
		CHECK(one.status == two.status && strcmp(one.pins, two.pins) == 0);
	}
}

static const struct test tests[] = {
	{ "an answer is found exactly when there is one", an_answer_is_found_exactly_when_there_is_one },
	{ "the same question has the same answer", the_same_question_has_the_same_answer },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
