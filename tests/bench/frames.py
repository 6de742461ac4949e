# SPDX-License-Identifier: Apache-2.0
"""Frames for the generators that take finished ones, in hex digits."""
import ipaddress
import struct

VXLAN_PORT = 4789


def ip4(text):
    return ipaddress.IPv4Address(text).packed


def group_mac(group):
    return b"\x01\x00\x5e" + bytes([ip4(group)[1] & 0x7f]) + ip4(group)[2:]


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("!H", total ^ 0xffff)


def ethernet(target, source, payload):
    return target + source + b"\x08\x00" + payload


def ipv4(source, target, protocol, payload, ttl=8, options=b"", tos=0):
    words = 5 + len(options) // 4
    header = struct.pack("!BBHHHBBH4s4s", 0x40 | words, tos, 4 * words + len(payload), 0, 0x4000, ttl,
                         protocol, 0, ip4(source), ip4(target)) + options
    return header[:10] + checksum(header) + header[12:] + payload


def udp(source, target, payload):
    return struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload


def data(group, size, source="10.1.1.1", mac=b"\x02\0\0\0\0\1"):
    """UDP to a group, with @size bytes of payload."""
    return ethernet(group_mac(group), mac,
                    ipv4(source, group, 17, udp(5001, 5001, bytes(size))))


def vxlan(inner, vni, source, target, target_mac):
    outer = udp(50000, VXLAN_PORT, struct.pack("!II", 0x08000000, vni << 8) + inner)
    return ethernet(target_mac, b"\x02\0\0\0\0\2", ipv4(source, target, 17, outer, ttl=64))


def report(record_type, groups, source="10.1.2.1", mac=b"\x02\0\0\0\0\3"):
    """An IGMPv3 report with a record without sources for each group, RFC 9776 section 4.2."""
    body = struct.pack("!HH", 0, len(groups)) + b"".join(
        struct.pack("!BBH4s", record_type, 0, 0, ip4(group)) for group in groups)
    message = b"\x22\0" + checksum(b"\x22\0\0\0" + body) + body
    return ethernet(group_mac("224.0.0.22"), mac,
                    ipv4(source, "224.0.0.22", 2, message, ttl=1, options=b"\x94\x04\0\0", tos=0xc0))


def join(groups, **options):
    return report(4, groups, **options)  # TO_EX{}


def leave(groups, **options):
    return report(3, groups, **options)  # TO_IN{}


def groups_from(first, count):
    start = int(ipaddress.IPv4Address(first))
    return [str(ipaddress.IPv4Address(start + i)) for i in range(count)]
