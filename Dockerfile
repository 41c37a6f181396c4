# One image for the web server, the worker and the nightly jobs: compose.yml and docs/production/README.md.

FROM python:3.11-slim-bookworm AS base
RUN apt-get update && apt-get install --yes --no-install-recommends libpangoft2-1.0-0 && rm -rf /var/lib/apt/lists/*
WORKDIR /app

FROM base AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
# What is installed changes less often than the code. Files in an S3-compatible store: --build-arg SETUP=setup-store
ARG SETUP=setup
COPY Makefile requirements.txt requirements-s3.txt ./
RUN make $SETUP
COPY manage.py pyproject.toml LICENSE ./
COPY sroi sroi
COPY contracts contracts
COPY placements placements
COPY reporting reporting
COPY templates templates
COPY static static
COPY docs/valuation-table docs/valuation-table
RUN make translations
# The keys of a site are never in an image; these are of nothing.
RUN SECRET_KEY=of-nothing SECOND_FACTOR_KEYS=of-nothing STATEMENT_KEYS=of-nothing \
    .venv/bin/python manage.py collectstatic --noinput --verbosity 0
RUN .venv/bin/python -m compileall -q manage.py sroi contracts placements reporting

FROM base
# Nothing in the image belongs to who runs it; what is kept is in these three.
RUN useradd --system --uid 10001 --no-create-home sroi && install --directory --owner=sroi /data /journal /backups
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 XDG_CACHE_HOME=/tmp EVIDENCE_DIR=/data/evidence
USER sroi
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/gezond/', headers={'Host': 'localhost', 'X-Forwarded-Proto': 'https'}), timeout=9)"]
CMD ["gunicorn", "--config", "python:sroi.serving", "sroi.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
