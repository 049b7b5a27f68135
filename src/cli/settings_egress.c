/* The operator's words about the network of a build, as the proxy takes them. */
#include "base/number.h"
#include "cli/settings_parts.h"
#include "net/proxy.h"

static struct proxy_host read_host(const char *text, struct arena *a)
{
	struct bytes rest = bytes_of(text), host = bytes_cut(&rest, ':');
	uint64_t port = 443;
	if (rest.size && number_parse_u64(rest, 65535, &port)) /* checked when it was set */
		port = 443;
	return (struct proxy_host){ arena_string(a, host), (uint16_t)port };
}

bool settings_egress(const struct settings *s, struct arena *a, struct proxy_options *ret)
{
	struct proxy_host *hosts = ARENA_ARRAY(a, struct proxy_host, s->allow_hosts.n + 1);
	struct proxy_private *private = ARENA_ARRAY(a, struct proxy_private, s->private_hosts.n + 1);
	for (size_t i = 0; i < s->allow_hosts.n; i++)
		hosts[i] = read_host(s->allow_hosts.items[i], a);
	for (size_t i = 0; i < s->private_hosts.n; i++) {
		struct bytes range = bytes_of(s->private_hosts.items[i]), host = bytes_cut(&range, '=');
		private[i] = (struct proxy_private){ arena_string(a, host), arena_string(a, range) };
	}
	*ret = (struct proxy_options){
		.allowed = hosts,
		.n_allowed = s->allow_hosts.n,
		.allow_private = private,
		.n_allow_private = s->private_hosts.n,
		.any_host = !s->network_isolation,
		.max_up = s->limits.network_up,
		.max_down = s->limits.network_down,
	};
	return s->allow_hosts.n > 0 || !s->network_isolation;
}
