#!/usr/bin/env python3
"""A relay between a client and a server of a test, both on loopback, that fails on demand.

relay.py LISTEN UPSTREAM MODE BYTES TIMES

The first TIMES connections that carry more than BYTES to the server fail there: MODE `cut` ends the connection, `stall`
carries nothing more in either direction. All others pass. Prints `ready` when it listens.
"""
import socket
import sys
import threading

listen, upstream, mode, allowance, times = (
    int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
lock = threading.Lock()


def may_fail():
    global times
    with lock:
        times -= 1
        return times >= 0


def close(*sockets):
    for each in sockets:
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def carry(source, target, client_side, stalled):
    carried, fails = 0, None
    try:
        while piece := source.recv(65536):
            carried += len(piece)
            if client_side and carried > allowance:
                if fails is None:
                    fails = may_fail()
                if fails and mode == "cut":
                    break
                if fails:
                    stalled.set()
            if stalled.is_set():
                threading.Event().wait()
            target.sendall(piece)
    except OSError:
        pass
    close(source, target)


with socket.create_server(("127.0.0.1", listen)) as server:
    print("ready", flush=True)
    while True:
        client, _ = server.accept()
        try:
            remote = socket.create_connection(("127.0.0.1", upstream))
        except OSError:
            client.close()
            continue
        stalled = threading.Event()
        for source, target, client_side in ((client, remote, True), (remote, client, False)):
            threading.Thread(target=carry, args=(source, target, client_side, stalled), daemon=True).start()
