-- What an entry says, as the merge that wrote it knew: a merge looks no further where it is the
-- same. Null once another step has changed the entry; older entries are compared in full.
ALTER TABLE marketing_entry ADD COLUMN content uuid;

-- In a query of its own the tenant is asked for once a statement, not once a row: a tenth of what
-- it costs to insert one. Who may write what stays the same.
ALTER POLICY own_tenant ON marketing_entry
    WITH CHECK (tenant_id = (SELECT current_tenant()));
ALTER POLICY own_tenant ON marketing_entry_vintage
    WITH CHECK (tenant_id = (SELECT current_tenant()));
