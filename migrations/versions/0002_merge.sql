-- Merging at speed. What became of a page's records stands with the page, and balances there.

ALTER TABLE raw_page
    ADD fetched bigint,
    ADD stored bigint,
    ADD unchanged bigint,
    ADD rejected bigint,
    ADD CONSTRAINT raw_page_balances_check CHECK (fetched = stored + unchanged + rejected);
-- Digests do not compress: trying to costs more than the page's own merge.
ALTER TABLE raw_page ALTER COLUMN seen_digests SET STORAGE EXTERNAL;
