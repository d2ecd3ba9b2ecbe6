# The image of every oboro command. Build: docker build -t oboro:0.1.0 .

FROM node:24.11.1-bookworm-slim AS build
WORKDIR /build
ENV npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
COPY package.json package-lock.json ./
# Without install scripts: the only one of ours builds from sources that are not here yet.
RUN ["npm", "ci", "--ignore-scripts"]
COPY tsconfig.json ./
COPY schemas ./schemas
COPY examples ./examples
COPY src ./src
RUN ["npm", "run", "-s", "build"]
RUN ["npm", "ci", "--omit=dev", "--ignore-scripts"]

FROM node:24.11.1-bookworm-slim
LABEL org.opencontainers.image.title="oboro" \
      org.opencontainers.image.description="Location and access-log anonymization stream processor" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /app
# A volume mounted here for the first time takes over this owner.
RUN ["install", "-d", "-o", "node", "-g", "node", "-m", "0700", "/keys"]
COPY --chown=root:root LICENSE NOTICE package.json ./
COPY --chown=root:root deploy/container ./deploy/container
COPY --chown=root:root config ./config
COPY --chown=root:root bin ./bin
COPY --chown=root:root types ./types
COPY --from=build --chown=root:root /build/schemas ./schemas
COPY --from=build --chown=root:root /build/examples ./examples
COPY --from=build --chown=root:root /build/node_modules ./node_modules
COPY --from=build --chown=root:root /build/dist ./dist
# The user "node" of the base image, by number, so that "run as non-root" can be checked from outside.
USER 1000:1000
EXPOSE 9464
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["node", "deploy/container/probe.mjs"]
ENTRYPOINT ["node", "--disable-proto=delete", "bin/oboro.js"]
CMD ["--help"]
