#!/usr/bin/env bash
# bed.sh - a REAL DNS test bed in its own network namespace (no internet, root needed).
#   bed.sh up | down | status | exec CMD... | lag-release | flush NAME
# NS and RUN name the namespace and the folder, so that several run at once.
# Servers (all port 53 unless said):
#   127.0.0.10 NSD      "."               (DNSSEC-signed, own KSK = run/root.anchor); the last parts 10 11 21 22 53 54 are also IPv6, 2001:db8:bed::N
#   127.0.0.11 NSD      "test."           (DNSSEC-signed)
#   127.0.0.21 PowerDNS example.test      primary, HTTP API 127.0.0.21:8081 X-API-Key: bedkey
#                       psigned.test      live-signed (DNSSEC), same API
#   2001:db8:bed::21    v6.test           the same server; this zone has no IPv4 address at all
#   both families       dual.test         the same server; ns1 has both kinds of addresses, ns2 is 2001:db8:bed::22 alone
#   127.0.0.22 BIND     example.test      secondary (AXFR/IXFR + NOTIFY from .21)
#   127.0.0.23 BIND     dyn.test          RFC 2136 + TSIG (key ddns. hmac-sha256); lag.test primary
#   127.0.0.24 Knot     signed.test       automatic signing + RFC 2136 + TSIG (same key)
#   127.0.0.25 NSD      bogus.test (expired RRSIGs), bogusds.test (wrong DS in parent), odd.test, oddalg.test (DS of an unknown algorithm), twins.test (a second server without an address); noglue.test is delegated to a server in it without glue
#   127.0.0.26 NSD      lag.test          secondary that ignores NOTIFY -> lags until lag-release
#   127.0.0.22 BIND     servfail.test     secondary whose primary is dead -> SERVFAIL
#   127.0.0.31 NSD      lame.test is delegated here, not served -> REFUSED
#   127.0.0.38 nothing  blackhole.test is delegated here, nftables DROPs it -> real time-out
#   127.0.0.39 nothing  dead.test is delegated here -> timeout (no listener: ICMP refused)
# Resolvers (walk from root 127.0.0.10, validating): UDP+TCP 53, DoT 853, DoH 443 /dns-query
#   127.0.0.53 unbound   .54 BIND   .55 knot-resolver   .56 pdns-recursor (UDP/TCP)  .57 dnsdist (DoT/DoH -> .56)
#   127.0.0.58 dnsdist "liar": drop/refuse/servfail/nx/tc/delay/spoof by name
set -euo pipefail
RUN=${RUN:-${TMPDIR:-/tmp}/ddns-bed}; NS=${NS:-ddnsbed}
N() { ip netns exec "$NS" "$@"; }
log() { printf '%s %s\n' "$(date +%T.%3N)" "$*" >&2; }
start() { # name cmd...  -> background in netns, pid in run/pids/name
  local n=$1; shift
  ip netns exec "$NS" "$@" >"$RUN/log/$n.log" 2>&1 </dev/null & echo $! >"$RUN/pids/$n"
}
waitdns() { # addr name type : wait until any answer (any rcode) comes
  for _ in $(seq 1 100); do
    if N dig +short +time=1 +tries=1 "@$1" "$2" "$3" >/dev/null 2>&1; then return 0; fi; sleep 0.1
  done; log "TIMEOUT waiting for $1 $2 $3"; return 1
}
waitport() { for _ in $(seq 1 100); do N bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null && return 0; sleep 0.1; done; log "no port $1:$2"; return 1; }

down() {
  [ -d "$RUN/pids" ] && for f in "$RUN"/pids/*; do [ -e "$f" ] && kill "$(cat "$f")" 2>/dev/null || true; done
  sleep 0.5
  # whatever is still inside OUR namespace was started by us
  if ip netns list | grep -qw "$NS"; then
    for p in $(ip netns pids "$NS"); do kill "$p" 2>/dev/null || true; done; sleep 0.3
    for p in $(ip netns pids "$NS"); do kill -9 "$p" 2>/dev/null || true; done
    ip netns del "$NS"
  fi
  rm -rf "$RUN/pids"
}

up() {
  down; rm -rf "$RUN"; mkdir -p "$RUN"/{pids,log,keys,zones,nsd,pdns,bind22,bind23,bind54,knot,unbound,kresd,rec,dnsdist,liar,tls}
  local t0; t0=$(date +%s.%N)
  ip netns add "$NS"; N ip link set lo up
  for i in 10 11 21 22 53 54; do N ip -6 addr add 2001:db8:bed::$i/128 dev lo nodad; done
  for i in 10 11 21 22 23 24 25 26 31 53 54 55 56 57 58; do N ip addr add 127.0.0.$i/8 dev lo; done  # BIND only binds addresses an interface lists
  N nft -f - <<'F'
table ip bed { chain in { type filter hook input priority 0; ip daddr 127.0.0.38 drop; }; chain faults { type filter hook input priority 10; }; }
F
  cd "$RUN"
  # ---------- TLS: own CA + one server cert for all resolvers
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=bed CA" -keyout tls/ca.key -out tls/ca.pem \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -subj "/CN=dns.bed.test" -keyout tls/key.pem -out tls/csr.pem 2>/dev/null
  local san=DNS:dns.bed.test,DNS:localhost,IP:127.0.0.1; for i in 53 54 55 57 58; do san+=,IP:127.0.0.$i; done; san+=,IP:2001:db8:bed::53
  openssl x509 -req -in tls/csr.pem -CA tls/ca.pem -CAkey tls/ca.key -CAcreateserial -days 20 -out tls/cert.pem \
    -extfile <(printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' "$san") 2>/dev/null
  cat tls/cert.pem tls/ca.pem >tls/chain.pem; chmod -R a+rX tls; chmod a+r tls/key.pem
  # ---------- TSIG
  local SECRET; SECRET=$(head -c 32 /dev/urandom | base64 -w0); printf '%s' "$SECRET" >keys/tsig.secret
  printf 'key "ddns." { algorithm hmac-sha256; secret "%s"; };\n' "$SECRET" >keys/tsig.key
  printf 'key "dyn.test." { algorithm hmac-sha512; secret "%s"; };\n' "$SECRET" >>keys/tsig.key  # nsupdate.info and dyndns name their key after the zone; dyndns only signs with hmac-sha512
  printf 'key "other." { algorithm hmac-sha256; secret "%s"; };\n' "$(head -c 32 /dev/urandom | base64 -w0)" >keys/tsig-wrong.key
  # ---------- Knot: signed.test (auto-signing, DDNS)
  cat >zones/signed.test.zone <<Z
\$ORIGIN signed.test.
\$TTL 60
@ SOA ns1 hostmaster 1 3600 600 604800 60
@ NS ns1
ns1 A 127.0.0.24
home A 198.51.100.24
Z
  mkdir -p knot/db; cp zones/signed.test.zone knot/
  cat >knot/knot.conf <<C
server:
  listen: 127.0.0.24@53
  rundir: $RUN/knot
database:
  storage: $RUN/knot/db
log:
  - target: stderr
    any: info
key:
  - id: ddns.
    algorithm: hmac-sha256
    secret: $SECRET
acl:
  - id: upd
    key: ddns.
    action: [update, transfer]
template:
  - id: default
    storage: $RUN/knot
    zonefile-sync: -1
    journal-content: all
    zonefile-load: difference-no-serial
zone:
  - domain: signed.test
    file: signed.test.zone
    dnssec-signing: on
    acl: upd
C
  start knot knotd -c "$RUN/knot/knot.conf"
  # ---------- PowerDNS auth: example.test, psigned.test
  sqlite3 pdns/pdns.sqlite3 </usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql 2>/dev/null || sqlite3 pdns/pdns.sqlite3 <"$(dpkg -L pdns-backend-sqlite3 | grep -m1 'schema.*\.sql$')"
  cat >pdns/pdns.conf <<C
launch=gsqlite3
gsqlite3-database=$RUN/pdns/pdns.sqlite3
gsqlite3-dnssec=yes
gsqlite3-pragma-synchronous=0
local-address=127.0.0.21, [2001:db8:bed::21], [2001:db8:bed::22]
socket-dir=$RUN/pdns
api=yes
api-key=bedkey
webserver=yes
webserver-address=127.0.0.21
webserver-port=8081
webserver-allow-from=127.0.0.0/8
primary=yes
also-notify=127.0.0.22
xfr-cycle-interval=1
only-notify=127.0.0.0/8
allow-axfr-ips=127.0.0.0/8
allow-notify-from=
enable-lua-records=yes
dnsupdate=yes
allow-dnsupdate-from=127.0.0.0/8
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
security-poll-suffix=
module-dir=/usr/lib/x86_64-linux-gnu/pdns
C
  P() { pdnsutil --config-dir="$RUN/pdns" "$@" >>"$RUN/log/pdnsutil.log" 2>&1; }
  cat >zones/example.test.zone <<Z
\$ORIGIN example.test.
\$TTL 60
@ SOA ns1 hostmaster 1 3600 600 604800 60
@ NS ns1
@ NS ns2
ns1 A 127.0.0.21
ns2 A 127.0.0.22
home A 198.51.100.7
home AAAA 2001:db8::7
alias CNAME home
loop1 CNAME loop2
loop2 CNAME loop1
multi A 198.51.100.8
multi A 198.51.100.9
v6only AAAA 2001:db8::66
*.wild A 198.51.100.99
txtonly TXT "no address here"
ext CNAME home.dyn.test.
dangling CNAME nothere.dyn.test.
whoami LUA A "who:toString()"
whoami LUA TXT "who:toString()"
Z
  P load-zone example.test zones/example.test.zone; P set-kind example.test primary
  for z in example.test; do P set-meta $z SOA-EDIT-API INCREASE; P set-meta $z SOA-EDIT-DNSUPDATE INCREASE; done
  printf '$ORIGIN psigned.test.\n$TTL 60\n@ SOA ns1 h 1 3600 600 604800 60\n@ NS ns1\nns1 A 127.0.0.21\nhome A 198.51.100.77\n' >zones/psigned.test.zone
  printf '$ORIGIN v6.test.\n$TTL 60\n@ SOA ns1 h 1 3600 600 604800 60\n@ NS ns1\nns1 AAAA 2001:db8:bed::21\nhome A 198.51.100.66\nhome AAAA 2001:db8::67\n' >zones/v6.test.zone
  P load-zone v6.test zones/v6.test.zone
  printf '$ORIGIN dual.test.\n$TTL 60\n@ SOA ns1 h 1 3600 600 604800 60\n@ NS ns1\n@ NS ns2\nns1 A 127.0.0.21\nns1 AAAA 2001:db8:bed::21\nns2 AAAA 2001:db8:bed::22\nhome A 198.51.100.67\n' >zones/dual.test.zone
  P load-zone dual.test zones/dual.test.zone
  P load-zone psigned.test zones/psigned.test.zone; P set-kind psigned.test primary; P set-meta psigned.test SOA-EDIT-API INCREASE; P secure-zone psigned.test; P rectify-zone psigned.test
  start pdns pdns_server --config-dir="$RUN/pdns" --guardian=no --daemon=no --disable-syslog --write-pid=no
  # ---------- BIND secondary .22
  cat >bind22/named.conf <<C
options { directory "$RUN/bind22"; listen-on port 53 { 127.0.0.22; }; listen-on-v6 { none; }; recursion no; dnssec-validation no;
  pid-file "$RUN/bind22/named.pid"; session-keyfile "$RUN/bind22/session.key"; lock-file none; notify no; allow-query { any; }; allow-transfer { any; };
  transfer-source 127.0.0.22; min-refresh-time 1; };
controls { };
zone "example.test" { type secondary; primaries { 127.0.0.21; }; allow-notify { 127.0.0.0/8; }; file "example.test.db"; masterfile-format text; };
zone "servfail.test" { type secondary; primaries { 127.0.0.40; }; file "servfail.test.db"; };
C
  start bind22 named -g -c "$RUN/bind22/named.conf"
  # ---------- BIND dynamic primary .23
  for z in dyn lag; do printf '$ORIGIN %s.test.\n$TTL 60\n@ SOA ns1 hostmaster 1 86400 86400 604800 60\n@ NS ns1\n%sns1 A 127.0.0.23\n%shome A 198.51.100.23\n' $z \
     "$([ $z = lag ] && printf '@ NS ns2\n')
" "$([ $z = lag ] && printf 'ns2 A 127.0.0.26\n')
" | sed '/^$/d' >bind23/$z.test.db; done
  cat >bind23/named.conf <<C
$(cat keys/tsig.key)
options { directory "$RUN/bind23"; listen-on port 53 { 127.0.0.23; }; listen-on-v6 { none; }; recursion no; dnssec-validation no;
  pid-file "$RUN/bind23/named.pid"; session-keyfile "$RUN/bind23/session.key"; lock-file none; notify no; allow-query { any; }; allow-transfer { key "ddns."; 127.0.0.26; }; };
controls { };
zone "dyn.test" { type primary; file "dyn.test.db"; update-policy { grant ddns. zonesub A AAAA TXT; grant dyn.test. zonesub A AAAA TXT; }; };
zone "lag.test" { type primary; file "lag.test.db"; update-policy { grant ddns. zonesub A AAAA TXT; }; };
C
  start bind23 named -g -c "$RUN/bind23/named.conf"
  # ---------- static signed zones: odd, bogus (expired), bogusds
  for z in bogus bogusds odd; do
    printf '$ORIGIN %s.test.\n$TTL 60\n@ SOA ns1 h 1 3600 600 604800 60\n@ NS ns1\nns1 A 127.0.0.25\nhome A 198.51.100.25\n' $z >zones/$z.test.zone; done
  mk() { dnssec-keygen -q -K keys -a ECDSAP256SHA256 -f KSK "$1" >/dev/null; dnssec-keygen -q -K keys -a ECDSAP256SHA256 "$1" >/dev/null; }
  mk bogus.test; mk bogusds.test; mk test; mk .
  sign() { local z=$1; shift; dnssec-signzone -S -K keys -d keys -o "$z" -f "zones/${z%.}.signed" "$@" >>log/sign.log 2>&1; }
  sign bogus.test -P -s 20200101000000 -e 20200201000000 zones/bogus.test.zone
  sign bogusds.test zones/bogusds.test.zone
  # DS of the live signers
  waitdns 127.0.0.24 signed.test DNSKEY; waitdns 127.0.0.21 psigned.test DNSKEY
  for _ in $(seq 50); do keymgr -c knot/knot.conf signed.test ds >keys/ds.signed 2>/dev/null && [ -s keys/ds.signed ] && break; sleep 0.1; done
  N dig +noall +answer @127.0.0.21 psigned.test DNSKEY >keys/psigned.dnskey; dnssec-dsfromkey -2 -f keys/psigned.dnskey psigned.test >keys/ds.psigned
  # ---------- test. and . zones
  { printf '$ORIGIN test.\n$TTL 300\n@ SOA ns h 1 3600 600 604800 60\n@ NS ns\nns A 127.0.0.11\nns AAAA 2001:db8:bed::11\n'
    d() { local z=$1; shift; local i=1; for a in "$@"; do echo "$z NS ns$i.$z"; echo "ns$i.$z A $a"; i=$((i+1)); done; }
    d example 127.0.0.21 127.0.0.22; d dyn 127.0.0.23; d lag 127.0.0.23 127.0.0.26; d signed 127.0.0.24; d psigned 127.0.0.21
    d bogus 127.0.0.25; d bogusds 127.0.0.25; d odd 127.0.0.25; d lame 127.0.0.31; d halflame 127.0.0.31 127.0.0.25; d dead 127.0.0.39; d blackhole 127.0.0.38; d servfail 127.0.0.22
    printf 'v6 NS ns1.v6\nns1.v6 AAAA 2001:db8:bed::21\n'
    printf 'dual NS ns1.dual\ndual NS ns2.dual\nns1.dual A 127.0.0.21\nns1.dual AAAA 2001:db8:bed::21\nns2.dual AAAA 2001:db8:bed::22\n'
    d oddalg 127.0.0.25; d twins 127.0.0.25; printf 'noglue NS ns1.noglue\n'
    cat keys/dsset-bogus.test.
    echo "oddalg.test. IN DS 12345 200 2 0000000000000000000000000000000000000000000000000000000000000000"
    echo "bogusds.test. IN DS 12345 13 2 0000000000000000000000000000000000000000000000000000000000000000"
    grep -h ' DS ' keys/ds.signed | sed 's/^signed.test. DS/signed.test. IN DS/'; cat keys/ds.psigned
  } >zones/test.zone
  sign test zones/test.zone
  { printf '$TTL 300\n. SOA a.root. h.root. 1 3600 600 604800 60\n. NS a.root.\na.root. A 127.0.0.10\na.root. AAAA 2001:db8:bed::10\ntest. NS ns.test.\nns.test. A 127.0.0.11\nns.test. AAAA 2001:db8:bed::11\n'; cat keys/dsset-test.; } >zones/root.zone
  dnssec-signzone -S -K keys -d keys -o . -f zones/root.signed zones/root.zone >>log/sign.log 2>&1
  grep -hE 'DNSKEY\s+257' keys/K.+*.key >root.anchor
  printf '. 3600000 NS a.root.\na.root. 3600000 A 127.0.0.10\n' >root.hints
  # of twins.test the zone itself names a second server, and nobody knows its address; oddalg.test has a DS of an unknown algorithm
  sed 's/odd\.test/oddalg.test/' zones/odd.test.zone >zones/oddalg.test.zone
  { sed 's/odd\.test/twins.test/' zones/odd.test.zone; printf '@ NS ns2\n'; } >zones/twins.test.zone
  # halflame.test is served by .25 only
  sed 's/odd\.test/halflame.test/' zones/odd.test.zone >zones/halflame.test.zone
  # ---------- NSD instances
  nsd_conf() { local n=$1 a; mkdir -p nsd/$n; { echo "server:"; for a in ${*:2}; do echo "  ip-address: $a"; done; echo "
  username: \"\"
  chroot: \"\"
  zonesdir: $RUN/zones
  pidfile: $RUN/nsd/$n/nsd.pid
  xfrdfile: $RUN/nsd/$n/xfrd.state
  xfrdir: $RUN/nsd/$n
  zonelistfile: $RUN/nsd/$n/zone.list
  server-count: 1
  database: \"\"
  logfile: $RUN/log/nsd-$n.log
  verbosity: 2
remote-control:
  control-enable: yes
  control-interface: $RUN/nsd/$n/ctl.sock"; cat; } >nsd/$n/nsd.conf; start nsd-$n nsd -d -c "$RUN/nsd/$n/nsd.conf"; }
  z() { printf 'zone:\n  name: "%s"\n  zonefile: "%s"\n' "$1" "$2"; }
  z . root.signed | nsd_conf root 127.0.0.10 2001:db8:bed::10
  z test test.signed | nsd_conf tld 127.0.0.11 2001:db8:bed::11
  { z bogus.test bogus.test.signed; z bogusds.test bogusds.test.signed; z odd.test odd.test.zone; z halflame.test halflame.test.zone; z oddalg.test oddalg.test.zone; z twins.test twins.test.zone; } | nsd_conf odd 127.0.0.25
  printf 'zone:\n  name: "lag.test"\n  zonefile: "lag.secondary"\n  request-xfr: AXFR 127.0.0.23 NOKEY\n  outgoing-interface: 127.0.0.26\n' | nsd_conf lag 127.0.0.26
  # a box that answers for everybody, if it is put in the way: all names of example.test are in the house
  printf '$ORIGIN example.test.\n$TTL 60\n@ SOA ns1 h 1 3600 600 604800 60\n@ NS ns1\n@ NS ns2\nns1 A 127.0.0.21\nns2 A 127.0.0.22\n* A 10.0.0.5\n' >zones/house.zone
  { z odd.test odd.test.zone; z example.test house.zone; } | nsd_conf lame 127.0.0.31
  # ---------- resolvers
  cat >unbound/unbound.conf <<C
server:
  directory: "$RUN/unbound"
  chroot: ""
  username: ""
  pidfile: "$RUN/unbound/u.pid"
  use-syslog: no
  logfile: ""
  interface: 127.0.0.53
  interface: 127.0.0.53@853
  interface: 127.0.0.53@443
  interface: 2001:db8:bed::53
  tls-port: 853
  https-port: 443
  http-endpoint: "/dns-query"
  tls-service-key: "$RUN/tls/key.pem"
  tls-service-pem: "$RUN/tls/chain.pem"
  access-control: 127.0.0.0/8 allow
  access-control: ::/0 allow
  do-not-query-localhost: no
  do-ip6: yes
  root-hints: "$RUN/root.hints"
  trust-anchor-file: "$RUN/root.anchor"
  module-config: "validator iterator"
  local-zone: "test." nodefault
  local-zone: "127.in-addr.arpa." nodefault
  val-log-level: 2
  log-servfail: yes
  ede: yes
  cache-max-negative-ttl: 5
  infra-host-ttl: 5
  num-threads: 1
remote-control:
  control-enable: yes
  control-interface: $RUN/unbound/ctl.sock
  control-use-cert: no
C
  start unbound unbound -d -c "$RUN/unbound/unbound.conf"
  awk '{$1="."; alg=$6; k=""; for(i=7;i<=NF;i++) k=k $i; print "trust-anchors { . static-key 257 3 " alg " \"" k "\"; };"}' root.anchor >bind54/ta.conf
  sed -i 's/ 257 3 13 / 257 3 13 /' bind54/ta.conf
  cat >bind54/named.conf <<C
tls bed { cert-file "$RUN/tls/chain.pem"; key-file "$RUN/tls/key.pem"; };
http doh { endpoints { "/dns-query"; }; };
options { directory "$RUN/bind54"; listen-on port 53 { 127.0.0.54; }; listen-on port 853 tls bed { 127.0.0.54; };
  listen-on port 443 tls bed http doh { 127.0.0.54; }; listen-on-v6 { 2001:db8:bed::54; };
  recursion yes; allow-recursion { 127.0.0.0/8; 2001:db8:bed::/48; }; dnssec-validation yes; empty-zones-enable no; lame-ttl 0; servfail-ttl 0; max-ncache-ttl 5;
  pid-file "$RUN/bind54/named.pid"; session-keyfile "$RUN/bind54/session.key"; lock-file none; };
key "rndc" { algorithm hmac-sha256; secret "$SECRET"; };
controls { inet 127.0.0.54 port 953 allow { 127.0.0.0/8; } keys { "rndc"; }; };
zone "." { type hint; file "$RUN/root.hints"; };
C
  # managed syntax: build from the anchor itself
  { echo 'trust-anchors {'; sed -nE 's/^\. .*DNSKEY\s+257 3 ([0-9]+) (.*)$/  . static-key 257 3 \1 "\2";/p' root.anchor; echo '};'; } >>bind54/named.conf
  printf 'options { default-key "rndc"; default-server 127.0.0.54; };\nkey "rndc" { algorithm hmac-sha256; secret "%s"; };\n' "$SECRET" >bind54/rndc.conf
  start bind54 named -g -c "$RUN/bind54/named.conf"
  cp root.hints kresd/root.hints; cp root.anchor kresd/root.keys
  cat >kresd/kresd.conf <<C
net.listen('127.0.0.55', 53, { kind = 'dns' })
net.listen('127.0.0.55', 853, { kind = 'tls' })
net.listen('127.0.0.55', 443, { kind = 'doh2' })
net.tls('$RUN/tls/chain.pem', '$RUN/tls/key.pem')
net.ipv6 = false
modules = { 'policy', 'hints > iterate' }
modules.unload('ta_sentinel'); modules.unload('ta_signal_query'); modules.unload('priming'); modules.unload('detect_time_skew'); modules.unload('detect_time_jump')
hints.root_file('$RUN/root.hints')
trust_anchors.remove('.')
trust_anchors.add_file('$RUN/root.anchor', true)
policy.add(policy.all(policy.FLAGS({'ALLOW_LOCAL', 'NO_0X20'})))
policy.add(policy.suffix(policy.DENY, { todname('blocked.example.test.') }))  -- a filter that says so: NXDOMAIN with EDE 15
policy.add(policy.all(policy.PASS))  -- the built-in special-use rule would answer NXDOMAIN for test.
cache.size = 20 * MB
cache.max_ttl(60)
log_level('info')
C
  start kresd kresd -n -c "$RUN/kresd/kresd.conf" "$RUN/kresd"
  DS20=$(for k in keys/K.+*.key; do if grep -q ' 257 ' $k; then dnssec-dsfromkey -2 $k; fi; done | sed 's/^\. IN DS //')
  cat >rec/recursor.lua <<C
clearTA('.')
addTA('.', "$DS20")
C
  cat >rec/recursor.conf <<C
local-address=127.0.0.56
allow-from=127.0.0.0/8
dont-query=
hint-file=$RUN/root.hints
lua-config-file=$RUN/rec/recursor.lua
dnssec=validate
socket-dir=$RUN/rec
daemon=no
disable-syslog=yes
write-pid=no
security-poll-suffix=
threads=1
max-negative-ttl=5
serve-rfc1918=no
setgid=
setuid=
extended-resolution-errors=yes
webserver=no
C
  start recursor pdns_recursor --config-dir="$RUN/rec"
  cat >dnsdist/dnsdist.conf <<C
setSecurityPollSuffix("")
setACL({'127.0.0.0/8'})
setLocal('127.0.0.57:53')
addTLSLocal('127.0.0.57:853', '$RUN/tls/chain.pem', '$RUN/tls/key.pem')
addDOHLocal('127.0.0.57:443', '$RUN/tls/chain.pem', '$RUN/tls/key.pem', '/dns-query')
newServer({address='127.0.0.56:53', checkName='test.', checkType='SOA'})
C
  cat >liar/dnsdist.conf <<C
-- a resolver that misbehaves by NAME (suffix match), everything else goes to unbound .53
setSecurityPollSuffix("")
setACL({'127.0.0.0/8'})
setLocal('127.0.0.58:53')
addTLSLocal('127.0.0.58:853', '$RUN/tls/chain.pem', '$RUN/tls/key.pem')
addDOHLocal('127.0.0.58:443', '$RUN/tls/chain.pem', '$RUN/tls/key.pem', '/dns-query')
newServer({address='127.0.0.53:53', checkName='test.', checkType='SOA'})
addAction('drop.fault.', DropAction())
addAction('refused.fault.', RCodeAction(DNSRCode.REFUSED))
addAction('servfail.fault.', RCodeAction(DNSRCode.SERVFAIL))
addAction('nx.fault.', RCodeAction(DNSRCode.NXDOMAIN))
addAction(AndRule({makeRule('tc.fault.'), TCPRule(false)}), TCAction())
addAction(AndRule({makeRule('tc.fault.'), TCPRule(true)}), SpoofAction({'198.51.100.88'}))
addAction('delay.fault.', DelayAction(3000))
addAction('delay.fault.', PoolAction('slow'))
newServer({address='127.0.0.53:53', pool='slow', checkName='test.', checkType='SOA'})
addAction('spoof.fault.', SpoofAction({'203.0.113.66'}))
addAction(AndRule({makeRule('flap.fault.'), ProbaRule(0.5)}), RCodeAction(DNSRCode.SERVFAIL))
addAction('flap.fault.', SpoofAction({'198.51.100.88'}))
-- a captive / hijacking resolver for one real name
addAction('hijack.example.test.', SpoofAction({'203.0.113.66'}))
-- addresses of the inside of a network are left out of answers (DNS rebinding)
addAction('hidden.example.test.', RCodeAction(DNSRCode.NOERROR))
-- a filter's sinkhole
addAction('filtered.example.test.', SpoofAction({'0.0.0.0'}))
C
  waitdns 127.0.0.10 . SOA; waitdns 127.0.0.53 test SOA; waitdns 127.0.0.56 test SOA
  start dnsdist dnsdist --supervised --disable-syslog -C "$RUN/dnsdist/dnsdist.conf"
  start liar dnsdist --supervised --disable-syslog -C "$RUN/liar/dnsdist.conf"
  waitdns 127.0.0.11 test SOA; waitdns 127.0.0.22 example.test SOA; waitdns 127.0.0.23 dyn.test SOA; waitdns 127.0.0.25 odd.test SOA
  waitdns 127.0.0.26 lag.test SOA; waitdns 127.0.0.54 test SOA; waitdns 127.0.0.55 test SOA; waitdns 127.0.0.57 test SOA; waitdns 127.0.0.58 test SOA
  waitport 127.0.0.21 8081
  log "up in $(echo "$(date +%s.%N) $t0" | awk '{printf "%.1f",$1-$2}') s, netns $NS, run dir $RUN"
}
case "${1:-}" in
  up) up;; down) down;;
  exec) shift; exec ip netns exec "$NS" "$@";;
  status) for f in "$RUN"/pids/*; do p=$(cat "$f"); printf '%-12s %s %s\n' "$(basename "$f")" "$p" "$(kill -0 "$p" 2>/dev/null && echo alive || echo DEAD)"; done;;
  lag-release) N nsd-control -c "$RUN/nsd/lag/nsd.conf" force_transfer lag.test;;
  flush) # the resolvers forget NAME
    N unbound-control -c "$RUN/unbound/unbound.conf" flush "$2" >/dev/null
    N rndc -c "$RUN/bind54/rndc.conf" flushname "$2" >/dev/null
    N rec_control --socket-dir="$RUN/rec" wipe-cache "$2" >/dev/null;;
  *) echo "usage: $0 up|down|status|exec CMD|lag-release|flush NAME"; exit 2;;
esac
