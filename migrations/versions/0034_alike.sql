-- A page is the same as an earlier one where it says the same and is read in the same way: its recipe
-- names both. Its bytes may differ, by a cursor or the id of a request.
DROP INDEX raw_page_alike;
CREATE INDEX raw_page_alike ON raw_page (tenant_id, connection_id, recipe)
    WHERE recipe IS NOT NULL;
