"""Runs the site of nsupdate.info in the environment that has it: `nsupdate_site.py FOLDER HTTP_PORT DNS_PORT SECRET`.

It keeps its database in the folder, has one host whose password is "the-update-secret", and writes to a name server on
a high port of loopback: that port is the one thing in which we bend it.
"""

from __future__ import annotations

import functools
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

HOST, ZONE, PASSWORD = "home", "example.test", "the-update-secret"

SETTINGS = """
from nsupdate.settings.base import *
SECRET_KEY = "of a test"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
WE_HAVE_TLS = False
BASEDOMAIN = "example.test"
WWW_HOST = WWW_IPV4_HOST = WWW_IPV6_HOST = "127.0.0.1"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "site.sqlite"}}
"""


def main(folder: str, http_port: str, dns_port: str, secret: str) -> None:
    """Fill an empty site, and serve it until somebody ends us."""
    os.chdir(folder)
    sys.path.insert(0, folder)
    Path("site_of_a_test.py").write_text(SETTINGS, encoding="utf-8")
    os.environ["DJANGO_SETTINGS_MODULE"] = "site_of_a_test"
    query: Any = import_module("dns.query")
    query.tcp = functools.partial(query.tcp, port=int(dns_port))
    resolver: Any = import_module("dns.resolver").Resolver
    make = resolver.__init__

    def at_that_port(self: Any, *arguments: Any, **options: Any) -> None:
        make(self, *arguments, **options)
        self.port = int(dns_port)

    resolver.__init__ = at_that_port
    import_module("django").setup()
    call = import_module("django.core.management").call_command
    call("migrate", verbosity=0)
    user = import_module("django.contrib.auth").get_user_model().objects.create_user("me", "me@example.org", "x")
    models = import_module("nsupdate.main.models")
    domain = models.Domain(
        name=ZONE,
        nameserver_ip="127.0.0.1",
        nameserver_update_secret=secret,
        nameserver_update_algorithm="HMAC_SHA256",
        available=True,
        public=True,
        created_by=user,
    )
    domain.save()
    host = models.Host(name=HOST, domain=domain, created_by=user)
    host.generate_secret(PASSWORD)
    host.save()
    call("runserver", f"127.0.0.1:{http_port}", "--noreload", "--insecure")


if __name__ == "__main__":
    main(*sys.argv[1:])
