/* hwb-parse: every parser of hostile bytes, one verb a process, confined before the first byte. */
#include <string.h>

#include "advisory/verbs.h"
#include "check/verbs.h"
#include "describe/verbs.h"
#include "env/verbs.h"
#include "format/json.h"
#include "host/verb.h"
#include "index/verbs.h"
#include "lock/verbs.h"
#include "pack/verbs.h"
#include "publish/oidc_verbs.h"
#include "publish/verbs.h"
#include "redact/verbs.h"
#include "scan/verbs.h"
#include "source/verbs.h"
#include "workflow/verbs.h"

int main(int argc, char **argv)
{
	static const struct verb verbs[] = {
		{ "project", 1, project_verb },
		{ "zip-source", 3, zip_source_verb },
		{ "page", 1, page_verb },
		{ "metadata", 1, metadata_verb },
		{ "wheel-metadata", 1, wheel_metadata_verb },
		{ "interpreter", 1, interpreter_verb },
		{ "wheel-unpack", 2, wheel_unpack_verb },
		{ "pack", 2, pack_verb },
		{ "check", 3, check_verb },
		{ "check-sdist", 1, check_sdist_verb },
		{ "inspect", 1, inspect_verb },
		{ "describe", 1, describe_verb },
		{ "scan", 1, scan_verb },
		{ "zip-list", 1, zip_list_verb },
		{ "python-facts", 1, python_facts_verb },
		{ "redact", 2, redact_verb },
		{ "redact-log", 1, redact_log_verb },
		{ "scan-files", 1, scan_files_verb },
		{ "pylock", 0, pylock_verb },
		{ "osv-batch", 1, osv_batch_verb },
		{ "osv-record", 1, osv_record_verb },
		{ "osv-import", 2, osv_import_verb },
		{ "pins", 1, pins_verb },
		{ "vendored", 1, vendored_verb },
		{ "upload-form", 1, upload_form_verb },
		{ "upload-answer", 1, upload_answer_verb },
		{ "s3-index", 1, s3_index_verb },
		{ "s3-metadata", 1, s3_metadata_verb },
		{ "oidc-audience", 1, oidc_audience_verb },
		{ "oidc-token", 1, oidc_token_verb },
		{ "oidc-mint", 1, oidc_mint_verb },
		{ "jwt-claims", 1, jwt_claims_verb },
		{ "workflow-facts", 0, workflow_facts_verb },
	};
	json_prepare();
	/* The word only says what to prepare; what is done is what the request says. */
	if (argc == 2 && strcmp(argv[1], "redact") == 0)
		redact_prepare();
	return verb_serve(verbs, sizeof verbs / sizeof verbs[0]);
}
