#!/bin/sh
# Pins the official images that docker-compose.yml uses to the digests that the registry has now, and writes them into .env. From then on
# the same bytes run until this script runs again. Without it the tags are used, which the images' authors move with each patch.
#   docker/pin-images.sh && docker compose up --build --detach --wait
# The repository contains no digests: each would be that of one day and keep its vulnerabilities for good. Run this before the first start,
# where the registry can be reached, keep .env, and run it again for each update. By hand:
#   docker buildx imagetools inspect --format '{{.Manifest.Digest}}' postgres:18-trixie
# and POSTGRES_IMAGE=postgres:18-trixie@sha256:… in .env. The digest is that of the index for all platforms, so
# that it is valid on each machine.
set -eu
settings=${ENV_FILE:-$(dirname "$0")/../.env}

# pin VARIABLE IMAGE: writes VARIABLE=IMAGE@digest into .env.
pin() {
  digest=$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$2")
  case $digest in
    sha256:*) ;;
    *) echo "the registry returned no digest for $2" >&2 && exit 1 ;;
  esac
  touch "$settings"
  # Without a newline at the end of the last line, the new line would be appended to it.
  if [ -s "$settings" ] && [ -n "$(tail -c 1 "$settings")" ]; then echo >>"$settings"; fi
  grep -v "^$1=" "$settings" >"$settings.new" || true
  echo "$1=$2@$digest" >>"$settings.new"
  # Written into the existing file, which keeps its owner and mode.
  cat "$settings.new" >"$settings"
  rm "$settings.new"
  echo "$1=$2@$digest"
}
# Each image that docker-compose.yml names, once.
sed -n 's/.*\${\([A-Z]*_IMAGE\):-\([^}]*\)}.*/\1 \2/p' "$(dirname "$0")/../docker-compose.yml" | sort -u | while read -r variable image; do
  pin "$variable" "$image"
done
