#!/bin/sh
# Makes the secrets that docker-compose.yml hands to the containers, each a file in docker/secrets. What is there already stays.
#   docker/make-secrets.sh                 makes the random ones and names those that only you can bring
#   docker/make-secrets.sh --try ADDRESS   makes these too, to look around: the local mailbox as mail server, a certificate signed by nobody,
#                                          and what .env must say for it
set -eu
umask 077
command -v openssl >/dev/null || { echo 'openssl is not installed: apt-get install openssl' >&2; exit 1; }
folder=${SECRETS_DIR:-$(dirname "$0")/secrets}
settings=${ENV_FILE:-$(dirname "$0")/../.env}
mkdir -p "$folder"
# The folder keeps others on this machine out. The files must be readable by the containers' users, whose numbers are not yours.
chmod 0700 "$folder"

random() { openssl rand -hex 32; }

# keep NAME: writes standard input to the file unless it is there.
keep() {
  if [ -e "$folder/$1" ]; then cat >/dev/null; return; fi
  cat >"$folder/$1.new"
  chmod 0444 "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
  echo "made $folder/$1"
}
read_secret() { cat "$folder/$1"; }

# set_unless NAME VALUE: sets a variable in .env unless it is set there.
set_unless() {
  if grep -qs "^$1=" "$settings"; then return; fi
  # A last line without its end would swallow this one.
  if [ -s "$settings" ] && [ -n "$(tail -c 1 "$settings")" ]; then echo >>"$settings"; fi
  echo "$1=$2" >>"$settings"
  echo "set $1 in $settings"
}

random | keep postgres_password
echo "postgresql://billing:$(read_secret postgres_password)@postgres:5432/billing_mail" | keep database_url
random | keep redis_password
echo "redis://billing:$(read_secret redis_password)@redis:6379/0" | keep redis_url
# Whoever has no password may ask Redis whether it lives, and nothing else. Redis gets the hash of the password only.
printf 'user default on nopass -@all +ping\nuser billing on #%s ~* &* +@all\n' \
  "$(read_secret redis_password | tr -d '\n' | openssl dgst -sha256 -r | cut -d ' ' -f 1)" | keep redis_users
random | keep auth_jwt_secret
echo "key1:$(openssl rand -base64 32)" | keep secret_keys
echo "key1:$(openssl rand -base64 32)" | keep bounce_secret

if [ "${1:-}" = --try ]; then
  address=${2:?the platform\'s sender address, as in PLATFORM_FROM_ADDRESS}
  echo 'smtp://mailbox:2525' | keep platform_smtp_url
  set_unless PLATFORM_FROM_ADDRESS "$address"
  set_unless COMPOSE_PROFILES mailbox
  # Production's 5 and 30 minutes would hide what happens.
  set_unless RETRY_DELAYS 1s,2s
  # The mailbox serves as a team's own server too, at an address of Docker's.
  set_unless SMTP_ALLOWED_NETWORKS 172.16.0.0/12,192.168.0.0/16
  if [ ! -e "$folder/smime_p12" ]; then
    random | keep smime_p12_passphrase
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    openssl req -x509 -newkey rsa:2048 -nodes -days 90 -keyout "$scratch/key.pem" -out "$scratch/certificate.pem" \
      -subj '/CN=Billing Mail trial' -addext "subjectAltName=email:$address" -addext extendedKeyUsage=emailProtection \
      -addext keyUsage=critical,digitalSignature -addext basicConstraints=critical,CA:FALSE 2>/dev/null
    openssl pkcs12 -export -inkey "$scratch/key.pem" -in "$scratch/certificate.pem" -passout "file:$folder/smime_p12_passphrase" \
      -out "$scratch/signer.p12"
    keep smime_p12 <"$scratch/signer.p12"
  fi
fi

missing=0
# need NAME MEANING
need() {
  if [ -e "$folder/$1" ]; then return; fi
  echo "missing: $folder/$1: $2"
  missing=1
}
need platform_smtp_url "the platform's mail server, such as smtp://user:password@smtp.example.com:587"
need smime_p12 'PKCS#12 file with the signing key, its certificate and the chain, issued to PLATFORM_FROM_ADDRESS'
need smime_p12_passphrase 'passphrase of that file'
if [ "$missing" = 1 ]; then
  echo "Put them there, readable by all (chmod 0444), or only look around: $0 --try e-invoice@example.com"
  exit 1
fi
