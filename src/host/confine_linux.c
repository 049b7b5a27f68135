#include "host/confine.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "parser_table.h"

enum { CPU_SECONDS = 300 };
#define DATA_MAX ((rlim_t)1 << 30)

/* An empty Landlock ruleset that handles every file right of ABI 1: nothing can be opened any more. Best effort: the filter
 * below has no open either. */
static void close_file_system(void)
{
	const struct {
		uint64_t handled_access_fs;
	} attr = { (UINT64_C(1) << 13) - 1 };
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (ruleset < 0)
		return;
	(void)syscall(SYS_landlock_restrict_self, ruleset, 0);
	(void)close(ruleset);
}

enum status confine_self(struct diag *d)
{
	struct rlimit none = { 0, 0 };
	/* Memory of its own and processor time: what a stranger's bytes can cost at most. Mapped inputs do not count. */
	struct rlimit memory = { DATA_MAX, DATA_MAX }, cpu = { CPU_SECONDS, CPU_SECONDS };
	struct sock_fprog program = {
		.len = (unsigned short)COUNT(parser_table),
		.filter = (struct sock_filter *)(uintptr_t)parser_table,
	};
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_DATA, &memory);
	(void)setrlimit(RLIMIT_CPU, &cpu);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_PDEATHSIG, 9);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fail(d, ERR_ISOLATION, 0, "no_new_privs: %s", strerror(errno));
	close_file_system();
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		return fail(d, ERR_ISOLATION, 0, "load the parser's seccomp filter: %s", strerror(errno));
	return OK;
}
