#include "sandbox/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "sandbox/serve.h"
#include "util/alloc.h"

#define CONNECTIONS_MAX 256
#define CONNECTION_MEMORY (96u << 10) /* of the request line and headers */
#define IDLE_SECONDS 700	      /* longer than any fault waits */

struct exchange {
	struct request request;
	struct reply answer;
	bool begun;
};

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
	struct exchange *x = xcalloc(1, sizeof *x);

	(void)cls;
	(void)c;
	request_init(&x->request, uri);
	reply_init(&x->answer);
	return x;
}

static void on_completed(void *cls, struct MHD_Connection *c, void **at,
	enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *at;

	(void)cls;
	(void)c;
	(void)why;
	if (!x)
		return;
	request_fini(&x->request);
	reply_fini(&x->answer);
	free(x);
	*at = NULL;
}

static enum MHD_Result on_header(
	void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	request_header(cls, name, value ? value : "");
	return MHD_YES;
}

/* The body up to where it is cut; then the connection breaks. */
static ssize_t read_cut(void *cls, uint64_t at, char *out, size_t max)
{
	const struct reply *a = cls;
	size_t end = a->cut < a->body.len ? a->cut : a->body.len;
	size_t n = at < end ? end - (size_t)at : 0;

	if (n == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n = n < max ? n : max;
	memcpy(out, a->body.data + at, n);
	return (ssize_t)n;
}

static struct MHD_Response *make_response(struct reply *a)
{
	size_t len = a->no_body ? 0 : a->body.len;

	if (len && a->cut < len)
		return MHD_create_response_from_callback(
			len, 32768, read_cut, a, NULL);
	return MHD_create_response_from_buffer(
		len, a->body.data, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_answer(struct MHD_Connection *c, struct reply *a)
{
	struct MHD_Response *r;
	enum MHD_Result rc;

	if (a->status == 0)
		return MHD_NO;
	r = make_response(a);
	if (!r)
		return MHD_NO;
	if (a->type && !pairs_get(&a->headers, "Content-Type"))
		MHD_add_response_header(r, "Content-Type", a->type);
	for (size_t i = 0; i < a->headers.n; i++)
		MHD_add_response_header(
			r, a->headers.items[i].name, a->headers.items[i].value);
	rc = MHD_queue_response(c, (unsigned)a->status, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c,
	const char *url, const char *method, const char *version,
	const char *data, size_t *size, void **at)
{
	struct exchange *x = *at;

	(void)url;
	(void)version;
	if (!x)
		return MHD_NO;
	if (!x->begun) {
		x->begun = true;
		strncat(x->request.method, method,
			sizeof x->request.method - 1);
		MHD_get_connection_values(
			c, MHD_HEADER_KIND, on_header, &x->request);
		return MHD_YES;
	}
	if (*size) {
		if (!x->request.too_large &&
			buf_add(&x->request.body, data, *size) < 0) {
			x->request.too_large = true;
			buf_reset(&x->request.body);
		}
		*size = 0;
		return MHD_YES;
	}
	serve(cls, &x->request, &x->answer);
	return send_answer(c, &x->answer);
}

static void ignore_log(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	(void)fmt;
	(void)ap;
}

int server_start(
	struct world *w, long port, struct MHD_Daemon **out, struct error *e)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const union MHD_DaemonInfo *bound;
	int rc = 0;

	/* No request may be handled before the URL is known. */
	pthread_mutex_lock(&w->lock);
	errno = 0;
	*out = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION |
					MHD_USE_INTERNAL_POLLING_THREAD |
					MHD_USE_POLL,
		0, NULL, NULL, on_request, w, MHD_OPTION_EXTERNAL_LOGGER,
		ignore_log, NULL, MHD_OPTION_SOCK_ADDR,
		(struct sockaddr *)&address, MHD_OPTION_URI_LOG_CALLBACK,
		on_uri, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
		MHD_OPTION_END);
	if (!*out) {
		rc = fail_errno(e,
			"can't listen on 127.0.0.1:%ld; --port 0 picks a free "
			"port",
			port);
	} else {
		bound = MHD_get_daemon_info(*out, MHD_DAEMON_INFO_BIND_PORT);
		w->url = xasprintf("http://127.0.0.1:%u",
			bound ? (unsigned)bound->port : 0);
	}
	pthread_mutex_unlock(&w->lock);
	return rc;
}

void server_stop(struct world *w, struct MHD_Daemon *d)
{
	world_stop(w);
	MHD_stop_daemon(d);
}
