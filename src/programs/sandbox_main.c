/* hwb-sandbox: statically linked, started by hwb only; with the word "inner" as the first process of a container. */
#include <string.h>

#include "sandbox/contain.h"
#include "sandbox/launch.h"

int main(int argc, char **argv)
{
	return argc == 2 && strcmp(argv[1], "inner") == 0 ? contain_inside_main() : launch_main();
}
