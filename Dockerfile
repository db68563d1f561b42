# One image for every process of Tempost: API, dashboard, workers, receiver, and the `tempost` command.
# Neither the local stack, nor the evidence, nor the tests are in it.
ARG PYTHON=3.11.15-slim-bookworm

FROM python:${PYTHON} AS packages
ARG UV_VERSION=0.13.9
RUN pip install --no-cache-dir --disable-pip-version-check uv==${UV_VERSION} && python -m venv /opt/tempost
COPY requirements-image.lock /
RUN uv pip sync --no-cache --compile-bytecode --python /opt/tempost/bin/python --require-hashes /requirements-image.lock

FROM python:${PYTHON}
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin tempost
ENV PATH=/opt/tempost/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY --from=packages /opt/tempost /opt/tempost
COPY --chmod=755 deploy/tempost /usr/local/bin/tempost
COPY activities activities
COPY api api
COPY commands commands
COPY content content
COPY contracts contracts
COPY dashboard dashboard
COPY database database
COPY mail mail
COPY runtime runtime
COPY scheduling scheduling
COPY workflows workflows
COPY cli.py worker.py ./
# A checkout that only its owner may read is copied as it is; the processes run as somebody else.
RUN chmod -R a+rX /app && python -m compileall -q /app
USER 10001
CMD ["tempost", "--help"]
