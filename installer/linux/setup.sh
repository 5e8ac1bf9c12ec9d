#!/usr/bin/env bash
# Sets Lobule up in ./.venv on a Debian or Ubuntu machine. Usage: installer/linux/setup.sh [app|dev]
#   app: what the application needs.   dev: also training, tests and checks.
# Done before and nothing changed: returns at once.
set -euo pipefail
cd "$(dirname "$0")/../.."
what=${1:-app}
venv=.venv

qt_packages="libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-image0 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libdbus-1-3 libfontconfig1"
dev_packages="xvfb dicom3tools poppler-utils strace"

python=""
for candidate in python3.11 python3.12 python3.13 python3; do
  if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done

packages=$qt_packages
[ "$what" = dev ] && packages="$packages $dev_packages"
[ -n "$python" ] || packages="python3 python3-venv $packages"
[ -z "$python" ] || "$python" -c 'import ensurepip' 2>/dev/null || packages="python3-venv $packages"

missing=""
if command -v dpkg-query >/dev/null; then
  for package in $packages; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
  done
else
  echo "This is not a Debian system: please see that the equivalents of these are installed: $packages" >&2
fi
if [ -n "$missing" ]; then
  sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
  echo "Installing system packages:$missing" >&2
  # shellcheck disable=SC2086
  if ! { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null; }; then
    echo "They could not be installed from here. Please run this line, then try again:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
    [ "$what" = app ] && [ -n "$python" ] || exit 1
  fi
fi
[ -n "$python" ] || python=python3
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Lobule needs Python 3.11 or newer." >&2; exit 1; }

stamp="$venv/.set-up-$what"
[ "$what" = app ] && [ -e "$venv/.set-up-dev" ] && [ "$venv/.set-up-dev" -nt pyproject.toml ] && exit 0
[ -e "$stamp" ] && [ "$stamp" -nt pyproject.toml ] && exit 0

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
pip() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --retries 10 "$@"; }
pip --upgrade pip
if [ "$what" = dev ]; then
  # first and exactly: a free range would bring a CUDA build of several gigabytes
  "$venv/bin/python" -c 'import torch' 2>/dev/null || pip "torch==2.13.0"
  pip --editable ".[cpu,training,dev]"
else
  pip --editable ".[cpu]"
fi
touch "$stamp"
