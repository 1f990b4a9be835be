-- Answers are kept for longer: tokens are drawn for less at a time, and only where a row changed.
-- The facts have one for each month beside their own, so that a landing does not touch what was
-- asked of other months; accounts, readings and insights have their own areas.
DROP TRIGGER renew_data_version ON data_change;
DROP FUNCTION renew_data_version();
DO $$
DECLARE
    marked regclass;
BEGIN
    FOR marked IN SELECT tgrelid FROM pg_trigger WHERE tgname = 'note_data_change' AND tgparentid = 0
    LOOP
        EXECUTE format('DROP TRIGGER note_data_change ON %s', marked);
    END LOOP;
END $$;
DROP PROCEDURE version_table(regclass, text[]);
DROP FUNCTION note_data_change();

-- By area, and by area and month, such as 'FACTS' and 'FACTS 2025-11'. What is not there has not
-- changed since this migration, of which the token of everything is. One row, so that one is locked.
ALTER TABLE data_version
    DROP facts, DROP labels, DROP calendar,
    ADD tokens jsonb NOT NULL DEFAULT '{}';
ALTER TABLE data_epoch
    DROP facts, DROP labels, DROP calendar,
    ADD everything uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD rates uuid NOT NULL DEFAULT gen_random_uuid();

GRANT SELECT ON tenant, connection TO liftos_system;

-- Whoever changes nothing draws nothing. A transaction without a tenant may have changed any.
CREATE FUNCTION note_data_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT FROM changed) THEN RETURN NULL; END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF NOT EXISTS (SELECT FROM former) THEN RETURN NULL; END IF;
    END IF;
    INSERT INTO data_change (tenant_id, transaction, area)
    SELECT coalesce(current_tenant(), '00000000-0000-0000-0000-000000000000'),
           pg_current_xact_id()::text::bigint, area
    FROM unnest(TG_ARGV) area
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

-- The same for facts, which are of days: the months of rows that were there before or are now.
CREATE FUNCTION note_changed_months() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    months date[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        months := '{NULL}';
    ELSIF TG_OP = 'INSERT' THEN
        months := ARRAY(SELECT DISTINCT date_trunc('month', c.date)::date FROM changed c);
    ELSIF TG_OP = 'DELETE' THEN
        months := ARRAY(SELECT DISTINCT date_trunc('month', f.date)::date FROM former f);
    ELSE
        months := ARRAY(
            SELECT date_trunc('month', f.date)::date FROM former f
            UNION SELECT date_trunc('month', c.date)::date FROM changed c);
    END IF;
    INSERT INTO data_change (tenant_id, transaction, area)
    SELECT DISTINCT coalesce(current_tenant(), '00000000-0000-0000-0000-000000000000'::uuid),
           pg_current_xact_id()::text::bigint, area
    FROM unnest(months) month
    CROSS JOIN unnest(ARRAY[
        'FACTS', coalesce('FACTS ' || to_char(month, 'YYYY-MM'), 'EVERYTHING')]) area
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

-- For the few rows whose change can be told by itself, in areas, whoever is bound.
CREATE FUNCTION note_tenant_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO data_change (tenant_id, transaction, area)
    SELECT CASE TG_OP WHEN 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END,
           pg_current_xact_id()::text::bigint, area
    FROM unnest(TG_ARGV) area
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

-- All that the transaction has changed at once, by its first note; for the others nothing is left.
-- Rows are locked in one order, each once, and by the last statements before the commit. Who keeps
-- answers is told, so that they may let go of them; of very many areas, that it may be all.
CREATE FUNCTION renew_data_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    noted record;
BEGIN
    FOR noted IN
        WITH gone AS (
            DELETE FROM data_change WHERE transaction = NEW.transaction RETURNING tenant_id, area
        )
        SELECT tenant_id, array_agg(area) AS areas,
               jsonb_object_agg(area, left(replace(gen_random_uuid()::text, '-', ''), 20)) AS tokens
        FROM gone GROUP BY tenant_id ORDER BY tenant_id
    LOOP
        IF noted.tenant_id = '00000000-0000-0000-0000-000000000000' THEN
            UPDATE data_epoch SET
                rates = CASE WHEN 'RATES' = ANY(noted.areas) THEN gen_random_uuid() ELSE rates END,
                everything = CASE WHEN noted.areas = '{RATES}' THEN everything
                    ELSE gen_random_uuid() END,
                -- Published rates begin to hold some seconds after they were kept.
                unsettled_until = CASE WHEN 'RATES' = ANY(noted.areas)
                    THEN clock_timestamp() + interval '30 seconds' ELSE unsettled_until END;
        ELSE
            INSERT INTO data_version AS v (tenant_id, tokens)
            SELECT tenant_id, noted.tokens FROM tenant WHERE tenant_id = noted.tenant_id
            ON CONFLICT (tenant_id) DO UPDATE SET tokens = v.tokens || excluded.tokens;
            PERFORM pg_notify('liftos_data_change', concat(
                noted.tenant_id, ',', CASE WHEN cardinality(noted.areas) > 99 THEN 'EVERYTHING'
                    ELSE array_to_string(noted.areas, ',') END));
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER renew_data_version AFTER INSERT ON data_change
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION renew_data_version();

-- Every table that kept answers are made of says so, with the areas that it belongs to; one of
-- facts, whose rows are of a `date`, belongs to months.
CREATE PROCEDURE note_changes(target regclass, noting regproc, VARIADIC areas text[])
LANGUAGE plpgsql AS $$
DECLARE
    told text := (SELECT coalesce(string_agg(quote_literal(area), ', '), '') FROM unnest(areas) area);
    kind text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] LOOP
        EXECUTE format(
            'CREATE TRIGGER note_%s AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION %s(%s)',
            lower(kind), kind, target,
            CASE kind WHEN 'INSERT' THEN 'REFERENCING NEW TABLE AS changed'
                WHEN 'UPDATE' THEN 'REFERENCING OLD TABLE AS former NEW TABLE AS changed'
                WHEN 'DELETE' THEN 'REFERENCING OLD TABLE AS former' ELSE '' END,
            noting, told);
    END LOOP;
END $$;
CREATE PROCEDURE version_table(target regclass, VARIADIC areas text[]) LANGUAGE sql
AS $$ CALL note_changes(target, 'note_data_change', VARIADIC areas) $$;
CREATE PROCEDURE version_months(target regclass) LANGUAGE sql
AS $$ CALL note_changes(target, 'note_changed_months', VARIADIC ARRAY['FACTS']) $$;

CALL version_months('marketing_entry');
CALL version_months('marketing_entry_vintage');
CALL version_months('day_reading');
CALL version_table('campaign', 'SOURCES');
CALL version_table('campaign_name', 'SOURCES');
CALL version_table('restatement_lesson', 'SOURCES');
CALL version_table('former_look_back', 'SOURCES');
CALL version_table('insight', 'INSIGHTS');
CALL version_table('naming_rule', 'LABELS');
CALL version_table('channel_rule', 'LABELS');
CALL version_table('exchange_rate', 'LABELS');
CALL version_table('exchange_publication', 'RATES');
CALL version_table('calendar_version', 'CALENDAR');
CALL version_table('calendar_day', 'CALENDAR');
CALL version_table('calendar_event', 'CALENDAR');
CALL version_table('seasonality', 'CALENDAR');

-- A new tenant has no answers yet. Of an account, credentials are in none, and it is read often.
CREATE TRIGGER note_row AFTER UPDATE OR DELETE ON tenant
    FOR EACH ROW EXECUTE FUNCTION note_tenant_change('LABELS', 'CALENDAR');
CREATE TRIGGER note_row AFTER INSERT OR DELETE ON connection
    FOR EACH ROW EXECUTE FUNCTION note_tenant_change('SOURCES', 'READINGS');
CREATE TRIGGER note_update AFTER UPDATE ON connection FOR EACH ROW
    WHEN (to_jsonb(OLD) - '{last_read_at,sealed_credentials}'::text[]
        IS DISTINCT FROM to_jsonb(NEW) - '{last_read_at,sealed_credentials}'::text[])
    EXECUTE FUNCTION note_tenant_change('SOURCES', 'READINGS');
CREATE TRIGGER note_reading AFTER UPDATE OF last_read_at ON connection FOR EACH ROW
    WHEN (OLD.last_read_at IS DISTINCT FROM NEW.last_read_at)
    EXECUTE FUNCTION note_tenant_change('READINGS');

-- The tokens of a tenant. `today` is the day at each of its accounts: what is over, and for what
-- sends by itself what has settled, follows from it. `labels_settled` is false while a moment lies
-- ahead at which rates begin to hold, and there is no row while one does at which facts may.
CREATE FUNCTION data_tokens(tenant uuid)
RETURNS TABLE (
    tokens jsonb, everything text, rates text, labels_settled bool, today text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(v.tokens, '{}'), e.everything::text, e.rates::text, e.unsettled_until < now(),
           (SELECT string_agg(DISTINCT c.time_zone || ' ' || (now() AT TIME ZONE c.time_zone)::date,
                              ',')
            FROM connection c WHERE c.tenant_id = tenant)
    FROM data_epoch e
    LEFT JOIN data_version v ON v.tenant_id = tenant
    WHERE NOT EXISTS (
        SELECT FROM data_clock c WHERE c.tenant_id = tenant AND c.learned_at >= now())
$$;
-- Processes of the release before may ask it still, and then keep no answers.
CREATE OR REPLACE FUNCTION data_versions(tenant uuid)
RETURNS TABLE (at timestamptz, facts text, labels text, calendar text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT NULL::timestamptz, NULL, NULL, NULL WHERE tenant IS NULL AND false
$$;

GRANT CREATE ON SCHEMA public TO liftos_system;
ALTER FUNCTION note_data_change() OWNER TO liftos_system;
ALTER FUNCTION note_changed_months() OWNER TO liftos_system;
ALTER FUNCTION note_tenant_change() OWNER TO liftos_system;
ALTER FUNCTION renew_data_version() OWNER TO liftos_system;
ALTER FUNCTION data_tokens(uuid) OWNER TO liftos_system;
REVOKE CREATE ON SCHEMA public FROM liftos_system;
REVOKE ALL ON FUNCTION data_tokens(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION data_tokens(uuid) TO liftos_app;
