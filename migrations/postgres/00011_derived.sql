-- +goose Up
-- What is derived from other rows carries a digest of itself, for the log does
-- not vouch for it: a check then names a row that changed on the disk. An empty
-- one is of a row from before; the search's documents are made anew.
ALTER TABLE search_docs ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE evidence_texts ADD COLUMN digest TEXT NOT NULL DEFAULT '';
INSERT INTO search_progress (noun, last_id) SELECT DISTINCT noun, 0 FROM search_docs WHERE true ON CONFLICT (noun) DO UPDATE SET last_id = 0;
