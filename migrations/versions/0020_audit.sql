-- Who did what: a chain of acts for each tenant.

CREATE TEMPORARY TABLE former_audit_log ON COMMIT DROP AS SELECT * FROM audit_log;
DROP TABLE audit_log;

-- One row per tenant: the last line of its chain. Numbering locks it until commit, as that of
-- events does. The chain of the installation itself has the tenant of zeros.
CREATE TABLE audit_head (
    tenant_id uuid PRIMARY KEY,
    number bigint NOT NULL,
    hash bytea NOT NULL
);

-- No reference to the tenant: what was done outlives it.
CREATE TABLE audit_log (
    tenant_id uuid NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    client text,
    door text NOT NULL,
    act text NOT NULL,
    subject text,
    request_id text,
    details jsonb NOT NULL CHECK (jsonb_typeof(details) = 'object'),
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, number)
);
CREATE INDEX audit_log_by_act ON audit_log (tenant_id, act, number);

CALL guard_table('audit_head');
CALL guard_table('audit_log');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'lines of % are only ever added', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A part of the canonical form: its length in bytes, its UTF-8, and the mark of a null.
CREATE FUNCTION audit_part(part text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(octet_length(part) || ':' || part || ',', '-,');

-- core/records/audit.py holds the same form; `liftos audit verify` compares the two.
CREATE FUNCTION audit_hash(line audit_log) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(
    audit_part(encode(line.previous_hash, 'hex'))
    || audit_part(line.tenant_id::text)
    || audit_part(line.number::text)
    || audit_part(to_char(line.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    || audit_part(line.actor)
    || audit_part(line.client)
    || audit_part(line.door)
    || audit_part(line.act)
    || audit_part(line.subject)
    || audit_part(line.request_id)
    || coalesce((
        SELECT string_agg(audit_part(key) || audit_part(value), '' ORDER BY key COLLATE "C")
        FROM jsonb_each_text(line.details)
    ), ''),
    'UTF8'));

-- Adds a line to the chain of any tenant; locks its head until commit.
CREATE FUNCTION chain_audit(line audit_log) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head audit_head;
BEGIN
    INSERT INTO audit_head VALUES (line.tenant_id, 0, decode(repeat('00', 32), 'hex'))
    ON CONFLICT (tenant_id) DO NOTHING;
    SELECT * INTO head FROM audit_head h WHERE h.tenant_id = line.tenant_id FOR UPDATE;
    line.number := head.number + 1;
    line.at := coalesce(line.at, clock_timestamp());
    line.details := coalesce(line.details, '{}');
    line.previous_hash := head.hash;
    line.hash := audit_hash(line);
    INSERT INTO audit_log VALUES (line.*);
    UPDATE audit_head h SET number = line.number, hash = line.hash
    WHERE h.tenant_id = line.tenant_id;
END $$;

-- Adds a line to the chain of the transaction's own tenant, and to no other.
CREATE FUNCTION record_audit(
    actor text, client text, door text, act text, subject text, request_id text, details jsonb
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    line audit_log;
BEGIN
    IF current_tenant() IS NULL THEN
        RAISE EXCEPTION 'an act of no tenant' USING ERRCODE = 'insufficient_privilege';
    END IF;
    line.tenant_id := current_tenant();
    line.actor := actor;
    line.client := client;
    line.door := door;
    line.act := act;
    line.subject := subject;
    line.request_id := request_id;
    line.details := details;
    PERFORM chain_audit(line);
END $$;

-- Adds a line to the chain of a tenant that upkeep names, or to the installation's own.
CREATE FUNCTION record_upkeep(
    tenant uuid, actor text, act text, subject text, details jsonb, at timestamptz DEFAULT NULL
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    line audit_log;
BEGIN
    line.tenant_id := tenant;
    line.at := at;
    line.actor := actor;
    line.door := 'SYSTEM';
    line.act := act;
    line.subject := subject;
    line.details := details;
    PERFORM chain_audit(line);
END $$;

GRANT SELECT ON audit_log, audit_head TO liftos_app;
GRANT SELECT, INSERT ON audit_log TO liftos_system;
GRANT SELECT, INSERT, UPDATE ON audit_head TO liftos_system;

GRANT CREATE ON SCHEMA public TO liftos_system;
ALTER FUNCTION chain_audit(audit_log) OWNER TO liftos_system;
ALTER FUNCTION record_audit(text, text, text, text, text, text, jsonb) OWNER TO liftos_system;
ALTER FUNCTION record_upkeep(uuid, text, text, text, jsonb, timestamptz) OWNER TO liftos_system;
REVOKE CREATE ON SCHEMA public FROM liftos_system;

SELECT record_upkeep(
    '00000000-0000-0000-0000-000000000000', actor, 'UPKEEP', NULL,
    jsonb_build_object('reason', reason), at)
FROM (SELECT actor, reason, at FROM former_audit_log ORDER BY id) AS former;

REVOKE ALL ON FUNCTION chain_audit(audit_log) FROM PUBLIC;
REVOKE ALL ON FUNCTION record_audit(text, text, text, text, text, text, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION record_upkeep(uuid, text, text, text, jsonb, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_audit(text, text, text, text, text, text, jsonb) TO liftos_app;
