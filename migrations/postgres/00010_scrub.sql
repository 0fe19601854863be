-- +goose Up
-- What the checks in the background found. All stored bytes are checked in 256
-- slices, by the first byte of their digest: a slice's row says when it was last
-- read, so nothing is written for a blob that is sound.
CREATE TABLE scrub_slices (
  slice      INTEGER PRIMARY KEY,
  checked_at BIGINT NOT NULL,
  files      INTEGER NOT NULL,
  bytes      BIGINT NOT NULL
);

CREATE TABLE blob_damages (
  sha256     BYTEA PRIMARY KEY,
  kind       TEXT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen  BIGINT NOT NULL
);

-- Bytes that no row cites, since when that was seen: the sweeper waits.
CREATE TABLE blob_orphans (
  sha256 BYTEA PRIMARY KEY,
  since  BIGINT NOT NULL
);

-- The last run of each task, such as the check of the database.
CREATE TABLE upkeep (
  task    TEXT PRIMARY KEY,
  at      BIGINT NOT NULL,
  sound   BOOLEAN NOT NULL,
  number  INTEGER NOT NULL,
  found   TEXT NOT NULL
);
