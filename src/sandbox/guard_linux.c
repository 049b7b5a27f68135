#include "sandbox/guard.h"

#include <errno.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/wire.h"
#include "sandbox/inner.h"
#include "sandbox/measure.h"
#include "sandbox/memory.h"
#include "sandbox/sockets.h"

enum { SUMS_MAX = 7000, GONE_MAX = 8000 };

void guard_init(struct guard *g)
{
	*g = (struct guard){ .memory_max = UINT64_MAX, .pidfd = -1, .leash_fd = -1, .sockets_fd = -1 };
	g->memory_due_ms = clock_ms() + GUARD_TICK_MS;
	cgroup_init(&g->cgroup);
	watch_init(&g->watch);
	buf_init(&g->sums, SUMS_MAX);
}

void guard_done(struct guard *g)
{
	watch_done(&g->watch);
	fd_close(&g->pidfd);
	fd_close(&g->leash_fd);
	fd_close(&g->sockets_fd);
	buf_done(&g->sums);
}

/* One packet of what the inside hands over; at the end of them there is nothing to hear any more. */
static void take_leash(struct guard *g)
{
	struct leash_packet packet = { 0 };
	int fds[PACKET_FDS_MAX];
	size_t n_fds;
	ssize_t n = packet_receive(g->leash_fd, &packet, sizeof packet, fds, &n_fds);
	if (n == (ssize_t)sizeof packet && packet.kind == LEASH_NOTIFY && n_fds == 1) {
		watch_take_notify(&g->watch, fds[0]);
	} else if (n == (ssize_t)sizeof packet && packet.kind == LEASH_SOCKETS && n_fds == 1) {
		g->sockets_fd = fds[0];
	} else if (n == (ssize_t)sizeof packet && packet.kind == LEASH_PLACES &&
		   n_fds == (size_t)packet.has_names + packet.n_places && packet.n_places <= WATCH_PLACES) {
		watch_take_places(&g->watch, packet.has_names ? fds[0] : -1, fds + packet.has_names, packet.n_places);
	} else {
		for (size_t i = 0; i < n_fds; i++)
			(void)close(fds[i]);
		fd_close(&g->leash_fd);
	}
}

static uint64_t memory_of_sockets(const struct guard *g)
{
	if (!g->is_bare)
		return sockets_memory(g->sockets_fd, g->pid);
	uint64_t now = sockets_memory_of(g->sockets_fd, g->sockets_owner);
	return now > g->sockets_before ? now - g->sockets_before : 0;
}

/* Looks at everybody inside; parents come before children, so the first process is the first and the payload the second. */
static size_t look(struct guard *g, const pid_t **ret_tree)
{
	static pid_t tree[PROCESSES_MAX];
	size_t n = tree_of(g->pid, tree, PROCESSES_MAX);
	struct memory_use use = memory_of_tree(tree, n);
	/* What was granted as shared memory may be held by nobody's mapping at the moment. */
	uint64_t shared = use.shared > g->watch.shared_size ? use.shared : g->watch.shared_size;
	uint64_t used = use.own + shared + memory_of_sockets(g);
	uint64_t disk = watch_measure(&g->watch), counted = cgroup_used(&g->cgroup);
	if (counted > disk && counted - disk > used) /* files have a limit of their own */
		used = counted - disk;
	if (used > g->memory_peak)
		g->memory_peak = used;
	*ret_tree = tree;
	return n;
}

/* A walk through everything: rarely, and never more than half of our time. Files that have lost their name count for the place that
 * is theirs by custom, the first. */
static void check_disk(struct guard *g)
{
	uint64_t began = clock_ms(), sum = 0;
	if (!g->place_fds || began < g->disk_due_ms)
		return;
	static pid_t tree[PROCESSES_MAX];
	uint64_t nameless = measure_nameless(tree, tree_of(g->pid, tree, PROCESSES_MAX));
	for (size_t i = 0; i < g->n_places; i++) {
		struct measured m = measure_tree(g->place_fds[i]);
		m.size += i ? 0 : nameless;
		sum += m.size;
		if (m.size > g->disk_max)
			g->why = END_DISK;
		else if (m.inodes > g->inodes_max)
			g->why = END_INODES;
	}
	if (sum > g->watch.disk_size)
		g->watch.disk_size = sum;
	uint64_t now = clock_ms(), took = now - began;
	g->disk_due_ms = now + (took > GUARD_DISK_MS ? took : GUARD_DISK_MS);
}

static void check_memory(struct guard *g)
{
	const pid_t *tree;
	uint64_t now = clock_ms();
	if (now < g->memory_due_ms)
		return;
	g->memory_due_ms = now + GUARD_TICK_MS;
	(void)look(g, &tree);
	if (g->memory_peak > g->memory_max)
		g->why = END_MEMORY;
}

void guard_poll(const struct guard *g, struct pollfd fds[GUARD_FDS])
{
	fds[0] = (struct pollfd){ .fd = g->pidfd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = g->leash_fd, .events = POLLIN };
	watch_poll(&g->watch, fds + 2);
}

void guard_set_limits(struct guard *g, const struct limits *l)
{
	g->memory_max = g->watch.shared_max = l->memory;
	cgroup_limit(&g->cgroup, l->memory + l->disk);
}

void guard_set_sockets(struct guard *g, uint32_t owner)
{
	g->is_bare = true;
	g->sockets_owner = owner;
	g->sockets_fd = sockets_open();
	g->sockets_before = sockets_memory_of(g->sockets_fd, owner);
}

void guard_set_disk(struct guard *g, const int *place_fds, size_t n_places, const struct limits *l)
{
	g->place_fds = place_fds;
	g->n_places = n_places;
	g->disk_max = l->disk;
	g->inodes_max = l->inodes;
	g->disk_due_ms = clock_ms() + GUARD_DISK_MS;
}

bool guard_work(struct guard *g, int n, const struct pollfd fds[GUARD_FDS])
{
	if (n > 0 && fds[0].revents)
		return true;
	if (n > 0 && fds[1].revents)
		take_leash(g);
	else if (n > 0)
		watch_work(&g->watch, fds + 2);
	check_memory(g);
	check_disk(g);
	return false;
}

void guard_note_sums(struct guard *g)
{
	const pid_t *tree;
	size_t n = look(g, &tree);
	watch_tell_more(&g->watch);
	times_of_tree(tree, n, &g->user_us, &g->system_us);
	if (g->why == END_NORMAL && cgroup_was_full(&g->cgroup))
		g->why = END_MEMORY;
	watch_put_sums(&g->watch, tree + (n > 2 ? 2 : n), n > 2 ? n - 2 : 0, &g->sums);
}

void guard_gone(const struct guard *g, struct buf *ret)
{
	buf_init(ret, GONE_MAX);
	wire_put_u32(ret, SANDBOX_GONE);
	wire_put_u32(ret, (uint32_t)g->why);
	wire_put_u64(ret, g->memory_peak);
	wire_put_u64(ret, g->user_us);
	wire_put_u64(ret, g->system_us);
	buf_add(ret, buf_bytes(&g->sums));
}
