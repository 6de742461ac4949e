# SPDX-License-Identifier: Apache-2.0
"""Membership messages by scapy, and frames around them as hosts send them. Records are tuples
(type, group, sources, 32-bit words of auxiliary data[, number of sources to claim])."""
from scapy.compat import raw
from scapy.contrib.igmp import IGMP
from scapy.contrib.igmpv3 import IGMPv3, IGMPv3gr, IGMPv3mq, IGMPv3mr
from scapy.layers.inet import IP, IPOption_Router_Alert
from scapy.layers.inet6 import (ICMPv6MLDMultAddrRec, ICMPv6MLDone, ICMPv6MLQuery, ICMPv6MLQuery2, ICMPv6MLReport,
                                ICMPv6MLReport2, IPv6, IPv6ExtHdrHopByHop, PadN, RouterAlert, in6_chksum)
from scapy.layers.l2 import Ether
from scapy.utils import checksum, inet_aton
from scapy.pton_ntop import inet_pton
import socket
import struct

IS_IN, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK = range(1, 7)
MAC = "02:00:00:00:00:09"
MLD_ALERT_FIRST = IPv6ExtHdrHopByHop(options=[RouterAlert(), PadN(optdata=b"")])
AUX = b"aux."


def sealed(message):
    """An IGMP message with its checksum made right."""
    message = message[:2] + b"\0\0" + message[4:]
    return message[:2] + struct.pack("!H", checksum(message)) + message[4:]


def igmp(kind, code, group):
    return sealed(raw(IGMP(type=kind, mrcode=code, gaddr=group)))


def igmp_query(code, group, sources, suppress=0, robustness=2, interval=125):
    body = IGMPv3mq(gaddr=group, srcaddrs=sources, numsrc=len(sources), s=suppress, qrv=robustness, qqic=interval)
    return sealed(raw(IGMPv3(type=0x11, mrcode=code) / body))


def igmp_report(records, count=None, rest=b""):
    body = b""
    for kind, group, sources, aux, *claim in records:
        body += raw(IGMPv3gr(rtype=kind, maddr=group, srcaddrs=sources, auxdlen=aux,
                             numsrc=claim[0] if claim else len(sources))) + AUX * aux
    head = raw(IGMPv3(type=0x22, mrcode=0) / IGMPv3mr(numgrp=len(records) if count is None else count))
    return sealed(head[:8] + body + rest)


def igmp_frame(message, dst, src="192.0.2.9", ttl=1, options=None, flags=0):
    low = inet_aton(dst)
    mac = "01:00:5e:%02x:%02x:%02x" % (low[1] & 0x7f, low[2], low[3])
    options = [IPOption_Router_Alert()] if options is None else options
    return raw(Ether(dst=mac, src=MAC) /
               IP(src=src, dst=dst, ttl=ttl, tos=0xc0, proto=2, flags=flags, options=options) / message)


def mld_report1(group):
    return raw(ICMPv6MLReport(mladdr=group, cksum=0))


def mld_done(group):
    return raw(ICMPv6MLDone(mladdr=group, cksum=0))


def mld_query1(group, delay=10000):
    return raw(ICMPv6MLQuery(mladdr=group, mrd=delay, cksum=0))


def mld_query(code, group, sources):
    return raw(ICMPv6MLQuery2(mladdr=group, mrd=code, sources=sources, cksum=0))


def mld_report(records, count=None):
    records = [ICMPv6MLDMultAddrRec(rtype=kind, dst=group, sources=sources, auxdata=AUX * aux, auxdata_len=aux)
               for kind, group, sources, aux in records]
    return raw(ICMPv6MLReport2(records=records, records_number=len(records) if count is None else count, cksum=0))


PAD_FIRST = IPv6ExtHdrHopByHop(options=[PadN(optdata=b""), RouterAlert()])


def mld_frame(message, dst, src="fe80::9", hop_limit=1, chain=PAD_FIRST):
    """With the checksum made right; @chain: the extension headers, None for none."""
    sum_ = in6_chksum(58, IPv6(src=src, dst=dst), message)
    message = message[:2] + struct.pack("!H", sum_) + message[4:]
    low = inet_pton(socket.AF_INET6, dst)
    ip = IPv6(src=src, dst=dst, hlim=hop_limit)
    if chain is None:
        ip.nh = 58
    else:
        chain = chain.copy()
        chain.lastlayer().nh = 58
        ip = ip / chain
    return raw(Ether(dst="33:33:%02x:%02x:%02x:%02x" % tuple(low[12:]), src=MAC) / ip / message)
