-- What the planner knows of a table is empty until autovacuum's next round, a minute or more after
-- its first million rows: until then it sorts whole years for a page of them. The worker asks for
-- what was never looked at, the largest first; autovacuum keeps it from there on.
CREATE FUNCTION learn_statistics() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    target regclass;
    learned int := 0;
BEGIN
    FOR target IN
        SELECT c.oid FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.reltuples < 0
          AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
          AND pg_relation_size(c.oid) > 524288
        ORDER BY pg_relation_size(c.oid) DESC LIMIT 10
    LOOP
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s', target);
        learned := learned + 1;
    END LOOP;
    RETURN learned;
END $$;
REVOKE ALL ON FUNCTION learn_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION learn_statistics() TO liftos_system;
