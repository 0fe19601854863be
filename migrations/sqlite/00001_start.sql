-- +goose Up
-- Times are microseconds since 1970 UTC; days are ISO 8601 text, '' for none;
-- lists that are only ever read whole are JSON text. Each table of a tenant
-- carries org_id, and references go through (org_id, id), so that no row can
-- point into another organization.

CREATE TABLE organizations (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  code       TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  sample     BOOLEAN NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
);

CREATE TABLE people (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  email      TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  lang       TEXT NOT NULL,
  theme      TEXT NOT NULL,
  density    TEXT NOT NULL,
  disabled   BOOLEAN NOT NULL DEFAULT 0,
  password   TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL
);

CREATE TABLE sessions (
  token      BLOB PRIMARY KEY,
  person_id  INTEGER NOT NULL REFERENCES people (id),
  created_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  user_agent TEXT NOT NULL,
  address    TEXT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person_id);

CREATE TABLE throttles (
  bucket  TEXT PRIMARY KEY,
  failed  INTEGER NOT NULL,
  last_at INTEGER NOT NULL
);

CREATE TABLE engagements (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id      INTEGER NOT NULL REFERENCES organizations (id),
  code        TEXT NOT NULL,
  title       TEXT NOT NULL,
  kind        TEXT NOT NULL,
  edition     TEXT NOT NULL,
  period_from TEXT NOT NULL,
  period_to   TEXT NOT NULL,
  scope       TEXT NOT NULL,
  state       TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  UNIQUE (org_id, id),
  UNIQUE (org_id, code)
);

CREATE TABLE memberships (
  org_id        INTEGER NOT NULL REFERENCES organizations (id),
  person_id     INTEGER NOT NULL REFERENCES people (id),
  role          TEXT NOT NULL,
  engagement_id INTEGER,
  until_day     TEXT NOT NULL,
  PRIMARY KEY (org_id, person_id),
  FOREIGN KEY (org_id, engagement_id) REFERENCES engagements (org_id, id)
);
CREATE INDEX memberships_person ON memberships (person_id);

CREATE TABLE controls (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id         INTEGER NOT NULL REFERENCES organizations (id),
  code           TEXT NOT NULL,
  sort_key       TEXT NOT NULL,
  title          TEXT NOT NULL,
  description    TEXT NOT NULL,
  implementation TEXT NOT NULL,
  folded         TEXT NOT NULL,
  version        INTEGER NOT NULL,
  UNIQUE (org_id, id),
  UNIQUE (org_id, code)
);
CREATE INDEX controls_order ON controls (org_id, sort_key);

CREATE TABLE control_requirements (
  org_id     INTEGER NOT NULL,
  control_id INTEGER NOT NULL,
  edition    TEXT NOT NULL,
  code       TEXT NOT NULL,
  partial    BOOLEAN NOT NULL DEFAULT 0,
  PRIMARY KEY (org_id, control_id, edition, code),
  FOREIGN KEY (org_id, control_id) REFERENCES controls (org_id, id)
);
CREATE INDEX control_requirements_ref ON control_requirements (org_id, edition, code);

CREATE TABLE services (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id      INTEGER NOT NULL REFERENCES organizations (id),
  catalogue   TEXT NOT NULL,
  name        TEXT NOT NULL,
  environment TEXT NOT NULL,
  model       TEXT NOT NULL,
  from_day    TEXT NOT NULL,
  to_day      TEXT NOT NULL,
  state       TEXT NOT NULL,
  closed_day  TEXT NOT NULL,
  version     INTEGER NOT NULL,
  UNIQUE (org_id, id),
  UNIQUE (org_id, catalogue, environment)
);

CREATE TABLE evidence (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id      INTEGER NOT NULL REFERENCES organizations (id),
  number      INTEGER NOT NULL,
  title       TEXT NOT NULL,
  kind        TEXT NOT NULL,
  source      TEXT NOT NULL,
  method      TEXT NOT NULL,
  sensitivity TEXT NOT NULL,
  state       TEXT NOT NULL,
  author_id   INTEGER NOT NULL REFERENCES people (id),
  versions    INTEGER NOT NULL,
  period_from TEXT NOT NULL,
  period_to   TEXT NOT NULL,
  folded      TEXT NOT NULL,
  version     INTEGER NOT NULL,
  UNIQUE (org_id, id),
  UNIQUE (org_id, number)
);

CREATE TABLE evidence_versions (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id      INTEGER NOT NULL,
  evidence_id INTEGER NOT NULL,
  number      INTEGER NOT NULL,
  file_name   TEXT NOT NULL,
  media_type  TEXT NOT NULL,
  sha256      BLOB,
  sha512      TEXT NOT NULL,
  crc32       INTEGER NOT NULL,
  size        INTEGER NOT NULL,
  url         TEXT NOT NULL,
  note        TEXT NOT NULL,
  captured_on TEXT NOT NULL,
  period_from TEXT NOT NULL,
  period_to   TEXT NOT NULL,
  uploaded_by INTEGER NOT NULL REFERENCES people (id),
  uploaded_at INTEGER NOT NULL,
  UNIQUE (org_id, id),
  UNIQUE (org_id, evidence_id, number),
  FOREIGN KEY (org_id, evidence_id) REFERENCES evidence (org_id, id)
);
CREATE INDEX evidence_versions_sha256 ON evidence_versions (org_id, sha256);

CREATE TABLE evidence_controls (
  org_id      INTEGER NOT NULL,
  evidence_id INTEGER NOT NULL,
  control_id  INTEGER NOT NULL,
  PRIMARY KEY (org_id, evidence_id, control_id),
  FOREIGN KEY (org_id, evidence_id) REFERENCES evidence (org_id, id),
  FOREIGN KEY (org_id, control_id) REFERENCES controls (org_id, id)
);
CREATE INDEX evidence_controls_control ON evidence_controls (org_id, control_id);

CREATE TABLE reviews (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id      INTEGER NOT NULL,
  evidence_id INTEGER NOT NULL,
  version_id  INTEGER NOT NULL,
  verdict     TEXT NOT NULL,
  reason      TEXT NOT NULL,
  comment     TEXT NOT NULL,
  override    TEXT NOT NULL,
  reviewer_id INTEGER NOT NULL REFERENCES people (id),
  at          INTEGER NOT NULL,
  FOREIGN KEY (org_id, evidence_id) REFERENCES evidence (org_id, id),
  FOREIGN KEY (org_id, version_id) REFERENCES evidence_versions (org_id, id)
);
CREATE INDEX reviews_evidence ON reviews (org_id, evidence_id);

CREATE TABLE certificates (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id        INTEGER NOT NULL REFERENCES organizations (id),
  title         TEXT NOT NULL,
  number        TEXT NOT NULL,
  body          TEXT NOT NULL,
  accreditation TEXT NOT NULL,
  edition       TEXT NOT NULL,
  issued        TEXT NOT NULL,
  expires       TEXT NOT NULL,
  scope_text    TEXT NOT NULL,
  names         TEXT NOT NULL,
  document_id   INTEGER,
  checked_by    INTEGER REFERENCES people (id),
  checked_on    TEXT NOT NULL,
  checked_where TEXT NOT NULL,
  state         TEXT NOT NULL,
  withdrawn_on  TEXT NOT NULL,
  successor_id  INTEGER,
  catalogue     TEXT NOT NULL,
  url           TEXT NOT NULL,
  version       INTEGER NOT NULL,
  UNIQUE (org_id, id),
  FOREIGN KEY (org_id, document_id) REFERENCES evidence (org_id, id),
  FOREIGN KEY (org_id, successor_id) REFERENCES certificates (org_id, id)
);

CREATE TABLE reports (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id       INTEGER NOT NULL REFERENCES organizations (id),
  kind         TEXT NOT NULL,
  title        TEXT NOT NULL,
  period_from  TEXT NOT NULL,
  period_to    TEXT NOT NULL,
  confidential BOOLEAN NOT NULL DEFAULT 0,
  names        TEXT NOT NULL,
  not_applied  TEXT NOT NULL,
  exceptions   INTEGER NOT NULL,
  document_id  INTEGER,
  obtained_on  TEXT NOT NULL,
  reviewed_by  INTEGER REFERENCES people (id),
  reviewed_on  TEXT NOT NULL,
  state        TEXT NOT NULL,
  catalogue    TEXT NOT NULL,
  url          TEXT NOT NULL,
  note         TEXT NOT NULL,
  version      INTEGER NOT NULL,
  UNIQUE (org_id, id),
  FOREIGN KEY (org_id, document_id) REFERENCES evidence (org_id, id)
);

CREATE TABLE splits (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id       INTEGER NOT NULL,
  control_id   INTEGER NOT NULL,
  service_id   INTEGER NOT NULL,
  party        TEXT NOT NULL,
  microsoft    TEXT NOT NULL,
  ours         TEXT NOT NULL,
  state        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  confirmed_by INTEGER REFERENCES people (id),
  version      INTEGER NOT NULL,
  UNIQUE (org_id, control_id, service_id),
  FOREIGN KEY (org_id, control_id) REFERENCES controls (org_id, id),
  FOREIGN KEY (org_id, service_id) REFERENCES services (org_id, id)
);

CREATE TABLE responsibilities (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id     INTEGER NOT NULL,
  control_id INTEGER NOT NULL,
  service_id INTEGER NOT NULL,
  sentence   TEXT NOT NULL,
  owner_id   INTEGER REFERENCES people (id),
  expected   TEXT NOT NULL,
  frequency  TEXT NOT NULL,
  state      TEXT NOT NULL,
  because    TEXT NOT NULL,
  version    INTEGER NOT NULL,
  UNIQUE (org_id, id),
  FOREIGN KEY (org_id, control_id) REFERENCES controls (org_id, id),
  FOREIGN KEY (org_id, service_id) REFERENCES services (org_id, id)
);
CREATE INDEX responsibilities_control ON responsibilities (org_id, control_id, service_id);

CREATE TABLE responsibility_evidence (
  org_id            INTEGER NOT NULL,
  responsibility_id INTEGER NOT NULL,
  evidence_id       INTEGER NOT NULL,
  PRIMARY KEY (org_id, responsibility_id, evidence_id),
  FOREIGN KEY (org_id, responsibility_id) REFERENCES responsibilities (org_id, id),
  FOREIGN KEY (org_id, evidence_id) REFERENCES evidence (org_id, id)
);
CREATE INDEX responsibility_evidence_item ON responsibility_evidence (org_id, evidence_id);

CREATE TABLE reliances (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id        INTEGER NOT NULL,
  engagement_id INTEGER NOT NULL,
  control_id    INTEGER NOT NULL,
  service_id    INTEGER NOT NULL,
  state         TEXT NOT NULL,
  why           TEXT NOT NULL,
  proposed_by   INTEGER NOT NULL REFERENCES people (id),
  proposed_at   INTEGER NOT NULL,
  approved_by   INTEGER REFERENCES people (id),
  approved_at   INTEGER NOT NULL,
  decided_by    INTEGER REFERENCES people (id),
  decided_at    INTEGER NOT NULL,
  on_behalf_of  TEXT NOT NULL,
  proof         TEXT NOT NULL,
  decision      TEXT NOT NULL,
  override      TEXT NOT NULL,
  lapsed_at     INTEGER NOT NULL,
  lapse_causes  TEXT NOT NULL,
  version       INTEGER NOT NULL,
  UNIQUE (org_id, id),
  UNIQUE (org_id, engagement_id, control_id, service_id),
  FOREIGN KEY (org_id, engagement_id) REFERENCES engagements (org_id, id),
  FOREIGN KEY (org_id, control_id) REFERENCES controls (org_id, id),
  FOREIGN KEY (org_id, service_id) REFERENCES services (org_id, id)
);

CREATE TABLE reliance_certificates (
  org_id         INTEGER NOT NULL,
  reliance_id    INTEGER NOT NULL,
  certificate_id INTEGER NOT NULL,
  PRIMARY KEY (org_id, reliance_id, certificate_id),
  FOREIGN KEY (org_id, reliance_id) REFERENCES reliances (org_id, id),
  FOREIGN KEY (org_id, certificate_id) REFERENCES certificates (org_id, id)
);
CREATE INDEX reliance_certificates_certificate ON reliance_certificates (org_id, certificate_id);

CREATE TABLE ownerships (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id      INTEGER NOT NULL,
  control_id  INTEGER NOT NULL,
  person_id   INTEGER NOT NULL REFERENCES people (id),
  from_day    TEXT NOT NULL,
  until_day   TEXT NOT NULL,
  state       TEXT NOT NULL,
  assigned_by INTEGER NOT NULL REFERENCES people (id),
  version     INTEGER NOT NULL,
  UNIQUE (org_id, id),
  FOREIGN KEY (org_id, control_id) REFERENCES controls (org_id, id)
);
-- One accountable person at a time.
CREATE UNIQUE INDEX ownerships_current ON ownerships (org_id, control_id) WHERE state <> 'ended';

CREATE TABLE soa_entries (
  org_id      INTEGER NOT NULL REFERENCES organizations (id),
  edition     TEXT NOT NULL,
  code        TEXT NOT NULL,
  applicable  BOOLEAN NOT NULL,
  inclusion   TEXT NOT NULL,
  drivers     TEXT NOT NULL,
  exclusion   TEXT NOT NULL,
  status      TEXT NOT NULL,
  documented  TEXT NOT NULL,
  last_review TEXT NOT NULL,
  next_review TEXT NOT NULL,
  notes       TEXT NOT NULL,
  version     INTEGER NOT NULL,
  PRIMARY KEY (org_id, edition, code)
);

CREATE TABLE soa_versions (
  org_id      INTEGER NOT NULL REFERENCES organizations (id),
  edition     TEXT NOT NULL,
  number      INTEGER NOT NULL,
  approved_by INTEGER NOT NULL REFERENCES people (id),
  approved_at INTEGER NOT NULL,
  entries     TEXT NOT NULL,
  PRIMARY KEY (org_id, edition, number)
);

CREATE TABLE tests (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id        INTEGER NOT NULL,
  engagement_id INTEGER NOT NULL,
  control_id    INTEGER NOT NULL,
  objective     TEXT NOT NULL,
  method        TEXT NOT NULL,
  conclusion    TEXT NOT NULL,
  note          TEXT NOT NULL,
  override      TEXT NOT NULL,
  tester_id     INTEGER NOT NULL REFERENCES people (id),
  at            INTEGER NOT NULL,
  FOREIGN KEY (org_id, engagement_id) REFERENCES engagements (org_id, id),
  FOREIGN KEY (org_id, control_id) REFERENCES controls (org_id, id)
);
CREATE INDEX tests_control ON tests (org_id, engagement_id, control_id);

CREATE TABLE packs (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id        INTEGER NOT NULL,
  engagement_id INTEGER NOT NULL,
  number        INTEGER NOT NULL,
  year          INTEGER NOT NULL,
  langs         TEXT NOT NULL,
  state         TEXT NOT NULL,
  layout        BLOB NOT NULL,
  tag_digest    BLOB NOT NULL,
  size          INTEGER NOT NULL,
  files         INTEGER NOT NULL,
  omissions     INTEGER NOT NULL,
  sealed_by     INTEGER NOT NULL REFERENCES people (id),
  sealed_at     INTEGER NOT NULL,
  version       INTEGER NOT NULL,
  UNIQUE (org_id, id),
  UNIQUE (org_id, year, number),
  FOREIGN KEY (org_id, engagement_id) REFERENCES engagements (org_id, id)
);

-- Who did what. The order is the sequence, for times may tie.
CREATE TABLE activity (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id        INTEGER NOT NULL REFERENCES organizations (id),
  engagement_id INTEGER,
  at            INTEGER NOT NULL,
  actor_id      INTEGER REFERENCES people (id),
  verb          TEXT NOT NULL,
  noun          TEXT NOT NULL,
  object_id     INTEGER NOT NULL,
  label         TEXT NOT NULL,
  digest        BLOB NOT NULL
);
CREATE INDEX activity_org ON activity (org_id, seq);
CREATE INDEX activity_object ON activity (org_id, noun, object_id, seq);

-- The whole state of an object after each change: as-of views read these.
CREATE TABLE revisions (
  seq       INTEGER PRIMARY KEY REFERENCES activity (seq),
  org_id    INTEGER NOT NULL,
  noun      TEXT NOT NULL,
  object_id INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  state     TEXT NOT NULL
);
CREATE INDEX revisions_object ON revisions (org_id, noun, object_id, seq);

-- Blobs that packs are made of, beside evidence: kept from the sweeper.
CREATE TABLE pack_blobs (
  org_id  INTEGER NOT NULL,
  pack_id INTEGER NOT NULL,
  sha256  BLOB NOT NULL,
  size    INTEGER NOT NULL,
  PRIMARY KEY (org_id, pack_id, sha256),
  FOREIGN KEY (org_id, pack_id) REFERENCES packs (org_id, id)
);

-- Lists that somebody sent for an import. A blob is known by its digest alone,
-- and digests stand in packs: only who sent a list may read it through one.
CREATE TABLE import_files (
  org_id      INTEGER NOT NULL REFERENCES organizations (id),
  person_id   INTEGER NOT NULL REFERENCES people (id),
  sha256      BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, person_id, sha256)
);

-- What is recorded stays: only a sample organization may be removed.
-- +goose StatementBegin
CREATE TRIGGER activity_no_update BEFORE UPDATE ON activity
BEGIN
  SELECT RAISE(ABORT, 'activity is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
BEGIN
  SELECT RAISE(ABORT, 'activity is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revisions_no_update BEFORE UPDATE ON revisions
BEGIN
  SELECT RAISE(ABORT, 'revisions is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revisions_no_delete BEFORE DELETE ON revisions
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
BEGIN
  SELECT RAISE(ABORT, 'revisions is append-only');
END;
-- +goose StatementEnd
-- A draft may still be told which days it speaks for; nothing else of a version
-- ever changes, and nothing at all once it was submitted.
-- +goose StatementBegin
CREATE TRIGGER evidence_versions_no_update BEFORE UPDATE OF id, org_id, evidence_id, number, file_name, media_type, sha256, sha512, crc32, size, url, note, uploaded_by, uploaded_at ON evidence_versions
BEGIN
  SELECT RAISE(ABORT, 'evidence_versions is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER evidence_versions_submitted BEFORE UPDATE ON evidence_versions
WHEN (SELECT state FROM evidence WHERE org_id = OLD.org_id AND id = OLD.evidence_id) <> 'draft'
BEGIN
  SELECT RAISE(ABORT, 'evidence_versions is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER evidence_versions_no_delete BEFORE DELETE ON evidence_versions
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
BEGIN
  SELECT RAISE(ABORT, 'evidence_versions is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reviews_no_update BEFORE UPDATE ON reviews
BEGIN
  SELECT RAISE(ABORT, 'reviews is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reviews_no_delete BEFORE DELETE ON reviews
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
BEGIN
  SELECT RAISE(ABORT, 'reviews is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER soa_versions_no_update BEFORE UPDATE ON soa_versions
BEGIN
  SELECT RAISE(ABORT, 'soa_versions is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER soa_versions_no_delete BEFORE DELETE ON soa_versions
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
BEGIN
  SELECT RAISE(ABORT, 'soa_versions is append-only');
END;
-- +goose StatementEnd
