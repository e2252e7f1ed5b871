# One image for the migrations, the three services and the tools: the command decides which of them a container runs. The target "proxy"
# puts the services behind one origin; the target "mailbox" is for trying Billing Mail out.
ARG NODE_IMAGE=node:22-bookworm-slim
ARG NGINX_IMAGE=nginx:1.28

FROM ${NODE_IMAGE} AS base
WORKDIR /app
ENV NPM_CONFIG_UPDATE_NOTIFIER=false

# Only what npm reads, so that packages are installed again when the manifests change, not whenever a line of source does.
FROM base AS manifests
COPY package.json package-lock.json .npmrc ./
COPY apps apps
COPY libs libs
RUN find apps libs -type f ! -name package.json -delete

# Install scripts stay off: none of the packages used at run time needs one.
FROM base AS production-packages
COPY --from=manifests /app ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts

FROM base AS build
COPY --from=manifests /app ./
RUN --mount=type=cache,target=/root/.npm npm ci --include=dev --ignore-scripts
COPY . .
RUN npm run build \
 && mkdir /runtime \
 && cp -a --parents package.json apps/*/package.json apps/*/dist libs/*/package.json libs/*/dist docker/start-dispatcher.sh \
      tools/package.json tools/dist/*.js tools/dist/containers tools/dist/doctor tools/dist/samples tools/dist/starting /runtime \
 && rm -rf /runtime/libs/testkit \
 && find /runtime \( -name '*.d.ts' -o -name '*.tsbuildinfo' \) -delete \
 # A checkout made under a umask of 077 is readable by its owner only, and the container runs as another user.
 && chmod -R a+rX /runtime

# Accepts every e-mail, shows it on a web page and forwards none.
FROM build AS mailbox
RUN install -d -m 0700 -o node -g node /data/mail
USER node
CMD ["node", "node_modules/maildev/dist/bin/maildev.js", "--ip", "0.0.0.0", "--smtp", "2525", "--web-ip", "0.0.0.0", "--web", "1080", \
     "--mail-directory", "/data/mail", "--max-emails", "500", "--hide-extensions", "STARTTLS"]

FROM ${NGINX_IMAGE} AS proxy
COPY --chmod=0444 docker/nginx.conf /etc/nginx/nginx.conf
USER nginx

FROM base AS service
ENV NODE_ENV=production
COPY --from=production-packages /app/node_modules node_modules
COPY --from=build /runtime ./
# A new volume takes over the owner of the folder that it is mounted on.
RUN install -d -m 0700 -o node -g node /data/documents /data/result-journal /data/backups
USER node
