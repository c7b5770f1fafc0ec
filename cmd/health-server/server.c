#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <microhttpd.h>

#include "head.h"
#include "query.h"
#include "util/alloc.h"

/*
 * Beyond CONNECTIONS_MAX the oldest ones are ended, so the library needs a few
 * more places: otherwise it would let the newest wait.
 */
#define CONNECTIONS_ACCEPTED (CONNECTIONS_MAX + 64)

/*
 * The option for strict parsing of requests, under the name that each version
 * of the library has for it.
 */
#if MHD_VERSION >= 0x00097701
#define OPTION_STRICT MHD_OPTION_CLIENT_DISCIPLINE_LVL
#else
#define OPTION_STRICT MHD_OPTION_STRICT_FOR_CLIENT
#endif

struct serving {
	struct intake intake;
	struct answer answer;
};

static const char *header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static const struct sockaddr *address_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info ? info->client_addr : NULL;
}

static void on_connection(void *cls, struct MHD_Connection *c, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	struct server *s = cls;
	const union MHD_ConnectionInfo *info;
	int fd;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(
			c, MHD_CONNECTION_INFO_CONNECTION_FD);
		if (!info)
			return;
		/* The next call may overwrite this. */
		fd = info->connect_fd;
		*context = connection_add(&s->connections, fd, address_of(c));
	} else if (*context) {
		connection_remove(&s->connections, *context);
		*context = NULL;
	}
}

static void on_completed(void *cls, struct MHD_Connection *c, void **at,
	enum MHD_RequestTerminationCode why)
{
	struct serving *x = *at;

	(void)cls, (void)c, (void)why;
	if (!x)
		return;
	intake_fini(&x->intake);
	answer_fini(&x->answer);
	free(x);
	*at = NULL;
}

/* A shared body is held until its last byte was sent. */
static struct MHD_Response *body_of(const struct answer *a)
{
	struct MHD_Response *r;

	if (!a->shared)
		return MHD_create_response_from_buffer(a->body.len,
			(void *)buf_str(&a->body), MHD_RESPMEM_MUST_COPY);
	r = MHD_create_response_from_buffer_with_free_callback_cls(
		a->shared->len, a->shared->data, shared_drop,
		shared_use(a->shared));
	if (!r)
		shared_drop(a->shared);
	return r;
}

static struct MHD_Response *make_response(const struct answer *a)
{
	static const char *const always[][2] = {
		/*
		 * One request per connection: bytes after it can't be taken for
		 * another request that a proxy hasn't seen.
		 */
		{ "Connection", "close" },
		{ "Cache-Control", "no-store" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "X-Frame-Options", "DENY" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
	};
	struct MHD_Response *r = body_of(a);
	char seconds[16];

	if (!r)
		return NULL;
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		MHD_add_response_header(r, always[i][0], always[i][1]);
	MHD_add_response_header(r, "Content-Security-Policy",
		a->policy ? a->policy
			  : "default-src 'none'; frame-ancestors 'none'");
	MHD_add_response_header(r, "Content-Type", a->type);
	if (a->allow)
		MHD_add_response_header(r, "Allow", a->allow);
	if (a->location)
		MHD_add_response_header(r, "Location", a->location);
	if (a->retry) {
		snprintf(seconds, sizeof seconds, "%u", a->retry);
		MHD_add_response_header(r, "Retry-After", seconds);
	}
	if (a->asks_token)
		MHD_add_response_header(r, "WWW-Authenticate", "Bearer");
	return r;
}

static enum MHD_Result send_answer(
	struct MHD_Connection *c, const struct answer *a)
{
	struct MHD_Response *r = make_response(a);
	enum MHD_Result rc;

	if (!r)
		return MHD_NO;
	rc = MHD_queue_response(c, a->status, r);
	MHD_destroy_response(r);
	return rc;
}

/* NULL: it is not known. */
static struct connection *connection_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum MHD_Result answer_ask(struct server *s, struct MHD_Connection *c,
	struct serving *x, struct ask *ask)
{
	struct connection *one = connection_of(c);
	const struct answer *a;

	if (one)
		ask->reading = connection_reading(&s->connections, one);
	a = site_answer(s->site, ask, &x->intake, &x->answer);
	if (one && a->shared)
		connection_reads(
			&s->connections, one, a->shared, a->shared->len);
	return send_answer(c, a);
}

static struct ask ask_of(
	struct MHD_Connection *c, const char *method, const char *path)
{
	return (struct ask){ .method = method,
		.path = path,
		.authorization = header(c, "Authorization"),
		.token = header(c, "X-Sync-Token"),
		.signature = header(c, "X-Notion-Signature"),
		.origin = header(c, "Origin"),
		.site = header(c, "Sec-Fetch-Site"),
		.host = header(c, "Host"),
		.content_type = header(c, "Content-Type"),
		.forwarded = header(c, "X-Forwarded-For"),
		.address = address_of(c),
		.has_body = head_has_body(c) };
}

static bool is_too_long(struct MHD_Connection *c, const struct intake *in)
{
	const char *length = header(c, "Content-Length");

	return length && strtoull(length, NULL, 10) > in->most;
}

static enum MHD_Result refuse(struct MHD_Connection *c, struct serving *x,
	unsigned status, const char *why)
{
	answer_text(&x->answer, status, why);
	return send_answer(c, &x->answer);
}

/* An unwanted body is not read: the connection is closed instead. */
static enum MHD_Result begin(struct server *s, struct MHD_Connection *c,
	struct serving *x, struct ask *ask, const char *version)
{
	const char *fault = head_fault(c, version);

	if (fault)
		return refuse(c, x, 400, fault);
	if (site_reads_body(s->site, ask, &x->intake))
		return is_too_long(c, &x->intake)
			       ? refuse(c, x, 413, "the body is too long")
			       : MHD_YES;
	if (!ask->has_body)
		return MHD_YES;
	return answer_ask(s, c, x, ask);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c,
	const char *url, const char *method, const char *version,
	const char *data, size_t *size, void **at)
{
	struct server *s = cls;
	struct serving *x = *at;
	const struct query query = query_of(c);
	struct ask ask = ask_of(c, method, url);

	ask.query = &query;
	if (!x) {
		x = *at = xcalloc(1, sizeof *x);
		intake_init(&x->intake);
		answer_init(&x->answer);
		return begin(s, c, x, &ask, version);
	}
	if (*size) {
		/*
		 * The length wasn't announced, so close the connection without
		 * an answer.
		 */
		if (intake_add(&x->intake, data, *size) < 0)
			return MHD_NO;
		*size = 0;
		return MHD_YES;
	}
	return answer_ask(s, c, x, &ask);
}

static void ignore_log(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	(void)fmt;
	(void)ap;
}

/* Each connection needs a descriptor. */
static void raise_limit(void)
{
	const rlim_t wanted = CONNECTIONS_ACCEPTED + 100;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Accepted connections inherit these from the listening socket. */
static void bound_buffers(int fd)
{
	int send = SOCKET_SEND, receive = SOCKET_RECEIVE;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send, sizeof send);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive);
}

/* A socket that no child has. */
static int own_socket(int family)
{
#ifdef SOCK_CLOEXEC
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
#else
	int fd = socket(family, SOCK_STREAM, 0);

	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
#endif
}

static int listen_on(const struct sockaddr_storage *address, struct server *s,
	struct error *e)
{
	socklen_t size = address->ss_family == AF_INET
				 ? sizeof(struct sockaddr_in)
				 : sizeof(struct sockaddr_in6);
	int fd = own_socket(address->ss_family);
	int on = 1;

	if (fd < 0)
		return fail_errno(e, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	bound_buffers(fd);
	s->address = *address;
	if (bind(fd, (const struct sockaddr *)address, size) == 0 &&
		listen(fd, SOMAXCONN) == 0 &&
		getsockname(fd, (struct sockaddr *)&s->address, &size) == 0)
		return fd;
	fail_errno(e, "can't listen there; choose another address or port with "
		      "--listen");
	close(fd);
	return -1;
}

int server_start(struct server *s, struct site *site,
	const struct sockaddr_storage *address, struct error *e)
{
	int fd;

	*s = (struct server){ .site = site };
	raise_limit();
	fd = listen_on(address, s, e);
	if (fd < 0)
		return -1;
	connections_init(&s->connections);
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL,
		NULL, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, ignore_log,
		NULL, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, OPTION_STRICT, 1,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_ACCEPTED,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
		MHD_OPTION_END);
	if (s->daemon)
		return 0;
	connections_fini(&s->connections);
	close(fd);
	return fail(e, RC_LOCAL, "the HTTP server can't be started");
}

void server_stop(struct server *s)
{
	MHD_stop_daemon(s->daemon);
	connections_fini(&s->connections);
}
