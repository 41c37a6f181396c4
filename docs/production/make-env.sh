#!/bin/sh
# Prints the settings of a new site, with keys of its own: sh docs/production/make-env.sh social-return.example.org > .env
# Keep what it prints as you keep other secrets of the server, and apart from its backups.
set -eu
host=${1:-localhost}
key() { openssl rand -base64 32 | tr '+/' '-_'; }

cat <<END
SECRET_KEY=$(openssl rand -hex 32)
SECOND_FACTOR_KEYS=$(key)
STATEMENT_KEYS=$(openssl rand -hex 32)
BACKUP_PASSPHRASE=$(openssl rand -hex 24)
DATABASE_PASSWORD=$(openssl rand -hex 24)
ALLOWED_HOSTS=$host,localhost
END

if [ "$host" = localhost ]; then
    # To try it on this machine.
    cat <<END
HTTPS=off
SITE_URL=http://localhost:${PORT:-8080}
END
else
    cat <<END
HTTPS=on
SITE_URL=https://$host
CSRF_TRUSTED_ORIGINS=https://$host
# EMAIL_URL=smtp+tls://user:password@mail.example.org:587
# DEFAULT_FROM_EMAIL=social-return@example.org
# SECURITY_CONTACT=mailto:security@example.org
END
fi
