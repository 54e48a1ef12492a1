# penfriends in a container: built in one stage, run as nobody in particular in the other.
#   docker build -t penfriends .        The image holds no secret and no setting; see docker-compose.yml.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements/uv.lock requirements/run.lock requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/uv.lock \
 && python -m venv --without-pip /opt/penfriends \
 && uv pip sync --no-cache --python /opt/penfriends/bin/python --compile-bytecode --require-hashes requirements/run.lock
COPY . .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r requirements/build.lock \
 && python -m hatchling build -t wheel -d /tmp/dist \
 && uv pip install --no-cache --python /opt/penfriends/bin/python --compile-bytecode --no-deps /tmp/dist/*.whl

FROM python:3.11-slim-bookworm
COPY --from=build /opt/penfriends /opt/penfriends
RUN groupadd --gid 10001 penfriends \
 && useradd --uid 10001 --gid penfriends --home-dir /var/lib/penfriends --create-home --shell /usr/sbin/nologin penfriends
ENV PATH=/opt/penfriends/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PENFRIENDS_ENVIRONMENT=production \
    PENFRIENDS_VAR_DIR=/var/lib/penfriends
USER 10001:10001
WORKDIR /var/lib/penfriends
VOLUME /var/lib/penfriends
STOPSIGNAL SIGTERM
ENTRYPOINT ["penfriends"]
CMD ["run"]
