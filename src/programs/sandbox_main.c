/* hwb-sandbox: statically linked, started by hwb only with the name of an isolation mode, or with the word "inner" as the first
 * process of a container. */
#include <string.h>

#include "sandbox/contain.h"
#include "sandbox/launch.h"

int main(int argc, char **argv)
{
	const char *word = argc == 2 ? argv[1] : "";
	return strcmp(word, "inner") == 0 ? contain_inside_main() : launch_main(word);
}
