-- +goose Up
-- The Merkle log over everything that is kept (package tlog). One tree per
-- database. Which rows a transaction touched is noted by temporary triggers on
-- the one connection that writes: see internal/store/log_watch.go.

-- One row: how large the tree is, its root, and its right edge to append at.
-- founded is the schema's number up to which existing rows were taken in.
CREATE TABLE log_head (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  size    INTEGER NOT NULL,
  root    BLOB NOT NULL,
  edge    BLOB NOT NULL,
  founded INTEGER NOT NULL
);
INSERT INTO log_head (id, size, root, edge, founded) VALUES (1, 0, x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', x'', 0);

-- seq is that of the activity record, NULL where rows changed without one.
CREATE TABLE log_leaves (
  idx  INTEGER PRIMARY KEY,
  seq  INTEGER,
  body TEXT NOT NULL,
  salt BLOB NOT NULL
);
CREATE UNIQUE INDEX log_leaves_seq ON log_leaves (seq);

-- The tree's hashes in the order in which they are completed.
CREATE TABLE log_nodes (
  idx  INTEGER PRIMARY KEY,
  hash BLOB NOT NULL
);

-- What each row was after the transaction of a leaf; NULL: removed.
CREATE TABLE log_rows (
  tbl    TEXT NOT NULL,
  key    TEXT NOT NULL,
  leaf   INTEGER NOT NULL,
  digest BLOB,
  PRIMARY KEY (tbl, key, leaf)
) WITHOUT ROWID;
CREATE INDEX log_rows_leaf ON log_rows (leaf);

CREATE TABLE log_checkpoints (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  size      INTEGER NOT NULL,
  signed_at INTEGER NOT NULL,
  body      TEXT NOT NULL
);

-- +goose StatementBegin
CREATE TRIGGER log_leaves_no_update BEFORE UPDATE ON log_leaves
BEGIN
  SELECT RAISE(ABORT, 'log_leaves is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_leaves_no_delete BEFORE DELETE ON log_leaves
BEGIN
  SELECT RAISE(ABORT, 'log_leaves is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_nodes_no_update BEFORE UPDATE ON log_nodes
BEGIN
  SELECT RAISE(ABORT, 'log_nodes is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_nodes_no_delete BEFORE DELETE ON log_nodes
BEGIN
  SELECT RAISE(ABORT, 'log_nodes is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_rows_no_update BEFORE UPDATE ON log_rows
BEGIN
  SELECT RAISE(ABORT, 'log_rows is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_rows_no_delete BEFORE DELETE ON log_rows
BEGIN
  SELECT RAISE(ABORT, 'log_rows is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_checkpoints_no_update BEFORE UPDATE ON log_checkpoints
BEGIN
  SELECT RAISE(ABORT, 'log_checkpoints is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_checkpoints_no_delete BEFORE DELETE ON log_checkpoints
BEGIN
  SELECT RAISE(ABORT, 'log_checkpoints is append-only');
END;
-- +goose StatementEnd
