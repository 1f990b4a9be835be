-- Reconciliation, held shrinks and what restatements teach.

-- What a connection's receipts are judged by; without a row the defaults of the application hold.
CREATE TABLE receipt_policy (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    tolerance numeric NOT NULL CHECK (tolerance BETWEEN 0 AND 1),
    shrink_share numeric NOT NULL CHECK (shrink_share BETWEEN 0 AND 1),
    shrink_entries int NOT NULL CHECK (shrink_entries >= 1),
    PRIMARY KEY (tenant_id, connection_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

CREATE TABLE held_shrink (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'HELD',
    standing bigint NOT NULL,
    held_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by text,
    PRIMARY KEY (tenant_id, run_id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES run ON DELETE CASCADE
);

-- The entries that a held shrink would bury, each as it stood when it was held.
CREATE TABLE held_entry (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    date date NOT NULL,
    digest uuid NOT NULL,
    learned_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, run_id, date, digest),
    FOREIGN KEY (tenant_id, run_id) REFERENCES held_shrink ON DELETE CASCADE
);

-- The platform's own totals of an account, by day, as a run was told them.
CREATE TABLE account_total (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    date date NOT NULL,
    currency text NOT NULL,
    raw_page_id uuid NOT NULL,
    spend numeric(20, 6),
    impressions bigint,
    clicks bigint,
    link_clicks bigint,
    video_views bigint,
    conversions numeric(20, 6),
    conversion_value numeric(20, 6),
    PRIMARY KEY (tenant_id, run_id, date, currency),
    FOREIGN KEY (tenant_id, raw_page_id) REFERENCES raw_page ON DELETE CASCADE
);

-- Which days a run asked the platform's totals of; its readings count down from -1. Without days
-- there is a reason why the platform could not be asked or did not answer.
CREATE TABLE total_question (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    reading int NOT NULL,
    since date,
    until date,
    reason text,
    PRIMARY KEY (tenant_id, run_id, reading),
    FOREIGN KEY (tenant_id, run_id) REFERENCES run ON DELETE CASCADE
);

-- Days on which the last comparison found a gap; gone once a later one finds none.
CREATE TABLE open_gap (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    date date NOT NULL,
    metric text NOT NULL,
    run_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, date, metric),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

-- What was learned, and when, about how old a day must be before a metric stops moving.
CREATE TABLE restatement_lesson (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    learned_at timestamptz NOT NULL,
    metric text NOT NULL,
    settles_after_days int,
    at_least_days int,
    at_most_days int,
    days int NOT NULL,
    followed_days int NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, learned_at, metric),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

CALL guard_table('receipt_policy');
CALL guard_table('held_shrink');
CALL guard_table('held_entry');
CALL guard_table('account_total');
CALL guard_table('total_question');
CALL guard_table('open_gap');
CALL guard_table('restatement_lesson');

GRANT SELECT, INSERT, UPDATE, DELETE ON
    receipt_policy, held_shrink, held_entry, account_total, total_question, open_gap,
    restatement_lesson
TO liftos_app;
