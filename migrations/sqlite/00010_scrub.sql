-- +goose Up
-- What the checks in the background found. All stored bytes are checked in 256
-- slices, by the first byte of their digest: a slice's row says when it was last
-- read, so nothing is written for a blob that is sound.
CREATE TABLE scrub_slices (
  slice      INTEGER PRIMARY KEY,
  checked_at INTEGER NOT NULL,
  files      INTEGER NOT NULL,
  bytes      INTEGER NOT NULL
);

CREATE TABLE blob_damages (
  sha256     BLOB PRIMARY KEY,
  kind       TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL
);

-- Bytes that no row cites, since when that was seen: the sweeper waits.
CREATE TABLE blob_orphans (
  sha256 BLOB PRIMARY KEY,
  since  INTEGER NOT NULL
);

-- The last run of each task, such as the check of the database.
CREATE TABLE upkeep (
  task    TEXT PRIMARY KEY,
  at      INTEGER NOT NULL,
  sound   BOOLEAN NOT NULL,
  number  INTEGER NOT NULL,
  found   TEXT NOT NULL
);
