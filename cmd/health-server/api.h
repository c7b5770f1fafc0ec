/*
 * GET /api/…: what `report --json` prints of activity, of what waits, and of
 * runs, as documents for programs and for the page. Texts are cut and paths
 * masked (shown.h).
 *
 * An answer is kept, and shared by all who read it, until something it is made
 * of has changed, which is looked at once a second at most. However many
 * different ones are asked for, a few are kept, and no new one is made while
 * those that are being read are too large together, or those of the address
 * that asks.
 */
#ifndef HEALTH_SERVER_API_H
#define HEALTH_SERVER_API_H

#include <sys/stat.h>

#include "answer.h"
#include "control.h"
#include "log_view.h"
#include "query.h"
#include "views/activity.h"

#define API "/api/"
#define API_KEPT 16
#define API_BYTES ((size_t)1 << 20)	     /* about, of one document */
#define API_ACTIVITY_BYTES ((size_t)8 << 20) /* of the changes held */

/* What documents depend on, besides the log folder. */
enum api_file {
	API_APPROVED,
	API_RESOLVE,
	API_BASE,
	API_FILES,
};

struct api_answer {
	char *key; /* what was asked for; NULL: free */
	struct answer answer;
	usec at;	    /* when it was made */
	unsigned long seen; /* of what */
	unsigned long used; /* when it was asked for last, as a count */
};

struct api {
	const char *state_dir;
	struct log_view *view;
	struct control *control;
	size_t *held;
	bool is_full; /* whoever asks gets what is kept, and nothing new */
	struct activity activity;
	struct stat stamps[API_FILES];
	unsigned long view_changes;
	usec checked;	    /* USEC_NONE: never */
	unsigned long seen; /* counts the changes of all that is read */
	unsigned long asked;
	struct api_answer kept[API_KEPT];
};

/* The view, the control and the count of bytes held are the site's. */
void api_init(struct api *api, const char *state_dir, struct log_view *view,
	struct control *control, size_t *held);
void api_fini(struct api *api);

/* The answer to API and this name: `a`, or a shared one. */
const struct answer *api_get(struct api *api, const char *name,
	const struct query *q, struct answer *a);

#endif
