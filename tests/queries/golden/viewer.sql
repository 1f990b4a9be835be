--: SELECT tenant
SELECT tenant_id, slug, name, countries, fiscal_start_month, fiscal_year_named_by_end, reporting_currency, tier, created_at, subdivisions, week_start, retail_pattern, industry FROM tenant WHERE tenant_id = $1;
