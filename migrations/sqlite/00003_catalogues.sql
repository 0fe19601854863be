-- +goose Up
-- Newer snapshots of the provider's catalogue, as organizations imported them:
-- each keeps its whole content, and none is ever changed.
CREATE TABLE catalogues (
  org_id       INTEGER NOT NULL REFERENCES organizations (id),
  number       INTEGER NOT NULL,
  snapshot_day TEXT NOT NULL,
  title        TEXT NOT NULL,
  url          TEXT NOT NULL,
  licence      TEXT NOT NULL,
  attribution  TEXT NOT NULL,
  sha256       BLOB NOT NULL,
  content      TEXT NOT NULL,
  imported_by  INTEGER NOT NULL REFERENCES people (id),
  imported_at  INTEGER NOT NULL,
  PRIMARY KEY (org_id, number)
);
-- +goose StatementBegin
CREATE TRIGGER catalogues_no_update BEFORE UPDATE ON catalogues
BEGIN
  SELECT RAISE(ABORT, 'catalogues is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER catalogues_no_delete BEFORE DELETE ON catalogues
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
BEGIN
  SELECT RAISE(ABORT, 'catalogues is append-only');
END;
-- +goose StatementEnd
