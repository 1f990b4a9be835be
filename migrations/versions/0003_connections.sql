-- NULL: wrapped before master keys had ids; the key that fits is found by trying.
ALTER TABLE data_key ADD COLUMN master_key_id text;
ALTER TABLE data_key ADD COLUMN rotated_at timestamptz;
CREATE INDEX data_key_by_master ON data_key (master_key_id);

-- What is known of the credentials, and never one of them.
CREATE TABLE connection_credential (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    kind text NOT NULL,
    scopes text[] NOT NULL,
    expires_at timestamptz,
    sealed_at timestamptz NOT NULL DEFAULT now(),
    checked_at timestamptz,
    PRIMARY KEY (tenant_id, connection_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);
CREATE INDEX connection_credential_expiring ON connection_credential (expires_at)
    WHERE expires_at IS NOT NULL;

CREATE TABLE connection_alert (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    connection_id uuid NOT NULL,
    kind text NOT NULL,
    message text NOT NULL,
    mend text NOT NULL,
    due_at timestamptz,
    raised_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);
-- Raised once: what is seen again moves seen_at on.
CREATE UNIQUE INDEX connection_alert_open ON connection_alert (tenant_id, connection_id, kind)
    WHERE resolved_at IS NULL;

-- A question that a worker puts to a source: are the credentials good, what is the account.
CREATE TABLE connection_test (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    connection_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'WAITING',
    account jsonb,
    findings jsonb NOT NULL DEFAULT '[]',
    requested_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    claimed_until timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);
CREATE INDEX connection_test_by_connection ON connection_test (tenant_id, connection_id, id DESC);
CREATE INDEX connection_test_waiting ON connection_test (created_at) WHERE status = 'WAITING';

-- A user's way through a platform's consent screen. State and ticket are kept as hashes alone;
-- `sealed_secret` is first the verifier, then the code beside it, then the grant.
CREATE TABLE source_authorization (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    source text NOT NULL,
    status text NOT NULL DEFAULT 'STARTED',
    connection_id uuid,
    redirect_to text,
    state_hash bytea NOT NULL,
    ticket_hash bytea,
    sealed_secret bytea,
    scopes text[] NOT NULL DEFAULT '{}',
    accounts jsonb NOT NULL DEFAULT '[]',
    error jsonb,
    credential_expires_at timestamptz,
    requested_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    claimed_until timestamptz,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);
CREATE UNIQUE INDEX source_authorization_state ON source_authorization (state_hash);
CREATE INDEX source_authorization_open ON source_authorization (status, expires_at);

-- Errands are short: workers are told of them at once, apart from the queue of runs, and whoever
-- waits for one is woken as subscribers of runs are.
CREATE FUNCTION announce_errand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status IN ('WAITING', 'EXCHANGING') THEN
        PERFORM pg_notify('liftos_errand', NEW.tenant_id || ' ' || NEW.id);
    ELSE
        PERFORM pg_notify('liftos_run_event', NEW.tenant_id || ' ' || NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER announce AFTER INSERT OR UPDATE OF status ON connection_test
    FOR EACH ROW EXECUTE FUNCTION announce_errand();
CREATE TRIGGER announce AFTER UPDATE OF status ON source_authorization
    FOR EACH ROW EXECUTE FUNCTION announce_errand();

CALL guard_table('connection_credential');
CALL guard_table('connection_alert');
CALL guard_table('connection_test');
CALL guard_table('source_authorization');

-- A browser comes back from a platform without a tenant: it shows the state that it was sent
-- with, and this one function says, once, whose that is. A state that was shown is used up.
CREATE FUNCTION take_authorization_state(shown bytea)
RETURNS TABLE (tenant_id uuid, id uuid, source text, redirect_to text, is_expired boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE source_authorization a SET status = 'RETURNED'
    WHERE a.state_hash = shown AND a.status = 'STARTED'
    RETURNING a.tenant_id, a.id, a.source, a.redirect_to, a.expires_at <= now()
$$;
GRANT CREATE ON SCHEMA public TO liftos_system;
ALTER FUNCTION take_authorization_state(bytea) OWNER TO liftos_system;
REVOKE CREATE ON SCHEMA public FROM liftos_system;
REVOKE ALL ON FUNCTION take_authorization_state(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_authorization_state(bytea) TO liftos_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON
    connection_credential, connection_alert, connection_test, source_authorization
TO liftos_app;
GRANT SELECT ON connection_credential, connection_test TO liftos_system;
GRANT SELECT, UPDATE, DELETE ON source_authorization TO liftos_system;
