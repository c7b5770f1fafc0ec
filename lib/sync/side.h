/* The two sides of the sync, so that a rule can be written once for both. */
#ifndef SYNC_SIDE_H
#define SYNC_SIDE_H

enum side {
	SUPABASE,
	NOTION,
	SIDES,
};

const char *side_name(enum side s);  /* the word in the streams */
const char *side_title(enum side s); /* "Supabase", "Notion" */
/* -1 for any other word; NULL too. */
int side_parse(const char *s, enum side *side);

static inline enum side other_side(enum side s)
{
	return s == SUPABASE ? NOTION : SUPABASE;
}

#endif
