-- How a WEBHOOK connection reads events, and until when the secret before the last holds. The
-- secrets themselves are sealed in connection.sealed_credentials. No row: all as by default.
CREATE TABLE webhook (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    mapping jsonb NOT NULL DEFAULT '{}',
    previous_until timestamptz,
    PRIMARY KEY (tenant_id, connection_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

-- Ids of messages that were accepted: a repeat changes nothing. Swept by age.
CREATE TABLE webhook_message (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    message_id text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, connection_id, message_id)
);
CREATE INDEX webhook_message_by_age ON webhook_message (received_at);

-- Accepted and not yet in a raw page. A run takes messages under the number of its page before
-- it lands them, so that whoever takes the run over makes the same page.
CREATE TABLE webhook_inbox (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    connection_id uuid NOT NULL,
    message_id text NOT NULL,
    sent_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    body bytea NOT NULL,
    run_id uuid,
    page int,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);
CREATE INDEX webhook_inbox_waiting ON webhook_inbox (tenant_id, connection_id, id)
    WHERE run_id IS NULL;
CREATE INDEX webhook_inbox_taken ON webhook_inbox (tenant_id, connection_id, run_id, page)
    WHERE run_id IS NOT NULL;

-- Every event of an order, in whatever order they came: what the order is now follows from all.
CREATE TABLE order_event (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    order_id text NOT NULL,
    event_id text NOT NULL,
    facts jsonb NOT NULL,
    learned_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, connection_id, order_id, event_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

CREATE INDEX connection_webhook ON connection (id) WHERE source = 'WEBHOOK';

CALL guard_table('webhook');
CALL guard_table('webhook_message');
CALL guard_table('webhook_inbox');
CALL guard_table('order_event');

-- A sender names a connection before there is a scope: this one function may look, and answers
-- what it takes to check a signature. The secrets in it are sealed.
CREATE FUNCTION webhook_endpoint(wanted uuid)
RETURNS TABLE (
    tenant_id uuid, status text, sealed_credentials bytea, wrapped_key bytea, master_key_id text,
    previous_until timestamptz, version text
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.tenant_id, c.status, c.sealed_credentials, k.wrapped_key, k.master_key_id,
           w.previous_until, md5(c.sealed_credentials)
    FROM connection c
    JOIN data_key k ON k.tenant_id = c.tenant_id
    LEFT JOIN webhook w ON w.tenant_id = c.tenant_id AND w.connection_id = c.id
    WHERE c.id = wanted AND c.source = 'WEBHOOK' AND c.sealed_credentials IS NOT NULL
$$;
GRANT CREATE ON SCHEMA public TO liftos_system;
ALTER FUNCTION webhook_endpoint(uuid) OWNER TO liftos_system;
REVOKE CREATE ON SCHEMA public FROM liftos_system;
REVOKE ALL ON FUNCTION webhook_endpoint(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION webhook_endpoint(uuid) TO liftos_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook, webhook_message, webhook_inbox, order_event
TO liftos_app;
GRANT SELECT ON webhook, webhook_inbox TO liftos_system;
GRANT SELECT, DELETE ON webhook_message TO liftos_system;

-- Keeps a batch of one tenant's messages in a single round trip, its transaction included. The
-- tenant is bound first, so that row-level security holds as everywhere. What the door believed of
-- an endpoint is compared with what stands, in the transaction that keeps the message: a secret
-- that was rotated or a connection that was paused ends at once, in every process.
CREATE FUNCTION accept_messages(
    tenant uuid, connections uuid[], versions text[], ids text[], moments timestamptz[],
    bodies bytea[]
) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant_id', tenant::text, true);
    RETURN QUERY
    WITH sent AS (
        SELECT * FROM unnest(connections, versions, ids, moments, bodies)
            WITH ORDINALITY AS s (connection_id, version, message_id, sent_at, body, number)
    ), standing AS (
        SELECT s.*, row_number() OVER (PARTITION BY s.connection_id, s.message_id
               ORDER BY s.number) AS occurrence
        FROM sent s
        JOIN connection c ON c.tenant_id = tenant AND c.id = s.connection_id
            AND c.status = 'ACTIVE' AND md5(c.sealed_credentials) = s.version
    ), fresh AS (
        INSERT INTO webhook_message AS m (tenant_id, connection_id, message_id)
        SELECT tenant, connection_id, message_id FROM standing WHERE occurrence = 1
        ORDER BY connection_id, message_id
        ON CONFLICT DO NOTHING RETURNING m.connection_id, m.message_id
    ), kept AS (
        INSERT INTO webhook_inbox (tenant_id, connection_id, message_id, sent_at, body)
        SELECT tenant, t.connection_id, t.message_id, t.sent_at, t.body
        FROM standing t JOIN fresh f USING (connection_id, message_id)
        WHERE t.occurrence = 1 ORDER BY t.number
    )
    SELECT CASE WHEN t.number IS NULL THEN 'OUTDATED'
                WHEN f.message_id IS NULL OR t.occurrence > 1 THEN 'REPEATED'
                ELSE 'KEPT' END
    FROM sent s
    LEFT JOIN standing t USING (number)
    LEFT JOIN fresh f ON f.connection_id = t.connection_id AND f.message_id = t.message_id
    ORDER BY s.number;
END $$;
