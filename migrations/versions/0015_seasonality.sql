-- Seasonality from a tenant's own history.

-- One row per history and kind of season, and moment of the tenant's clock at which it changed.
-- `channel` is empty for all channels together, `series` for what is no series.
CREATE TABLE seasonality (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    metric text NOT NULL,
    channel text NOT NULL,
    series text NOT NULL,
    period text NOT NULL,
    learned_at timestamptz NOT NULL,
    cycles double precision NOT NULL,
    shrinkage double precision,
    method text,
    since date,
    until date,
    reason text,
    factors jsonb NOT NULL,
    PRIMARY KEY (tenant_id, metric, channel, series, period, learned_at)
);

-- One row per tenant: whether an estimation is asked for, and up to which moment of its clock the
-- last one has looked.
CREATE TABLE seasonality_estimation (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    status text NOT NULL DEFAULT 'WAITING',
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    requested_by text NOT NULL,
    claimed_until timestamptz,
    estimated_at timestamptz,
    looked_at timestamptz,
    PRIMARY KEY (tenant_id)
);
CREATE TRIGGER announce AFTER INSERT OR UPDATE OF status ON seasonality_estimation
    FOR EACH ROW EXECUTE FUNCTION announce_errand();

CALL guard_table('seasonality');
CALL guard_table('seasonality_estimation');

GRANT SELECT, INSERT ON seasonality TO liftos_app;
GRANT SELECT, INSERT, UPDATE ON seasonality_estimation TO liftos_app, liftos_system;
