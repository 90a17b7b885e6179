"""`python -m tests.support.address_service FILE HOST:PORT…`: pages that tell the address written in a file.

A real process of its own, so that it can live in a network namespace. An empty file means that the service is down.
"""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def serve(file: Path, host: str, port: int) -> ThreadingHTTPServer:
    """Serve the file's content on one address."""

    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = file.read_bytes().strip()
            self.send_response(200 if address else 503)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(address)))
            self.end_headers()
            self.wfile.write(address)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    return ThreadingHTTPServer((host, port), Page)


def main(arguments: list[str]) -> None:
    """Serve until killed; a line on standard output says that all ports listen."""
    file, *places = arguments
    threads = []
    for place in places:
        host, _, port = place.rpartition(":")
        server = serve(Path(file), host, int(port))
        threads.append(threading.Thread(target=server.serve_forever))
    for thread in threads:
        thread.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
