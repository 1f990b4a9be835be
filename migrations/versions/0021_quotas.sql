-- How much a tenant may keep, run and export, where it is not what its tier has.
CREATE TABLE tenant_quota (
    tenant_id uuid PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    storage_bytes bigint CHECK (storage_bytes >= 0),
    runs_a_day bigint CHECK (runs_a_day >= 0),
    export_rows_a_month bigint CHECK (export_rows_a_month >= 0)
);
CALL guard_table('tenant_quota');
GRANT SELECT ON tenant_quota TO liftos_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_quota TO liftos_system;

-- What a tenant keeps is summed from the index alone.
CREATE INDEX raw_page_sizes ON raw_page (tenant_id) INCLUDE (size_bytes);
