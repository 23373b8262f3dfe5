"""Gissningar: how many failed logins an address may have, and what is remembered of it. Pure."""

import hashlib
import hmac
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

ADDRESS_TRIES = 50
"""Failed logins that an address may have within the window of an account's ten, in calm weather:
a whole municipality may stand behind one address."""
CALM = 300
"""Failures from all addresses within the window that are nothing out of the ordinary."""
FEWEST = 3
"""What an address has however many others guess: nobody is kept out by strangers' numbers."""
PREFIX = 64
"""Bits of an IPv6 address that tell one household from another: the rest are its own to choose."""

_PURPOSE = b"internkontroll: addresses that log in, 1"
_KNOWN = b"internkontroll: browsers that are known, 1"


def tries_of_address(failures_of_all: int) -> int:
    """How many failures an address may have when all addresses together have had so many.

    50 while it is calm; half as many each time the failures of all have doubled beyond that, and
    never fewer than three. A flood from many addresses is thereby slowed down, and ends nobody's
    chance to log in.
    """
    tries, level = ADDRESS_TRIES, CALM
    while failures_of_all >= level and tries > FEWEST:
        tries, level = tries // 2, level * 2
    return max(tries, FEWEST)


def _network(address: str) -> str:
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return str(IPv6Network((found, PREFIX), strict=False))
        found = found.ipv4_mapped
    return str(found)


def address_digest(address: str, key: str) -> str:
    """What a failed login leaves behind of where it came from: HMAC-SHA256, in hexadecimal.

    ``key`` is SECRET_KEY, without which every IPv4 address could be tried against the digest. An
    IPv6 address counts as its /64; what is no address (a socket's) counts as one and the same.
    """
    derived = hmac.digest(key.encode(), _PURPOSE, hashlib.sha256)
    return hmac.digest(derived, _network(address).encode(), hashlib.sha256).hex()


def password_seal(user_id: int, password_hash: str, key: str) -> str:
    """What ties a known browser to the password that was given there: HMAC-SHA256, in hexadecimal.

    With another password, changed or reset, the account has another seal. ``key`` is SECRET_KEY.
    """
    derived = hmac.digest(key.encode(), _KNOWN, hashlib.sha256)
    return hmac.digest(derived, f"{user_id}\0{password_hash}".encode(), hashlib.sha256).hex()
