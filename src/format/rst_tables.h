/* Tables, drawn and by directive, and what a directive was given. Private to rst*.c. */
#ifndef FORMAT_RST_TABLES_H
#define FORMAT_RST_TABLES_H

#include "format/rst_marks.h"
#include "format/rst_options.h"

/* One use of a directive. */
struct rst_directive_use {
	const struct rst_directive_row *row;
	struct rst_text name, argument;
	uint32_t line;
	bool has_argument, in_definition;
	struct rst_options options;
	struct rst_block content; /* without empty lines at either end */
};

/* The directives table, list-table and csv-table; its title was read. */
void rst_table_directive(struct rst_machine *m, const struct rst_directive_use *use);

#endif
