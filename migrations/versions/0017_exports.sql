-- Snapshots and exports.
SELECT;
