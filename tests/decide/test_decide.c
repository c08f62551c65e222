/* SPDX-License-Identifier: MIT */
#include "tests/cases.h"

int main(int argc, char **argv)
{
	if (stage_is_connector(argc, argv))
		return stage_connector();
	return cases_main(TOP_SRCDIR "/tests/decide", NULL, argc, argv);
}
