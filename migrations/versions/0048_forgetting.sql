-- Forgetting a person is a run of no connection. What names them is sealed for as long as the run
-- needs it, and kept nowhere after.

-- One row per run of kind ERASURE. `receipt`: what is gone and what is left, by name; null until
-- the run has finished. `sealed_names` is null once it has, or when it was not taken up again.
CREATE TABLE subject_erasure (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    run_id uuid NOT NULL,
    is_preview boolean NOT NULL,
    sealed_names bytea,
    receipt jsonb,
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, run_id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES run ON DELETE CASCADE
);
CALL guard_table('subject_erasure');
GRANT SELECT, INSERT, UPDATE ON subject_erasure TO liftos_app;
GRANT SELECT, UPDATE ON subject_erasure TO liftos_system;
CREATE INDEX subject_erasure_sealed ON subject_erasure (run_id) WHERE sealed_names IS NOT NULL;

ALTER TABLE run
    DROP CONSTRAINT run_connection_id_check,
    ADD CONSTRAINT run_connection_id_check CHECK (
        connection_id IS NOT NULL OR kind = ANY (ARRAY['EXPORT', 'INDEX', 'ANALYSIS', 'ERASURE']));

-- After how many days logs of runs that have ended go, and dead letters are laid aside.
ALTER TABLE retention
    ADD COLUMN log_days int CONSTRAINT retention_log_days_check CHECK (log_days >= 1);
CREATE INDEX run_ended ON run (tenant_id, ended_at) WHERE ended_at IS NOT NULL;
