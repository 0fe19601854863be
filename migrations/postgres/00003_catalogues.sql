-- +goose Up
-- Newer snapshots of the provider's catalogue, as organizations imported them:
-- each keeps its whole content, and none is ever changed.
CREATE TABLE catalogues (
  org_id       BIGINT NOT NULL REFERENCES organizations (id),
  number       BIGINT NOT NULL,
  snapshot_day TEXT NOT NULL,
  title        TEXT NOT NULL,
  url          TEXT NOT NULL,
  licence      TEXT NOT NULL,
  attribution  TEXT NOT NULL,
  sha256       BYTEA NOT NULL,
  content      TEXT NOT NULL,
  imported_by  BIGINT NOT NULL REFERENCES people (id),
  imported_at  BIGINT NOT NULL,
  PRIMARY KEY (org_id, number)
);
CREATE TRIGGER catalogues_append_only BEFORE UPDATE OR DELETE ON catalogues FOR EACH ROW EXECUTE FUNCTION refuse_change();
