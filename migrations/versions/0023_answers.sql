-- Answers may be kept for as long as what they are made of stays as it is. What that is stands in
-- areas; each transaction that changes an area gives it another token, which is committed with the
-- change. Tokens are drawn, not counted: a database that was put back to an earlier state never
-- gives one again that stood for something else.
CREATE TABLE data_version (
    tenant_id uuid PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    facts uuid NOT NULL DEFAULT gen_random_uuid(),
    labels uuid NOT NULL DEFAULT gen_random_uuid(),
    calendar uuid NOT NULL DEFAULT gen_random_uuid()
);
CALL guard_table('data_version');

-- The same for what belongs to no tenant, or was changed for many at once.
CREATE TABLE data_epoch (
    id int PRIMARY KEY CHECK (id = 1),
    facts uuid NOT NULL DEFAULT gen_random_uuid(),
    labels uuid NOT NULL DEFAULT gen_random_uuid(),
    calendar uuid NOT NULL DEFAULT gen_random_uuid(),
    unsettled_until timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO data_epoch (id) VALUES (1);

-- What transactions under way have changed; a row lives as long as its transaction. So each row
-- of data_version is locked once, by the last statement before a commit: nobody who holds it
-- waits for anything else.
CREATE UNLOGGED TABLE data_change (
    tenant_id uuid NOT NULL,
    transaction bigint NOT NULL,
    area text NOT NULL,
    PRIMARY KEY (tenant_id, transaction, area)
);
CALL guard_table('data_change');

GRANT SELECT, INSERT, UPDATE ON data_version, data_epoch TO liftos_system;
GRANT SELECT, INSERT, DELETE ON data_change TO liftos_system;

-- A transaction without a tenant may have changed any: its area changes for all of them.
CREATE FUNCTION note_data_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    FOR place IN 0 .. TG_NARGS - 1 LOOP
        INSERT INTO data_change (tenant_id, transaction, area)
        VALUES (coalesce(current_tenant(), '00000000-0000-0000-0000-000000000000'),
                pg_current_xact_id()::text::bigint, TG_ARGV[place])
        ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION renew_data_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.tenant_id = '00000000-0000-0000-0000-000000000000' THEN
        UPDATE data_epoch SET
            facts = CASE NEW.area WHEN 'FACTS' THEN gen_random_uuid() ELSE facts END,
            labels = CASE WHEN NEW.area IN ('LABELS', 'RATES') THEN gen_random_uuid()
                ELSE labels END,
            calendar = CASE NEW.area WHEN 'CALENDAR' THEN gen_random_uuid() ELSE calendar END,
            -- Published rates begin to hold some seconds after they were kept.
            unsettled_until = CASE NEW.area
                WHEN 'RATES' THEN clock_timestamp() + interval '30 seconds'
                ELSE unsettled_until END;
    ELSE
        INSERT INTO data_version AS v (tenant_id)
        SELECT tenant_id FROM tenant WHERE tenant_id = NEW.tenant_id
        ON CONFLICT (tenant_id) DO UPDATE SET
            facts = CASE NEW.area WHEN 'FACTS' THEN gen_random_uuid() ELSE v.facts END,
            labels = CASE NEW.area WHEN 'LABELS' THEN gen_random_uuid() ELSE v.labels END,
            calendar = CASE NEW.area WHEN 'CALENDAR' THEN gen_random_uuid() ELSE v.calendar END;
    END IF;
    DELETE FROM data_change
    WHERE tenant_id = NEW.tenant_id AND transaction = NEW.transaction AND area = NEW.area;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER renew_data_version AFTER INSERT ON data_change
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION renew_data_version();

-- Every table that kept answers are made of says so, with the areas that it belongs to.
CREATE PROCEDURE version_table(target regclass, VARIADIC areas text[]) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER note_data_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s'
        ' FOR EACH STATEMENT EXECUTE FUNCTION note_data_change(%s)',
        target, (SELECT string_agg(quote_literal(area), ', ') FROM unnest(areas) area));
END $$;

CALL version_table('marketing_entry', 'FACTS');
CALL version_table('marketing_entry_vintage', 'FACTS');
CALL version_table('day_reading', 'FACTS');
CALL version_table('campaign', 'FACTS');
CALL version_table('campaign_name', 'FACTS');
CALL version_table('connection', 'FACTS');
CALL version_table('restatement_lesson', 'FACTS');
CALL version_table('former_look_back', 'FACTS');
CALL version_table('insight', 'FACTS');
CALL version_table('naming_rule', 'LABELS');
CALL version_table('channel_rule', 'LABELS');
CALL version_table('exchange_rate', 'LABELS');
CALL version_table('exchange_publication', 'RATES');
CALL version_table('tenant', 'LABELS', 'CALENDAR');
CALL version_table('calendar_version', 'CALENDAR');
CALL version_table('calendar_day', 'CALENDAR');
CALL version_table('calendar_event', 'CALENDAR');
CALL version_table('seasonality', 'CALENDAR');

-- The tokens of a tenant, and the moment they are of. None of an area that may change without a
-- commit: while a moment lies ahead at which something begins to hold.
CREATE FUNCTION data_versions(tenant uuid)
RETURNS TABLE (at timestamptz, facts text, labels text, calendar text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT now(), concat(e.facts, v.facts),
           CASE WHEN e.unsettled_until < now() THEN concat(e.labels, v.labels) END,
           concat(e.calendar, v.calendar)
    FROM data_epoch e
    LEFT JOIN data_version v ON v.tenant_id = tenant
    WHERE NOT EXISTS (
        SELECT FROM data_clock c WHERE c.tenant_id = tenant AND c.learned_at >= now())
$$;
GRANT CREATE ON SCHEMA public TO liftos_system;
ALTER FUNCTION note_data_change() OWNER TO liftos_system;
ALTER FUNCTION renew_data_version() OWNER TO liftos_system;
ALTER FUNCTION data_versions(uuid) OWNER TO liftos_system;
REVOKE CREATE ON SCHEMA public FROM liftos_system;
REVOKE ALL ON FUNCTION data_versions(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION data_versions(uuid) TO liftos_app;
