#!/bin/sh
# Makes the secrets that docker-compose.yml gives to the containers, one file each in docker/secrets. Existing files stay unchanged.
#   docker/make-secrets.sh                 makes the random ones and names those that only you can provide
#   docker/make-secrets.sh --try ADDRESS for a trial: also makes those, with the local mailbox as mail server and a self-signed certificate,
#                                          and writes the settings for it into .env
set -eu
umask 077
command -v openssl >/dev/null || { echo 'openssl is not installed: apt-get install openssl' >&2; exit 1; }
folder=${SECRETS_DIR:-$(dirname "$0")/secrets}
settings=${ENV_FILE:-$(dirname "$0")/../.env}
mkdir -p "$folder"
# The mode of the folder keeps other users of this machine out. The files in it must be readable by the containers'
# users, whose IDs differ from yours.
chmod 0700 "$folder"
# The same holds for the files of this checkout that containers mount: under a umask of 077 only their owner could read them.
chmod -R a+rX "$(dirname "$0")/observability" "$(dirname "$0")/authorities" "$(dirname "$0")/../deploy/helm/billing-mail/alerts.yml"

random() { openssl rand -hex 32; }

# keep NAME: writes standard input to the file NAME unless it exists.
keep() {
  if [ -e "$folder/$1" ]; then cat >/dev/null; return; fi
  cat >"$folder/$1.new"
  chmod 0444 "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
  echo "made $folder/$1"
}
read_secret() { cat "$folder/$1"; }

# set_unless NAME VALUE: sets a variable in .env unless it is already set there.
set_unless() {
  if grep -qs "^$1=" "$settings"; then return; fi
  # Without a newline at the end of the last line, the new line would be appended to it.
  if [ -s "$settings" ] && [ -n "$(tail -c 1 "$settings")" ]; then echo >>"$settings"; fi
  echo "$1=$2" >>"$settings"
  echo "set $1 in $settings"
}

# certify NAME: issues a certificate for the container NAME, signed by the authority that the other containers trust. It is valid for ten
# years, as only they see it; to renew it, remove certificate and key.
certify() {
  if [ -e "$folder/$1_certificate" ]; then return; fi
  openssl req -new -newkey rsa:2048 -nodes -keyout "$scratch/key" -out "$scratch/request" -subj "/CN=$1" 2>/dev/null
  printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n' "$1" >"$scratch/extensions"
  openssl x509 -req -in "$scratch/request" -CA "$folder/ca_certificate" -CAkey "$folder/ca_key" -set_serial "0x$(openssl rand -hex 16)" \
    -days 3650 -extfile "$scratch/extensions" -out "$scratch/certificate" 2>/dev/null
  rm -f "$folder/$1_key"
  keep "$1_key" <"$scratch/key"
  keep "$1_certificate" <"$scratch/certificate"
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [ ! -e "$folder/ca_certificate" ]; then
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout "$scratch/key" -out "$scratch/certificate" -subj '/CN=Billing Mail containers' \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2>/dev/null
  rm -f "$folder/ca_key"
  keep ca_key <"$scratch/key"
  # No container gets the CA's key.
  chmod 0400 "$folder/ca_key"
  keep ca_certificate <"$scratch/certificate"
fi
certify postgres
certify redis

# database_url NAME ROLE: writes the URL with which ROLE signs in, with a password of its own.
tls='sslmode=verify-full&sslrootcert=/run/secrets/ca_certificate'
database_url() { echo "postgresql://$2:$(random)@postgres:5432/billing_mail?$tls" | keep "$1_database_url"; }
random | keep postgres_password
# The administrator creates the roles and is needed for nothing else.
echo "postgresql://billing:$(read_secret postgres_password)@postgres:5432/billing_mail?$tls" | keep admin_database_url
database_url migration billing_mail_migrator
database_url settings billing_mail_settings
database_url dispatch billing_mail_dispatch
database_url notify billing_mail_notify

# Redis gets only the hashes of the passwords. A client without a password may send PING and nothing else.
grep '^user ' "$(dirname "$0")/redis-users.acl" >"$scratch/users"
echo 'user default on nopass -@all +ping' >>"$scratch/users"
for user in settings-api mail-dispatcher notification-service invoicing; do
  name=$(echo "$user" | tr - _)_redis_url
  echo "rediss://$user:$(random)@redis:6379/0" | keep "$name"
  hash=$(read_secret "$name" | sed 's|.*:\(.*\)@.*|\1|' | tr -d '\n' | openssl dgst -sha256 -r | cut -d ' ' -f 1)
  sed -i "s/%$user%/$hash/" "$scratch/users"
done
keep redis_acl <"$scratch/users"
random | keep auth_jwt_secret
random | keep grafana_password
# If notification-service has no key of its own yet, the shared keys are appended, so that it can open what it sealed
# with them (docs/upgrading.md).
earlier=
if [ -e "$folder/secret_keys" ]; then earlier=",$(read_secret secret_keys)"; fi
echo "own1:$(openssl rand -base64 32)$earlier" | keep notification_secret_keys
echo "key1:$(openssl rand -base64 32)" | keep secret_keys
echo "key1:$(openssl rand -base64 32)" | keep bounce_secret
# Empty: documents are in a volume. If yours are in a bucket, put "[default]", aws_access_key_id = … and aws_secret_access_key = … into it.
keep document_store_credentials </dev/null
# Empty: the platform is not registered as an app there. If yours is, put its client secret into the file.
keep oauth_microsoft_client_secret </dev/null
keep oauth_google_client_secret </dev/null
# Empty: there is no second mail server for alerts. If you have one, put its URL into the file, as in platform_smtp_url.
keep alert_smtp_url </dev/null

if [ "${1:-}" = --try ]; then
  address=${2:?the platform\'s sender address, as in PLATFORM_FROM_ADDRESS}
  echo 'smtp://mailbox:2525' | keep platform_smtp_url
  set_unless PLATFORM_FROM_ADDRESS "$address"
  set_unless COMPOSE_PROFILES mailbox
  # With production's delays of 5 and 30 minutes, a trial would show no retries.
  set_unless RETRY_DELAYS 1s,2s
  # The mailbox also serves as a team's own server, at an address in Docker's networks.
  set_unless SMTP_ALLOWED_NETWORKS 172.16.0.0/12,192.168.0.0/16
  if [ ! -e "$folder/smime_p12" ]; then
    random | keep smime_p12_passphrase
    openssl req -x509 -newkey rsa:2048 -nodes -days 90 -keyout "$scratch/key.pem" -out "$scratch/certificate.pem" \
      -subj '/CN=Billing Mail trial' -addext "subjectAltName=email:$address" -addext extendedKeyUsage=emailProtection \
      -addext keyUsage=critical,digitalSignature -addext basicConstraints=critical,CA:FALSE 2>/dev/null
    openssl pkcs12 -export -inkey "$scratch/key.pem" -in "$scratch/certificate.pem" -passout "file:$folder/smime_p12_passphrase" \
      -out "$scratch/signer.p12"
    keep smime_p12 <"$scratch/signer.p12"
  fi
fi

missing=0
# need NAME MEANING: reports a missing file.
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
