#include "sync/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/text.h"

int problem(struct problem *p, const char *code, const char *fmt, ...)
{
	va_list ap;
	size_t left;

	p->code = code;
	va_start(ap, fmt);
	if (vsnprintf(p->detail, sizeof p->detail, fmt, ap) < 0)
		p->detail[0] = '\0';
	va_end(ap);
	left = strlen(p->detail);
	for (char *s = p->detail; left > 0;) {
		size_t n = utf8_char_len(s, left);

		if (n == 0)
			*s = '?';
		s += n ? n : 1;
		left -= n ? n : 1;
	}
	return -1;
}
