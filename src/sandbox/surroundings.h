/* What hwb itself runs in, as far as it decides whether it can isolate: a container, a chroot, filters, switches of the kernel.
 * Only for words: a trial decides what works, this says why it did not and what helps. */
#ifndef SANDBOX_SURROUNDINGS_H
#define SANDBOX_SURROUNDINGS_H

enum surroundings_fact {
	FACT_PODMAN,
	FACT_DOCKER,
	FACT_KUBERNETES,
	FACT_OTHER_CONTAINER,
	FACT_CHROOT,
	FACT_SECCOMP, /* a filter of system calls that hwb inherited */
	FACT_MASKED_PROC, /* something is mounted below /proc */
	FACT_CONFINED, /* an enforced AppArmor profile that hwb inherited */
	FACT_PART_OF_IDS, /* a user namespace that has not every uid */
	FACT_LIMIT_0, /* user.max_user_namespaces */
	FACT_CLONE_0, /* kernel.unprivileged_userns_clone, of Debian and its kin */
	FACT_APPARMOR_USERNS, /* kernel.apparmor_restrict_unprivileged_userns, of Ubuntu and its kin */
	N_FACTS
};
#define FACT(f) (1U << (f))

/* One bit each. What cannot be read does not hold. root: a descriptor of "/", or of a tree that looks like one. */
unsigned surroundings_look(int root);
/* The same of the system's own root. */
unsigned surroundings_here(void);
/* "a docker container", "a masked /proc" ... Never NULL for f < N_FACTS. */
const char *surroundings_fact_text(unsigned f);

#endif
