-- +goose Up
-- What the search knows: one document per object, all of it derived from other
-- rows and made anew from them at will. Its id is the shelf of its noun times
-- 2^40 plus the object's own, so that a range of ids is a noun. title, words,
-- facets and body are folded words with spaces between them, cut by the program:
-- both databases then find the same.
CREATE TABLE search_docs (
  id            INTEGER PRIMARY KEY,
  org_id        INTEGER NOT NULL REFERENCES organizations (id),
  noun          TEXT NOT NULL,
  object_id     INTEGER NOT NULL,
  engagement_id INTEGER NOT NULL,
  code          TEXT NOT NULL,
  code_key      TEXT NOT NULL,
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

-- Two indexes over the same documents, apart for each organization (languageid),
-- newest first: titles are looked through before everything else is.
CREATE VIRTUAL TABLE search_titles USING fts4 (content="search_docs", title, languageid="org_id", order=desc, prefix="2,3,4,5,6,8", matchinfo=fts3, tokenize=simple);
CREATE VIRTUAL TABLE search_words USING fts4 (content="search_docs", title, words, facets, body, languageid="org_id", order=desc, prefix="2,3,4,5,6,8", matchinfo=fts3, tokenize=simple);
-- Merge a little with each change, never much at once.
INSERT INTO search_titles (search_titles) VALUES ('automerge=8');
INSERT INTO search_words (search_words) VALUES ('automerge=8');

-- +goose StatementBegin
CREATE TRIGGER search_docs_added AFTER INSERT ON search_docs
BEGIN
  INSERT INTO search_titles (docid, org_id, title) VALUES (NEW.id, NEW.org_id, NEW.title);
  INSERT INTO search_words (docid, org_id, title, words, facets, body) VALUES (NEW.id, NEW.org_id, NEW.title, NEW.words, NEW.facets, NEW.body);
END;
-- +goose StatementEnd
-- The index forgets a document by reading it once more: before it changes.
-- +goose StatementBegin
CREATE TRIGGER search_docs_changing BEFORE UPDATE ON search_docs
BEGIN
  DELETE FROM search_titles WHERE docid = OLD.id;
  DELETE FROM search_words WHERE docid = OLD.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_docs_changed AFTER UPDATE ON search_docs
BEGIN
  INSERT INTO search_titles (docid, org_id, title) VALUES (NEW.id, NEW.org_id, NEW.title);
  INSERT INTO search_words (docid, org_id, title, words, facets, body) VALUES (NEW.id, NEW.org_id, NEW.title, NEW.words, NEW.facets, NEW.body);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_docs_gone BEFORE DELETE ON search_docs
BEGIN
  DELETE FROM search_titles WHERE docid = OLD.id;
  DELETE FROM search_words WHERE docid = OLD.id;
END;
-- +goose StatementEnd

-- Nouns whose documents still have to be made, and how far that has come.
CREATE TABLE search_progress (
  noun    TEXT PRIMARY KEY,
  last_id INTEGER NOT NULL
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
  org_id      INTEGER NOT NULL,
  version_id  INTEGER NOT NULL,
  evidence_id INTEGER NOT NULL,
  state       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  text        TEXT NOT NULL,
  read_at     INTEGER NOT NULL,
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
  org_id      INTEGER NOT NULL,
  control_id  INTEGER NOT NULL,
  state       TEXT NOT NULL,
  kind        TEXT NOT NULL,
  period_from TEXT NOT NULL,
  period_to   TEXT NOT NULL,
  expires     TEXT NOT NULL,
  n           INTEGER NOT NULL,
  PRIMARY KEY (org_id, control_id, state, kind, period_from, period_to, expires)
) WITHOUT ROWID;
INSERT INTO evidence_counts SELECT org_id, 0, state, kind, period_from, period_to, expires, COUNT(*) FROM evidence GROUP BY 1, 3, 4, 5, 6, 7;
INSERT INTO evidence_counts SELECT e.org_id, c.control_id, e.state, e.kind, e.period_from, e.period_to, e.expires, COUNT(*)
FROM evidence_controls c JOIN evidence e ON e.org_id = c.org_id AND e.id = c.evidence_id GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- +goose StatementBegin
CREATE TRIGGER evidence_counted AFTER INSERT ON evidence
BEGIN
  INSERT INTO evidence_counts VALUES (NEW.org_id, 0, NEW.state, NEW.kind, NEW.period_from, NEW.period_to, NEW.expires, 1)
  ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER evidence_recounted AFTER UPDATE OF state, kind, period_from, period_to, expires ON evidence
WHEN (OLD.state, OLD.kind, OLD.period_from, OLD.period_to, OLD.expires) <> (NEW.state, NEW.kind, NEW.period_from, NEW.period_to, NEW.expires)
BEGIN
  UPDATE evidence_counts SET n = n - 1 WHERE org_id = OLD.org_id AND state = OLD.state AND kind = OLD.kind
    AND period_from = OLD.period_from AND period_to = OLD.period_to AND expires = OLD.expires
    AND control_id IN (SELECT 0 UNION ALL SELECT c.control_id FROM evidence_controls c WHERE c.org_id = OLD.org_id AND c.evidence_id = OLD.id);
  INSERT INTO evidence_counts SELECT NEW.org_id, k.control_id, NEW.state, NEW.kind, NEW.period_from, NEW.period_to, NEW.expires, 1
  FROM (SELECT 0 AS control_id UNION ALL SELECT c.control_id FROM evidence_controls c WHERE c.org_id = NEW.org_id AND c.evidence_id = NEW.id) k WHERE true
  ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER evidence_uncounted AFTER DELETE ON evidence
BEGIN
  UPDATE evidence_counts SET n = n - 1 WHERE org_id = OLD.org_id AND control_id = 0 AND state = OLD.state AND kind = OLD.kind
    AND period_from = OLD.period_from AND period_to = OLD.period_to AND expires = OLD.expires;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER evidence_controls_counted AFTER INSERT ON evidence_controls
BEGIN
  INSERT INTO evidence_counts SELECT e.org_id, NEW.control_id, e.state, e.kind, e.period_from, e.period_to, e.expires, 1
  FROM evidence e WHERE e.org_id = NEW.org_id AND e.id = NEW.evidence_id
  ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER evidence_controls_uncounted AFTER DELETE ON evidence_controls
BEGIN
  UPDATE evidence_counts SET n = n - 1 WHERE org_id = OLD.org_id AND control_id = OLD.control_id
    AND (state, kind, period_from, period_to, expires) = (SELECT e.state, e.kind, e.period_from, e.period_to, e.expires FROM evidence e WHERE e.org_id = OLD.org_id AND e.id = OLD.evidence_id);
END;
-- +goose StatementEnd

-- The orders of the library, and who ever acted.
CREATE INDEX evidence_by_title ON evidence (org_id, folded);
CREATE INDEX evidence_by_period ON evidence (org_id, period_to, number);
CREATE INDEX evidence_by_expiry ON evidence (org_id, (CASE WHEN expires = '' THEN 1 ELSE 0 END), expires, number);
CREATE INDEX evidence_by_kind ON evidence (org_id, kind, number);
DROP INDEX evidence_controls_control;
CREATE INDEX evidence_controls_control ON evidence_controls (org_id, control_id, evidence_id);
CREATE INDEX activity_actor ON activity (org_id, actor_id);
