-- What sources and people sent is kept verbatim beside what was made of it: for as long as a tenant
-- wants, and not where a person asks to be forgotten. What was made of it stays, in every version.

-- One row per tenant that does not keep for ever: after how many days the bodies of pages and files
-- go, with what was refused of them, and superseded versions of documents. Null: never.
CREATE TABLE retention (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    verbatim_days int CONSTRAINT retention_verbatim_days_check CHECK (verbatim_days >= 1),
    version_days int CONSTRAINT retention_version_days_check CHECK (version_days >= 1),
    PRIMARY KEY (tenant_id)
);
CALL guard_table('retention');
GRANT SELECT, INSERT, UPDATE, DELETE ON retention TO liftos_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention TO liftos_system;

-- Null since `body_gone_at`: digest and size still tell what it was.
ALTER TABLE raw_page
    ALTER COLUMN body DROP NOT NULL,
    ADD COLUMN body_gone_at timestamptz,
    ADD CONSTRAINT raw_page_body_check CHECK ((body IS NULL) = (body_gone_at IS NOT NULL));
ALTER TABLE upload ADD COLUMN body_gone_at timestamptz;
DROP INDEX raw_page_sizes;
CREATE INDEX raw_page_sizes ON raw_page (tenant_id) INCLUDE (size_bytes)
    WHERE body_gone_at IS NULL;

-- Superseded versions go by `retention`; nothing is asked as of a moment of them.
ALTER TABLE document_index DROP COLUMN kept_days, DROP COLUMN kept_since;
