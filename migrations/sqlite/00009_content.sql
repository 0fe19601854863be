-- +goose Up
-- Uploads that come in pieces. The bytes lie in the data folder under the token;
-- received is how many of them would survive a power cut.
CREATE TABLE uploads (
  org_id      INTEGER NOT NULL REFERENCES organizations (id),
  person_id   INTEGER NOT NULL REFERENCES people (id),
  token       TEXT NOT NULL,
  file_name   TEXT NOT NULL,
  size        INTEGER NOT NULL,
  received    INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  PRIMARY KEY (org_id, person_id, token),
  UNIQUE (token)
);
CREATE INDEX uploads_expires_at ON uploads (expires_at);

-- What the malware scanner said of a version before it counted.
CREATE TABLE evidence_scans (
  org_id      INTEGER NOT NULL,
  evidence_id INTEGER NOT NULL,
  version_id  INTEGER NOT NULL,
  verdict     TEXT NOT NULL,
  engine      TEXT NOT NULL,
  scanned_at  INTEGER NOT NULL,
  PRIMARY KEY (org_id, version_id),
  FOREIGN KEY (org_id, version_id) REFERENCES evidence_versions (org_id, id)
);
-- +goose StatementBegin
CREATE TRIGGER evidence_scans_no_update BEFORE UPDATE ON evidence_scans
BEGIN
  SELECT RAISE(ABORT, 'evidence_scans is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER evidence_scans_no_delete BEFORE DELETE ON evidence_scans
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
  AND NOT EXISTS (SELECT 1 FROM evidence_removals r WHERE r.org_id = OLD.org_id AND r.evidence_id = OLD.evidence_id)
BEGIN
  SELECT RAISE(ABORT, 'evidence_scans is append-only');
END;
-- +goose StatementEnd
