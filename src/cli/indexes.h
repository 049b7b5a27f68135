/* The indexes of a configuration while it is put together; index/map.h has what comes of it. */
#ifndef CLI_INDEXES_H
#define CLI_INDEXES_H

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

#endif
