--: SELECT schedule, connection
SELECT * FROM (
SELECT s.*, c.time_zone, c.status AS connection_status, c.look_back_days AS own_look_back_days
FROM schedule s JOIN connection c ON c.tenant_id = s.tenant_id AND c.id = s.connection_id
) s WHERE tenant_id = $1 ORDER BY id ASC LIMIT 4;

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT run
SELECT * FROM run WHERE tenant_id = $1 AND id = ANY($2);
