#include "offload.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int tw_offload_off(const char *dev, struct tw_err *err)
{
	/* the last one is gone since 4.14 */
	static const unsigned orders[] = { ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SUFO };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), res = fd < 0 ? -errno : 0;
	struct ethtool_value value = { .data = 0 };
	struct ifreq req = { .ifr_data = (char *)&value };

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	for (unsigned i = 0; i < 3 && res == 0; i++) {
		value.cmd = orders[i];
		res = ioctl(fd, SIOCETHTOOL, &req) < 0 && errno != EOPNOTSUPP ? -errno : 0;
	}
	if (fd >= 0)
		close(fd);
	return res < 0 ? tw_err_set(err, -res,
				    "%s: segmentation offload cannot be switched off: %s", dev,
				    strerror(-res))
		       : 0;
}
