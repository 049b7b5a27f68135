/* Words of our own in CycloneDX documents, by which a reader gets the whole model back. Internal to src/describe. */
#ifndef DESCRIBE_CYCLONEDX_H
#define DESCRIBE_CYCLONEDX_H

/* Names of properties. */
#define CDX_ROLE "hwb:role"
#define CDX_REQUIREMENT "hwb:requirement"
#define CDX_LOCATION "hwb:location"
#define CDX_STATED_BY "hwb:stated-by"
#define CDX_FILE_NAME "hwb:file-name"
#define CDX_SOURCE_URL "hwb:source-url"
#define CDX_SOURCE_COMMIT "hwb:source-commit"
#define CDX_SOURCE_TREE "hwb:source-tree-sha256"
#define CDX_SOURCE_ARCHIVE "hwb:source-archive"
#define CDX_SOURCE_ARCHIVE_DIGEST "hwb:source-archive-sha256"
#define CDX_TOOLS_RECORDED "hwb:programs-recorded"
#define CDX_UNREAD "hwb:unread-sbom"
#define CDX_ABOUT "hwb:about"
#define CDX_IGNORED "hwb:ignored"
#define CDX_FIXED "hwb:fixed-in"
/* The role of a declared requirement, beside those of enum sbom_role. */
#define CDX_ROLE_REQUIREMENT "requirement"
/* How the comment of a reference begins that is hwb's and not one of the project's links. */
#define CDX_OWN_COMMENT "hwb: "
/* What is known of what the wheel needs, of a build and from a wheel alone. */
#define CDX_AGGREGATE_BUILD "incomplete_first_party_only"
#define CDX_AGGREGATE_ALONE "incomplete"

#endif
