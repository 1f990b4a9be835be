-- Exchange rates, naming rules and the advertising report.

-- One row per day on which rates were published. They are the same for every tenant: read by
-- all, written by upkeep alone, and never changed. `rates`: currency to units per euro, as text.
CREATE TABLE exchange_publication (
    date date PRIMARY KEY,
    source text NOT NULL,
    rates jsonb NOT NULL,
    learned_at timestamptz NOT NULL
);
GRANT SELECT ON exchange_publication TO liftos_app;
GRANT SELECT, INSERT ON exchange_publication TO liftos_system;

-- How the names of campaigns are read. Rules are tried in the order of position, then of age.
CREATE TABLE naming_rule (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    name text NOT NULL,
    syntax text NOT NULL,
    pattern text NOT NULL,
    source text,
    account_id text,
    since date,
    until date CONSTRAINT naming_rule_until_check CHECK (until >= since),
    position int NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);
CALL guard_table('naming_rule');
GRANT SELECT, INSERT, UPDATE, DELETE ON naming_rule TO liftos_app;
