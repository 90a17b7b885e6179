#!/bin/bash
# What signing needs on macOS beside the build itself, for the release workflow:
#
#   sign.sh keychain         open a keychain of its own with CERTIFICATE (a .p12 in base64) and CERTIFICATE_PASSWORD
#   sign.sh verify APP       look whether every part is signed, with the hardened runtime and our entitlements
#   sign.sh notarise APP     let Apple look at it (NOTARY_APPLE_ID, NOTARY_PASSWORD, NOTARY_TEAM), and staple the ticket
#   sign.sh image DMG        sign, notarise and staple the disk image
#   sign.sh close            take the keychain away
#
# PyInstaller signs from the inside out while it builds (DDNS_TRAY_CODESIGN_IDENTITY). Secrets come from the environment.
set -euo pipefail

folder="${RUNNER_TEMP:-${TMPDIR:-/tmp}}"
keychain="$folder/ddns-tray.keychain-db"

submit() {
    # The profile lies in our keychain, so that the password is in one command line alone, and in none that lasts.
    xcrun notarytool store-credentials ddns-tray --apple-id "$NOTARY_APPLE_ID" --team-id "$NOTARY_TEAM" \
        --password "$NOTARY_PASSWORD" --keychain "$keychain" >/dev/null
    xcrun notarytool submit "$1" --keychain-profile ddns-tray --keychain "$keychain" --wait --timeout 30m
}

case "$1" in
keychain)
    password="$(openssl rand -hex 24)"
    certificate="$folder/ddns-tray.p12"
    trap 'rm -f "$certificate"' EXIT
    (umask 077 && printf '%s' "$CERTIFICATE" | base64 --decode >"$certificate")
    security create-keychain -p "$password" "$keychain"
    security set-keychain-settings -lut 3600 "$keychain"
    security unlock-keychain -p "$password" "$keychain"
    security import "$certificate" -k "$keychain" -P "$CERTIFICATE_PASSWORD" -T /usr/bin/codesign
    security set-key-partition-list -S apple-tool:,apple: -s -k "$password" "$keychain" >/dev/null
    security list-keychains -d user -s "$keychain" login.keychain-db
    ;;
verify)
    codesign --verify --deep --strict --verbose=2 "$2"
    described="$(codesign --display --verbose=2 "$2" 2>&1)"
    grep 'flags=.*runtime' <<<"$described"
    ;;
notarise)
    archive="$folder/ddns-tray.zip"
    ditto -c -k --keepParent "$2" "$archive"
    submit "$archive"
    xcrun stapler staple "$2"
    spctl --assess --type execute --verbose=2 "$2"
    ;;
image)
    codesign --sign "$DDNS_TRAY_CODESIGN_IDENTITY" --timestamp "$2"
    submit "$2"
    xcrun stapler staple "$2"
    spctl --assess --type open --context context:primary-signature --verbose=2 "$2"
    ;;
close)
    security delete-keychain "$keychain"
    ;;
*)
    echo "sign.sh does not know $1" >&2
    exit 64
    ;;
esac
