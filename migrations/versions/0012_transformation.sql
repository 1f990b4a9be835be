-- Transformations, channel rules and names in time.
SELECT;
