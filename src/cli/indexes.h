/* The indexes of a configuration while it is put together; index/map.h has what comes of it. */
#ifndef CLI_INDEXES_H
#define CLI_INDEXES_H

#include "index/index.h"

/* An index beside the default, and a name or the beginning of names that is some index's. layer: which source said it, the stronger
 * the higher. */
struct settings_index {
	const char *name, *url;
	unsigned layer;
};
struct settings_mapping {
	const char *pattern, *index;
	unsigned layer;
};

/* What the sources have said so far. */
struct index_making {
	unsigned layer; /* of the source that is being read: files, variables, flags */
	struct settings_index *indexes;
	struct settings_mapping *mappings;
	size_t n_indexes, n_mappings;
	struct index_credential *halves; /* a user without a password, which the keyring may have */
	size_t n_halves;
	bool use_keyring;
};

#endif
