-- Schedules of runs.

CREATE TABLE schedule (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    connection_id uuid NOT NULL,
    cron text,
    interval_minutes int,
    jitter_seconds int NOT NULL,
    look_back_days int,
    is_paused boolean NOT NULL DEFAULT false,
    fires_at timestamptz NOT NULL,
    last_due_at timestamptz,
    last_outcome text,
    last_run_id uuid,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT schedule_timing_check CHECK ((cron IS NULL) <> (interval_minutes IS NULL)),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);
CREATE INDEX schedule_due ON schedule (fires_at) WHERE NOT is_paused;
CREATE INDEX schedule_by_connection ON schedule (tenant_id, connection_id);

CALL guard_table('schedule');

GRANT SELECT, INSERT, UPDATE, DELETE ON schedule TO liftos_app;
GRANT SELECT ON schedule TO liftos_system;
