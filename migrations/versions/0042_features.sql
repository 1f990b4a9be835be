-- One row per version of a view. What features follow from it never changes; it may be retired.
CREATE TABLE feature_view (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name text NOT NULL,
    version int NOT NULL CONSTRAINT feature_view_version_check CHECK (version > 0),
    entity text NOT NULL,
    features jsonb NOT NULL,
    owner text NOT NULL,
    description text NOT NULL,
    currency text NOT NULL,
    ttl_days int CONSTRAINT feature_view_ttl_days_check CHECK (ttl_days > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    retired_at timestamptz,
    PRIMARY KEY (tenant_id, name, version)
);
CALL guard_table('feature_view');
GRANT SELECT, INSERT ON feature_view TO liftos_app;
GRANT UPDATE (retired_at) ON feature_view TO liftos_app;

-- One row per version, day (UTC) and module, as its credentials name it; '' is one unnamed.
CREATE TABLE feature_usage (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name text NOT NULL,
    version int NOT NULL,
    day date NOT NULL,
    module text NOT NULL,
    requests bigint NOT NULL,
    entities bigint NOT NULL,
    PRIMARY KEY (tenant_id, name, version, day, module),
    FOREIGN KEY (tenant_id, name, version) REFERENCES feature_view ON DELETE CASCADE
);
CALL guard_table('feature_usage');
GRANT SELECT, INSERT, UPDATE ON feature_usage TO liftos_app;
