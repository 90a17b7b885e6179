"""Clouds and hosters with a REST interface."""

from __future__ import annotations

from ddns_tray.core.text import text
from ddns_tray.providers.catalogue.rest_fields import API_KEY, API_TOKEN, one_ttl_of, option, rest_entry, secret, ttl

ENTRIES = (
    rest_entry(
        "digitalocean",
        "DigitalOcean",
        (
            secret(
                "api_token",
                API_TOKEN,
                text(
                    "Make it in the control panel under API, Tokens. The smallest permission is a custom scope with "
                    "domain: create, read, update and delete."
                ),
            ),
        ),
        base_url="https://api.digitalocean.com/v2",
        homepage="https://www.digitalocean.com",
        key_page="https://cloud.digitalocean.com/account/api/tokens",
        aliases=("do", "digital ocean", "数字海洋"),
        capabilities=ttl(30),
    ),
    rest_entry(
        "hetzner",
        "Hetzner DNS",
        (
            secret(
                "api_token",
                API_TOKEN,
                text(
                    "Make it in the Hetzner Console in the project that holds the zone, under Security, API tokens, "
                    "with Read & Write. It may do everything in that project, so keep DNS in a project of its own. "
                    "A token of the DNS Console (dns.hetzner.com) does not work here."
                ),
            ),
        ),
        base_url="https://api.hetzner.cloud/v1",
        homepage="https://www.hetzner.com",
        key_page="https://console.hetzner.cloud/projects",
        aliases=("hetzner cloud", "hcloud", "hetznercloud", "hetzner console", "赫茨纳"),
        capabilities=ttl(60),
    ),
    rest_entry(
        "linode",
        "Linode",
        (
            secret(
                "api_token",
                API_TOKEN,
                text("Make it in the Cloud Manager under API Tokens. The smallest permission is Domains: Read/Write."),
            ),
        ),
        base_url="https://api.linode.com/v4",
        homepage="https://www.linode.com",
        key_page="https://cloud.linode.com/profile/tokens",
        aliases=("akamai", "akamai cloud", "linode.com"),
        capabilities=one_ttl_of(
            30, 120, 300, 3600, 7200, 14400, 28800, 57600, 86400, 172800, 345600, 604800, 1209600, 2419200
        ),
    ),
    rest_entry(
        "vultr",
        "Vultr",
        (
            secret(
                "api_key",
                API_KEY,
                text(
                    "Make it in the customer portal under Account, API, and allow the addresses from which you use "
                    "it. A sub-user with the right Manage DNS alone gives the smallest permission."
                ),
            ),
        ),
        base_url="https://api.vultr.com/v2",
        homepage="https://www.vultr.com",
        key_page="https://my.vultr.com/settings/#settingsapi",
        aliases=("vultr.com",),
        capabilities=ttl(120),
    ),
    rest_entry(
        "scaleway",
        "Scaleway",
        (
            secret(
                "secret_key",
                text("Secret key"),
                text(
                    "Make an API key in the console under IAM, API keys; this is its secret part. The smallest "
                    "permission set is DomainsDNSFullAccess, given to an application in the project of the zone."
                ),
            ),
        ),
        base_url="https://api.scaleway.com/domain/v2beta1",
        homepage="https://www.scaleway.com",
        key_page="https://console.scaleway.com/iam/api-keys",
        aliases=("scw", "online.net"),
        capabilities=ttl(60, 2592000),
    ),
    rest_entry(
        "vercel",
        "Vercel",
        (
            secret(
                "api_token",
                API_TOKEN,
                text("Make it at vercel.com/account/tokens, for the one team that holds the domain, with an end."),
            ),
            option(
                "team_id",
                text("Team id"),
                text("From the settings of the team, such as team_… . Leave it empty for a personal account."),
                required=False,
            ),
        ),
        base_url="https://api.vercel.com",
        homepage="https://vercel.com",
        key_page="https://vercel.com/account/tokens",
        aliases=("zeit", "vercel.com", "now.sh"),
        capabilities=ttl(60),
    ),
    rest_entry(
        "netlify",
        "Netlify",
        (
            secret(
                "api_token",
                API_TOKEN,
                text(
                    "Make a personal access token in the user settings under Applications, with an end. It may do all "
                    "that you may do, so use an account of its own if you can."
                ),
            ),
        ),
        base_url="https://api.netlify.com/api/v1",
        homepage="https://www.netlify.com",
        key_page="https://app.netlify.com/user/applications#personal-access-tokens",
        aliases=("netlify.com",),
        calls=(4, 3, 1),
    ),
    rest_entry(
        "bunny",
        "bunny.net",
        (
            secret(
                "api_key",
                API_KEY,
                text("Copy it in the dashboard under Account settings, API. It may do everything in the account."),
            ),
        ),
        base_url="https://api.bunny.net",
        homepage="https://bunny.net",
        key_page="https://dash.bunny.net/account/api-key",
        aliases=("bunnycdn", "bunny dns", "bunnyway"),
        capabilities=ttl(15),
    ),
    rest_entry(
        "gcore",
        "Gcore",
        (
            secret(
                "api_token",
                API_TOKEN,
                text(
                    "Make it at portal.gcore.com under Profile, API tokens. Choose the smallest role that may write "
                    "DNS, and an end."
                ),
            ),
        ),
        base_url="https://api.gcore.com/dns",
        homepage="https://gcore.com",
        key_page="https://accounts.gcore.com/profile/api-tokens",
        aliases=("g-core labs", "gcorelabs", "gcore.com"),
        capabilities=ttl(60),
    ),
    rest_entry(
        "azure",
        "Azure DNS",
        (
            option("subscription_id", text("Subscription id"), text("From the overview of the DNS zone.")),
            option("tenant_id", text("Tenant id"), text("The directory (tenant) id of the app registration.")),
            option("client_id", text("Application id"), text("The application (client) id of the app registration.")),
            secret(
                "client_secret",
                text("Client secret"),
                text(
                    "Make it in Microsoft Entra under App registrations, Certificates & secrets. The smallest "
                    "permission is the role DNS Zone Contributor for that app on the one DNS zone."
                ),
            ),
            option(
                "login_url",
                text("Address of the sign-in"),
                text("Only other clouds than the public one need another."),
                required=False,
                default="https://login.microsoftonline.com",
            ),
        ),
        base_url="https://management.azure.com",
        homepage="https://azure.microsoft.com/products/dns",
        key_page="https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
        aliases=("microsoft azure", "azure cloud", "微软云"),
        capabilities=ttl(1),
        calls=(4, 2, 1),
    ),
    rest_entry(
        "google_cloud",
        "Google Cloud DNS",
        (
            secret(
                "service_account_key",
                text("Key file of a service account"),
                text(
                    "The whole JSON file, made in the console under IAM, Service accounts, Keys. The smallest "
                    "permission is the role DNS Administrator on the one managed zone. In a terminal: ddns-tray secret "
                    "set ACCOUNT service_account_key < key.json"
                ),
            ),
            option(
                "project",
                text("Project"),
                text("Only if the zones are in another project than the service account."),
                required=False,
            ),
            option(
                "login_url",
                text("Address of the sign-in"),
                text("Only other clouds than the public one need another."),
                required=False,
                default="https://oauth2.googleapis.com/token",
            ),
        ),
        base_url="https://dns.googleapis.com/dns/v1",
        homepage="https://cloud.google.com/dns",
        key_page="https://console.cloud.google.com/iam-admin/serviceaccounts",
        aliases=("gcp", "googleclouddns", "google cloud", "clouddns", "谷歌云"),
        capabilities=ttl(0),
        calls=(4, 2, 1),
    ),
)
