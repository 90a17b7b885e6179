"""The sentences of each verdict: data, so that a test can hold them against the judge's whole vocabulary.

Keys are reason codes (the table at the head of `core.judge`) and kinds of verdicts for codes to come; `code:detail` is
preferred where the detail holds (`saying.details`). Fields in braces come from the reason's data and the observations:
`{servers}` are names, `{servers_count}` is their number, `{expires}` a time of day, `{time}` that of the deadline.
A `Plural` cause is counted by the field that `count` names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.text import text
from ddns_tray.words.saying import Saying
from ddns_tray.words.sayings_line import ENCRYPTED, LINE, LOOK_AGAIN
from ddns_tray.words.sayings_unknown import UNKNOWN
from ddns_tray.words.speaker import ntr

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATUS_PAGE = text("The fault lies with the name servers; look at your provider's status page.")
_WRITE_AGAIN = text(
    "“Update now” writes it again. If the wrong address comes back, somebody else writes this name too."
)
_CORRECT_IT = text("Correct the record at your provider; DDNS Tray only watches this name.")
_FLUSH = text(
    "The record itself is right. Such a resolver keeps answers longer than it may; its operator can flush them."
)
_NAME_SERVERS = text("Correct the zone's name servers at your registrar, or ask your provider.")
_TRANSFER = text("Check the zone transfer to these servers, or ask your provider.")
BY_ITSELF = text("It turns green by itself, by {time} at the latest.")
WHAT_FAILS_IS_LEFT = text(
    "Old answers are gone by {time} at the latest; what is left then is that name servers fail: {broken}."
)
_FOLLOW_SOON = text("Most servers follow within a minute; they have until {time}.")
_IF_IT_IS_OLD = text("If that is what was there before, it runs out at {expires}.")
_IF_IT_STAYS = text(
    "If it stays after that, look at who gives it: large web sites lead people to different places on purpose, and"
    " some networks have answers of their own."
)
_PUT_IT_RIGHT_THERE = text(
    "The name is an alias of {target}, so the address has to be put right there; or let the alias lead elsewhere."
)
_OF_OTHERS = text("The name is an alias of {target}: these are servers of that zone, so whoever runs it has to act.")
_CIRCLE = Saying(
    text("The aliases of this name lead in a circle and never to an address: {path}."),
    next=LOOK_AGAIN,
    action=text("Correct one of the aliases at your provider."),
)
_DOUBTFUL = Saying(
    text("As seen from here none of the zone's servers serves it ({rcode}: {servers}), yet encrypted DNS is right."),
    next=LOOK_AGAIN,
    action=text("Something on this network may answer in their place. If not, ask your provider."),
)

SAYINGS: Mapping[str, Saying] = {
    # right
    "matched": Saying(text("Right everywhere.")),
    "consistent": Saying(text("All servers agree: the name leads to {answer}.")),
    "absent": Saying(text("There is no such record, as it should be.")),
    "authoritative_only": Saying(text("Right at the authoritative servers; no resolver was asked.")),
    "resolvers_only": Saying(text("Right at the resolvers; no authoritative server was asked.")),
    "proxied": Saying(
        text(
            "The provider's proxy answers for this name ({expected}) and leads to {origin},"
            " as the provider said {read}."
        ),
    ),
    "proxied_unread": Saying(
        text("The name leads to {expected}, which is not the edge of the provider's proxy that was there {read}."),
        next=text("The provider is asked with one of the next checks; then this is certain."),
        action=text("“Update now” asks the provider at once."),
    ),
    "proxied_unasked": Saying(
        text("The provider's proxy answers for this name ({expected}), although the settings say that it shall not."),
        next=text("With the next write to the provider the proxy is turned off."),
        action=text("“Update now” turns it off. Behind a proxy only web pages work, not a VPN, mail or SSH."),
    ),
    "proxied_mismatch": Saying(
        text("The provider's proxy leads to {seen}, as the provider said {read}, and should lead to {expected}."),
        next=LOOK_AGAIN,
        action=text("“Update now” compares with the provider, and writes the right address."),
    ),
    "proxy_off": Saying(
        text("The name shows your own address {seen} to everybody, although the settings want the provider's proxy."),
        next=text("The provider is asked with one of the next checks."),
        action=text("“Update now” turns the proxy on."),
    ),
    # on its way
    "just_written": Saying(
        text("Just written; the authoritative servers still say {seen}."),
        next=text("They usually follow within half a minute."),
    ),
    "just_written:none": Saying(
        text("Just written; the authoritative servers do not have it yet."),
        next=text("They usually follow within half a minute."),
    ),
    "propagating": Saying(
        ntr(
            "One resolver ({resolvers}) still holds an old answer until {expires}.",
            "{count} resolvers ({resolvers}) still hold an old answer until {expires}.",
        ),
        count="resolvers_count",
        next=BY_ITSELF,
    ),
    "propagating:proven": Saying(
        ntr(
            "Right at the authoritative servers; one resolver ({resolvers}) still holds the old address until"
            " {expires}.",
            "Right at the authoritative servers; {count} resolvers ({resolvers}) still hold the old address until"
            " {expires}.",
        ),
        count="resolvers_count",
        next=BY_ITSELF,
    ),
    "propagating:none": Saying(
        ntr(
            "One resolver ({resolvers}) still remembers until {expires} that there was no such record.",
            "{count} resolvers ({resolvers}) still remember until {expires} that there was no such record.",
        ),
        count="resolvers_count",
        next=BY_ITSELF,
    ),
    "resolvers_differ": Saying(
        ntr(
            "One resolver ({resolvers}) says {seen} instead of {expected}.",
            "{count} resolvers ({resolvers}) say {seen} instead of {expected}.",
        ),
        count="resolvers_count",
        next=_IF_IT_IS_OLD,
        action=_IF_IT_STAYS,
    ),
    "resolvers_differ:none": Saying(
        ntr(
            "One resolver ({resolvers}) says that there is no such record.",
            "{count} resolvers ({resolvers}) say that there is no such record.",
        ),
        count="resolvers_count",
        next=_IF_IT_IS_OLD,
        action=_IF_IT_STAYS,
    ),
    "resolvers_not_asked": Saying(
        text("Right at the authoritative servers; resolvers may hold the old answer until {expires}."),
        next=BY_ITSELF,
    ),
    "servers_disagree": Saying(
        ntr(
            "One authoritative server ({servers}) still says {seen}.",
            "{count} authoritative servers ({servers}) still say {seen}.",
        ),
        count="servers_count",
        next=_FOLLOW_SOON,
    ),
    "servers_disagree:none": Saying(
        ntr(
            "One authoritative server ({servers}) has no such record.",
            "{count} authoritative servers ({servers}) have no such record.",
        ),
        count="servers_count",
        next=_FOLLOW_SOON,
    ),
    "servers_disagree:red": Saying(
        ntr(
            "One authoritative server ({servers}) says {seen} instead of {expected}, and has had time enough.",
            "{count} authoritative servers ({servers}) say {seen} instead of {expected}, and have had time enough.",
        ),
        count="servers_count",
        action=_TRANSFER,
        abroad=_OF_OTHERS,
    ),
    "secondary_lag": Saying(
        ntr(
            "One authoritative server ({servers}) still serves an older version of the zone.",
            "{count} authoritative servers ({servers}) still serve an older version of the zone.",
        ),
        count="servers_count",
        next=_FOLLOW_SOON,
    ),
    "secondary_lag:red": Saying(
        ntr(
            "One authoritative server ({servers}) serves an old version of the zone and should have followed by now.",
            "{count} authoritative servers ({servers}) serve an old version of the zone and should have followed by"
            " now.",
        ),
        count="servers_count",
        action=_TRANSFER,
        abroad=_OF_OTHERS,
    ),
    # past its time
    "overdue": Saying(
        ntr(
            "One resolver ({resolvers}) still gives the old answer, which should have run out at {expires}.",
            "{count} resolvers ({resolvers}) still give the old answer, which should have run out at {expires}.",
        ),
        count="resolvers_count",
        next=LOOK_AGAIN,
        action=_FLUSH,
    ),
    "overdue:none": Saying(
        ntr(
            "One resolver ({resolvers}) still says that there is no such record, and should have asked again at"
            " {expires}.",
            "{count} resolvers ({resolvers}) still say that there is no such record, and should have asked again at"
            " {expires}.",
        ),
        count="resolvers_count",
        next=LOOK_AGAIN,
        action=_FLUSH,
    ),
    "resolvers_astray": Saying(
        ntr(
            "One resolver ({resolvers}) says {seen} instead of {expected}.",
            "{count} resolvers ({resolvers}) say {seen} instead of {expected}.",
        ),
        count="resolvers_count",
        next=LOOK_AGAIN,
        action=text("Large web sites lead people to different places on purpose; then all is well."),
    ),
    "stale": Saying(
        ntr(
            "One resolver ({resolvers}) gives an answer that has run out, since it cannot reach the name servers.",
            "{count} resolvers ({resolvers}) give an answer that has run out, since they cannot reach the name"
            " servers.",
        ),
        count="resolvers_count",
        next=LOOK_AGAIN,
        action=text("Check that the zone's name servers can be reached from everywhere."),
    ),
    # wrong
    "mismatch": Saying(
        text("The authoritative servers say {seen}, but it should be {expected}."),
        action=_WRITE_AGAIN,
        watched=_CORRECT_IT,
        abroad=_PUT_IT_RIGHT_THERE,
    ),
    "mismatch:part": Saying(
        text("The authoritative servers lack {lacking}, which should be there beside {seen}."),
        action=text("“Update now” compares with the provider, and writes what is missing."),
        watched=_CORRECT_IT,
        abroad=_PUT_IT_RIGHT_THERE,
    ),
    "resolvers_mismatch": Saying(
        text("The resolvers say {seen}, but it should be {expected}."), action=_WRITE_AGAIN, watched=_CORRECT_IT
    ),
    "not_cleared": Saying(
        text("The record should be gone, but the authoritative servers still say {seen}."),
        action=text("“Update now” tries again to remove it."),
        watched=_CORRECT_IT,
    ),
    "extra": Saying(
        ntr(
            "One of the name's addresses is not yours: {extra}.",
            "{count} of the name's addresses are not yours: {extra}.",
        ),
        count="extra_count",
        action=text("Remove what is not yours at your provider, or add it to the expected addresses."),
        abroad=_PUT_IT_RIGHT_THERE,
    ),
    "missing": Saying(
        text("There is no {type} record for {name}."),
        action=text("“Update now” creates it."),
        watched=text("Create the record at your provider, or check the spelling of the name."),
    ),
    "missing:NXDOMAIN": Saying(
        text("The authoritative servers say that {name} does not exist."),
        action=text("“Update now” creates it."),
        watched=text("Create the record at your provider, or check the spelling of the name."),
    ),
    "missing:inside": Saying(
        text("The authoritative servers say that {name} does not exist."),
        action=text(
            "The world's DNS does not have such names, only a network of its own. Use a name of your own domain."
        ),
    ),
    "missing:top": Saying(
        text("There is no top-level domain {domain}, so {name} leads nowhere."),
        action=text("Check the spelling of the name."),
    ),
    "missing:domain": Saying(
        text("The zone {zone} knows no domain {domain}: it has expired, or nobody has registered it."),
        action=text("Check the spelling of the name, and the domain at your registrar."),
    ),
    "missing:alias": Saying(
        text("{name} is an alias of {target}, and there is no {type} record for that."),
        action=text("Correct the alias at your provider, or create what it leads to."),
    ),
    "missing:NODATA": Saying(
        text("The name exists, but it has no {type} record."),
        action=text("“Update now” creates it."),
        watched=text("Create the record at your provider, or stop watching this type."),
    ),
    "resolvers_missing": Saying(
        text("The resolvers know no {type} record for {name}: {resolvers}."),
        action=text("“Update now” compares with the provider."),
        watched=text("Create the record at your provider, or check the spelling of the name."),
    ),
    # broken
    "bogus": Saying(
        text("Resolvers that check DNSSEC reject this name, so most people cannot reach it: {resolvers}."),
        next=LOOK_AGAIN,
        action=text("Check the zone's signatures and the DS record in the parent zone."),
    ),
    "resolvers_bogus": Saying(
        text("The only resolver that could say something rejects the name for DNSSEC: {resolvers}."),
        next=LOOK_AGAIN,
        action=text("Check the zone's signatures and the DS record in the parent zone."),
    ),
    "lame": Saying(
        ntr(
            "One server is named in the delegation but does not serve the zone ({rcode}): {servers}.",
            "{count} servers are named in the delegation but do not serve the zone ({rcode}): {servers}.",
        ),
        count="servers_count",
        next=LOOK_AGAIN,
        action=_NAME_SERVERS,
        abroad=_OF_OTHERS,
    ),
    "lame:no_address": Saying(
        ntr(
            "One name server of the zone has no address, so nobody can ask it: {servers}.",
            "{count} name servers of the zone have no address, so nobody can ask them: {servers}.",
        ),
        count="servers_count",
        next=LOOK_AGAIN,
        action=_NAME_SERVERS,
        abroad=_OF_OTHERS,
    ),
    "lame:doubtful": _DOUBTFUL,
    "lame:red": Saying(
        text("No server named in the delegation answers for the zone; these do not serve it ({rcode}): {servers}."),
        next=LOOK_AGAIN,
        action=_NAME_SERVERS,
        abroad=_OF_OTHERS,
    ),
    "servfail": Saying(
        ntr(
            "One authoritative server reports a failure of its own ({rcode}): {servers}.",
            "{count} authoritative servers report failures of their own ({rcode}): {servers}.",
        ),
        count="servers_count",
        next=LOOK_AGAIN,
        action=_STATUS_PAGE,
        abroad=_OF_OTHERS,
    ),
    "servfail:doubtful": _DOUBTFUL,
    "servfail:red": Saying(
        text(
            "No authoritative server can answer for the name; these report failures of their own ({rcode}): {servers}."
        ),
        next=LOOK_AGAIN,
        action=_STATUS_PAGE,
        abroad=_OF_OTHERS,
    ),
    "servfail:circle": _CIRCLE,
    "resolvers_servfail:circle": _CIRCLE,
    "resolvers_servfail": Saying(
        ntr(
            "One resolver fails to look the name up: {resolvers}.",
            "{count} resolvers fail to look the name up: {resolvers}.",
        ),
        count="resolvers_count",
        next=LOOK_AGAIN,
        action=text("Compare with other resolvers; if they fail too, check the zone's delegation and its DNSSEC."),
    ),
    "refused": Saying(text("Servers refuse to answer for this name: {servers}."), next=LOOK_AGAIN, action=_STATUS_PAGE),
    "resolvers_refused": Saying(
        ntr(
            "One resolver refuses to answer us: {resolvers}.",
            "{count} resolvers refuse to answer us: {resolvers}.",
        ),
        count="resolvers_count",
        next=LOOK_AGAIN,
        action=text("Choose other resolvers in the settings; some serve only their own customers."),
    ),
    "timeout": Saying(
        text("No authoritative server answers, and resolvers cannot look the name up either: {resolvers}."),
        next=LOOK_AGAIN,
        action=_STATUS_PAGE,
        abroad=_OF_OTHERS,
    ),
    "servers_silent": Saying(
        ntr(
            "One authoritative server does not answer; the others are right: {servers}.",
            "{count} authoritative servers do not answer; the others are right: {servers}.",
        ),
        count="servers_count",
        next=LOOK_AGAIN,
        action=_STATUS_PAGE,
        abroad=_OF_OTHERS,
    ),
    "resolvers_silent": Saying(text("No resolver answers: {resolvers}."), next=LOOK_AGAIN, action=ENCRYPTED),
    **LINE,
    **UNKNOWN,
}
