/* hwb-net: the one program of hwb that opens sockets to the outside. Its role is argv[1]; everything else, secrets included,
 * comes over the channel on fd 3. Started by hwb only: by hand it has nobody to talk to and ends at once. */
#include "net/child.h"
#include "net/confine.h"
#include "net/serve.h"

int main(int argc, char **argv)
{
	struct diag d = { 0 };
	enum status s = confine_early(&d);
	if (s == OK && argc == 2 && strcmp(argv[1], "fetch") == 0)
		s = fetch_serve(CHILD_CHANNEL_FD, &d);
	else if (s == OK && argc == 2 && strcmp(argv[1], "upload") == 0)
		s = upload_serve(CHILD_CHANNEL_FD, &d);
	else if (s == OK && argc == 2 && strcmp(argv[1], "proxy") == 0)
		s = proxy_serve(CHILD_CHANNEL_FD, CHILD_LISTEN_FD, &d);
	else if (s == OK)
		s = fail(&d, ERR_USAGE, 0, "this program is started by hwb and is of no use by itself");
	if (s)
		(void)fprintf(stderr, "hwb-net: %s\n", d.text);
	/* Nothing is buffered, so nothing is lost; libraries' exit handlers would want what the confinement took. */
	_exit(s ? 1 : 0);
}
