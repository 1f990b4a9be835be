-- Own exchange rates.

-- What a tenant has one unit of `base` be worth in `quote` on certain days. Versions as of rules:
-- each is in force from `recorded_at` until `retired_at`, moments of the tenant's clock.
CREATE TABLE exchange_rate (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    version int NOT NULL,
    recorded_at timestamptz NOT NULL,
    retired_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    base text NOT NULL,
    quote text NOT NULL,
    value numeric NOT NULL CONSTRAINT exchange_rate_value_check CHECK (value > 0),
    since date NOT NULL,
    until date CONSTRAINT exchange_rate_until_check CHECK (until >= since),
    PRIMARY KEY (tenant_id, id, version)
);
CREATE UNIQUE INDEX exchange_rate_in_force ON exchange_rate (tenant_id, name)
    WHERE retired_at IS NULL;
CALL guard_table('exchange_rate');
GRANT SELECT, INSERT, UPDATE, DELETE ON exchange_rate TO liftos_app;
