-- Merging at speed. What became of a page's records stands with the page, and balances there.

ALTER TABLE raw_page
    ADD fetched bigint,
    ADD stored bigint,
    ADD unchanged bigint,
    ADD rejected bigint,
    ADD recipe text,
    ADD settled_at timestamptz,
    ADD CONSTRAINT raw_page_balances_check CHECK (fetched = stored + unchanged + rejected);
-- Digests do not compress: trying to costs more than the page's own merge.
ALTER TABLE raw_page ALTER COLUMN seen_digests SET STORAGE EXTERNAL;
-- A page that is word for word an earlier one, and whose entries have not moved since, is the
-- same entries again: this finds the earlier one.
CREATE INDEX raw_page_alike ON raw_page (tenant_id, connection_id, sha256)
    WHERE recipe IS NOT NULL;
ALTER TABLE campaign ADD changed_at timestamptz NOT NULL DEFAULT '-infinity';
