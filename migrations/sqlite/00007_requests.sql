-- +goose Up
-- Requests for evidence: the list that auditors call PBC.
CREATE TABLE requests (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id        INTEGER NOT NULL,
  engagement_id INTEGER NOT NULL,
  number        INTEGER NOT NULL,
  what          TEXT NOT NULL,
  detail        TEXT NOT NULL,
  period_from   TEXT NOT NULL,
  period_to     TEXT NOT NULL,
  format        TEXT NOT NULL,
  example       TEXT NOT NULL,
  due           TEXT NOT NULL,
  assignee_id   INTEGER REFERENCES people (id),
  state         TEXT NOT NULL,
  author_id     INTEGER NOT NULL REFERENCES people (id),
  external      BOOLEAN NOT NULL DEFAULT 0,
  created_at    INTEGER NOT NULL,
  sent_at       INTEGER NOT NULL,
  reason        TEXT NOT NULL,
  folded        TEXT NOT NULL,
  version       INTEGER NOT NULL,
  UNIQUE (org_id, id),
  UNIQUE (org_id, number),
  FOREIGN KEY (org_id, engagement_id) REFERENCES engagements (org_id, id)
);
CREATE INDEX requests_list ON requests (org_id, engagement_id, state, due);
CREATE INDEX requests_assignee ON requests (org_id, engagement_id, assignee_id, state);

CREATE TABLE request_controls (
  org_id     INTEGER NOT NULL,
  request_id INTEGER NOT NULL,
  control_id INTEGER NOT NULL,
  PRIMARY KEY (org_id, request_id, control_id),
  FOREIGN KEY (org_id, request_id) REFERENCES requests (org_id, id),
  FOREIGN KEY (org_id, control_id) REFERENCES controls (org_id, id)
);
CREATE INDEX request_controls_control ON request_controls (org_id, control_id);

-- Versions of evidence offered as answers, and the verdicts on them.
CREATE TABLE request_answers (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id      INTEGER NOT NULL,
  request_id  INTEGER NOT NULL,
  evidence_id INTEGER NOT NULL,
  version_id  INTEGER NOT NULL,
  by_id       INTEGER NOT NULL REFERENCES people (id),
  at          INTEGER NOT NULL,
  note        TEXT NOT NULL,
  verdict     TEXT NOT NULL,
  reason      TEXT NOT NULL,
  comment     TEXT NOT NULL,
  override    TEXT NOT NULL,
  reviewer_id INTEGER REFERENCES people (id),
  reviewed_at INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  UNIQUE (org_id, id),
  UNIQUE (org_id, request_id, version_id),
  FOREIGN KEY (org_id, request_id) REFERENCES requests (org_id, id),
  FOREIGN KEY (org_id, evidence_id) REFERENCES evidence (org_id, id),
  FOREIGN KEY (org_id, version_id) REFERENCES evidence_versions (org_id, id)
);
CREATE INDEX request_answers_verdict ON request_answers (org_id, request_id, verdict);
CREATE INDEX request_answers_evidence ON request_answers (org_id, evidence_id);

-- Who was chased, by whom, when.
CREATE TABLE request_reminders (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id     INTEGER NOT NULL,
  request_id INTEGER NOT NULL,
  person_id  INTEGER REFERENCES people (id),
  by_id      INTEGER NOT NULL REFERENCES people (id),
  at         INTEGER NOT NULL,
  FOREIGN KEY (org_id, request_id) REFERENCES requests (org_id, id)
);
CREATE INDEX request_reminders_request ON request_reminders (org_id, request_id);

-- What was answered and who was chased stays. Of an answer only its verdict is
-- written, once.
-- +goose StatementBegin
CREATE TRIGGER request_answers_no_update BEFORE UPDATE ON request_answers
WHEN OLD.verdict <> '' OR NEW.id <> OLD.id OR NEW.org_id <> OLD.org_id OR NEW.request_id <> OLD.request_id
  OR NEW.evidence_id <> OLD.evidence_id OR NEW.version_id <> OLD.version_id OR NEW.by_id <> OLD.by_id OR NEW.at <> OLD.at OR NEW.note <> OLD.note
BEGIN
  SELECT RAISE(ABORT, 'request_answers is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_answers_no_delete BEFORE DELETE ON request_answers
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
BEGIN
  SELECT RAISE(ABORT, 'request_answers is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_reminders_no_update BEFORE UPDATE ON request_reminders
BEGIN
  SELECT RAISE(ABORT, 'request_reminders is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER request_reminders_no_delete BEFORE DELETE ON request_reminders
WHEN (SELECT sample FROM organizations WHERE id = OLD.org_id) = 0
BEGIN
  SELECT RAISE(ABORT, 'request_reminders is append-only');
END;
-- +goose StatementEnd
