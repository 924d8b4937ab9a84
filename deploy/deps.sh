#!/bin/sh
# Installs the Debian packages named on the command line that are missing, saying what and why.
set -eu
missing=
for p in "$@"; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "This machine has no apt-get. Install what these Debian packages hold, then run make again:" >&2
    echo " $missing" >&2
    exit 1
fi
sudo=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
        echo "These packages are needed to build rosterd; install them as root:" >&2
        echo "  apt-get install$missing" >&2
        exit 1
    }
    sudo=sudo
fi
echo "Installing what rosterd is built from and tested with:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >"$log" 2>&1; }
if ! install; then
    $sudo apt-get update -q >/dev/null 2>&1 || :
    install || { tail -n 20 "$log" >&2; exit 1; }
fi
