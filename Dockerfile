# One image for every role: `docker run … start listener`. nginx and Redis are containers of their own (docker-compose.yml).
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages packages
COPY apps apps
COPY nginx nginx
COPY cli cli
# The image brings Node 24, so the bundled one is left out; install scripts never run.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    BIOLISTENER_DATA_DIR=/data \
    BIOLISTENER_LISTENER_HOST=0.0.0.0 \
    BIOLISTENER_API_HOST=0.0.0.0 \
    BIOLISTENER_LOG_FORMAT=json
WORKDIR /app
COPY --from=packages /app /app
RUN mkdir /data && chown node:node /data
# `node` by number: a cluster that refuses root must see that this is somebody else
USER 1000:1000
VOLUME /data
EXPOSE 8990 8999
ENTRYPOINT ["node", "cli/bin/biolistener.mjs"]
CMD ["start", "listener", "worker", "api"]
# asks whichever part this container runs
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "cli/bin/healthcheck.mjs"]
