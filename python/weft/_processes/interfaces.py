"""The address of a network interface by its name."""

import ipaddress
import socket
import struct
from contextlib import suppress

from weft._base.errors import NotFound
from weft._base.spelling import hint

_SIOCGIFADDR = 0x8915  # of Linux: the IPv4 address of an interface


def address_of(where: str, interface: str | None) -> str:
    """The address to listen on: loopback for None, an interface's, or the address itself.

    Raises LookupError for an interface that there is not, or that has no address.
    """
    if interface is None:
        return "127.0.0.1"
    with suppress(ValueError):  # of a name
        return str(ipaddress.ip_address(interface))
    known = [name for _, name in socket.if_nameindex()]
    if interface not in known:
        raise NotFound(
            f"{where}: `interface` {interface!r} is not there{hint(interface, {}, known)}; known "
            f"are {', '.join(known)}"
        )
    return _ipv4(where, interface)


def _ipv4(where: str, interface: str) -> str:
    import fcntl

    request = struct.pack("256s", interface.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = fcntl.ioctl(asking.fileno(), _SIOCGIFADDR, request)
        except OSError as error:
            raise NotFound(
                f"{where}: `interface` {interface!r} has no IPv4 address; give an address"
            ) from error
    return socket.inet_ntoa(answer[20:24])


__all__ = ["address_of"]
