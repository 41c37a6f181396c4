"""PostgreSQL behind a pooler that hands out a connection per transaction (pgbouncer)."""

ENGINE = __name__
