#include "sync/op_names.h"

#include <stddef.h>
#include <string.h>

static const char *const kind_names[OP_KINDS] = {
	[OP_CREATE] = "create",
	[OP_UPDATE] = "update",
	[OP_LINK] = "link",
	[OP_STAMP] = "stamp",
	[OP_TRASH] = "trash",
	[OP_RESTORE] = "restore",
	[OP_ADOPT] = "adopt",
	[OP_SKIP] = "skip",
};

static const char *const target_names[OP_TARGETS] = {
	[TARGET_NOTION] = "notion",
	[TARGET_SUPABASE] = "supabase",
	[TARGET_BASE] = "base",
	[TARGET_NONE] = "none",
};

static int find(const char *const *names, int n, const char *s)
{
	for (int i = 0; s && i < n; i++)
		if (strcmp(names[i], s) == 0)
			return i;
	return -1;
}

bool op_target_is_service(enum op_target t)
{
	return t == TARGET_NOTION || t == TARGET_SUPABASE;
}

const char *op_kind_name(enum op_kind k)
{
	return kind_names[k];
}

const char *op_target_name(enum op_target t)
{
	return target_names[t];
}

int op_kind_parse(const char *s, enum op_kind *k)
{
	int i = find(kind_names, OP_KINDS, s);

	if (i < 0)
		return -1;
	*k = (enum op_kind)i;
	return 0;
}

int op_target_parse(const char *s, enum op_target *t)
{
	int i = find(target_names, OP_TARGETS, s);

	if (i < 0)
		return -1;
	*t = (enum op_target)i;
	return 0;
}
