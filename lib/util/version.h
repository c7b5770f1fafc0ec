/*
 * Which version this is, and of which commit it was built.
 */
#ifndef UTIL_VERSION_H
#define UTIL_VERSION_H

#define VAULTSYNC_VERSION "0.1.0"

/*
 * The first digits of the commit, with "-dirty" behind them where the files had
 * been changed since; "" where the build could not know it. The build asks
 * packaging/commit.sh.
 */
const char *version_commit(void);

/*
 * What --version says behind the program's name: "0.1.0 (3f2a9c1b7d04)", or
 * "0.1.0 (unknown commit)".
 */
const char *version_text(void);

#endif
