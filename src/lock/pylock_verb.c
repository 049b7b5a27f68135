#include "lock/pylock.h"
#include "lock/verbs.h"

enum status pylock_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct pylock lock;
	enum status s = pylock_parse(call->request, call->arena, &lock, d);
	if (s == OK)
		pylock_record_write(&lock, reply);
	return s;
}
