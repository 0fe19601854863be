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
ALTER TABLE evidence ADD COLUMN held BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE evidence ADD COLUMN hold_why TEXT NOT NULL DEFAULT '';
ALTER TABLE evidence ADD COLUMN hold_by BIGINT REFERENCES people (id);
ALTER TABLE evidence ADD COLUMN hold_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX evidence_expires ON evidence (org_id, expires) WHERE expires <> '';
CREATE INDEX evidence_due ON evidence (org_id, due) WHERE due <> '';
CREATE INDEX evidence_held ON evidence (org_id, number) WHERE held;
CREATE INDEX evidence_state ON evidence (org_id, state, number);

-- Who opened, downloaded or previewed which version, counted by the day. Kept
-- when the item goes, and no part of what a row digest covers: it is written in
-- batches, off the path of the request.
CREATE TABLE evidence_sightings (
  org_id      BIGINT NOT NULL REFERENCES organizations (id),
  evidence_id BIGINT NOT NULL,
  number      BIGINT NOT NULL,
  person_id   BIGINT NOT NULL REFERENCES people (id),
  kind        TEXT NOT NULL,
  day         TEXT NOT NULL,
  times       BIGINT NOT NULL,
  PRIMARY KEY (org_id, evidence_id, number, person_id, kind, day)
);

-- What stays of a deleted item: its number is never given again, its digests
-- stay known, and past days are still answered.
CREATE TABLE evidence_removals (
  org_id      BIGINT NOT NULL REFERENCES organizations (id),
  evidence_id BIGINT NOT NULL,
  number      BIGINT NOT NULL,
  title       TEXT NOT NULL,
  versions    TEXT NOT NULL,
  reviews     TEXT NOT NULL,
  reason      TEXT NOT NULL,
  removed_by  BIGINT NOT NULL REFERENCES people (id),
  removed_at  BIGINT NOT NULL,
  PRIMARY KEY (org_id, evidence_id),
  UNIQUE (org_id, number)
);
CREATE TRIGGER evidence_removals_append_only BEFORE UPDATE OR DELETE ON evidence_removals FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Versions and reviews go only with an item whose removal is recorded.
-- +goose StatementBegin
CREATE FUNCTION refuse_unrecorded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE item BIGINT;
BEGIN
  IF TG_TABLE_NAME = 'evidence' THEN
    item := (to_jsonb(OLD) ->> 'id')::BIGINT;
  ELSE
    item := (to_jsonb(OLD) ->> 'evidence_id')::BIGINT;
  END IF;
  IF (SELECT sample FROM organizations WHERE id = OLD.org_id)
    OR EXISTS (SELECT 1 FROM evidence_removals r WHERE r.org_id = OLD.org_id AND r.evidence_id = item) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END;
$$;
-- +goose StatementEnd
DROP TRIGGER evidence_versions_append_only ON evidence_versions;
DROP TRIGGER reviews_append_only ON reviews;
CREATE TRIGGER evidence_versions_append_only BEFORE UPDATE OF id, org_id, evidence_id, number, file_name, media_type, sha256, sha512, crc32, size, url, note, uploaded_by, uploaded_at ON evidence_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_versions_no_delete BEFORE DELETE ON evidence_versions FOR EACH ROW EXECUTE FUNCTION refuse_unrecorded();
CREATE TRIGGER reviews_append_only BEFORE UPDATE ON reviews FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reviews_no_delete BEFORE DELETE ON reviews FOR EACH ROW EXECUTE FUNCTION refuse_unrecorded();
CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION refuse_unrecorded();
