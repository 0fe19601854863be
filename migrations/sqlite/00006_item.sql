-- +goose Up
-- How long evidence holds, who holds it back from deletion, who saw it, and
-- what stays of an item that somebody deleted.

-- The last day of a version, set with its other days and immutable with them.
ALTER TABLE evidence_versions ADD COLUMN expires TEXT NOT NULL DEFAULT '';

-- expires and due are those of the version that counts: the accepted one, or the
-- newest while none was accepted. The calendar and the filters read them.
ALTER TABLE evidence ADD COLUMN cadence TEXT NOT NULL DEFAULT '';
ALTER TABLE evidence ADD COLUMN expires TEXT NOT NULL DEFAULT '';
ALTER TABLE evidence ADD COLUMN due TEXT NOT NULL DEFAULT '';
-- The last thing said of a legal hold: placed (held) or lifted, by whom and why.
ALTER TABLE evidence ADD COLUMN held BOOLEAN NOT NULL DEFAULT 0;
ALTER TABLE evidence ADD COLUMN hold_why TEXT NOT NULL DEFAULT '';
ALTER TABLE evidence ADD COLUMN hold_by INTEGER REFERENCES people (id);
ALTER TABLE evidence ADD COLUMN hold_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX evidence_expires ON evidence (org_id, expires) WHERE expires <> '';
CREATE INDEX evidence_due ON evidence (org_id, due) WHERE due <> '';
CREATE INDEX evidence_held ON evidence (org_id, number) WHERE held;
CREATE INDEX evidence_state ON evidence (org_id, state, number);

-- Who opened, downloaded or previewed which version, counted by the day. Kept
-- when the item goes, and no part of what a row digest covers: it is written in
-- batches, off the path of the request.
CREATE TABLE evidence_sightings (
  org_id      INTEGER NOT NULL REFERENCES organizations (id),
  evidence_id INTEGER NOT NULL,
  number      INTEGER NOT NULL,
  person_id   INTEGER NOT NULL REFERENCES people (id),
  kind        TEXT NOT NULL,
  day         TEXT NOT NULL,
  times       INTEGER NOT NULL,
  PRIMARY KEY (org_id, evidence_id, number, person_id, kind, day)
);

-- What stays of a deleted item: its number is never given again, its digests
-- stay known, and past days are still answered.
CREATE TABLE evidence_removals (
  org_id      INTEGER NOT NULL REFERENCES organizations (id),
  evidence_id INTEGER NOT NULL,
  number      INTEGER NOT NULL,
  title       TEXT NOT NULL,
  versions    TEXT NOT NULL,
  reviews     TEXT NOT NULL,
  reason      TEXT NOT NULL,
  removed_by  INTEGER NOT NULL REFERENCES people (id),
  removed_at  INTEGER NOT NULL,
  PRIMARY KEY (org_id, evidence_id),
  UNIQUE (org_id, number)
);
-- +goose StatementBegin
CREATE TRIGGER evidence_removals_no_update BEFORE UPDATE ON evidence_removals
BEGIN
  SELECT RAISE(ABORT, 'evidence_removals is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER evidence_removals_no_delete BEFORE DELETE ON evidence_removals
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
BEGIN
  SELECT RAISE(ABORT, 'evidence_removals is append-only');
END;
-- +goose StatementEnd

-- Versions and reviews go only with an item whose removal is recorded.
DROP TRIGGER evidence_versions_no_delete;
DROP TRIGGER reviews_no_delete;
-- +goose StatementBegin
CREATE TRIGGER evidence_versions_no_delete BEFORE DELETE ON evidence_versions
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
  AND NOT EXISTS (SELECT 1 FROM evidence_removals r WHERE r.org_id = OLD.org_id AND r.evidence_id = OLD.evidence_id)
BEGIN
  SELECT RAISE(ABORT, 'evidence_versions is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reviews_no_delete BEFORE DELETE ON reviews
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
  AND NOT EXISTS (SELECT 1 FROM evidence_removals r WHERE r.org_id = OLD.org_id AND r.evidence_id = OLD.evidence_id)
BEGIN
  SELECT RAISE(ABORT, 'reviews is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
  AND NOT EXISTS (SELECT 1 FROM evidence_removals r WHERE r.org_id = OLD.org_id AND r.evidence_id = OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'evidence goes only with a recorded removal');
END;
-- +goose StatementEnd
