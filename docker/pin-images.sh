#!/bin/sh
# Fixes the official images that docker-compose.yml builds on by their digests, as the registry has them now, and writes them into .env: from
# then on the same bytes run until this is run again. Without it the tags are used, which the images' authors move with each patch.
#   docker/pin-images.sh && docker compose up --build --detach --wait
# This repository holds no digests: each would be one of a day, and keep its holes for good. So run this before the first start, where the registry
# can be reached, keep .env, and run it again for each update. By hand it is
#   docker buildx imagetools inspect --format '{{.Manifest.Digest}}' postgres:18-trixie
# and in .env POSTGRES_IMAGE=postgres:18-trixie@sha256:…; the digest is of the list for all platforms, so that it holds on each machine.
set -eu
settings=${ENV_FILE:-$(dirname "$0")/../.env}

# pin VARIABLE IMAGE
pin() {
  digest=$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$2")
  case $digest in
    sha256:*) ;;
    *) echo "the registry names no digest of $2" >&2 && exit 1 ;;
  esac
  touch "$settings"
  # A last line without its end would swallow this one.
  if [ -s "$settings" ] && [ -n "$(tail -c 1 "$settings")" ]; then echo >>"$settings"; fi
  grep -v "^$1=" "$settings" >"$settings.new" || true
  echo "$1=$2@$digest" >>"$settings.new"
  # Over the old one, whose owner and mode stay.
  cat "$settings.new" >"$settings"
  rm "$settings.new"
  echo "$1=$2@$digest"
}
# Each as docker-compose.yml names it, once.
sed -n 's/.*\${\([A-Z]*_IMAGE\):-\([^}]*\)}.*/\1 \2/p' "$(dirname "$0")/../docker-compose.yml" | sort -u | while read -r variable image; do
  pin "$variable" "$image"
done
