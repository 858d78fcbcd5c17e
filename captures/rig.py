"""What `record` needs beside real programs: a veth without offload, a link that is bad in a way that can be repeated, and
pyftpdlib as a server. Only the standard library, and pyftpdlib for `serve`.

    rig.py no-offload INTERFACE
    rig.py link [drop N,N] [late N,N] [twice N,N] [control] [slow BYTES-A-SECOND]
    rig.py serve --served FOLDER --user NAME --password PASSWORD [--host H] [--perm P] [--foreign] [--tls CERT KEY]

`link` makes two TUN devices, tun-client and tun-server, and carries packets between them, 5 ms each way. The numbers
count, from 1 and in each direction, the packets with a payload that are not on port 21 (with `control`: all with a
payload). Those that `drop` names are lost, those that `late` names come 15 ms later than they would, those that `twice`
names come twice. A packet sent again has a number of its own, so the list alone decides, not chance: it is what the
kernel's netem does with a probability, and it needs no kernel module. `slow` lets so many bytes a second through towards
the client, the control connection excepted.
"""

import argparse
import array
import fcntl
import heapq
import os
import select
import socket
import struct
import sys
import time

LATENCY = 0.005
LATE = 0.015
CONTROL = 21
TCP = 6


def no_offload(interface):
    """Checksums are finished before a packet leaves; with that, segments are cut before, too."""
    siocethtool, ethtool_stxcsum = 0x8946, 0x17
    value = array.array("I", [ethtool_stxcsum, 0])
    address, _ = value.buffer_info()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, siocethtool, struct.pack("16sP16x", interface.encode(), address))


def tun(name):
    """A TUN device (IP packets, no header before them)."""
    tunsetiff, iff_tun, iff_no_pi = 0x400454CA, 0x0001, 0x1000
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, tunsetiff, struct.pack("16sH22x", name.encode(), iff_tun | iff_no_pi))
    return device


def describe(packet):
    """Of an IPv4 TCP packet: its payload's length, and whether a port of it is the control port. Else nothing."""
    if packet[0] >> 4 != 4 or packet[9] != TCP:
        return None
    header = (packet[0] & 15) * 4
    ports = struct.unpack_from("!HH", packet, header)
    payload = len(packet) - header - (packet[header + 12] >> 4) * 4
    return payload, CONTROL in ports


def link(words):
    """Carries packets until it is ended."""
    plan = {"drop": set(), "late": set(), "twice": set()}
    control, slow = False, None
    words = iter(words)
    for word in words:
        if word == "control":
            control = True
        elif word == "slow":
            slow = int(next(words))
        else:
            plan[word] = {int(number) for number in next(words).split(",")}
    client, server = tun("tun-client"), tun("tun-server")
    other = {client: server, server: client}
    seen = {client: 0, server: 0}
    free_at = 0.0  # when the slow direction has carried what it was given
    waiting = []  # (due, order, device, packet)
    order = 0
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, device, packet = heapq.heappop(waiting)
            try:
                os.write(device, packet)
            except OSError:
                pass  # the host's side is not up
        patience = waiting[0][0] - now if waiting else None
        for device in select.select([client, server], [], [], patience)[0]:
            try:
                packet = os.read(device, 65536)
            except OSError:
                continue
            now = time.monotonic()
            due, times = now + LATENCY, 1
            about = describe(packet)
            if about and about[0] and (control or not about[1]):
                seen[device] += 1
                number = seen[device]
                if number in plan["drop"]:
                    continue
                if number in plan["late"]:
                    due += LATE
                if number in plan["twice"]:
                    times = 2
            if slow and device == server and about and not about[1]:
                free_at = max(free_at, now) + len(packet) / slow
                due = free_at + LATENCY
            for _ in range(times):
                order += 1
                heapq.heappush(waiting, (due, order, other[device], packet))


def serve(words):
    """pyftpdlib, with one user."""
    from pyftpdlib import handlers
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.servers import FTPServer

    parser = argparse.ArgumentParser()
    for name in ["--served", "--user", "--password"]:
        parser.add_argument(name, required=True)
    parser.add_argument("--host", default="0.0.0.0")
    parser.add_argument("--perm", default="elradfmwMT")
    parser.add_argument("--foreign", action="store_true")
    parser.add_argument("--tls", nargs=2)
    asked = parser.parse_args(words)
    authorizer = DummyAuthorizer()
    authorizer.add_user(asked.user, asked.password, asked.served, perm=asked.perm)
    authorizer.add_anonymous(asked.served)
    handler = handlers.FTPHandler
    if asked.tls:
        handler = handlers.TLS_FTPHandler
        handler.certfile, handler.keyfile = asked.tls
        handler.tls_control_required = True
    handler.authorizer = authorizer
    handler.permit_foreign_addresses = asked.foreign
    FTPServer((asked.host, 21), handler).serve_forever()


def main():
    """One of the three."""
    command, *words = sys.argv[1:]
    if command == "no-offload":
        no_offload(*words)
    elif command == "link":
        link(words)
    elif command == "serve":
        serve(words)
    else:
        sys.exit(__doc__)


main()
