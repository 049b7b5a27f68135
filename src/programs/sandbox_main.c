/* hwb-sandbox: statically linked, started by hwb only. */
#include "sandbox/launch.h"

int main(void)
{
	return launch_main();
}
