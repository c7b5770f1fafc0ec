#include "head.h"

#include <string.h>
#include <strings.h>

#include <microhttpd.h>

struct head {
	int lengths, encodings, hosts;
	const char *length, *encoding;
	bool malformed;
};

/* https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
static bool is_token(const char *s, size_t n)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789!#$%&'*+-.^_`|~";

	return n && strspn(s, good) == n;
}

/* No control character, not even a NUL, except the tab. */
static bool is_value(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)s[i] < ' ' && s[i] != '\t') || s[i] == 0x7F)
			return false;
	return true;
}

static enum MHD_Result look_at(void *cls, enum MHD_ValueKind kind,
	const char *name, size_t name_size, const char *value,
	size_t value_size)
{
	struct head *h = cls;

	(void)kind;
	value = value ? value : "";
	if (!is_token(name, name_size) || !is_value(value, value_size)) {
		h->malformed = true;
	} else if (strcasecmp(name, "Content-Length") == 0) {
		h->lengths++;
		h->length = value;
	} else if (strcasecmp(name, "Transfer-Encoding") == 0) {
		h->encodings++;
		h->encoding = value;
	} else if (strcasecmp(name, "Host") == 0) {
		h->hosts++;
	}
	return MHD_YES;
}

static bool is_number(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s);
}

const char *head_fault(struct MHD_Connection *c, const char *version)
{
	struct head h = { 0 };

	MHD_get_connection_values_n(c, MHD_HEADER_KIND, look_at, &h);
	if (h.malformed)
		return "a header is malformed";
	if (h.lengths > 1 || (h.length && !is_number(h.length)))
		return "Content-Length must be one number";
	if (h.lengths && h.encodings)
		return "Content-Length and Transfer-Encoding exclude each "
		       "other";
	if (h.encodings > 1 ||
		(h.encoding && strcasecmp(h.encoding, "chunked") != 0))
		return "Transfer-Encoding must be chunked";
	if (h.hosts > 1 ||
		(h.hosts == 0 && strcmp(version, MHD_HTTP_VERSION_1_1) == 0))
		return "exactly one Host header is needed";
	return NULL;
}

bool head_has_body(struct MHD_Connection *c)
{
	struct head h = { 0 };

	MHD_get_connection_values_n(c, MHD_HEADER_KIND, look_at, &h);
	return h.encodings ||
	       (h.length && strspn(h.length, "0") != strlen(h.length));
}
