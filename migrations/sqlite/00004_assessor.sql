-- +goose Up
-- Which assessor decided on a reliance: 00001 kept only the name that was typed
-- when somebody recorded the decision for them. Records without one stay so.
ALTER TABLE reliances ADD COLUMN assessor_id INTEGER REFERENCES people (id);
-- Who last said what a responsibility says, and on which day.
ALTER TABLE responsibilities ADD COLUMN said_by INTEGER REFERENCES people (id);
ALTER TABLE responsibilities ADD COLUMN said_on TEXT NOT NULL DEFAULT '';
