-- +goose Up
-- What the six gates ask of the documents and duties that 00001 did not hold:
-- exceptions one by one, the applicability of each requirement, how often a
-- duty recurs, what an assessor was engaged for, what somebody disputes, and
-- how a service changed its name or place.

-- A report of 00001 only counted its open exceptions: the number is read as so
-- many exceptions that nobody described.
ALTER TABLE reports ADD COLUMN edition TEXT NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN not_stated TEXT NOT NULL DEFAULT '[]';
ALTER TABLE reports ADD COLUMN exception_list TEXT NOT NULL DEFAULT '[]';
ALTER TABLE reports ADD COLUMN document_sha256 BLOB;
ALTER TABLE reports ADD COLUMN bridges_id INTEGER;
UPDATE reports SET exception_list = CAST(exceptions AS TEXT) WHERE exceptions > 0;
ALTER TABLE reports DROP COLUMN exceptions;

ALTER TABLE responsibilities ADD COLUMN cadence TEXT NOT NULL DEFAULT '';
ALTER TABLE memberships ADD COLUMN controls TEXT NOT NULL DEFAULT '[]';
ALTER TABLE services ADD COLUMN changes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE engagements ADD COLUMN report_max_months INTEGER NOT NULL DEFAULT 0;
ALTER TABLE splits ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0;

CREATE TABLE disputes (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id     INTEGER NOT NULL REFERENCES organizations (id),
  subject    TEXT NOT NULL,
  from_code  TEXT NOT NULL,
  to_code    TEXT NOT NULL,
  note       TEXT NOT NULL,
  raised_by  INTEGER NOT NULL REFERENCES people (id),
  raised_at  INTEGER NOT NULL,
  settled_by INTEGER REFERENCES people (id),
  settled_at INTEGER NOT NULL,
  settlement TEXT NOT NULL,
  version    INTEGER NOT NULL,
  UNIQUE (org_id, id)
);
CREATE INDEX disputes_subject ON disputes (org_id, subject, from_code, to_code);

-- As-of views read the newest revision of each object up to a moment.
CREATE INDEX revisions_at ON revisions (org_id, at, seq);
