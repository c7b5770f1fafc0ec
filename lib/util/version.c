#include "util/version.h"

/* The build defines it, for this file alone. */
#ifndef VAULTSYNC_COMMIT
#define VAULTSYNC_COMMIT ""
#endif

const char *version_commit(void)
{
	return VAULTSYNC_COMMIT;
}

const char *version_text(void)
{
	return sizeof VAULTSYNC_COMMIT > 1
		       ? VAULTSYNC_VERSION " (" VAULTSYNC_COMMIT ")"
		       : VAULTSYNC_VERSION " (unknown commit)";
}
