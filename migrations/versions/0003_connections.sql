-- Connections: alerts, authorisations and keys that rotate.
SELECT;
