/* SPDX-License-Identifier: MIT */
#include "connectors/ldap_p.h"
#include <openldap.h>
#include <sys/socket.h>
#include <unistd.h>

/* A message longer than this is no entry of a person or a group. */
#define MAX_INCOMING (64u << 20)

#define READ_AHEAD (64 << 10)

static int fd_of(Sockbuf_IO_Desc *layer)
{
	ber_socket_t fd = -1;

	ber_sockbuf_ctrl(layer->sbiod_sb, LBER_SB_OPT_GET_FD, &fd);
	return fd;
}

static int no_setup(Sockbuf_IO_Desc *layer UNUSED, void *argument UNUSED)
{
	return 0;
}

static int no_remove(Sockbuf_IO_Desc *layer UNUSED)
{
	return 0;
}

static int no_control(Sockbuf_IO_Desc *layer UNUSED, int option UNUSED,
		      void *argument UNUSED)
{
	return 0;
}

static ber_slen_t read_some(Sockbuf_IO_Desc *layer, void *buffer, ber_len_t len)
{
	return recv(fd_of(layer), buffer, len, MSG_DONTWAIT);
}

static ber_slen_t write_some(Sockbuf_IO_Desc *layer, void *buffer, ber_len_t len)
{
	return send(fd_of(layer), buffer, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int close_socket(Sockbuf_IO_Desc *layer)
{
	return close(fd_of(layer));
}

/*
 * libldap makes the socket blocking again in the middle of a TLS handshake (2.5.13, in
 * ldap_int_poll), and a server that stops inside a record would then hang it for good.
 * This one never waits, whatever the socket is set to.
 */
static Sockbuf_IO never_waits = {
	.sbi_setup = no_setup,
	.sbi_remove = no_remove,
	.sbi_ctrl = no_control,
	.sbi_read = read_some,
	.sbi_write = write_some,
	.sbi_close = close_socket,
};

struct err *dir_attach(int fd, const char *url, LDAP **out)
{
	ber_len_t max = MAX_INCOMING;
	Sockbuf *sockbuf = NULL;
	int ahead = READ_AHEAD;
	int code = ldap_init_fd(fd, LDAP_PROTO_EXT, url, out);

	if (code != LDAP_SUCCESS) {
		close(fd);
		*out = NULL;
		return err_new(ERR_BUG, "libldap: %s", ldap_err2string(code));
	}
	ldap_get_option(*out, LDAP_OPT_SOCKBUF, &sockbuf);
	ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &max);
	ber_sockbuf_add_io(sockbuf, &never_waits, LBER_SBIOD_LEVEL_PROVIDER, NULL);
	ber_sockbuf_add_io(sockbuf, &ber_sockbuf_io_readahead, LBER_SBIOD_LEVEL_PROVIDER,
			   &ahead);
	return NULL;
}
