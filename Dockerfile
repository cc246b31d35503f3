# Two images from one file:
#   docker build --target connector -t demarc-connector .
#   docker build --target daemon -t demarc-daemon .
# Data lives in the volume /data of each; a new version is a new image (the daemon's own update is off in a container).

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
# The Node of the image is the one that is used; the packages that bring another one are optional.
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS app
WORKDIR /opt/demarc
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional && npm cache clean --force
COPY . .
COPY --from=build /src/dist ./dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data

FROM app AS connector
ENV DEMARC_CONNECTOR_DATA=/data
EXPOSE 8443
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["node", "-e", "process.env.NODE_TLS_REJECT_UNAUTHORIZED='0';fetch('https://127.0.0.1:'+(process.env.DEMARC_CONNECTOR_PORT||8443)+'/healthz').then(a=>process.exit(a.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "bin/demarc-connector.mjs"]

FROM app AS daemon
# A container cannot reboot its host.
ENV DEMARC_DAEMON_STATE=/data DEMARC_REBOOT_PROGRAM=[] DEMARC_FAILURE_PAGE=60
EXPOSE 9443 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "bin/demarc.mjs", "status"]
ENTRYPOINT ["node", "bin/demarc-daemon.mjs"]
