-- +goose Up
-- What the search knows: one document per object, all of it derived from other
-- rows and made anew from them at will. Its id is the shelf of its noun times
-- 2^40 plus the object's own, so that a range of ids is a noun. title, words,
-- facets and body are folded words with spaces between them, cut by the program:
-- both databases then find the same.
CREATE TABLE search_docs (
  id            BIGINT PRIMARY KEY,
  org_id        BIGINT NOT NULL REFERENCES organizations (id),
  noun          TEXT NOT NULL,
  object_id     BIGINT NOT NULL,
  engagement_id BIGINT NOT NULL,
  code          TEXT NOT NULL,
  code_key      TEXT COLLATE "C" NOT NULL,
  label         TEXT NOT NULL,
  said          TEXT NOT NULL,
  title         TEXT NOT NULL,
  words         TEXT NOT NULL,
  facets        TEXT NOT NULL,
  body          TEXT NOT NULL
);
-- By code first: an index that begins with the organization would be walked in
-- place of the documents' ids.
CREATE INDEX search_docs_code ON search_docs (code_key, org_id);

-- Two indexes over the same documents: titles are looked through before
-- everything else is. The words are cut already, so no parser is asked.
CREATE INDEX search_docs_titles ON search_docs USING gin (array_to_tsvector(array_remove(string_to_array(title, ' '), '')));
CREATE INDEX search_docs_words ON search_docs USING gin (array_to_tsvector(array_remove(string_to_array(title || ' ' || words || ' ' || facets || ' ' || body, ' '), '')));

-- Nouns whose documents still have to be made, and how far that has come.
CREATE TABLE search_progress (
  noun    TEXT PRIMARY KEY,
  last_id BIGINT NOT NULL
);
INSERT INTO search_progress (noun, last_id) SELECT 'control', 0 WHERE EXISTS (SELECT 1 FROM controls);
INSERT INTO search_progress (noun, last_id) SELECT 'service', 0 WHERE EXISTS (SELECT 1 FROM services);
INSERT INTO search_progress (noun, last_id) SELECT 'certificate', 0 WHERE EXISTS (SELECT 1 FROM certificates);
INSERT INTO search_progress (noun, last_id) SELECT 'report', 0 WHERE EXISTS (SELECT 1 FROM reports);
INSERT INTO search_progress (noun, last_id) SELECT 'responsibility', 0 WHERE EXISTS (SELECT 1 FROM responsibilities);
INSERT INTO search_progress (noun, last_id) SELECT 'request', 0 WHERE EXISTS (SELECT 1 FROM requests);
INSERT INTO search_progress (noun, last_id) SELECT 'evidence', 0 WHERE EXISTS (SELECT 1 FROM evidence);

-- What could be read in the newest version of an item; unread ones are the queue.
CREATE TABLE evidence_texts (
  org_id      BIGINT NOT NULL,
  version_id  BIGINT NOT NULL,
  evidence_id BIGINT NOT NULL,
  state       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  text        TEXT NOT NULL,
  read_at     BIGINT NOT NULL,
  PRIMARY KEY (org_id, version_id),
  FOREIGN KEY (org_id, evidence_id) REFERENCES evidence (org_id, id) ON DELETE CASCADE
);
CREATE INDEX evidence_texts_item ON evidence_texts (org_id, evidence_id);
CREATE INDEX evidence_texts_unread ON evidence_texts (version_id) WHERE state = 'unread';
INSERT INTO evidence_texts (org_id, version_id, evidence_id, state, reason, text, read_at)
SELECT v.org_id, v.id, v.evidence_id, 'unread', '', '', 0 FROM evidence_versions v
JOIN evidence e ON e.org_id = v.org_id AND e.id = v.evidence_id AND e.versions = v.number
WHERE v.sha256 IS NOT NULL;

-- How many items there are of each kind, state, period and last day, over all (control 0)
-- and by control: lists say their number without counting a million rows.
CREATE TABLE evidence_counts (
  org_id      BIGINT NOT NULL,
  control_id  BIGINT NOT NULL,
  state       TEXT NOT NULL,
  kind        TEXT NOT NULL,
  period_from TEXT NOT NULL,
  period_to   TEXT NOT NULL,
  expires     TEXT NOT NULL,
  n           BIGINT NOT NULL,
  PRIMARY KEY (org_id, control_id, state, kind, period_from, period_to, expires)
);
INSERT INTO evidence_counts SELECT org_id, 0, state, kind, period_from, period_to, expires, COUNT(*) FROM evidence GROUP BY 1, 3, 4, 5, 6, 7;
INSERT INTO evidence_counts SELECT e.org_id, c.control_id, e.state, e.kind, e.period_from, e.period_to, e.expires, COUNT(*)
FROM evidence_controls c JOIN evidence e ON e.org_id = c.org_id AND e.id = c.evidence_id GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- +goose StatementBegin
CREATE FUNCTION count_evidence(o BIGINT, c BIGINT, s TEXT, k TEXT, f TEXT, t TEXT, x TEXT, by BIGINT) RETURNS void LANGUAGE sql AS $$
  INSERT INTO evidence_counts AS e VALUES (o, c, s, k, f, t, x, by)
  ON CONFLICT (org_id, control_id, state, kind, period_from, period_to, expires) DO UPDATE SET n = e.n + by;
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION evidence_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    PERFORM count_evidence(OLD.org_id, 0, OLD.state, OLD.kind, OLD.period_from, OLD.period_to, OLD.expires, -1);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    PERFORM count_evidence(NEW.org_id, 0, NEW.state, NEW.kind, NEW.period_from, NEW.period_to, NEW.expires, 1);
  END IF;
  IF TG_OP = 'UPDATE' THEN
    PERFORM count_evidence(OLD.org_id, c.control_id, OLD.state, OLD.kind, OLD.period_from, OLD.period_to, OLD.expires, -1),
            count_evidence(NEW.org_id, c.control_id, NEW.state, NEW.kind, NEW.period_from, NEW.period_to, NEW.expires, 1)
    FROM evidence_controls c WHERE c.org_id = NEW.org_id AND c.evidence_id = NEW.id;
  END IF;
  RETURN NULL;
END;
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION evidence_controls_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM count_evidence(e.org_id, NEW.control_id, e.state, e.kind, e.period_from, e.period_to, e.expires, 1)
    FROM evidence e WHERE e.org_id = NEW.org_id AND e.id = NEW.evidence_id;
  ELSE
    PERFORM count_evidence(e.org_id, OLD.control_id, e.state, e.kind, e.period_from, e.period_to, e.expires, -1)
    FROM evidence e WHERE e.org_id = OLD.org_id AND e.id = OLD.evidence_id;
  END IF;
  RETURN NULL;
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER evidence_counted AFTER INSERT OR DELETE OR UPDATE OF state, kind, period_from, period_to, expires ON evidence FOR EACH ROW EXECUTE FUNCTION evidence_counted();
CREATE TRIGGER evidence_controls_counted AFTER INSERT OR DELETE ON evidence_controls FOR EACH ROW EXECUTE FUNCTION evidence_controls_counted();

-- The orders of the library, and who ever acted.
CREATE INDEX evidence_by_title ON evidence (org_id, folded);
CREATE INDEX evidence_by_period ON evidence (org_id, period_to, number);
CREATE INDEX evidence_by_expiry ON evidence (org_id, (CASE WHEN expires = '' THEN 1 ELSE 0 END), expires, number);
CREATE INDEX evidence_by_kind ON evidence (org_id, kind, number);
DROP INDEX evidence_controls_control;
CREATE INDEX evidence_controls_control ON evidence_controls (org_id, control_id, evidence_id);
CREATE INDEX activity_actor ON activity (org_id, actor_id);
