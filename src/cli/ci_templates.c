#include "cli/ci_templates.h"

#include "ci_actions_table.h"

/* "actions/checkout@COMMIT # v5.0.0"; NULL: there is no pin. */
static const char *pin_of(const char *action, struct arena *a)
{
	struct bytes rest = bytes_make(ci_actions, sizeof ci_actions);
	while (rest.size) {
		struct bytes line = bytes_cut(&rest, '\n'), name = bytes_cut(&line, ' '), commit = bytes_cut(&line, ' ');
		struct bytes tag = bytes_cut(&line, ' ');
		if (bytes_equal(name, bytes_of(action)) && commit.size == 40)
			return arena_printf(a, "%s@%.*s # %.*s", action, BYTES_ARG(commit), BYTES_ARG(tag));
	}
	return NULL;
}

enum { CHECKOUT, UPLOAD, DOWNLOAD, N_ACTIONS };
static const char *const actions[N_ACTIONS] = { "actions/checkout", "actions/upload-artifact", "actions/download-artifact" };

static void put_hwb(const struct ci_choices *c, struct buf *out)
{
	if (!c->action) {
		buf_add_string(
			out,
			"      # hwb has to be on the runner; 'hwb init --action OWNER/REPOSITORY@COMMIT' builds it from a commit instead.\n");
		return;
	}
	struct bytes commit = bytes_of(c->action), repository = bytes_cut(&commit, '@');
	buf_printf(out, "      - uses: %.*s/packaging@%.*s\n", BYTES_ARG(repository), BYTES_ARG(commit));
}

#define RUNNER "ubuntu-24.04"

/* more: what is known of the runner. */
static void put_python(const struct ci_choices *c, const char *indent, const char *more, struct buf *out)
{
	if (c->python)
		buf_printf(out,
			   "%s# The lock is for Python %s, which has to be on the runner%s: 'hwb lock --python-version VERSION' makes one "
			   "for another.\n",
			   indent, c->python, more);
}

static void put_build_command(const struct ci_choices *c, const char *to, struct buf *out)
{
	buf_printf(out, "hwb build %s", c->is_locked ? "--locked " : "");
	if (c->python)
		buf_printf(out, "-p %s ", c->python);
	buf_printf(out, "-o %s .\n", to);
}

/* Its one command. "pypi" is what hwb takes when nobody says. */
static void put_publish_command(const struct ci_choices *c, const char *from, struct buf *out)
{
	buf_add_string(out, "hwb publish --trusted-publisher=always ");
	if (strcmp(c->registry->word, "pypi") != 0)
		buf_printf(out, "-r %s ", c->registry->word);
	buf_printf(out, "%s/*\n", from);
}

/* The runner is thrown away, and with it all that 'hwb respond' would know of what was done there. The folder has a name that is hidden. */
static void put_log_step(const char *job, const char *const pins[N_ACTIONS], struct buf *out)
{
	buf_printf(out,
		   "      - name: Keep the audit log, which 'hwb respond' reads\n"
		   "        if: always()\n"
		   "        uses: %s\n"
		   "        with:\n"
		   "          name: hwb-log-%s\n"
		   "          path: ~/.hwb/logs\n"
		   "          include-hidden-files: true\n",
		   pins[UPLOAD], job);
}

static void put_build_job(const struct ci_choices *c, const char *const pins[N_ACTIONS], struct buf *out)
{
	buf_printf(out,
		   "  build:\n"
		   "    runs-on: " RUNNER "\n"
		   "    permissions:\n"
		   "      contents: read\n"
		   "    steps:\n"
		   "      - uses: %s\n"
		   "        with:\n"
		   "          persist-credentials: false\n",
		   pins[CHECKOUT]);
	put_hwb(c, out);
	buf_add_string(out, "      - name: Can builds be isolated here?\n"
			    "        run: hwb doctor\n");
	put_python(c, "      ", ", and " RUNNER " has 3.12", out);
	buf_add_string(out, "      - name: Build without network and secrets\n"
			    "        run: ");
	put_build_command(c, "dist", out);
	buf_printf(out,
		   "      - name: Would the index take it?\n"
		   "        run: hwb check --profile pypi dist/*\n"
		   "      - uses: %s\n"
		   "        with:\n"
		   "          name: dist\n"
		   "          path: dist/\n"
		   "          if-no-files-found: error\n",
		   pins[UPLOAD]);
	put_log_step("build", pins, out);
}

static void put_publish_job(const struct ci_choices *c, const char *const pins[N_ACTIONS], struct buf *out)
{
	buf_printf(out,
		   "  publish:\n"
		   "    needs: build\n"
		   "    runs-on: " RUNNER "\n"
		   "    environment:\n"
		   "      name: %s\n",
		   c->environment);
	if (c->project)
		buf_printf(out, "      url: %s/p/%s\n", c->registry->site, c->project);
	buf_add_string(out, "    permissions:\n"
			    "      id-token: write # a token for minutes, of the Trusted Publisher\n"
			    "    steps:\n");
	put_hwb(c, out);
	buf_printf(out,
		   "      - uses: %s\n"
		   "        with:\n"
		   "          name: dist\n"
		   "          path: dist/\n"
		   "      - name: Publish with the identity of this job\n"
		   "        run: ",
		   pins[DOWNLOAD]);
	put_publish_command(c, "dist", out);
	put_log_step("publish", pins, out);
}

enum status ci_put_github(const struct ci_choices *c, struct arena *a, struct buf *out, struct diag *d)
{
	const char *pins[N_ACTIONS];
	for (size_t i = 0; i < N_ACTIONS; i++) {
		pins[i] = pin_of(actions[i], a);
		if (!pins[i])
			return fail(d, ERR_ABSENT, 0, "this hwb has no commit for the action '%s'", actions[i]);
	}
	buf_add_string(
		out,
		"# Written by 'hwb init'. The job that builds runs the project's code and has no identity; the job that publishes has one\n"
		"# and runs no code of the project. Every action is pinned by its commit.\n"
		"name: release\n"
		"on:\n"
		"  release:\n"
		"    types: [published]\n"
		"permissions: {}\n"
		"# One run of a release at a time. In a group of all releases a run that waits would be cancelled by the next one.\n"
		"concurrency:\n"
		"  group: release-${{ github.ref }}\n"
		"  cancel-in-progress: false\n"
		"jobs:\n");
	put_build_job(c, pins, out);
	put_publish_job(c, pins, out);
	return OK;
}

/* Of a name of letters. */
static void put_upper(const char *name, struct buf *out)
{
	for (; *name; name++)
		buf_add_byte(out, byte_is_lower((unsigned char)*name) ? (unsigned char)(*name - 32) : (unsigned char)*name);
}

/* Where a job of GitLab keeps what the build made: a runner with a shell has what earlier pipelines left, also for a job that has no source. */
#define GITLAB_DIST "dist-$CI_PIPELINE_ID"

/* paths: besides the log, a line of YAML each, or "". */
static void put_gitlab_artifacts(const char *job, const char *paths, struct buf *out)
{
	buf_printf(out,
		   "  after_script: # the audit log, which 'hwb respond' reads: on a runner that keeps its home that of all its jobs\n"
		   "    - cp -R \"$(hwb log path)\" hwb-log-%s-$CI_JOB_ID\n"
		   "  artifacts:\n"
		   "    when: always\n"
		   "    expire_in: 90 days\n"
		   "    paths:\n"
		   "%s"
		   "      - hwb-log-%s-$CI_JOB_ID/\n",
		   job, paths, job);
}

void ci_put_gitlab(const struct ci_choices *c, struct buf *out)
{
	buf_add_string(out,
		       "# Written by 'hwb init'. The job that builds runs the project's code and has no identity; the job that publishes has one\n"
		       "# and gets the artefacts alone. hwb has to be on the runner.\n"
		       "# Whoever may push a tag may publish: protect them (Settings > Repository > Protected tags).\n"
		       "stages: [build, publish]\n"
		       "build:\n"
		       "  stage: build\n"
		       "  rules:\n"
		       "    - if: $CI_COMMIT_TAG\n"
		       "  script:\n"
		       "    - hwb doctor\n");
	put_python(c, "    ", "", out);
	buf_add_string(out, "    - ");
	put_build_command(c, GITLAB_DIST, out);
	buf_add_string(out, "    - hwb check --profile pypi " GITLAB_DIST "/*\n");
	put_gitlab_artifacts("build", "      - " GITLAB_DIST "/\n", out);
	buf_printf(out,
		   "publish:\n"
		   "  stage: publish\n"
		   "  needs: [build]\n"
		   "  rules:\n"
		   "    - if: $CI_COMMIT_TAG\n"
		   "  environment: %s\n"
		   "  resource_group: release # one at a time\n"
		   "  variables:\n"
		   "    GIT_STRATEGY: none\n"
		   "  id_tokens:\n"
		   "    ",
		   c->environment);
	put_upper(c->registry->word, out);
	buf_printf(out,
		   "_ID_TOKEN:\n"
		   "      aud: %s\n"
		   "  script:\n"
		   "    - ",
		   c->registry->word);
	put_publish_command(c, GITLAB_DIST, out);
	put_gitlab_artifacts("publish", "", out);
}
