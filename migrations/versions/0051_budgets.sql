-- What a tenant means to spend on certain days, and how it is spread over the week. Versions as of
-- rules: each is in force from `recorded_at` until `retired_at`, moments of the tenant's clock.
CREATE TABLE budget (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    version int NOT NULL,
    recorded_at timestamptz NOT NULL,
    retired_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    subject_level text NOT NULL,
    subject_key text NOT NULL,
    since date NOT NULL,
    until date NOT NULL CONSTRAINT budget_until_check CHECK (until >= since),
    amount numeric(20, 6) NOT NULL CONSTRAINT budget_amount_check CHECK (amount > 0),
    currency text NOT NULL,
    weekdays numeric[] NOT NULL
        CONSTRAINT budget_weekdays_check CHECK (cardinality(weekdays) IN (0, 7)),
    PRIMARY KEY (tenant_id, id, version)
);
CREATE UNIQUE INDEX budget_in_force ON budget (tenant_id, name) WHERE retired_at IS NULL;
CALL guard_table('budget');
GRANT SELECT, INSERT, UPDATE, DELETE ON budget TO liftos_app;
CALL version_table('budget', 'PLANS');
