-- +goose Up
-- Uploads that come in pieces. The bytes lie in the data folder under the token;
-- received is how many of them would survive a power cut.
CREATE TABLE uploads (
  org_id      BIGINT NOT NULL REFERENCES organizations (id),
  person_id   BIGINT NOT NULL REFERENCES people (id),
  token       TEXT NOT NULL,
  file_name   TEXT NOT NULL,
  size        BIGINT NOT NULL,
  received    BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL,
  PRIMARY KEY (org_id, person_id, token),
  UNIQUE (token)
);
CREATE INDEX uploads_expires_at ON uploads (expires_at);

-- What the malware scanner said of a version before it counted.
CREATE TABLE evidence_scans (
  org_id      BIGINT NOT NULL,
  evidence_id BIGINT NOT NULL,
  version_id  BIGINT NOT NULL,
  verdict     TEXT NOT NULL,
  engine      TEXT NOT NULL,
  scanned_at  BIGINT NOT NULL,
  PRIMARY KEY (org_id, version_id),
  FOREIGN KEY (org_id, version_id) REFERENCES evidence_versions (org_id, id)
);
CREATE TRIGGER evidence_scans_append_only BEFORE UPDATE ON evidence_scans FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_scans_no_delete BEFORE DELETE ON evidence_scans FOR EACH ROW EXECUTE FUNCTION refuse_unrecorded();
