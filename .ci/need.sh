#!/bin/sh
# need.sh build|test|bench: makes sure that the Debian packages for that purpose are there.
# Says what it installs; asks when there is a terminal; without root and terminal it prints the line to type, exit 69.
set -eu

build='gcc libc6-dev libmicrohttpd-dev libcurl4-openssl-dev libsqlite3-dev libsodium-dev libpcre2-dev libjansson-dev libutf8proc-dev libssl-dev libxlsxwriter-dev libzip-dev'
test="$build python3 sqlite3 curl openssl kannel kannel-extras chromium nodejs npm libreoffice-calc-nogui systemd libseccomp2 nginx-light"
check="$test clang clang-tidy libclang-rt-14-dev"
bench="$build python3"

eval "wanted=\$$1"
here=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' $wanted 2>/dev/null || true)"
missing=
for package in $wanted; do
	# these may have come some other way: node and npm from elsewhere, LibreOffice with its windows
	case $package in
	nodejs) command -v node >/dev/null && continue ;;
	npm) command -v npm >/dev/null && continue ;;
	libreoffice-*) command -v soffice >/dev/null && continue ;;
	esac
	case $here in *" installed:$package "*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

line="apt-get install -y --no-install-recommends$missing"
echo "Wasl needs these Debian packages:$missing" >&2
if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif [ -t 0 ] && command -v sudo >/dev/null 2>&1; then
	printf 'Install them with sudo now? [Y/n] ' >&2
	read -r answer
	case $answer in [nN]*) echo "Type: sudo $line" >&2; exit 69 ;; esac
	as_root=sudo
else
	echo "Type, as root: $line" >&2
	exit 69
fi
echo "Running: $line" >&2
# the tests start nginx and kannel themselves, on ports of their own: the packages' services stay down
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	trap '$as_root rm -f "$policy"' EXIT
	printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
	$as_root chmod 755 "$policy"
fi
$as_root apt-get update -q >&2 || true
$as_root env DEBIAN_FRONTEND=noninteractive $line >&2
