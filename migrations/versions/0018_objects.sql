-- What is kept outside the database, and links to it.

-- Who ended an export: a caller, or upkeep when its time was over.
ALTER TABLE export ADD COLUMN removed_by text;
