#include "fake.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static void bail_out(const char *why)
{
	(void)printf("Bail out! %s\n", why);
	exit(1);
}

const char *fake_variable(const char *name)
{
	const char *value = getenv(name);
	if (!value)
		bail_out(name);
	return value;
}

/* Runs a program to its end, silently; its exit status, or -1. */
static int run(char *const argv[])
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		(void)dup2(null, 1);
		(void)dup2(null, 2);
		(void)execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static char *text(const char *s)
{
	return (char *)(uintptr_t)s;
}

static int make_certificate(struct fake *f, char *key_path)
{
	(void)snprintf(f->ca_file, sizeof f->ca_file, "%.400s/.cert.pem", f->dir);
	(void)snprintf(key_path, FAKE_PATH_MAX, "%.400s/.key.pem", f->dir);
	return run((char *[]){ text("openssl"), text("req"), text("-x509"), text("-newkey"), text("ec"), text("-pkeyopt"),
			       text("ec_paramgen_curve:prime256v1"), text("-nodes"), text("-days"), text("2"), text("-subj"),
			       text("/CN=localhost"), text("-addext"), text("subjectAltName=DNS:localhost"), text("-keyout"),
			       key_path, text("-out"), f->ca_file, NULL }) == 0
		       ? 0
		       : -1;
}

static void become_server(struct fake *f, int tls, char *key_path, int out)
{
	char script[FAKE_PATH_MAX];
	(void)snprintf(script, sizeof script, "%.400s/tests/server/fake_index.py", fake_variable("SRC_ROOT"));
	char *python = text(fake_variable("PYTHON")), *option = tls ? text("--tls") : NULL;
	char *argv[] = { python, text("-I"), script, f->dir, option, f->ca_file, key_path, NULL };
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)dup2(out, 1);
	(void)execvp(argv[0], argv);
	_exit(127);
}

int fake_start(struct fake *f, int tls)
{
	char key_path[FAKE_PATH_MAX] = "";
	int out[2];
	*f = (struct fake){ 0 };
	(void)snprintf(f->dir, sizeof f->dir, "/tmp/hwb-fake-XXXXXX");
	if (!mkdtemp(f->dir) || pipe(out) != 0)
		bail_out("no directory or pipe for the fake index");
	if (tls && make_certificate(f, key_path) != 0) {
		fake_stop(f);
		return -1;
	}
	(void)fflush(stdout);
	f->pid = fork();
	if (f->pid == 0)
		become_server(f, tls, key_path, out[1]);
	(void)close(out[1]);
	char line[32] = "";
	size_t n = 0;
	while (n < sizeof line - 1 && read(out[0], line + n, 1) == 1 && line[n] != '\n')
		n++;
	(void)close(out[0]);
	f->port = (uint16_t)strtoul(line, NULL, 10);
	if (f->port == 0)
		bail_out("the fake index does not start");
	return 0;
}

void fake_put(const struct fake *f, const char *name, const void *data, size_t size)
{
	char path[2 * FAKE_PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/%s", f->dir, name);
	FILE *file = fopen(path, "wb");
	if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
		bail_out("cannot write a file for the fake index");
}

void fake_stop(struct fake *f)
{
	if (f->pid > 0) {
		(void)kill(f->pid, SIGKILL);
		(void)waitpid(f->pid, NULL, 0);
	}
	(void)run((char *[]){ text("rm"), text("-rf"), text("--"), f->dir, NULL });
	f->pid = 0;
}
