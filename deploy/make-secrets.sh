#!/bin/sh
# Makes the secrets of docker-compose.yml, once: a file each in deploy/secrets, or in the folder that is named.
# The folder is closed to others. The files are not: in a container, accounts with other numbers read them.
set -eu
here=$(dirname "$0")
folder=${1:-$here/secrets}
mkdir -p "$folder"
chmod 700 "$folder"

# 32 random bytes in URL-safe base64.
random() { head -c 32 /dev/urandom | base64 | tr '+/' '-_'; }

# A file that is there stays: whoever loses tempost_secrets__key must enter every SMTP password anew.
keep() {
	[ -e "$folder/$1" ] && return
	printf '%s\n' "$2" >"$folder/.new"
	chmod 444 "$folder/.new"
	mv "$folder/.new" "$folder/$1"
}

# Passwords stand in a URL: the padding of base64 would have to be quoted there.
for name in postgres_password tempost_password temporal_password grafana_password tempost_api__metrics_token; do
	keep "$name" "$(random | tr -d '=')"
done
for name in tempost_secrets__key tempost_dashboard__secret; do
	keep "$name" "$(random)"
done
keep tempost_database__url "postgresql://tempost:$(cat "$folder/tempost_password")@postgres:5432/tempost"

# What containers read of this checkout is opened to them too: it may have been made for its owner's eyes alone.
chmod -R a+rX "$here/postgres" "$here/prometheus" "$here/grafana" "$here/temporal-schema.sh" "$here/../monitoring" \
	"$here/../stack/temporal-dynamic-config.yaml"

echo "Secrets are in $folder. Keep a copy of tempost_secrets__key apart from the backups of the database."
