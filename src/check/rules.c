/* The table of findings: one namespace, stable ids, one row each (reference/wheel-checks.md section 3). */
#include "check/finding.h"

static const struct finding_rule rules[] = {
	{ "I01", SEVERITY_ERROR, "the file name is that of a wheel", "NAME-VERSION-PYTHON-ABI-PLATFORM.whl (PEP 427)" },
	{ "I02", SEVERITY_ERROR, "one .dist-info folder, named as the file", "rebuild with a current build backend" },
	{ "I03", SEVERITY_ERROR, "METADATA names the same project and version as the file",
	  "the backend must take both from one place" },
	{ "I04", SEVERITY_ERROR, "WHEEL names the same tags as the file", "rebuild with a current build backend" },
	{ "I05", SEVERITY_ERROR, "Wheel-Version is one that installers know", "1.0 (PEP 427)" },
	{ "I08", SEVERITY_ERROR, "the wheel is of the project that was built",
	  "name and version in [project] and in the wheel must agree" },
	{ "M04", SEVERITY_ERROR, "what the sdist promised as static is the same in the wheel",
	  "PEP 643: mark the field as Dynamic, or do not change it" },
	{ "R01", SEVERITY_ERROR, "RECORD is there and can be read", "rebuild with a current build backend" },
	{ "R02", SEVERITY_ERROR, "RECORD names exactly the files of the wheel", "nothing may be added after RECORD was written" },
	{ "R03", SEVERITY_ERROR, "every file has the digest that RECORD names", "nothing may be changed after RECORD was written" },
	{ "R04", SEVERITY_ERROR, "every file has the size that RECORD names", "nothing may be changed after RECORD was written" },
	{ "Z02", SEVERITY_ERROR, "the archive can be read in one way only", "rebuild it; do not edit archives by hand" },
	{ "Z13", SEVERITY_ERROR, "every member can be unpacked to exactly what its header says",
	  "the archive is damaged or made to deceive" },
	{ "Z15", SEVERITY_ERROR, "names are UTF-8 without control characters", "rename the file in the source" },
	{ "Z18", SEVERITY_ERROR, "members are files and directories", "a wheel holds no links and no devices" },
	{ "Z19", SEVERITY_ERROR, "no member has a setuid, setgid or sticky bit", "set the mode to 0644 or 0755" },
};

const struct finding_rule *finding_rules(size_t *ret_n)
{
	*ret_n = COUNT(rules);
	return rules;
}

const struct finding_rule *finding_rule(struct bytes id)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		if (bytes_equal(id, bytes_of(rules[i].id)))
			return &rules[i];
	return NULL;
}
