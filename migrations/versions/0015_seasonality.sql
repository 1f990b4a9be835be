-- Seasonality from a tenant's own history.
SELECT;
