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
USER node
VOLUME /data
EXPOSE 8990 8999
ENTRYPOINT ["node", "cli/bin/biolistener.mjs"]
CMD ["start", "listener", "worker", "api"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8999/ready').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
