-- Calendar versions, settings and events.
SELECT;
